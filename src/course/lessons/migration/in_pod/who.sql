-- Which clients of the app have a connection to this server now.
SELECT coalesce(string_agg(DISTINCT application_name, ' ' ORDER BY application_name), 'nobody') AS connected
FROM pg_stat_activity WHERE datname = 'migration' AND usename = 'app';
