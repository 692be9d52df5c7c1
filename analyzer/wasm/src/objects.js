// Makes the objects that JavaScript gets, one call for each: setting their members one by one from
// Rust would cross the border for every member. The types stand in lib.rs.

export const finding = (rule, severity, message, start, end, fingerprint, fix) => ({
  rule,
  severity,
  message,
  span: { start, end },
  fingerprint,
  policy: null,
  fix: fix ?? null,
});

export const fix = (safe, title, formula) => ({ safe, title, formula });

export const checked = (findings) => ({ findings, skipped: null });

export const skipped = (reason) => ({ findings: [], skipped: reason });
