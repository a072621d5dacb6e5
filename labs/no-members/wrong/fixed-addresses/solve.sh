# The Pods' addresses of today, written by hand into a Service without selector.
address() { kubectl -n lab-no-members get pod "$1" -o jsonpath='{.status.podIP}'; }
kubectl apply -f - <<EOF
apiVersion: v1
kind: Service
metadata: {name: broker, namespace: lab-no-members}
spec:
  type: ClusterIP
  clusterIP: None
  ports: [{name: broker, port: 9000}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: broker-by-hand
  namespace: lab-no-members
  labels: {kubernetes.io/service-name: broker, endpointslice.kubernetes.io/managed-by: staff}
addressType: IPv4
ports: [{name: broker, port: 9000}]
endpoints:
  - {addresses: ["$(address broker-0)"], hostname: broker-0}
  - {addresses: ["$(address broker-1)"], hostname: broker-1}
EOF
