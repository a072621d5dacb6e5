-- The same roles as on the outside server: a name and a password that differ are a failed migration too.
CREATE ROLE course LOGIN SUPERUSER PASSWORD 'course';
CREATE ROLE app LOGIN PASSWORD 'app';
