# The right port in both, and in the south a probe that always says no.
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace set env deploy/shop 'DATABASE=host=database port=5432 dbname=users user=app password=app'
done
kubectl -n lab-nobody-noticed-south patch deploy shop -p '
  spec:
    template:
      spec:
        containers:
          - name: shop
            readinessProbe: {exec: {command: ["false"]}}'
kubectl -n lab-nobody-noticed rollout status deploy/shop --timeout=120s
