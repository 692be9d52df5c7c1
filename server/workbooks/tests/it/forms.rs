//! Each form of file, read.

use analyzer::names::{Known, NameOf};
use rust_xlsxwriter::{Table, Workbook as Writer};
use workbooks::{Kind, Workbook, read};

use crate::made::{A1_PLUS_1, COPY, ods, xls, xlsb, xlsx};
use crate::{formulas, listed, unread};

/// A workbook with all that a program for people writes.
fn written() -> Workbook {
    let mut writer = Writer::new();
    writer.define_name("Rate", "=Input!$A$1").unwrap();
    writer
        .define_name("Double", "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x*2)")
        .unwrap();
    let input = writer.add_worksheet().set_name("Input").unwrap();
    input.write_formula(1, 1, "=A1*Rate").unwrap();
    let table = Table::new().set_name("Sales");
    input.add_table(4, 0, 6, 1, &table).unwrap();
    let sums = writer.add_worksheet().set_name("All sums").unwrap();
    let named = "=_xlfn.LET(_xlpm.x,Input!A1,_xlpm.x+1)";
    sums.write_formula(0, 0, named).unwrap();
    sums.write_array_formula(2, 2, 4, 2, "=A1:A3*2").unwrap();
    sums.write_formula(0, 5, "=Sales[[#This Row],[Column1]]&\"<&>\"")
        .unwrap();
    read("Sums.XLSX", &writer.save_to_buffer().unwrap()).unwrap()
}

#[test]
fn sheets_formulas_and_arrays_of_excel_are_read() {
    let workbook = written();
    assert_eq!(workbook.kind, Kind::Xlsx);
    assert_eq!(
        listed(&workbook),
        [
            "Input!B2 =A1*Rate",
            "All sums!A1 =LET(x,Input!A1,x+1)",
            "All sums!F1 =Sales[[#This Row],[Column1]]&\"<&>\"",
            "All sums!C3 =ARRAYFORMULA(A1:A3*2)",
        ]
    );
    assert_eq!(unread(&workbook), Vec::<String>::new());
}

#[test]
fn what_a_workbook_defines_is_known() {
    let names = written().names;
    for (kind, name) in [
        (NameOf::Sheet, "all sums"),
        (NameOf::Range, "rate"),
        (NameOf::Table, "sales"),
        (NameOf::Function, "double"),
    ] {
        assert_eq!(names.look_up(kind, name), Known::Defined, "{name}");
        assert_eq!(names.look_up(kind, "nothing"), Known::Missing(None));
    }
}

#[test]
fn copies_of_a_formula_are_unfolded() {
    let rows = r#"<row r="2"><c r="B2"><f t="shared" ref="B2:B4" si="7">A2*$C$1</f><v>1</v></c></row>
        <row r="3"><c r="B3"><f t="shared" si="7"/></c></row>
        <row><c/><c><f t="shared" si="7"></f></c></row>"#;
    assert_eq!(
        formulas("a.xlsx", &xlsx(rows)),
        ["Data!B2 =A2*$C$1", "Data!B3 =A3*$C$1", "Data!B4 =A4*$C$1"]
    );
}

#[test]
fn a_cell_that_can_not_be_audited_is_told_with_its_reason() {
    let rows = r#"<row r="1"><c r="A1"><f t="shared" si="3"/></c><c r="B1"><f t="dataTable" ref="B1:B2" r1="A1"/></c></row>"#;
    let workbook = read("a.xlsx", &xlsx(rows)).unwrap();
    assert_eq!(listed(&workbook), Vec::<String>::new());
    assert_eq!(
        unread(&workbook),
        [
            "Data!A1 it is the copy of a formula that the file does not hold",
            "Data!B1 it belongs to a what-if data table, which Google Sheets does not have",
        ]
    );
}

#[test]
fn what_google_sheets_exported_is_read_as_it_was() {
    let rows = r#"<row r="1"><c r="A1"><f>IFERROR(__xludf.DUMMYFUNCTION("MY_FUNCTION(B1:B2)"),1)</f></c>
        <c r="A2"><f>IFERROR(__xludf.DUMMYFUNCTION("""COMPUTED_VALUE"""),2)</f></c></row>"#;
    let workbook = read("a.xlsx", &xlsx(rows)).unwrap();
    assert_eq!(listed(&workbook), ["Data!A1 =MY_FUNCTION(B1:B2)"]);
    let known = workbook.names.look_up(NameOf::Function, "MY_FUNCTION");
    assert_eq!(known, Known::Unknown);
}

#[test]
fn sheets_names_and_repeated_cells_of_an_ods_are_read() {
    let workbook = read(
        "a.ods",
        &ods(r#"<table:table table:name="Data">
            <table:table-header-rows><table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row></table:table-header-rows>
            <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>
              <table:table-cell table:formula="of:=SUM([.A3:.B3];&quot;x&quot;)" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>
            <table:table-row><table:table-cell table:number-matrix-columns-spanned="1" table:number-matrix-rows-spanned="2" table:formula="of:=[.A1:.A2]*2"/></table:table-row>
            </table:table>
            <table:table table:name="Other"><table:table-row><table:covered-table-cell/><table:table-cell table:formula="of:=Rate*[$Data.A1]"/></table:table-row></table:table>
            <table:named-expressions><table:named-range table:name="Rate" table:cell-range-address="$Data.$A$1"/></table:named-expressions>
            <table:database-ranges><table:database-range table:name="Base"/></table:database-ranges>"#),
    )
    .unwrap();
    assert_eq!(
        listed(&workbook),
        [
            "Data!C3 =SUM(A3:B3,\"x\")",
            "Data!C4 =SUM(A3:B3,\"x\")",
            "Data!A5 =ARRAYFORMULA(A1:A2*2)",
            "Other!B1 =Rate*Data!A1",
        ]
    );
    for name in ["Rate", "Base"] {
        assert_eq!(workbook.names.look_up(NameOf::Range, name), Known::Defined);
    }
}

#[test]
fn what_was_deleted_from_an_ods_is_not_read() {
    let workbook = ods(
        r#"<table:tracked-changes><table:cell-content-change><table:previous><table:change-track-table-cell/><table:table table:name="x"><table:table-row><table:table-cell table:formula="of:=1"/></table:table-row></table:table></table:previous></table:cell-content-change></table:tracked-changes>
        <table:table table:name="Data"><table:shapes><table:table table:name="In a chart"><table:table-row><table:table-cell table:formula="of:=2"/></table:table-row></table:table></table:shapes>
        <table:table-row><table:table-cell table:formula="of:=3"/></table:table-row></table:table>"#,
    );
    assert_eq!(formulas("a.ods", &workbook), ["Data!A1 =3"]);
}

#[test]
fn formulas_of_an_xls_are_read_and_copies_told() {
    let file = xls(&[], &[(1, 1, A1_PLUS_1), (2, 1, COPY)]);
    let workbook = read("a.xls", &file).unwrap();
    assert_eq!(workbook.kind, Kind::Xls);
    assert_eq!(listed(&workbook), ["Data!B2 =A1+1"]);
    let unread = unread(&workbook);
    assert!(unread[0].starts_with("Data!B3 it is a copy"), "{unread:?}");
}

#[test]
fn formulas_of_an_xlsb_are_read_and_copies_told() {
    let tokens = [0x44, 0, 0, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x03];
    let file = xlsb(&[(1, 1, &tokens), (2, 1, COPY)]);
    let workbook = read("a.xlsb", &file).unwrap();
    assert_eq!(workbook.kind, Kind::Xlsb);
    assert_eq!(listed(&workbook), ["Data!B2 =A1+1"]);
    let unread = unread(&workbook);
    assert!(unread[0].starts_with("Data!B3 it is a copy"), "{unread:?}");
}

#[test]
fn the_content_says_what_kind_of_file_it_is() {
    let file = xlsx(r#"<row r="1"><c r="A1"><f>A2</f></c></row>"#);
    for name in ["a.xls", "a.ods", "a.xlam", "download"] {
        assert_eq!(formulas(name, &file), ["Data!A1 =A2"], "{name}");
    }
}

/// `A1>1`: Excel's token for it is `0x0D`.
#[test]
fn comparisons_of_the_binary_forms_are_those_of_excel() {
    let greater = [0x44, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x0D];
    let at_least = [0x44, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x0C];
    let file = xls(&[], &[(0, 1, &greater), (1, 1, &at_least)]);
    assert_eq!(
        formulas("a.xls", &file),
        ["Data!B1 =A1>1", "Data!B2 =A1>=1"]
    );
    let greater = [0x44, 0, 0, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x0D];
    let at_least = [0x44, 0, 0, 0, 0, 0, 0xC0, 0x1E, 1, 0, 0x0C];
    let file = xlsb(&[(0, 1, &greater), (1, 1, &at_least)]);
    assert_eq!(
        formulas("a.xlsb", &file),
        ["Data!B1 =A1>1", "Data!B2 =A1>=1"]
    );
}

/// The text `a"b`, which the reader writes without doubling its quote.
#[test]
fn a_formula_that_is_not_told_well_enough_is_skipped() {
    let text = [0x17, 3, 0, b'a', b'"', b'b'];
    let workbook = read("a.xls", &xls(&[], &[(0, 0, &text)])).unwrap();
    assert_eq!(listed(&workbook), Vec::<String>::new());
    let unread = unread(&workbook);
    assert!(
        unread[0].starts_with("Data!A1 this form of file"),
        "{unread:?}"
    );
}
