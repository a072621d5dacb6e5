# The database's port is open, so all is well?
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              env: [{name: DATABASE, value: "host=database port=5432 dbname=users user=app password=app"}]
              readinessProbe: {exec: {command: [nc, -z, -w, "3", database, "5432"]}}'
done
kubectl -n lab-nobody-noticed rollout status deploy/shop --timeout=120s
