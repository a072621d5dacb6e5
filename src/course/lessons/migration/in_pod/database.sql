-- A new database, closed to the app until somebody opens it. It knows its own side: outside or inside.
CREATE DATABASE migration;
REVOKE CONNECT ON DATABASE migration FROM PUBLIC;
ALTER DATABASE migration SET course.side = :'born';
