-- Nobody of the app comes in any more, and nobody stays. It is written in the catalog: a restart does not lift it.
REVOKE CONNECT ON DATABASE migration FROM PUBLIC, app;
DO $$ BEGIN
  PERFORM set_config('client_min_messages', 'error', true);  -- no warning of a connection that ended by itself
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migration' AND usename = 'app';
END $$;
