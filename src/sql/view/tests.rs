use super::*;
use crate::model::DataType;
use crate::sql::{self, plan};

fn model(text: &str) -> Arc<Model> {
    add_views(&Model::builtin(), "views.json", text).unwrap()
}

fn fault(text: &str) -> String {
    add_views(&Model::builtin(), "views.json", text).unwrap_err()
}

fn sql_fault(text: &str) -> String {
    add_views(&Model::builtin(), "views.SQL", text).unwrap_err()
}

fn native(model: &Arc<Model>, sql: &str) -> String {
    match sql::plan(model, sql).unwrap().plan {
        Plan::Query(plan) => plan.sql,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_view_is_a_table_with_the_columns_of_its_query() {
    let model = model(
        r#"{"Open": {"query": "SELECT Sid, Name AS Title, DateCreated, 1.5 AS Half FROM Conferences"}}"#,
    );
    let view = model.table(None, "open").unwrap();
    assert_eq!((view.schema.as_str(), view.kind), (VIEW_SCHEMA, TableKind::View));
    let columns: Vec<_> = view.columns.iter().map(|c| (c.name.as_str(), c.data_type)).collect();
    let expected = [
        ("Sid", DataType::Text),
        ("Title", DataType::Text),
        ("DateCreated", DataType::Timestamp),
        ("Half", DataType::Decimal),
    ];
    assert_eq!(columns, expected);
    assert_eq!(view.columns[0].size, Some(34));
    assert!(!view.is_nullable(&view.columns[0]) && view.is_nullable(&view.columns[1]));
    assert!(!view.columns[0].remarks.is_empty());
    assert!(Model::builtin().table(None, "open").is_none());
}

#[test]
fn a_view_is_read_as_a_derived_table() {
    let model = model(
        r#"[{"name": "Open", "query": "SELECT Sid FROM Conferences WHERE Status = 'in-progress'", "remarks": "Now."}]"#,
    );
    assert_eq!(model.table(None, "Open").unwrap().remarks, "Now.");
    let query = native(
        &model,
        "SELECT Open.Sid FROM CData.UserViews.Open WHERE UserViews.Open.Sid = 'CF00000000000000000000000000000001'",
    );
    let expected =
        r#"FROM (SELECT "Conferences"."Sid" AS "Sid" FROM "Twilio.Conferences" AS "Conferences" WHERE "#;
    assert!(query.contains(expected) && query.contains(r#") AS "Open" WHERE "Open"."Sid" = "#), "{query}");
    native(&model, "SELECT a.Sid, b.Sid FROM Open a LEFT JOIN Open b ON a.Sid = b.Sid");
    native(&model, "SELECT * FROM Open AS o (x) WHERE x IN (SELECT Sid FROM [Open])");
}

#[test]
fn the_names_of_a_view_are_its_own() {
    let model = model(r#"{"Open": {"query": "SELECT Sid FROM Conferences"}}"#);
    let query = native(&model, "WITH Conferences AS (SELECT 1 AS Sid) SELECT * FROM Open");
    assert!(query.contains("\"Twilio.Conferences\""), "{query}");
    let query = native(&model, "WITH Open AS (SELECT 1 AS Sid) SELECT * FROM Open");
    assert!(!query.contains("\"Twilio.Conferences\""), "{query}");
    let local = [Arc::new(Table::temporary("picked".to_owned(), Vec::new(), Vec::new()))];
    let over = fault(r#"{"Mine": {"query": "SELECT * FROM picked"}}"#);
    assert!(over.contains("The table picked"), "{over}");
    let names = Names { local: &local, ..Names::from(&model) };
    plan(names, "SELECT * FROM Open").unwrap();
}

#[test]
fn views_use_views_but_not_themselves() {
    let model = model(
        r#"{"A": {"query": "SELECT Sid FROM B"}, "B": {"query": "WITH x AS (SELECT * FROM C) SELECT * FROM x"},
            "C": {"query": "SELECT Sid, Status FROM Conferences"}}"#,
    );
    assert!(native(&model, "SELECT * FROM A JOIN B ON A.Sid = B.Sid").contains("Twilio.Conferences"));
    let error = fault(
        r#"{"A": {"query": "SELECT * FROM B"},
"B": {"query": "SELECT * FROM (SELECT * FROM UserViews.a)"}}"#,
    );
    assert!(
        error.contains("views.json, line 1: A: ") && error.contains("views.json, line 2: B: "),
        "{error}"
    );
    assert!(error.contains("the view A is part of its own query"), "{error}");
}

#[test]
fn what_views_multiply_to_is_bounded() {
    let mut text = r#"{"V0": {"query": "SELECT Sid FROM Conferences"}"#.to_owned();
    for i in 1..20 {
        let below = i - 1;
        text += &format!(
            r#", "V{i}": {{"query": "SELECT a.Sid FROM V{below} a JOIN V{below} b ON a.Sid = b.Sid"}}"#
        );
    }
    let error = fault(&(text + "}"));
    assert!(error.contains("V19: ") && error.contains("views"), "{error}");
}

#[test]
fn faults_name_the_file_the_line_and_the_view() {
    for (text, expected) in [
        ("{\n\"A\": {\"query\": \"SELECT Sidd FROM Conferences\"}}", "views.json, line 2: A: "),
        ("{\"A\": {\"query\": \"SELECT Sidd FROM Conferences\"}}", "did you mean Sid or"),
        ("{\"A\": {\"query\": \"SELEC 1\"}}", "views.json, line 1: A: "),
        ("{\"A\": {\"query\": \"DELETE FROM Conferences\"}}", "A: A view is a query"),
        ("{\"A\": {\"query\": \"SELECT ? AS x\"}}", "A: A view has no parameters"),
        ("{\"A\": {\"query\": \"SELECT * FROM Nothing\"}}", "The table Nothing"),
        ("{\"A\": {\"query\": \"SELECT Sid INTO #x FROM Conferences\"}}", "A: "),
        (
            "{\"A\": {\"query\": \"SELECT Sid, Status AS sid FROM Conferences\"}}",
            "A: The column sid is there twice",
        ),
        (
            "{\"A\": {\"query\": \"SELECT 1 AS x\"},\n\"a\": {\"query\": \"SELECT 1 AS x\"}}",
            "views.json, line 2: a: UserViews has another",
        ),
        ("{\"A.B\": {\"query\": \"SELECT 1 AS x\"}}", "is no name"),
        (
            "{\"A\": {\"sql\": \"SELECT 1\"}}",
            "views.json: A.sql: unknown field `sql`, expected `query` or `remarks` at line 1",
        ),
        (
            "{\"A\": {\"query\": 1}}",
            "views.json: A.query: invalid type: integer `1`, expected a string at line 1",
        ),
        ("{\"A\": \"SELECT 1\"}", "views.json: A: "),
        ("[{\"name\": \"A\"}]", "missing field `query`"),
        ("7", "expected {\"Name\": {\"query\": \"SELECT …\"}}"),
        ("{\n\"A\": }", "views.json: A: expected value at line 2"),
    ] {
        let error = fault(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn statements_may_define_views() {
    let text = "-- Two views.\nCREATE VIEW Open AS\n  SELECT Sid /* é; */, 'a;b' AS Text FROM Conferences;\n\ncreate view [Closed] as select Sid from Open;;\n";
    let model = add_views(&Model::builtin(), "views.sql", text).unwrap();
    assert_eq!(model.table(None, "Open").unwrap().columns.len(), 2);
    assert!(native(&model, "SELECT * FROM Closed").contains("a;b"));
    assert!(model.tables().filter(|t| t.schema == VIEW_SCHEMA).count() == 2);
    assert_eq!(add_views(&Model::builtin(), "views.sql", "").unwrap().tables_named("Open").count(), 0);
    for (text, expected) in [
        (
            "CREATE VIEW A AS\nSELECT Sid,\n  Statu FROM Conferences;",
            "views.SQL, line 1: A: The column Statu at line 3, column 3 does not exist; did you mean Status?",
        ),
        (
            "CREATE VIEW A AS SELECT 1 AS x;\n\n  CREATE VIEW B AS SELECT FROM Conferences",
            "views.SQL, line 3: B: Syntax error at line 3",
        ),
        (
            "\nCREATE TABLE A (x int)",
            "views.SQL, line 2: a statement has the form CREATE VIEW name AS SELECT …;",
        ),
        ("CREATE VIEW A (x) AS SELECT 1", "line 1: a statement has the form"),
        ("CREATE VIEW A AS", "line 1: a statement has the form"),
        ("SELECT 1", "line 1: a statement has the form"),
        ("CREATE VIEW A AS SELECT 'x", "views.SQL, line 1: "),
    ] {
        let error = sql_fault(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_view_cannot_be_written() {
    let model = model(r#"{"Open": {"query": "SELECT Sid, Status FROM Conferences"}}"#);
    for statement in [
        "UPDATE Open SET Status = 'completed' WHERE Sid = 'CF1'",
        "DELETE FROM Open",
        "INSERT INTO Open (Sid) VALUES ('CF1')",
        "DROP TABLE Open",
    ] {
        let error = plan(&model, statement).unwrap_err();
        assert!(error.message.contains("Open is a view, which can be read only"), "{}", error.message);
        assert_eq!(error.state, state::SYNTAX_ERROR);
    }
}
