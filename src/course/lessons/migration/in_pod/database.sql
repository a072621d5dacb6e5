-- A new database, closed to the app until somebody opens it. It knows its own side: outside or inside.
CREATE DATABASE migration;
REVOKE CONNECT ON DATABASE migration FROM PUBLIC;
ALTER DATABASE migration SET course.side = :'born';
-- Who copies for the other side: a role that may replicate and read, and is no superuser.
CREATE ROLE follower LOGIN REPLICATION PASSWORD 'follower';
GRANT CONNECT ON DATABASE migration TO follower;
