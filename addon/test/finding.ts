/** A finding for tests of what is done with findings. */
import type { PlacedFinding } from "../src/sidebar/panel.ts";

/** One in `Model!B1`, with these members in place of its own. */
export function finding(changed: Partial<PlacedFinding> = {}): PlacedFinding {
  return {
    rule: "a-rule",
    category: "risk",
    severity: "high",
    message: "It is wrong.",
    span: { start: 1, end: 2 },
    fix: null,
    policy: null,
    sheetId: 1,
    sheet: "Model",
    column: 2,
    row: 1,
    formula: "=A1",
    fingerprint: "f1",
    template: 1,
    recorded: false,
    ...changed,
  };
}
