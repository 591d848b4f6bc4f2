use std::sync::Arc;

use super::*;
use crate::model::{Column, ColumnType, DataType};
use crate::sql::{GivenRows, LocalPlan, Operand};
use crate::value::Value;

fn table(name: &str, key: &[&str]) -> Arc<Table> {
    let column = |name: &str| Column::temporary(name.to_owned(), ColumnType::of(DataType::BigInt), false);
    let key = key.iter().map(|&name| name.to_owned()).collect();
    Arc::new(Table::temporary(name.to_owned(), vec![column("a"), column("b")], key))
}

fn run(local: &Local, plan: &LocalPlan) -> Result<usize> {
    execute(local, plan, &[], None, &[])
}

fn create(local: &Local, table: &Arc<Table>) {
    let plan = LocalPlan::Create { table: table.clone(), rows: None, if_not_exists: false };
    assert_eq!(run(local, &plan).unwrap(), 0);
}

fn insert(local: &Local, table: &Arc<Table>, rows: std::ops::Range<i64>) -> Result<usize> {
    let row = |i| vec![Operand::Constant(Value::Integer(i)), Operand::Constant(Value::Integer(i % 2))];
    let rows = GivenRows::Values(rows.map(row).collect());
    run(local, &LocalPlan::Insert { table: table.clone(), creates: false, columns: vec![0, 1], rows })
}

fn reader(local: &Local) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    local.attach(&connection).unwrap();
    connection
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_reader_keeps_its_rows_and_others_see_the_new_ones() {
    let (local, x) = (Local::default(), table("x", &[]));
    create(&local, &x);
    insert(&local, &x, 0..10).unwrap();
    let early = reader(&local);
    keep_rows(&early).unwrap();
    assert_eq!(insert(&local, &x, 10..30).unwrap(), 20);
    let count = "SELECT COUNT(*) FROM \"Twilio.x\"";
    assert_eq!((number(&early, count), number(&reader(&local), count)), (10, 30));
    run(&local, &LocalPlan::Drop { names: vec!["X".into()], if_exists: false }).unwrap();
    assert_eq!(number(&early, count), 10);
}

#[test]
fn a_failed_insert_leaves_nothing() {
    let (local, x) = (Local::default(), table("x", &["a"]));
    create(&local, &x);
    insert(&local, &x, 5..6).unwrap();
    let error = insert(&local, &x, 0..10).unwrap_err();
    assert_eq!(error.state, state::INTEGRITY_CONSTRAINT);
    assert!(error.message.contains("x has a row with this key"), "{}", error.message);
    assert_eq!(number(&reader(&local), "SELECT COUNT(*) FROM \"Twilio.x\""), 1);
}

#[test]
fn the_planner_is_told_of_rows_but_not_of_too_many() {
    let (local, x) = (Local::default(), table("x", &["a", "b"]));
    create(&local, &x);
    let figures = || {
        let connection = reader(&local);
        let mut statement = connection.prepare("SELECT stat FROM sqlite_stat1 ORDER BY idx").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<rusqlite::Result<Vec<_>>>().unwrap()
    };
    assert_eq!(figures(), ["1", "1 1 1"]);
    insert(&local, &x, 0..5).unwrap();
    assert_eq!(figures(), ["8", "8 8 1"]);
    insert(&local, &x, 5..5000).unwrap();
    assert_eq!((figures(), local.told_rows(&x)), (vec!["512".to_owned(), "512 512 1".into()], 512));
}

#[test]
fn tables_are_known_by_identity() {
    let (local, x, other) = (Local::default(), table("x", &[]), table("X", &[]));
    assert!(local.is_current(&x, true) && !local.is_current(&x, false));
    create(&local, &x);
    assert!(local.is_current(&x, false) && !local.is_current(&other, true));
    let again = LocalPlan::Create { table: other.clone(), rows: None, if_not_exists: false };
    assert_eq!(run(&local, &again).unwrap_err().state, state::TABLE_EXISTS);
    assert_eq!(insert(&local, &other, 0..1).unwrap_err().state, state::TABLE_NOT_FOUND);
    local.clear();
    assert!(local.tables().is_empty());
    create(&local, &other);
    assert_eq!(insert(&local, &other, 0..1).unwrap(), 1);
}

#[test]
fn dropping_what_is_not_there() {
    let local = Local::default();
    let drop = |if_exists| run(&local, &LocalPlan::Drop { names: vec!["x".into()], if_exists });
    assert_eq!(drop(true).unwrap(), 0);
    assert_eq!(drop(false).unwrap_err().state, state::TABLE_NOT_FOUND);
}
