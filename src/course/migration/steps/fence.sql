-- Nobody of the app comes in any more, and nobody stays. It is written in the catalog: a restart does not lift it.
REVOKE CONNECT ON DATABASE migration FROM PUBLIC, app;
SELECT coalesce(bool_and(pg_terminate_backend(pid)), true) AS all_ended FROM pg_stat_activity WHERE datname = 'migration' AND usename = 'app';
