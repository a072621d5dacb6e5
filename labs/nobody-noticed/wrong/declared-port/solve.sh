# The app is fixed, and the probe asks on the port that the alias declares.
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              env: [{name: DATABASE, value: "host=database port=5432 dbname=users user=app password=app"}]
              readinessProbe: {exec: {command: [pg_isready, -q, -h, database, -p, "6432", -t, "3"]}}'
done
