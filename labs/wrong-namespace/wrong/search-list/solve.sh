kubectl -n lab-wrong-namespace delete pod probe
kubectl apply -f probe.yaml
kubectl -n lab-wrong-namespace wait --for=condition=Ready pod/probe --timeout=60s
