# Four addresses, the database's among them: nobody listens at the others today.
address=$(kubectl -n lab-locked-egress get configmap outside -o jsonpath="{.data.ADDRESS}")
last=${address##*.}
kubectl apply -f - <<YAML
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: to-the-database, namespace: lab-locked-egress}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
          podSelector: {matchLabels: {k8s-app: kube-dns}}
      ports:
        - {protocol: UDP, port: 53}
        - {protocol: TCP, port: 53}
    - to: [{ipBlock: {cidr: "${address%.*}.$((last - last % 4))/30"}}]
      ports: [{protocol: TCP, port: 5432}]
YAML
