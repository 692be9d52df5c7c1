/** The parts of the sidebar beside the list of findings. */
import type { Panel, Surface } from "../panel.ts";
import { diagnosticsPanel } from "./diagnostics.ts";
import { explainPanel } from "./explain.ts";
import { exportPanel } from "./export_panel.ts";
import { policiesPanel } from "./policies.ts";
import { settingsPanel } from "./settings.ts";
import { suppressionsPanel } from "./suppressions.ts";
import { uploadPanel } from "./upload.ts";
import { usagePanel } from "./usage.ts";

export { explainPanel } from "./explain.ts";
export { suppressForm } from "./suppress.ts";

/** Those that need nothing but the sidebar, in the order of a menu. */
export function panels(surface: Surface): Panel[] {
  return [
    policiesPanel(surface),
    uploadPanel(surface),
    suppressionsPanel(surface),
    explainPanel(surface),
    exportPanel(surface),
    usagePanel(surface),
    settingsPanel(surface),
    diagnosticsPanel(surface),
  ];
}
