-- The lesson's database and all that replication left for it, on the outside server. Run in the database postgres.
SELECT count(*) > 0 AS there FROM pg_database WHERE datname = 'migration' \gset
\if :there
  \connect migration
  SELECT 'ALTER SUBSCRIPTION ' || quote_ident(subname) || ' DISABLE; ALTER SUBSCRIPTION ' || quote_ident(subname)
         || ' SET (slot_name = NONE)' FROM pg_subscription JOIN pg_database d ON d.oid = subdbid AND d.datname = current_database()
  \gexec
  SELECT 'DROP SUBSCRIPTION ' || quote_ident(subname)
  FROM pg_subscription JOIN pg_database d ON d.oid = subdbid AND d.datname = current_database() \gexec
  \connect postgres
  SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE database = 'migration' AND active;
  SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = 'migration';
  DROP DATABASE migration WITH (FORCE);
\endif
DROP ROLE IF EXISTS follower;
