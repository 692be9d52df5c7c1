/** The entry in the menu *Extensions*, and what it opens. */

/**
 * Called by Google when a spreadsheet is opened, also where the person never used the add-on:
 * nothing here may need a permission.
 */
export function onOpen(): void {
  SpreadsheetApp.getUi()
    .createAddonMenu()
    .addItem("Audit this spreadsheet", "showSidebar")
    .addToUi();
}

export function showSidebar(): void {
  // As it is: no template is evaluated in it.
  const page = HtmlService.createHtmlOutputFromFile("sidebar").setTitle("SheetBrain");
  SpreadsheetApp.getUi().showSidebar(page);
}
