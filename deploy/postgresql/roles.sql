-- Once, as the superuser:  psql --file roles.sql
-- Three roles, so that no single one can do everything. Give each a password of its own (\password casework_owner ...)
-- or, better, let them in over the socket as users of this machine (pg_hba.conf: peer).
--   casework_owner   owns the tables: `casework init`, `upgrade`, `restore`, `rotate-keys`, and nothing else
--   casework_app     what the service runs as: rows, but no table can be made, changed or dropped
--   casework_counts  what the statistician's page reads with: released counts, and nothing else
CREATE ROLE casework_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE casework_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 100;
CREATE ROLE casework_counts LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 40;
-- The server's own log repeats neither a row that could not be written nor what was sent.
ALTER ROLE casework_owner SET log_error_verbosity = terse;
ALTER ROLE casework_app SET log_error_verbosity = terse;
ALTER ROLE casework_app SET log_parameter_max_length_on_error = 0;
ALTER ROLE casework_counts SET default_transaction_read_only = on;
ALTER ROLE casework_counts SET statement_timeout = '10s';
CREATE DATABASE casework OWNER casework_owner ENCODING 'UTF8' TEMPLATE template0;
