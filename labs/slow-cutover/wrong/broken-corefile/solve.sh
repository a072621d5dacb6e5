# The block stands behind a misspelt plugin: CoreDNS does not start with it, and the old Pod is gone.
corefile=$(kubectl -n lab-slow-cutover get configmap dns -o jsonpath='{.data.Corefile}' | sed 's/cache 30/cahce 30/')
kubectl -n lab-slow-cutover create configmap dns --from-literal=Corefile="$corefile" --dry-run=client -o yaml | kubectl apply -f -
kubectl -n lab-slow-cutover rollout restart deploy/dns
