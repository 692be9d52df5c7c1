/** What of the script can be called, by whom, and with which permissions. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Script } from "../../src/shared/bridge.ts";
import { startFake, valueOf } from "../apps-script/fake.ts";

const ofTheSidebar: Record<keyof Script, true> = {
  getSurroundings: true,
  saveSettings: true,
  getSnapshot: true,
  getLastEdit: true,
  goTo: true,
  changeFormulas: true,
  undoChange: true,
  highlight: true,
  clearHighlights: true,
  writeReport: true,
  askServer: true,
};
const ofGoogle = ["onInstall", "onOpen", "onEdit", "showSidebar"];
const ofCells = ["SHEETBRAIN_CHECK", "SHEETBRAIN_EXPLAIN"];

function built(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
}

test("exactly the intended functions can be called", () => {
  const expected = [...Object.keys(ofTheSidebar), ...ofGoogle, ...ofCells];
  assert.deepEqual(startFake().globals().sort(), expected.sort());
});

test("functions for cells are documented where Google looks for it", () => {
  for (const name of ofCells) {
    assert.match(
      built("Code.js"),
      new RegExp(`@customfunction\\n \\*/\\nfunction ${name}\\(formula\\)`),
    );
  }
});

for (const name of ["onOpen", "onInstall"]) {
  test(`${name} adds the menu where nobody has given a permission`, () => {
    const fake = startFake();
    fake.trigger(name, "NONE");
    const [item] = fake.screen.menu;
    assert.equal(item?.functionName, "showSidebar");
  });
}

test("the menu opens the sidebar: the page as it was built", () => {
  const fake = startFake();
  fake.run("showSidebar");
  assert.equal(fake.screen.sidebar?.title, "SheetBrain");
  assert.equal(fake.screen.sidebar.html, built("sidebar.html"));
});

test("an edit is seen by everyone who has the spreadsheet open", () => {
  const fake = startFake();
  fake.trigger("onEdit", "LIMITED");
  const edited = valueOf(fake.call("getLastEdit"));
  assert.ok(edited !== null && Date.now() - Date.parse(edited) < 60_000);
});

test("an edit costs two calls", () => {
  const fake = startFake();
  fake.trigger("onEdit", "LIMITED");
  assert.deepEqual([...fake.counts.keys()], ["CacheService.getDocumentCache", "Cache.put"]);
});

test("an edit where nobody used the add-on is not recorded: it may not", () => {
  const fake = startFake();
  fake.trigger("onEdit", "NONE");
  assert.equal(valueOf(fake.call("getLastEdit")), null);
});

test("an edit of long ago is not known", () => {
  const fake = startFake();
  fake.trigger("onEdit", "LIMITED");
  fake.advance(6 * 3_600_000);
  assert.equal(valueOf(fake.call("getLastEdit")), null);
});

test("settings are kept for the user", () => {
  const fake = startFake();
  const settings = { organization: "org_1", department: null, checkOnOpen: false };
  valueOf(fake.call("saveSettings", settings));
  assert.deepEqual(valueOf(fake.call("getSurroundings")).settings, settings);
});

test("a call of another shape is a bad call and says where", () => {
  const reply = startFake().run("saveSettings", { organization: 5 });
  const error = { code: "bad-call", message: "settings/organization is not a text" };
  assert.deepEqual(reply, { ok: false, error });
});

test("the manifest asks for no more than the add-on needs", () => {
  const scope = (name: string): string => `https://www.googleapis.com/auth/${name}`;
  assert.deepEqual(JSON.parse(built("appsscript.json")), {
    timeZone: "Etc/UTC",
    runtimeVersion: "V8",
    exceptionLogging: "STACKDRIVER",
    oauthScopes: [
      scope("spreadsheets.currentonly"),
      scope("script.container.ui"),
      scope("script.external_request"),
      scope("userinfo.email"),
      "openid",
    ],
    urlFetchWhitelist: ["https://sheetbrain.invalid/"],
  });
});

test("Google's parser meets only letters and syntax that it knows", () => {
  const code = built("Code.js");
  assert.match(code, /^[\x20-\x7e\n]*$/);
  assert.doesNotMatch(code, /\?\?=|\bstatic\{|\bimport\b\s*[.(]/);
});
