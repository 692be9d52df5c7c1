// All that Google and the sidebar may call, and nothing else: each function here is reachable from
// any page of the script. The rest stands in sheetbrain_, which its underscore keeps private.

function onInstall(event) {
  sheetbrain_.onOpen(event);
}

function onOpen(event) {
  sheetbrain_.onOpen(event);
}

function onEdit(event) {
  sheetbrain_.onEdit(event);
}

function showSidebar() {
  sheetbrain_.showSidebar();
}

/**
 * Checks the text of a formula against SheetBrain's recommended rules.
 *
 * @param {string} formula The text of a formula, such as FORMULATEXT(B2), or a range of them.
 * @return What was found, one line for each finding, or "No findings".
 * @customfunction
 */
function SHEETBRAIN_CHECK(formula) {
  return sheetbrain_.checkFormulas(formula);
}

/**
 * Says in plain words what a formula computes.
 *
 * @param {string} formula The text of a formula, such as FORMULATEXT(B2), or a range of them.
 * @return The steps of the formula, one line each.
 * @customfunction
 */
function SHEETBRAIN_EXPLAIN(formula) {
  return sheetbrain_.explainFormulas(formula);
}

function getSurroundings() {
  return sheetbrain_.getSurroundings();
}

function saveSettings(settings) {
  return sheetbrain_.saveSettings(settings);
}

function getSnapshot(scope) {
  return sheetbrain_.getSnapshot(scope);
}

function getLastEdit() {
  return sheetbrain_.getLastEdit();
}

function goTo(place) {
  return sheetbrain_.goTo(place);
}

function changeFormulas(changes, title) {
  return sheetbrain_.changeFormulas(changes, title);
}

function undoChange() {
  return sheetbrain_.undoChange();
}

function highlight(highlights) {
  return sheetbrain_.highlight(highlights);
}

function clearHighlights() {
  return sheetbrain_.clearHighlights();
}

function writeReport(report) {
  return sheetbrain_.writeReport(report);
}

function askServer(request) {
  return sheetbrain_.askServer(request);
}
