inside() { kubectl -n lab-migrate-user-db exec probe -- "$@"; }
old='host=users.cxyz123.us-east-1.rds.amazonaws.com dbname=lab_migrate_user_db user=course password=course'
new='host=user-db-new dbname=lab_migrate_user_db user=course password=course'
psql_old() { inside psql "$old" -qAtc "$1"; }
# 1. Fence: the app may not connect any more, and open connections end (pg_terminate_backend waits until they have).
psql_old "REVOKE CONNECT ON DATABASE lab_migrate_user_db FROM PUBLIC, app"
psql_old "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'lab_migrate_user_db' AND usename = 'app'"
# 2. Copy: nobody writes any more, so the copy is complete. Rows that are there from an earlier copy stay as they are.
inside sh -euc "pg_dump --data-only --rows-per-insert=1000 --on-conflict-do-nothing --table writes '$old' | psql -1 -q -v ON_ERROR_STOP=1 '$new'" > /dev/null
# 3. Switch: the writer connects again by itself, and finds the new place.
kubectl apply -f user-db.yaml
