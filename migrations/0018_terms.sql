-- Words of an organization's own in its policies: what each of them stands for.

-- {"functions": {"term": ["NAME"]}, "sheets": {…}, "hosts": {…}}
ALTER TABLE sheetbrain.organization_rules ADD COLUMN terms jsonb NOT NULL DEFAULT '{}';

DROP TRIGGER organization_rules_raise_rules_version ON sheetbrain.organization_rules;
CREATE TRIGGER organization_rules_raise_rules_version
    AFTER INSERT OR DELETE OR UPDATE OF presets, rules, locked, keep_formulas, terms
    ON sheetbrain.organization_rules
    FOR EACH ROW EXECUTE FUNCTION sheetbrain.raise_rules_version();
