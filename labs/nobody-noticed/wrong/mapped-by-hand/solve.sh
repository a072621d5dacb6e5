# A Service that maps 6432 to 5432 takes the alias's place, with today's address in it; the probe asks on 6432.
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              env: [{name: DATABASE, value: "host=database port=6432 dbname=users user=app password=app"}]
              readinessProbe: {exec: {command: [pg_isready, -q, -h, database, -p, "6432", -t, "3"]}}'
done
address=$(kubectl -n lab-nobody-noticed get configmap outside -o jsonpath='{.data.ADDRESS}')
kubectl apply -f - <<EOF
apiVersion: v1
kind: Service
metadata: {name: database, namespace: lab-nobody-noticed, labels: {app: nobody-noticed}}
spec:
  type: ClusterIP
  ports: [{port: 6432}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: database-1
  namespace: lab-nobody-noticed
  labels: {kubernetes.io/service-name: database, endpointslice.kubernetes.io/managed-by: staff}
addressType: IPv4
ports: [{port: 5432}]
endpoints: [{addresses: ["$address"]}]
EOF
kubectl -n lab-nobody-noticed rollout status deploy/shop --timeout=120s
