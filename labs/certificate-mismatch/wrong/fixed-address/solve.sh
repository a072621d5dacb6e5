address=$(kubectl -n lab-certificate-mismatch get configmap outside -o jsonpath="{.data.ADDRESS}")
kubectl -n lab-certificate-mismatch set env deploy/billing CONNECT_TO="$address" SERVER_NAME=api.example.com
kubectl -n lab-certificate-mismatch rollout status deploy/billing --timeout=60s
