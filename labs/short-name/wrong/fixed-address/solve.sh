# A Service without selector that carries to the orders Pod's address of today.
address=$(kubectl -n lab-short-name-orders get pod orders -o jsonpath='{.status.podIP}')
kubectl -n lab-short-name delete svc orders
kubectl apply -f - <<EOF
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: lab-short-name}
spec:
  ports: [{port: 8080}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: orders-1
  namespace: lab-short-name
  labels: {kubernetes.io/service-name: orders, endpointslice.kubernetes.io/managed-by: staff}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: ["$address"]}]
EOF
