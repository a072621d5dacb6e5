-- The app may come in.
GRANT CONNECT ON DATABASE migration TO app;
