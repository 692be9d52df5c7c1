-- Less to do for every audit that is recorded.

-- Findings are written once and mostly never read, and a reader wants all of them: the text as it
-- came is checked, but not taken apart, and is shorter.
ALTER TABLE sheetbrain.audit_findings ALTER COLUMN findings TYPE json USING findings::json;

-- An audit by a program is nobody's, and nobody looks for audits of nobody.
DROP INDEX public.idx_audit_logs_user_created;
CREATE INDEX idx_audit_logs_user_created ON public.audit_logs (user_id, created_at DESC)
    WHERE user_id IS NOT NULL;
