# A semicolon is missing: nginx does not start with it.
kubectl apply -f config.yaml
kubectl -n lab-wrong-host rollout restart deploy/gateway
