kubectl -n lab-certificate-mismatch set env deploy/billing SERVER_NAME=api.example.com
kubectl -n lab-certificate-mismatch rollout status deploy/billing --timeout=60s
