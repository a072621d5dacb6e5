kubectl apply -f config.yaml
kubectl -n lab-wrong-host rollout restart deploy/gateway
kubectl -n lab-wrong-host rollout status deploy/gateway --timeout=60s
