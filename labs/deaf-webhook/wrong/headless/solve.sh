kubectl -n lab-deaf-webhook delete service naming
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: naming, namespace: lab-deaf-webhook}
spec: {clusterIP: None, ports: [{name: https, port: 9443, targetPort: 8443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: naming-1
  namespace: lab-deaf-webhook
  labels: {kubernetes.io/service-name: naming, endpointslice.kubernetes.io/managed-by: staff}
addressType: IPv4
ports: [{name: https, port: 8443}]
endpoints: [{addresses: ["$(kubectl -n lab-deaf-webhook-platform get pod naming -o jsonpath='{.status.podIP}')"]}]
YAML
