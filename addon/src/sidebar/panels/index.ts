/** The panels behind the menu. */
import type { Panel, Surface } from "../panel.ts";

export function panels(_surface: Surface): Panel[] {
  return [];
}
