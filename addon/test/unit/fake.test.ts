/** The fake services: as strict as Google's, whatever a script does with their exceptions. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Fake, startFake } from "../apps-script/fake.ts";
import type { AuthMode } from "../apps-script/host.ts";
import { Workbook } from "../apps-script/workbook.ts";

/** Runs a script of one function with the fake services. */
function within(body: string, act: (fake: Fake) => void, scopes: readonly string[] = []): void {
  const folder = mkdtempSync(join(tmpdir(), "sheetbrain-script-"));
  try {
    writeFileSync(join(folder, "Code.js"), `function act(given) { ${body} }`);
    const manifest = { oauthScopes: scopes, urlFetchWhitelist: ["https://audit.example/"] };
    writeFileSync(join(folder, "appsscript.json"), JSON.stringify(manifest));
    const workbook = new Workbook();
    workbook.add("Model", { A1: "=1" });
    act(
      startFake({ workbook, folder: pathToFileURL(`${folder}/`), server: () => ({ status: 200 }) }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const spreadsheets = "https://www.googleapis.com/auth/spreadsheets.currentonly";
const requests = "https://www.googleapis.com/auth/script.external_request";

function misuse(body: string, message: RegExp, scopes = [spreadsheets, requests]): void {
  within(
    `try { ${body} } catch { return null; }`,
    (fake) => {
      assert.throws(() => fake.run("act"), message);
    },
    scopes,
  );
}

for (const [body, message] of [
  ["SpreadsheetApp.openById('x')", /no member openById/],
  [
    "SpreadsheetApp.getActiveSpreadsheet().getSheetById('1000')",
    /can not be called with \(string\)/,
  ],
  ["SpreadsheetApp.getActiveSpreadsheet(1)", /can not be called with \(number\)/],
  ["SpreadsheetApp.getActiveSheet.x = 1; SpreadsheetApp.x = 1", /no member|can not be set/],
  ["LockService.getDocumentLock().tryLock(1)", /not given back/],
  ["UrlFetchApp.fetch('https://audit.example/', { muteHttpExceptions: true })", /redirect/],
] as const) {
  test(`${body} fails the test though the script catches it`, () => {
    misuse(body, message);
  });
}

test("a service without its scope in the manifest fails the test", () => {
  misuse("SpreadsheetApp.getActiveSpreadsheet()", /needs the scope/, []);
});

for (const [mode, body] of [
  ["NONE", "SpreadsheetApp.getActiveSpreadsheet()"],
  ["NONE", "PropertiesService.getDocumentProperties()"],
  ["LIMITED", "ScriptApp.getIdentityToken()"],
  ["LIMITED", "Session.getActiveUser().getEmail()"],
  ["CUSTOM_FUNCTION", "SpreadsheetApp.flush()"],
] satisfies [AuthMode, string][]) {
  test(`${body} is not allowed in ${mode}`, () => {
    within(
      body,
      (fake) => {
        assert.throws(() => {
          fake.trigger("act", mode);
        }, /is not allowed in/);
      },
      [spreadsheets, "openid", "https://www.googleapis.com/auth/userinfo.email"],
    );
  });
}

for (const value of [
  "new Date()",
  "() => 1",
  "10n",
  "NaN",
  "[new Date()]",
  "{ a: { b: () => 1 } }",
  "new Map()",
]) {
  test(`${value} does not cross to the page`, () => {
    within(`return (${value});`, (fake) => {
      assert.throws(() => fake.run("act"), /does not carry/);
    });
  });
}

test("what is undefined is left out of objects and null in lists", () => {
  within("return { a: undefined, b: [undefined, given] };", (fake) => {
    assert.deepEqual(fake.run("act", "x"), { b: [null, "x"] });
  });
});

for (const [body, message] of [
  ["PropertiesService.getDocumentProperties().setProperty('a', 'é'.repeat(4700))", /too large/],
  [
    "const store = PropertiesService.getUserProperties(); for (let i = 0; i < 60; i++) store.setProperty('k' + i, 'x'.repeat(9000))",
    /storage quota/,
  ],
  ["CacheService.getUserCache().put('a', 'x'.repeat(102401), 60)", /too large/],
  ["CacheService.getUserCache().put('a', 'x', 21601)", /expirationInSeconds/],
  [
    "UrlFetchApp.fetch('https://evil.example/', { muteHttpExceptions: true, followRedirects: false })",
    /urlFetchWhitelist/,
  ],
  [
    "UrlFetchApp.fetch('https://audit.example/', { muteHttpExceptions: true, followRedirects: false, headers: { Host: 'x' } })",
    /Header:Host/,
  ],
  ["Utilities.ungzip(Utilities.newBlob('x'))", /content type/],
  [
    "SpreadsheetApp.getActiveSpreadsheet().getSheetById(1000).getRange(1001, 1)",
    /outside the dimensions/,
  ],
  [
    "SpreadsheetApp.getActiveSpreadsheet().getSheetById(1000).getRange('A1').setFormulas([['=1', '=2']]); SpreadsheetApp.flush()",
    /does not match/,
  ],
] as const) {
  test(`${body} is refused with an exception of the script's own`, () => {
    within(
      `try { ${body} } catch (error) { return error instanceof Error && error.message; }`,
      (fake) => {
        assert.match(String(fake.run("act")), message);
      },
      [spreadsheets, requests],
    );
  });
}

test("a private function can not be called", () => {
  within("} function hidden_() {", (fake) => {
    assert.throws(() => fake.run("hidden_"), /private/);
  });
});
