use std::sync::Arc;

use super::*;
use crate::error::SqlState;
use crate::model::{Column, ColumnType, DataType, Model, Table};
use crate::sql::{self, GivenRows, LocalPlan, Operand, Plan, Statement};
use crate::value::Value;

/// A connection with the table `picked (Sid, Number, Made)`.
fn plan(sql: &str) -> crate::error::Result<Statement> {
    let column = |name: &str, t| Column::temporary(name.to_owned(), t, false);
    let columns = vec![
        column("Sid", ColumnType::text(34)),
        column("Number", ColumnType::of(DataType::Integer)),
        column("Made", ColumnType::of(DataType::Timestamp)),
    ];
    let local = [Arc::new(Table::temporary("picked".to_owned(), columns, Vec::new()))];
    let model = Model::builtin();
    sql::plan(Names { local: &local, ..Names::from(&model) }, sql)
}

fn refused(sql: &str) -> SqlState {
    plan(sql).map(|s| format!("{s:?}")).unwrap_err().state
}

#[test]
fn some_names_are_temporary_by_their_form() {
    for name in ["#x", "x#TEMP", "Conferences#temp"] {
        assert!(is_temporary(name), "{name}");
    }
    for name in ["x", "#", "#TEMP", "xTEMP", "x#", "é#TEM"] {
        assert_eq!(is_temporary(name), name.starts_with('#'), "{name}");
    }
}

#[test]
fn values_that_are_known_need_no_query() {
    let statement = plan("INSERT INTO Picked VALUES ('x', -5, '2024-06-30'), (?, ?, NULL)").unwrap();
    let Plan::Local(LocalPlan::Insert { columns, rows: GivenRows::Values(rows), creates: false, .. }) =
        statement.plan
    else {
        panic!("an insert of values")
    };
    assert_eq!(columns, [0, 1, 2]);
    let constant = |value: Value| Operand::Constant(value);
    let first = ["x".into(), Value::Integer(-5), "2024-06-30 00:00:00".into()].map(constant);
    assert_eq!(rows[0], first);
    assert_eq!(rows[1], [Operand::Parameter(0), Operand::Parameter(1), constant(Value::Null)]);
    let described: Vec<_> =
        statement.parameters.iter().map(|p| (p.name.as_deref(), p.column_type.data_type, p.typed)).collect();
    assert_eq!(described, [(Some("Sid"), DataType::Text, true), (Some("Number"), DataType::Integer, true)]);
}

#[test]
fn values_that_are_computed_are_a_query() {
    let statement = plan("INSERT INTO picked (Number, Sid) VALUES (1 + ?, ?)").unwrap();
    let Plan::Local(LocalPlan::Insert { columns, rows: GivenRows::Query(query), .. }) = statement.plan else {
        panic!("an insert of a query's rows")
    };
    assert_eq!((columns, query.sql.as_str()), (vec![1, 0], "VALUES (decimal_add(1, ?1, 0), ?2)"));
    assert_eq!(statement.parameters[1].name.as_deref(), Some("Sid"));
}

#[test]
fn rows_are_found_by_their_ids() {
    let statement = plan("UPDATE picked k SET Made = ? WHERE Sid = ?").unwrap();
    let Plan::Local(LocalPlan::Update { set, rows, .. }) = statement.plan else { panic!("an update") };
    assert_eq!(set, [2]);
    let expected = r#"SELECT "k"."rowid", ?1 AS "?" FROM "Twilio.picked" "k" WHERE "k"."Sid" = ?2"#;
    assert_eq!(rows.sql, expected);
    assert_eq!(statement.parameters[0].column_type.data_type, DataType::Timestamp);
    let statement = plan("DELETE FROM Twilio.PICKED").unwrap();
    let Plan::Local(LocalPlan::Delete { rows, .. }) = statement.plan else { panic!("a delete") };
    assert_eq!(rows.sql, r#"SELECT "picked"."rowid" FROM "Twilio.picked" AS "picked""#);
}

#[test]
fn a_table_keeps_the_types_of_a_query() {
    let statement =
        plan("CREATE TEMP TABLE x AS SELECT Sid, COUNT(*) AS n, MAX(Made) AS m FROM picked GROUP BY Sid");
    let Plan::Local(LocalPlan::Create { table, rows: Some(_), .. }) = statement.unwrap().plan else {
        panic!("a table of a query")
    };
    let columns = table.columns.iter().map(|c| (c.name.as_str(), c.column_type(), table.is_nullable(c)));
    let expected = [
        ("Sid", ColumnType::text(34), true),
        ("n", ColumnType::of(DataType::BigInt), false),
        ("m", ColumnType::of(DataType::Timestamp), true),
    ];
    assert_eq!(columns.collect::<Vec<_>>(), expected);
}

#[test]
fn an_insert_makes_a_table_of_the_right_form_only() {
    let statement = plan("INSERT INTO Conferences#TEMP (Name, [To]) VALUES ('a', 1)").unwrap();
    let Plan::Local(LocalPlan::Insert { table, creates: true, .. }) = statement.plan else {
        panic!("an insert that makes its table")
    };
    assert_eq!(table.columns[1].column_type(), ColumnType::text(ColumnType::UNKNOWN_TEXT_SIZE));
    assert_eq!(refused("INSERT INTO nothing (a) VALUES (1)"), state::TABLE_NOT_FOUND);
    assert_eq!(refused("INSERT INTO #x (a) VALUES (1)"), state::TABLE_NOT_FOUND);
    assert_eq!(refused("INSERT INTO Conferences (Name) SELECT Sid FROM picked"), state::NOT_IMPLEMENTED);
}

#[test]
fn faults_are_told_when_the_statement_is_prepared() {
    for (sql, expected) in [
        ("INSERT INTO picked VALUES ('x', 'y', NULL)", state::INVALID_CHARACTER_VALUE),
        ("INSERT INTO picked VALUES ('x', 1, 'soon')", state::INVALID_DATETIME),
        ("INSERT INTO picked VALUES ('x', 3000000000, NULL)", state::NUMERIC_OUT_OF_RANGE),
        ("INSERT INTO picked VALUES ('x')", state::INSERT_LIST_MISMATCH),
        ("CREATE TEMP TABLE Twilio.Conferences (a INTEGER)", state::TABLE_EXISTS),
        ("DROP TABLE nothing", state::TABLE_NOT_FOUND),
    ] {
        assert_eq!(refused(sql), expected, "{sql}");
    }
}
