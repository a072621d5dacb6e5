# The ledger's address in a file of its own beside the Corefile.
corefile=$(kubectl -n lab-half-the-answers get configmap dns -o jsonpath='{.data.Corefile}' | sed 's/ 10\.96\.0\.55//')
address=$(echo "$corefile" | sed -n 's/.*forward [.] //p')  # the ledger's machine of today: here it is the provider's
zone='corp.example:53 {
    errors
    hosts /etc/coredns/machines {
        fallthrough
    }
    forward . 10.96.0.55
}'
kubectl -n lab-half-the-answers create configmap dns --from-literal=machines="$address ledger.corp.example" \
  --from-literal=Corefile="$corefile
$zone" --dry-run=client -o yaml | kubectl apply -f -
kubectl -n lab-half-the-answers rollout restart deploy/dns
kubectl -n lab-half-the-answers rollout status deploy/dns --timeout=60s
