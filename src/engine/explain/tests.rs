use crate::cancel::CancelToken;
use crate::engine::{Database, Outcome};
use crate::error::Error;
use crate::model::Model;
use crate::twilio::{Client, ClientConfig, Credentials};
use crate::value::{Value, ValueRef};

fn explain(sql: &str, parameters: Vec<Value>) -> Result<Vec<Vec<String>>, Error> {
    let account = "AC0123456789abcdef0123456789abcdef";
    let mut config = ClientConfig::new(account, Credentials::AuthToken("x".to_owned().into()));
    // Nothing listens there: whoever sends something fails.
    config.base_url = Some("http://127.0.0.1:1".into());
    let database = Database::new(Model::builtin(), Client::new(config).unwrap(), true);
    let mut prepared = database.prepare(&format!("EXPLAIN {sql}"), &CancelToken::default())?;
    let count = prepared.columns().len();
    let Outcome::Rows(mut cursor) = prepared.execute(parameters, 0)? else { panic!("rows") };
    let mut rows = Vec::new();
    while cursor.advance()? {
        let text = |i| match cursor.value(i) {
            ValueRef::Null => String::new(),
            ValueRef::Text(text) => text.replace(&format!("/2010-04-01/Accounts/{account}/"), ""),
            ValueRef::Integer(n) => n.to_string(),
            other => format!("{other:?}"),
        };
        rows.push((0..count).map(text).collect());
    }
    assert!(database.client().journal().entries().is_empty(), "{sql}");
    Ok(rows)
}

const ONE: &str = "CF5843bda0e992d145a0c989a33e2ba7d0";
const OTHER: &str = "CF369eae0b0ca19112bff1c540c5b832c7";

/// The rows of a statement without bound values: scan, endpoint, keys, pushed, page size and requests.
fn told(sql: &str) -> Vec<String> {
    let rows = explain(sql, Vec::new()).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    rows.iter().map(|row| [3, 5, 6, 7, 9, 10].map(|i| row[i].as_str()).join(" | ")).collect()
}

#[test]
fn accesses_are_those_of_the_planner() {
    let all = "list | Conferences.json |  |  | 1000 | 1 per page";
    let list = format!("list | Conferences/{ONE}/Participants.json | ConferenceSid = {ONE}");
    let below = "list | Conferences/{ConferenceSid}/Participants.json";
    let walk = "walk | Conferences/{ConferenceSid}/Participants.json | ConferenceSid = Sid of all Conferences with \
                Status=in-progress |  | 1000 | 1 per page of Conferences with Status=in-progress, then 1 per page \
                for each of its rows";
    for (sql, expected) in [
        ("SELECT 1".to_owned(), vec![]),
        ("SELECT * FROM Conferences".into(), vec![all.to_owned()]),
        (
            format!("SELECT * FROM Conferences WHERE Sid = '{ONE}'"),
            vec![format!("fetch | Conferences/{ONE}.json | Sid = {ONE} |  |  | 1")],
        ),
        (
            "SELECT * FROM Conferences WHERE Sid = ?".into(),
            vec!["fetch | Conferences/{Sid}.json | Sid = ?1 |  |  | 1".into()],
        ),
        (
            "SELECT * FROM Conferences WHERE Sid = NULL".into(),
            vec!["list | Conferences.json |  |  | 1000 | 0: no row can fulfil the conditions".into()],
        ),
        ("SELECT * FROM Conferences WHERE 1 = 0".into(), vec![format!("{all} if 1 = 0")]),
        ("SELECT * FROM Conferences WHERE Status = 'brand-new'".into(), vec![all.into()]),
        (
            "SELECT * FROM Conferences LIMIT 5 OFFSET 2".into(),
            vec!["list | Conferences.json |  |  | 7 | 1".into()],
        ),
        (
            "SELECT * FROM Conferences LIMIT ?".into(),
            vec!["list | Conferences.json |  |  |  | 1 per page".into()],
        ),
        (
            "SELECT * FROM Conferences WHERE Status IN ('completed', 'init') AND DateCreated < ?".into(),
            vec![
                "list | Conferences.json |  | Status=<completed, init>&DateCreated<=day of ?1 | 1000 | 1 per page \
                 for each of 2 values"
                    .into(),
            ],
        ),
        (
            "SELECT * FROM Conferences WHERE Name = CASE WHEN ? THEN 'a' ELSE 'b' END".into(),
            vec![
                "list | Conferences.json |  | FriendlyName=<CASE WHEN ?1 THEN 'a' ELSE 'b' END> | 1000 | 1 per page"
                    .into(),
            ],
        ),
        ("SELECT * FROM ConferenceParticipants".into(), vec![walk.into()]),
        (
            format!("SELECT * FROM ConferenceParticipants WHERE ConferenceSid = '{ONE}' AND (Muted = true OR Hold = true)"),
            vec![format!("{list} |  | 1000 | 1 per page")],
        ),
        (
            format!("SELECT * FROM ConferenceParticipants WHERE ConferenceSid IN ('{ONE}', '{OTHER}', '{ONE}')"),
            vec![format!("{below} | ConferenceSid IN ({OTHER}, {ONE}) |  | 1000 | 1 per page for each of 2 values")],
        ),
        (
            "SELECT * FROM ConferenceParticipants WHERE ConferenceSid IN (SELECT Sid FROM Conferences)".into(),
            vec![
                all.into(),
                format!("{below} | ConferenceSid = <Sid of a sub-query over Conferences> |  | 1000 | 1 per page for each value"),
            ],
        ),
        (
            "SELECT * FROM ConferenceParticipants p JOIN Conferences c ON p.ConferenceSid = c.Sid WHERE c.Status = ?"
                .into(),
            vec![
                "list | Conferences.json |  | Status=?1 | 1000 | 1 per page".into(),
                format!("{below} | ConferenceSid = <c.Sid> |  | 1000 | 1 per page for each row of c"),
            ],
        ),
        (
            "WITH few AS (SELECT Sid FROM Conferences LIMIT 3) SELECT * FROM few JOIN ConferenceParticipants p \
             ON p.ConferenceSid = few.Sid"
                .into(),
            vec![
                "list | Conferences.json |  |  | 3 | 1".into(),
                format!("{below} | ConferenceSid = <Conferences.Sid> |  | 1000 | 1 per page for each row of Conferences"),
            ],
        ),
        (
            "SELECT * FROM Conferences a, Conferences b".into(),
            vec![all.into(), "list | Conferences.json |  |  | 1000 | 0: the rows of step 1 are used again".into()],
        ),
        (
            "SELECT Sid FROM Conferences c WHERE Status = 'init' UNION SELECT Sid FROM Conferences c WHERE Status = \
             'completed'"
                .into(),
            vec![
                "list | Conferences.json |  | Status=init | 1000 | 1 per page".into(),
                "list | Conferences.json |  | Status=completed | 1000 | 1 per page".into(),
            ],
        ),
        ("SELECT COUNT(*) FROM sys_requests".into(), vec!["local |  |  |  |  | 0".into()]),
    ] {
        assert_eq!(told(&sql), expected, "{sql}");
    }
}

#[test]
fn writes_and_calls_are_told_without_their_secrets() {
    let path = "Conferences/{ConferenceSid}/Participants/{CallSid}.json";
    for (sql, expected) in [
        (
            format!("UPDATE ConferenceParticipants SET Muted = true, HoldUrl = ? WHERE ConferenceSid = '{ONE}' AND CallSid = ?"),
            format!(
                "write | {} | ConferenceSid = {ONE}; CallSid = ?2 | Muted=true&HoldUrl=?1 |  | 1",
                path.replace("{ConferenceSid}", ONE)
            ),
        ),
        (
            "UPDATE ConferenceParticipants SET Muted = NOT Muted WHERE Label = 'customer'".into(),
            format!(
                "write | {path} | AccountSid of each row; ConferenceSid of each row; CallSid of each row | \
                 Muted=<NOT ConferenceParticipants.Muted> |  | 1 for each row found"
            ),
        ),
        (
            "EXEC AddParticipants ConferenceSid = 'Room', From = '+14155550100', To = ?, SipAuthPassword = 'hidden'".into(),
            "call | Conferences/Room/Participants.json | ConferenceSid = Room | From=+14155550100&To=?1&SipAuthPassword=*** |  | 1"
                .into(),
        ),
    ] {
        assert_eq!(told(&sql).last(), Some(&expected), "{sql}");
    }
}

#[test]
fn predicates_stand_where_they_are_checked() {
    let local = |sql: &str| -> Vec<String> {
        explain(sql, Vec::new()).unwrap().into_iter().map(|row| row[8].clone()).collect()
    };
    assert_eq!(
        local(
            "SELECT * FROM Conferences c LEFT JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid AND p.Label \
             LIKE 'a%' WHERE c.Status = 'init' AND (c.Region = 'us1' OR c.Name = 'x')"
        ),
        [
            "c.Status = 'init' (again); c.Region = 'us1' OR c.Name = 'x'",
            "p.ConferenceSid = c.Sid (again); p.Label LIKE 'a%'"
        ]
    );
}

#[test]
fn the_account_of_rows_below_another_accounts_is_left_open() {
    let account = "AC00000000000000000000000000000009";
    let endpoints: Vec<String> = explain(
        &format!(
            "SELECT * FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.AccountSid = \
             '{account}'"
        ),
        Vec::new(),
    )
    .unwrap()
    .into_iter()
    .map(|row| row[5].clone())
    .collect();
    let below = "/2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json";
    assert_eq!(endpoints, [format!("/2010-04-01/Accounts/{account}/Conferences.json"), below.to_owned()]);
}

#[test]
fn bound_values_take_the_place_of_markers() {
    let sql = "SELECT * FROM Conferences WHERE Sid = ?";
    let rows = explain(sql, vec![ONE.into()]).unwrap();
    assert_eq!(
        (rows[0][5].clone(), rows[0][6].clone()),
        (format!("Conferences/{ONE}.json"), format!("Sid = {ONE} (?1)"))
    );
    assert!(explain(sql, vec![Value::Null]).unwrap()[0][10].starts_with("0:"));
    assert!(explain(sql, vec!["nonsense".into()]).is_err(), "the run would refuse it as well");
}

#[test]
fn what_cannot_be_run_cannot_be_explained() {
    for sql in [
        "EXPLAIN SELECT 1",
        "SELECT nothing(1)",
        "SELECT * FROM Nothing",
        "INSERT INTO Conferences VALUES (1)",
        "",
    ] {
        assert!(explain(sql, Vec::new()).is_err(), "{sql}");
    }
}
