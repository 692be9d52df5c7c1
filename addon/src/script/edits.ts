/** When the spreadsheet was last edited, as far as the script saw it. */

const key = "edited";
/** As long as Google keeps anything in its cache: six hours, in seconds. */
const kept = 21_600;

/**
 * Called by Google for each edit that a person makes: one write, into a cache that needs no
 * permission. Not where the person has not used the add-on in this spreadsheet yet.
 */
export function onEdit(event: GoogleAppsScript.Events.SheetsOnEdit): void {
  if (event.authMode !== ScriptApp.AuthMode.NONE) noteEdit();
}

export function noteEdit(): void {
  CacheService.getDocumentCache()?.put(key, new Date().toISOString(), kept);
}

export function lastEdit(): string | null {
  return CacheService.getDocumentCache()?.get(key) ?? null;
}
