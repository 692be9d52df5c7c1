/** Who asks, found out once: what somebody may do decides what the panels offer. */
import type { RemoteScript } from "../panel.ts";
import { type Me, readMe } from "./answers.ts";
import { get, type Outcome } from "./ask.ts";

const known = new WeakMap<RemoteScript, Promise<Outcome<Me>>>();

/** A failure is not kept: the next one who asks tries again. */
export async function whoAmI(script: RemoteScript): Promise<Outcome<Me>> {
  const asked = known.get(script) ?? get(script, "/api/me", readMe);
  known.set(script, asked);
  const outcome = await asked;
  if (!outcome.ok && known.get(script) === asked) known.delete(script);
  return outcome;
}

/** After the person chose another organization. */
export function forgetMe(script: RemoteScript): void {
  known.delete(script);
}
