-- The data of the course: who uses the shop. Roles: app (reads and writes), course (owner, may replicate).
CREATE ROLE course LOGIN SUPERUSER PASSWORD 'course';
CREATE ROLE app LOGIN PASSWORD 'app';
CREATE DATABASE users OWNER course;
\connect users
SET ROLE course;
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL, plan text NOT NULL);
INSERT INTO users VALUES (1, 'Ada', 'pro'), (2, 'Grace', 'free'), (3, 'Linus', 'pro'), (4, 'Margaret', 'team'), (5, 'Radia', 'free');
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;
