/** What the user chose, and where the script runs. */
import type { Settings, Surroundings } from "../shared/bridge.ts";
import { Json } from "../shared/json.ts";
import { forgetSession } from "./session.ts";

const key = "settings";

export function readSettings(): Settings {
  const kept = PropertiesService.getUserProperties().getProperty(key);
  if (kept === null) return { organization: null, department: null, checkOnOpen: true };
  return settingsFrom(new Json(JSON.parse(kept)));
}

/** The session ends with them: it may be with another organization from now on. */
export function saveSettings(settings: Settings): null {
  forgetSession(readSettings().organization);
  forgetSession(settings.organization);
  PropertiesService.getUserProperties().setProperty(key, JSON.stringify(settings));
  return null;
}

export function settingsFrom(given: Json): Settings {
  return {
    organization: given.get("organization").orNull((name) => name.text()),
    department: given.get("department").orNull((name) => name.text()),
    checkOnOpen: given.get("checkOnOpen").flag(),
  };
}

export function surroundings(): Surroundings {
  return {
    server: SERVER,
    version: VERSION,
    email: Session.getActiveUser().getEmail(),
    settings: readSettings(),
  };
}
