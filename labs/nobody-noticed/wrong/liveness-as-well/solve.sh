# The solution, and the same question as a liveness probe.
cd ../../solution
eval "$(cat solve.sh)"
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              livenessProbe: {exec: {command: [pg_isready, -q, -h, database, -t, "3"]}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 4}'
done
kubectl -n lab-nobody-noticed rollout status deploy/shop --timeout=120s
