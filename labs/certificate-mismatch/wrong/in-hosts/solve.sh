# The name of the alias, answered by a line of the Pod's own: it looks like the name, and is an address.
address=$(kubectl -n lab-certificate-mismatch get configmap outside -o jsonpath="{.data.ADDRESS}")
kubectl -n lab-certificate-mismatch patch deploy billing -p "
  spec:
    template:
      spec:
        hostAliases: [{ip: $address, hostnames: [payments]}]"
kubectl -n lab-certificate-mismatch set env deploy/billing SERVER_NAME=api.example.com
kubectl -n lab-certificate-mismatch rollout status deploy/billing --timeout=60s
