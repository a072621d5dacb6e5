# Each app is told its database, and the aliases stay wrong.
for stage in dev prod; do
  namespace=lab-three-stages$([ $stage = prod ] || echo "-$stage")
  kubectl -n "$namespace" set env deploy/app "DATABASE_URL=postgresql://$stage-db.us-east-1.rds.amazonaws.com:5432/users?user=app&password=app&connect_timeout=5"
  kubectl -n "$namespace" rollout status deploy/app --timeout=120s
done
