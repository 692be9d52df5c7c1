/** Hands the findings on screen to the browser as a file, or to the spreadsheet as a sheet. */
import type { Place } from "../../shared/bridge.ts";
import { make } from "../../shared/elements.ts";
import type { Panel, Results, Surface } from "../panel.ts";
import { failureOf } from "./area.ts";
import { call } from "./ask.ts";
import { fileName, type Format, formats, toReport } from "./export/formats.ts";
import { button, describe, makePanel, note } from "./parts.ts";
import { words } from "./words.ts";

/** How long a browser may take to fetch what it was handed, in milliseconds. */
const keptFor = 60_000;

export function exportPanel(surface: Surface): Panel {
  const content = make("div", "");
  return makePanel(surface, words.export.title, [content], () => {
    const results = surface.results();
    content.replaceChildren(
      ...(results === null ? [note(words.export.none)] : offer(surface, results)),
    );
  });
}

function offer(surface: Surface, results: Results): HTMLElement[] {
  const { findings, snapshot, auditId } = results;
  const status = auditId === null ? words.export.notRecorded : words.export.recorded(auditId);
  const list = make(
    "ul",
    "panels-list panels-choices",
    ...formats.map((format) => download(surface, results, format)),
    newSheet(surface, results),
  );
  const summary = words.export.summary(findings.length, snapshot.spreadsheet.name);
  return [make("p", "panels-intro", summary), make("p", "panels-hint", status), list];
}

function download(surface: Surface, results: Results, format: Format): HTMLLIElement {
  const { label, hint } = words.export.formats[format.name];
  const press = button(label, () => {
    const name = fileName(results, format.extension);
    save(new Blob([format.write(results)], { type: format.type }), name);
    surface.say(words.export.download(name));
  });
  return make("li", "", press, describe(press, hint));
}

/** The one way in which a page without a server hands a file to the browser. */
function save(content: Blob, name: string): void {
  const link = make("a", "");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, keptFor);
}

function newSheet(surface: Surface, results: Results): HTMLLIElement {
  const outcome = make("div", "");
  const press = button(words.export.newSheet, async () => {
    outcome.replaceChildren(note(words.export.writing));
    const written = await call(surface.script.writeReport(toReport(results)));
    if (written.ok) {
      surface.say(words.export.written);
      outcome.replaceChildren(note(words.export.written), goThere(surface, written.value));
    } else {
      outcome.replaceChildren(failureOf(surface, written.failure, null));
    }
  });
  return make("li", "", press, describe(press, words.export.newSheetHint), outcome);
}

function goThere(surface: Surface, place: Place): HTMLElement {
  const outcome = make("div", "");
  const press = button(words.export.goThere, async () => {
    const gone = await call(surface.script.goTo(place));
    if (!gone.ok) outcome.replaceChildren(failureOf(surface, gone.failure, null));
  });
  return make("div", "", press, outcome);
}
