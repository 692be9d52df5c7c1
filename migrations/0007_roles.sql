-- The two roles under which the server works. The role it logs in with owns the schema and is left
-- at the beginning of every transaction, so that it may even be a superuser.
--
-- Roles belong to the cluster, so another database may have made them, or be making them at this
-- moment. Run again at every start: a schema that was restored elsewhere comes without its roles.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY ['sheetbrain_app', 'sheetbrain_writer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Made by another database meanwhile.
            END;
        END IF;
        -- Who makes a role may not take it before it is granted, from PostgreSQL 16 on.
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper) THEN
            BEGIN
                EXECUTE format('SET LOCAL ROLE %I', name);
                RESET ROLE;
            EXCEPTION WHEN insufficient_privilege THEN
                BEGIN
                    EXECUTE format('GRANT %I TO %I', name, current_user);
                EXCEPTION WHEN unique_violation OR internal_error THEN
                    NULL; -- Granted by another database meanwhile.
                END;
            END;
        END IF;
    END LOOP;
END
$$;
