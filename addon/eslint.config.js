// What the compiler can not see: promises nobody waits for, values of type any, and every way to
// turn text into markup, because the text may come from a hostile spreadsheet.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const reason = "Text from a spreadsheet must never become markup: use textContent.";
const markupProperties = ["innerHTML", "outerHTML", "srcdoc"];
const markupCalls = [
  "insertAdjacentHTML",
  "setHTMLUnsafe",
  "parseFromString",
  "createContextualFragment",
];

export default defineConfig(
  globalIgnores(["dist/", "node_modules/"]),
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["src/tsconfig.json", "src/script/tsconfig.json", "test/tsconfig.json"],
      },
    },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // Numbers print as everyone expects; objects are what the rule is there to catch.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // node:test's `test` gives a promise that the runner itself waits for.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] },
      ],
    },
  },
  {
    // Half of it runs in a page.
    files: ["bench/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...["document", "performance", "tasks", "began", "setTimeout", "queueMicrotask"],
          ...["MutationObserver", "PerformanceObserver", "requestAnimationFrame"],
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["*.js", "**/*.mjs"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", URL: "readonly", Buffer: "readonly" },
    },
  },
  {
    // What Google and the sidebar call by name.
    files: ["src/script/globals.js"],
    languageOptions: { sourceType: "script", globals: { sheetbrain_: "readonly" } },
    rules: { "no-unused-vars": "off" },
  },
  {
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        ...[...markupProperties, ...markupCalls].map((property) => ({ property, message: reason })),
        { object: "document", property: "write", message: reason },
        { object: "document", property: "writeln", message: reason },
      ],
    },
  },
);
