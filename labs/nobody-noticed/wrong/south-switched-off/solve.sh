# The right repair, and then somebody takes the south out of service as well.
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
kubectl -n lab-nobody-noticed-south scale deploy shop --replicas=0
