inside() { kubectl -n lab-migrate-user-db exec probe -- "$@"; }
old='host=users.cxyz123.us-east-1.rds.amazonaws.com dbname=lab_migrate_user_db user=course password=course'
new='host=user-db-new dbname=lab_migrate_user_db user=course password=course'
psql_old() { inside psql "$old" -qAtc "$1"; }
# The copy and the new name, and the writer restarted, in that order: what it wrote in between stays behind.
inside sh -euc "pg_dump --data-only --table writes '$old' | psql -q -v ON_ERROR_STOP=1 '$new'" > /dev/null
kubectl apply -f user-db.yaml
kubectl -n lab-migrate-user-db rollout restart deploy/writer
kubectl -n lab-migrate-user-db rollout status deploy/writer --timeout=60s
