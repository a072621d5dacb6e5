inside() { kubectl -n lab-migrate-user-db exec probe -- "$@"; }
old='host=users.cxyz123.us-east-1.rds.amazonaws.com dbname=lab_migrate_user_db user=course password=course'
psql_old() { inside psql "$old" -qAtc "$1"; }
psql_old "ALTER DATABASE lab_migrate_user_db SET default_transaction_read_only = on"
psql_old "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'lab_migrate_user_db' AND usename = 'app'"
