use crate::error::state;
use crate::model::{DataType, Model};
use crate::sql::{self, GivenRows, Operand, Place, Plan, QueryPlan, Statement, WriteKind};
use crate::value::Value;

fn plan(sql: &str) -> Statement {
    sql::plan(&Model::builtin(), sql).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn query(sql: &str) -> QueryPlan {
    match plan(sql).plan {
        Plan::Query(query) => query,
        other => panic!("{sql}: {other:?}"),
    }
}

/// The result's columns as `name:type`.
fn columns(sql: &str) -> Vec<String> {
    query(sql).columns.iter().map(|c| format!("{}:{:?}", c.name, c.column_type.data_type)).collect()
}

const PARTICIPANTS: &str = "\"Twilio.ConferenceParticipants\" AS \"ConferenceParticipants\"";

#[test]
fn names_are_found_in_any_case_and_quoting() {
    for sql in [
        "select callsid from conferenceparticipants",
        "SELECT \"CallSid\" FROM \"Twilio\".\"ConferenceParticipants\"",
        "SELECT [CallSid] FROM [CData].[Twilio].[ConferenceParticipants]",
        "SELECT `callsid` FROM `conferenceparticipants`",
        "SELECT ConferenceParticipants.CallSid FROM Twilio.ConferenceParticipants",
        "SELECT Twilio.ConferenceParticipants.CallSid FROM ConferenceParticipants",
        "SELECT CData.Twilio.ConferenceParticipants.CallSid FROM CData.Twilio.ConferenceParticipants;",
    ] {
        let text = query(sql).sql;
        let rest = text.split_once(" FROM ").unwrap().1;
        assert_eq!(rest, PARTICIPANTS, "{sql}");
        assert!(text.starts_with("SELECT \"ConferenceParticipants\".\"CallSid\" AS \""), "{text}");
    }
}

#[test]
fn an_alias_of_a_column_works_in_every_clause_and_is_not_in_star() {
    let sql = "SELECT ConferenceSidSid FROM ConferenceParticipants WHERE ConferenceSidSid IS NULL \
               GROUP BY ConferenceSidSid ORDER BY ConferenceSidSid";
    let query = query(sql);
    assert_eq!(query.columns[0].name, "ConferenceSidSid");
    assert_eq!(query.sql.matches("\"ConferenceParticipants\".\"ConferenceSid\"").count(), 3, "{}", query.sql);
    assert_eq!(columns("SELECT * FROM ConferenceParticipants").len(), 15);
    assert_eq!(columns("SELECT Name, FriendlyName FROM Conferences"), ["Name:Text", "FriendlyName:Text"]);
}

#[test]
fn columns_are_described() {
    let query = query(
        "SELECT c.*, p.Muted m, COUNT(*) FROM Conferences c LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid",
    );
    assert_eq!(query.columns.len(), 14);
    let sid = &query.columns[0];
    assert_eq!((sid.name.as_str(), sid.column_type.size, sid.nullable), ("Sid", 34, false));
    let muted = &query.columns[12];
    assert_eq!((muted.name.as_str(), muted.column_type.data_type), ("m", DataType::Boolean));
    assert!(muted.nullable, "an outer join makes it so");
    assert_eq!(query.columns[13].name, "COUNT(*)");
    assert_eq!(query.columns[13].column_type.data_type, DataType::BigInt);
    assert!(!query.columns[13].nullable);
    assert!(query.reruns);
}

#[test]
fn expressions_are_typed() {
    for (expression, expected) in [
        ("1", "1:Integer"),
        ("5000000000", "5000000000:BigInt"),
        ("1.5 x", "x:Decimal"),
        ("1.5e0 x", "x:Double"),
        ("'a' || 'b'", "'a' || 'b':Text"),
        ("TRUE", "true:Boolean"),
        ("1 = 2", "1 = 2:Boolean"),
        ("{d '2020-01-02'} d", "d:Date"),
        ("{ts '2020-01-02 03:04:05'} t", "t:Timestamp"),
        ("CASE WHEN 1 = 1 THEN 1 ELSE 2.5 END c", "c:Decimal"),
        ("CASE WHEN 1 = 1 THEN 1 ELSE 2.5e0 END c", "c:Double"),
        ("CASE WHEN 1 = 1 THEN 1 ELSE 'x' END c", "c:Text"),
        ("CAST('1' AS BIGINT) c", "c:BigInt"),
        ("CAST(1 AS NVARCHAR(5)) c", "c:Text"),
        ("COALESCE(NULL, 3) c", "c:Integer"),
        ("{fn YEAR({fn NOW()})} y", "y:Integer"),
        ("CURRENT_TIMESTAMP t", "t:Timestamp"),
        ("(SELECT MAX(DateCreated) FROM Conferences) m", "m:Timestamp"),
        ("EXISTS (SELECT 1) e", "e:Boolean"),
    ] {
        assert_eq!(columns(&format!("SELECT {expression}")), [expected], "{expression}");
    }
}

#[test]
fn derived_tables_and_common_table_expressions_hand_types_on() {
    assert_eq!(
        columns("SELECT x.m, x.* FROM (SELECT Muted AS m, DateCreated FROM ConferenceParticipants) x"),
        ["m:Boolean", "m:Boolean", "DateCreated:Timestamp"]
    );
    assert_eq!(
        columns("WITH x(a) AS (SELECT Hold FROM ConferenceParticipants) SELECT * FROM x"),
        ["a:Boolean"]
    );
    let recursive =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n";
    assert_eq!(columns(recursive).len(), 1);
    assert_eq!(columns("SELECT 1 AS a UNION SELECT 'x' ORDER BY A"), ["a:Text"]);
    assert_eq!(columns("SELECT Sid FROM Conferences c WHERE EXISTS (SELECT 1 FROM ConferenceParticipants WHERE ConferenceSid = c.Sid)").len(), 1);
}

#[test]
fn using_and_natural_merge_columns() {
    let using = columns("SELECT * FROM Conferences JOIN ConferenceParticipants USING (AccountSid)");
    assert_eq!(using.len(), 12 + 15 - 1);
}

#[test]
fn literals_take_the_form_of_the_column_beside_them() {
    for (condition, expected) in [
        ("Muted = 'true'", "\"Muted\" = 1"),
        ("Muted = 1", "\"Muted\" = 1"),
        ("Muted = false", "\"Muted\" = false"),
        ("Hold IN ('false', 1)", "\"Hold\" IN (0, 1)"),
        ("DateCreated > '2020-01-02T03:04:05Z'", "\"DateCreated\" > '2020-01-02 03:04:05'"),
        ("DateCreated >= {d '2020-01-02'}", "\"DateCreated\" >= '2020-01-02 00:00:00'"),
        (
            "DateCreated BETWEEN '2020-01-02' AND '2020-01-03 01:00'",
            "BETWEEN '2020-01-02 00:00:00' AND '2020-01-03 01:00:00'",
        ),
    ] {
        let text = query(&format!("SELECT 1 FROM ConferenceParticipants WHERE {condition}")).sql;
        assert!(text.contains(expected), "{condition}: {text}");
    }
}

#[test]
fn a_literal_that_is_no_value_of_the_column_is_an_error() {
    for (condition, expected) in [
        ("Muted = 'perhaps'", "Muted"),
        ("DateCreated > 'yesterday'", "DateCreated"),
        ("DateCreated = '2020-02-30'", "2020-02-30"),
    ] {
        let sql = format!("SELECT 1 FROM ConferenceParticipants WHERE {condition}");
        let error = sql::plan(&Model::builtin(), &sql).unwrap_err();
        assert!([state::INVALID_DATETIME, state::INVALID_CHARACTER_VALUE].contains(&error.state), "{error}");
        assert!(error.message.contains(expected), "{error}");
    }
}

#[test]
fn markers_keep_their_numbers_and_find_their_types() {
    let sql = "SELECT TOP ? Sid, ? FROM Conferences WHERE Status = ? AND DateCreated > ?";
    let statement = plan(sql);
    let types: Vec<_> = statement.parameters.iter().map(|p| (p.typed, p.column_type.data_type)).collect();
    assert_eq!(
        types,
        [
            (true, DataType::BigInt),
            (false, DataType::Text),
            (true, DataType::Text),
            (true, DataType::Timestamp)
        ]
    );
    assert_eq!(statement.parameters[2].name.as_deref(), Some("Status"));
    let Plan::Query(query) = statement.plan else { panic!() };
    assert!(query.sql.ends_with("LIMIT ?1"), "{}", query.sql);
    assert_eq!(plan("SELECT '?' /* ? */ -- ?\n, ?").parameters.len(), 1);
}

#[test]
fn top_fetch_and_limit_are_one_thing() {
    for (sql, end) in [
        ("SELECT TOP 3 Sid FROM Conferences ORDER BY Sid", "LIMIT 3"),
        ("SELECT DISTINCT TOP 3 Sid FROM Conferences", "LIMIT 3"),
        ("SELECT Sid FROM Conferences FETCH FIRST 3 ROWS ONLY", "LIMIT 3"),
        ("SELECT Sid FROM Conferences OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY", "LIMIT 3 OFFSET 2"),
        ("SELECT Sid FROM Conferences LIMIT 2, 3", "LIMIT 3 OFFSET 2"),
        ("SELECT Sid FROM Conferences OFFSET 2", "LIMIT -1 OFFSET 2"),
    ] {
        let text = query(sql).sql;
        assert!(text.ends_with(end), "{sql}: {text}");
    }
}

#[test]
fn faults_say_what_comes_near_and_where() {
    for (sql, expected_state, expected) in [
        ("SELECT * FROM Conference", state::TABLE_NOT_FOUND, "did you mean Conferences"),
        ("SELECT * FROM Other.Conferences", state::TABLE_NOT_FOUND, "Other.Conferences"),
        ("SELECT Stats FROM Conferences", state::COLUMN_NOT_FOUND, "Status"),
        ("SELECT x.Sid FROM Conferences", state::COLUMN_NOT_FOUND, "x.Sid at line 1, column 8"),
        ("SELEC 1", state::SYNTAX_ERROR, "line 1, column 1"),
        ("SELECT Sid\nFROM Conferences WHERE", state::SYNTAX_ERROR, "Syntax error"),
        ("SELECT Sid, From FROM Conferences", state::SYNTAX_ERROR, "From is a reserved word"),
        ("SELECT 1 1", state::SYNTAX_ERROR, "line 1, column 10"),
        ("", state::SYNTAX_ERROR, "empty"),
        ("SELECT *", state::SYNTAX_ERROR, "FROM"),
        ("SELECT Sid FROM Conferences ORDER BY 2", state::SYNTAX_ERROR, "no column 2"),
        ("INSERT INTO Conferences (Name) VALUES ('x')", state::NOT_IMPLEMENTED, "inserted into Conferences"),
        ("DROP TABLE Conferences", state::NOT_IMPLEMENTED, "Twilio, which cannot be dropped"),
        (
            "UPDATE ConferenceParticipants SET Label = 'x'",
            state::SYNTAX_ERROR,
            "Label of ConferenceParticipants is read-only",
        ),
        ("UPDATE ConferenceParticipants SET Mutd = 1", state::COLUMN_NOT_FOUND, "Muted"),
        ("UPDATE Conferences SET Status = 'completed', status = 'completed'", state::SYNTAX_ERROR, "twice"),
        ("DELETE FROM Conferences", state::SYNTAX_ERROR, "cannot be deleted"),
    ] {
        let error = sql::plan(&Model::builtin(), sql).unwrap_err();
        assert_eq!(error.state, expected_state, "{sql}: {error}");
        assert!(error.message.contains(expected), "{sql}: {error}");
    }
}

#[test]
fn a_where_that_names_the_whole_path_needs_no_reading() {
    let sql = "DELETE FROM ConferenceParticipants where CallSid='CA1' and conferenceSid='CF1'";
    let Plan::Write(write) = plan(sql).plan else { panic!() };
    let GivenRows::Values(rows) = &write.rows else { panic!("{:?}", write.rows) };
    let named = write.places.iter().map(|place| match place {
        Place::Path(column) => write.table.columns[*column].name.as_str(),
        Place::Parameter(_) => panic!("{place:?}"),
    });
    assert_eq!(named.collect::<Vec<_>>(), ["CallSid", "ConferenceSid"]);
    assert_eq!(rows[0][0], Operand::Constant(Value::from("CA1")));
    assert!(!write.is_unfiltered);

    let sql = "UPDATE ConferenceParticipants p SET Muted = ?, Hold = 'false' WHERE p.ConferenceSid = ? AND p.CallSid = ?";
    let statement = plan(sql);
    assert_eq!(statement.parameters[0].column_type.data_type, DataType::Boolean);
    assert_eq!(statement.parameters[2].name.as_deref(), Some("CallSid"));
    let Plan::Write(write) = statement.plan else { panic!() };
    assert_eq!((write.kind, write.places.len()), (WriteKind::Update, 4));
    let GivenRows::Values(rows) = write.rows else { panic!() };
    assert_eq!(rows[0][2..], [Operand::Parameter(0), Operand::Constant(Value::Integer(0))]);
}

#[test]
fn any_other_where_finds_the_rows_first() {
    for sql in [
        "DELETE FROM ConferenceParticipants",
        "DELETE FROM ConferenceParticipants WHERE CallSid = 'CA00000000000000000000000000000001'",
        "DELETE FROM ConferenceParticipants WHERE CallSid = 'CA00000000000000000000000000000001' AND ConferenceSid = 'CF00000000000000000000000000000001' AND Muted = true",
        "DELETE FROM ConferenceParticipants WHERE CallSid = 'CA00000000000000000000000000000001' OR ConferenceSid = 'CF00000000000000000000000000000001'",
        "UPDATE ConferenceParticipants SET Muted = NOT Muted WHERE CallSid = 'CA00000000000000000000000000000001' AND ConferenceSid = 'CF00000000000000000000000000000001'",
        "UPDATE ConferenceParticipants SET Muted = 1 WHERE CallSid IN (SELECT 'CA00000000000000000000000000000001')",
    ] {
        let Plan::Write(write) = plan(sql).plan else { panic!() };
        let GivenRows::Query(query) = write.rows else { panic!("{sql}: {:?}", write.rows) };
        assert_eq!(query.columns.len(), write.places.len(), "{sql}");
        assert_eq!(write.is_unfiltered, !sql.contains("WHERE"), "{sql}");
        assert!(query.sql.contains("FROM \"Twilio.ConferenceParticipants\""), "{sql}: {}", query.sql);
    }
}

#[test]
fn depth_is_an_error_and_not_an_abort() {
    for sql in [
        format!("SELECT 1{}", " + 1".repeat(3000)),
        format!("SELECT {}1{}", "(".repeat(3000), ")".repeat(3000)),
        format!("SELECT {}1", "NOT ".repeat(3000)),
        format!("SELECT 1{}", " + 1".repeat(300_000)),
    ] {
        let error = sql::plan(&Model::builtin(), &sql).unwrap_err();
        assert_eq!(error.state, state::SYNTAX_ERROR, "{error}");
    }
}

#[test]
fn names_of_the_select_list_come_first_in_order_by_alone() {
    let text =
        query("SELECT Name AS Status, Status AS Name FROM Conferences WHERE Name = 'x' ORDER BY Name").sql;
    assert!(text.ends_with("ORDER BY \"Name\""), "{text}");
    assert!(text.contains("WHERE \"Conferences\".\"Name\" = 'x'"), "{text}");
}

#[test]
fn a_name_of_two_tables_is_ambiguous_unless_they_are_merged() {
    let join = "FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid";
    let error = sql::plan(&Model::builtin(), &format!("SELECT Status {join}")).unwrap_err();
    assert_eq!(error.state, state::SYNTAX_ERROR);
    assert!(error.message.contains("write c.Status or p.Status"), "{error}");
    assert_eq!(columns(&format!("SELECT c.Status, Label {join}")).len(), 2);
    let merged = "SELECT AccountSid FROM Conferences c FULL JOIN ConferenceParticipants p USING (AccountSid)";
    assert!(query(merged).sql.starts_with("SELECT \"AccountSid\" AS"), "SQLite gives the value of either");
}

#[test]
fn a_sid_that_is_written_is_checked_and_one_that_comes_from_rows_is_not() {
    let refused = |sql: &str| sql::plan(&Model::builtin(), sql).unwrap_err().state;
    for condition in ["Sid = 'xyz'", "Sid IN ('xyz')", "AccountSid = 'CF'"] {
        let sql = format!("SELECT 1 FROM Conferences WHERE {condition}");
        assert_eq!(refused(&sql), state::INVALID_CHARACTER_VALUE, "{sql}");
    }
    plan("SELECT 1 FROM Conferences WHERE Sid <> 'xyz' AND Sid LIKE 'CF%'");
    plan("SELECT 1 FROM ConferenceParticipants p LEFT JOIN Conferences c ON c.Sid = p.Label");
    assert_eq!(plan("SELECT 1 FROM Conferences WHERE Sid = ?").parameters[0].sid.as_deref(), Some("CF"));
}

#[test]
fn casts_give_the_form_of_the_type() {
    for (cast, expected) in [
        ("CAST(DateCreated AS DATE)", "convert_to(\"Conferences\".\"DateCreated\", 'date', 0)"),
        ("CAST(Name AS VARCHAR(5))", "convert_to(\"Conferences\".\"Name\", 'text', 0, 5)"),
        ("CAST('true' AS BIT)", "convert_to('true', 'boolean', 0)"),
        ("CAST(Name AS TEXT)", "CAST(\"Conferences\".\"Name\" AS TEXT)"),
    ] {
        let text = query(&format!("SELECT {cast} FROM Conferences")).sql;
        assert!(text.starts_with(&format!("SELECT {expected} AS")), "{text}");
    }
}

#[test]
fn markers_in_arithmetic_are_numbers() {
    assert_eq!(columns("SELECT ? + 1 x"), ["x:Decimal"]);
    assert_eq!(columns("SELECT ? * ? x"), ["x:Double"]);
    let statement = plan("SELECT COUNT(*) * ? FROM Conferences");
    assert_eq!(statement.parameters[0].column_type.data_type, DataType::Decimal);
}

#[test]
fn what_may_run_again_is_known() {
    for (sql, reruns) in [
        ("SELECT Sid FROM Conferences WHERE Status = 'x' OR Name = 'y'", false),
        ("SELECT Sid FROM (SELECT Sid FROM Conferences) x", false),
        ("WITH c AS (SELECT Sid FROM Conferences) SELECT Sid FROM c", false),
        ("WITH c AS (SELECT Sid FROM Conferences) SELECT a.Sid FROM c a JOIN c b ON a.Sid = b.Sid", true),
        ("SELECT Sid FROM (VALUES (1), (2)) n CROSS JOIN Conferences", true),
        ("SELECT Sid FROM Conferences WHERE Sid IN (SELECT Sid FROM Conferences)", true),
        (
            "SELECT (SELECT COUNT(*) FROM ConferenceParticipants WHERE ConferenceSid = Sid) FROM Conferences",
            true,
        ),
    ] {
        assert_eq!(query(sql).reruns, reruns, "{sql}");
    }
    assert_eq!(plan("SELECT TOP ? 1 FROM (SELECT TOP ? Sid FROM Conferences) x").parameters.len(), 2);
}
