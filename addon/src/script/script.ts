/** All that `globals.js` calls. */
import type { Script } from "../shared/bridge.ts";
import { Json } from "../shared/json.ts";
import * as calls from "./calls.ts";
import * as changes from "./changes.ts";
import * as edits from "./edits.ts";
import * as highlights from "./highlights.ts";
import * as places from "./places.ts";
import * as report from "./report.ts";
import { reply } from "./reply.ts";
import * as server from "./server.ts";
import * as settings from "./settings.ts";
import { takeSnapshot } from "./snapshot.ts";

export { onEdit } from "./edits.ts";
export { checkFormulas, explainFormulas } from "./functions.ts";
export { onOpen, showSidebar } from "./menu.ts";

type Call<Name extends keyof Script> = (...given: unknown[]) => ReturnType<Script[Name]>;

export const getSurroundings: Call<"getSurroundings"> = () => reply(settings.surroundings);

export const saveSettings: Call<"saveSettings"> = (given) =>
  reply(() => settings.saveSettings(settings.settingsFrom(new Json(given, "settings"))));

export const getSnapshot: Call<"getSnapshot"> = (scope) =>
  reply(() => takeSnapshot(calls.scopeFrom(scope)));

export const getLastEdit: Call<"getLastEdit"> = () => reply(edits.lastEdit);

export const goTo: Call<"goTo"> = (place) => reply(() => places.goTo(calls.placeFrom(place)));

export const changeFormulas: Call<"changeFormulas"> = (given, title) =>
  reply(() => changes.changeFormulas(calls.changesFrom(given), calls.textFrom(title, "title")));

export const undoChange: Call<"undoChange"> = () => reply(changes.undoChange);

export const highlight: Call<"highlight"> = (given) =>
  reply(() => highlights.setHighlights(calls.highlightsFrom(given)));

export const clearHighlights: Call<"clearHighlights"> = () =>
  reply(() => highlights.setHighlights([]));

export const writeReport: Call<"writeReport"> = (given) =>
  reply(() => report.writeReport(calls.reportFrom(given)));

export const askServer: Call<"askServer"> = (request) =>
  reply(() => server.askServer(calls.requestFrom(request)));
