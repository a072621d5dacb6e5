-- Which roles may still come in. After a fence: those that must, and none that writes for the app.
SELECT string_agg(rolname || CASE WHEN rolsuper THEN ' (superuser)' ELSE '' END, ', ' ORDER BY rolname) AS may_connect
FROM pg_roles WHERE rolcanlogin AND has_database_privilege(rolname, 'migration', 'CONNECT');
