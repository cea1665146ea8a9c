-- After `casework init` and after every `casework upgrade`, as casework_owner:  psql --file grants.sql casework
-- It may be run as often as you like: it first takes everything back.
BEGIN;
DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$;
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO casework_app, casework_counts', current_database()); END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, casework_app, casework_counts;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO casework_app, casework_counts;

-- The service: rows of every table ...
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO casework_app;
-- ... but a line of the log and a released count are written once, and the revision is the owner's.
REVOKE UPDATE, DELETE ON audit_line, release FROM casework_app;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM casework_app;

-- The statistician's page: released counts. The catalogue and the statistics of the whole database stay readable to
-- whoever may connect (POSTGRESQL.md), so that this role is for the service alone.
GRANT SELECT ON release TO casework_counts;
COMMIT;
