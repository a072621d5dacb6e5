-- Who has a connection to the database now, but for this session and for replication: also those whom no fence stops.
SELECT coalesce(string_agg(DISTINCT usename || ': ' || application_name, ', ' ORDER BY usename || ': ' || application_name),
                'nobody') AS connected
FROM pg_stat_activity
WHERE datname = 'migration' AND backend_type = 'client backend' AND pid <> pg_backend_pid();
