inside() { kubectl -n lab-roll-back exec probe -- "$@"; }
old='host=users.cxyz123.us-east-1.rds.amazonaws.com dbname=lab_roll_back user=course password=course'
pod=$(kubectl -n lab-roll-back get pods -l app=user-db -o jsonpath='{.items[0].status.podIP}')  # whatever user-db leads to by now
new="host=$pod dbname=lab_roll_back user=course password=course"
# 1. The data: nobody who writes can connect to the place that is left; its new rows go back.
inside psql "$new" -qc "REVOKE CONNECT ON DATABASE lab_roll_back FROM PUBLIC, app"
inside sh -euc "export PGOPTIONS='-c default_transaction_read_only=off'  # the old database's switch is on until step 2
  pg_dump --data-only --inserts --on-conflict-do-nothing --table users '$new' | psql -q -v ON_ERROR_STOP=1 '$old'" > /dev/null
# 2. The permission: the old database takes writes again, in new sessions.
inside psql "$old" -q -c "SET default_transaction_read_only = off" -c "ALTER DATABASE lab_roll_back RESET default_transaction_read_only"
# 3. The name.
kubectl apply -f user-db.yaml
# 4. What would lead a later Service astray. Endpoints first: an Endpoints object is copied into a slice again.
kubectl -n lab-roll-back delete endpoints user-db --ignore-not-found
kubectl -n lab-roll-back delete endpointslices -l kubernetes.io/service-name=user-db
