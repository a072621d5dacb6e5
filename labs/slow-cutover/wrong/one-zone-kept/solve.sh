corefile=$(kubectl -n lab-slow-cutover get configmap dns -o jsonpath='{.data.Corefile}' | sed 's/cache 30/cache 30 example.com/')
kubectl -n lab-slow-cutover create configmap dns --from-literal=Corefile="$corefile" --dry-run=client -o yaml | kubectl apply -f -
kubectl -n lab-slow-cutover rollout restart deploy/dns
kubectl -n lab-slow-cutover rollout status deploy/dns --timeout=60s
