-- What every audit writes is checked once a batch, not once a row.
--
-- A foreign key looks its row up again for each row that is inserted: of a batch of audits, that
-- was half of what PostgreSQL had to do. The batch that records audits holds a lock on the month's
-- count of each organization in it, and that count references its organization; so an organization
-- can not go while its audits are being written, and what was written goes with it, here.

ALTER TABLE public.audit_logs
    DROP CONSTRAINT audit_logs_organization_id_fkey,
    DROP CONSTRAINT audit_logs_user_id_fkey;
ALTER TABLE sheetbrain.audit_findings DROP CONSTRAINT audit_findings_organization_id_fkey;

-- Triggers on one table fire in the order of their names, and those of foreign keys are called
-- RI_…: when these two run, the counts of a deleted organization are gone, for which the deletion
-- had to wait for every batch that held one. What they delete is seen as it is then.

CREATE FUNCTION sheetbrain.delete_audits_of_organization() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    DELETE FROM public.audit_logs WHERE organization_id = OLD.id;
    DELETE FROM sheetbrain.audit_findings WHERE organization_id = OLD.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER organizations_delete_audits
    AFTER DELETE ON public.organizations
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.delete_audits_of_organization();

-- The log stays, without the person. (An audit that is recorded while its person is being deleted can
-- keep the id, which then names nobody.)
CREATE FUNCTION sheetbrain.forget_user_of_audits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE public.audit_logs SET user_id = NULL WHERE user_id = OLD.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER users_forget_audits
    AFTER DELETE ON public.users
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.forget_user_of_audits();

REVOKE ALL ON FUNCTION sheetbrain.delete_audits_of_organization() FROM PUBLIC;
REVOKE ALL ON FUNCTION sheetbrain.forget_user_of_audits() FROM PUBLIC;
