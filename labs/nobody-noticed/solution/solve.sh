# The right port, and a probe that asks the database as the app does, with a time-out of its own.
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              env: [{name: DATABASE, value: "host=database port=5432 dbname=users user=app password=app"}]
              readinessProbe: {exec: {command: [pg_isready, -q, -h, database, -t, "3"]}}'
done
kubectl -n lab-nobody-noticed rollout status deploy/shop --timeout=120s
