# The right rules, in the team's own policy.
address=$(kubectl -n lab-locked-egress get configmap outside -o jsonpath="{.data.ADDRESS}")
kubectl -n lab-locked-egress patch networkpolicy deny-all --type merge -p "
  spec:
    egress:
      - to:
          - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
            podSelector: {matchLabels: {k8s-app: kube-dns}}
        ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
      - to: [{ipBlock: {cidr: $address/32}}]
        ports: [{protocol: TCP, port: 5432}]"
