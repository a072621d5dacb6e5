kubectl -n lab-certificate-mismatch set env deploy/billing VERIFY=false
kubectl -n lab-certificate-mismatch rollout status deploy/billing --timeout=60s
