# CoreDNS by the addresses that its Pods have today.
address=$(kubectl -n lab-locked-egress get configmap outside -o jsonpath="{.data.ADDRESS}")
dns=$(for ip in $(kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{.items[*].status.podIP}'); do echo "{ipBlock: {cidr: $ip/32}}"; done | paste -s -d,)
kubectl apply -f - <<YAML
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: to-the-database, namespace: lab-locked-egress}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [$dns]
      ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
    - to: [{ipBlock: {cidr: $address/32}}]
      ports: [{protocol: TCP, port: 5432}]
YAML
