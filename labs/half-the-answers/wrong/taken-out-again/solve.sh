corefile=$(kubectl -n lab-half-the-answers get configmap dns -o jsonpath='{.data.Corefile}' | sed 's/ 10[.]96[.]0[.]55//')
kubectl -n lab-half-the-answers create configmap dns --from-literal=Corefile="$corefile" --dry-run=client -o yaml | kubectl apply -f -
kubectl -n lab-half-the-answers rollout restart deploy/dns
kubectl -n lab-half-the-answers rollout status deploy/dns --timeout=60s
