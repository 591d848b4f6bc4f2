use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::cancel::CancelToken;
use crate::engine::{Database, Outcome};
use crate::error::{Error, state};
use crate::model::Model;
use crate::twilio::{Client, ClientConfig, Credentials};
use crate::value::{Value, ValueRef};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

const RECORDS: &str = r#"{
  "schema": "Twilio", "name": "Records", "kind": "view", "remarks": "Records.", "product": "api",
  "list": "/Records{Interval}.json", "items": "rows", "page_size": 50, "key": ["Sid"],
  "columns": [
    {"name": "Sid", "json": "sid", "type": "text"},
    {"name": "Status", "json": "status", "type": "text"},
    {"name": "Interval", "json": "", "from_path": true, "hidden": true, "type": "text",
     "paths": {"Daily": "/Daily", "Today": "/Today"}}
  ],
  "filters": [{"column": "Status", "operator": "=", "parameter": "Status", "default": ["open", "closed"]}],
  "switches": [
    {"name": "Subaccounts", "parameter": "IncludeSubaccounts", "type": "boolean", "default": "true"},
    {"name": "Limits", "type": "integer"}
  ]
}"#;

const NUMBERS: &str = r#"{
  "schema": "Twilio", "name": "Numbers", "kind": "view", "remarks": "Numbers.", "product": "api",
  "list": "/Numbers/{CountryCode}.json", "items": "rows", "page_size": 50, "key": [],
  "columns": [
    {"name": "CountryCode", "json": "", "from_path": true, "type": "text", "default": "US"},
    {"name": "Number", "json": "sid", "type": "text"}
  ],
  "filters": [{"column": "Number", "operator": "=", "parameter": "Number", "default": ["any"]}],
  "switches": [{"name": "AreaCode", "type": "text", "size": 3, "values": ["415", "510"]}]
}"#;

const GATES: &str = r#"{
  "schema": "Twilio", "name": "Gates", "kind": "view", "remarks": "Gates.", "product": "api",
  "list": "/Gates.json", "items": "rows", "page_size": 50, "key": ["Sid"],
  "columns": [{"name": "Sid", "json": "sid", "type": "text"}],
  "switches": [{"name": "Key", "type": "text", "required": true}]
}"#;

/// Answers every list with one row, and keeps what was asked for.
struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        // Ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
                while reader.read_line(&mut line).is_ok_and(|n| n > 2) {}
                log.lock().unwrap().push(target);
                let body = r#"{"rows": [{"sid": "SX", "status": "open"}]}"#;
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = reader.get_mut().write_all(format!("{head}{body}").as_bytes());
            }
        });
        Server { base, requests }
    }

    fn database(&self) -> Database {
        let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("x".to_owned().into()));
        config.base_url = Some(self.base.clone());
        Database::new(Model::of_tables(&[RECORDS, NUMBERS, GATES]), Client::new(config).unwrap(), true)
    }

    /// What was asked for, without the size of the pages; in order, as lists are read side by side.
    fn requests(&self) -> Vec<String> {
        let mut requests = std::mem::take(&mut *self.requests.lock().unwrap());
        for request in &mut requests {
            *request = request.replace("&PageSize=50", "").replace("?PageSize=50", "");
        }
        requests.sort();
        requests
    }
}

fn rows(database: &Database, sql: &str, parameters: Vec<Value>) -> Result<Vec<String>, Error> {
    let mut prepared = database.prepare(sql, &CancelToken::default())?;
    let count = prepared.columns().len();
    let Outcome::Rows(mut cursor) = prepared.execute(parameters, 0)? else { panic!("rows") };
    let mut rows = Vec::new();
    while cursor.advance()? {
        let text = |i| match cursor.value(i) {
            ValueRef::Null => "-".to_owned(),
            ValueRef::Text(text) => text.to_owned(),
            ValueRef::Integer(n) => n.to_string(),
            other => format!("{other:?}"),
        };
        rows.push((0..count).map(text).collect::<Vec<_>>().join(" "));
    }
    rows.sort();
    Ok(rows)
}

#[test]
fn what_is_asked_for_is_sent_and_shown() {
    let server = Server::start();
    let database = server.database();
    for (sql, expected, requests) in [
        // Nothing: the path without the part, the switch's default, a list for each default of the filter.
        (
            "SELECT Interval, Subaccounts, Limits, Sid FROM Records",
            vec!["- 1 - SX"],
            vec![
                "/Records.json?Status=closed&IncludeSubaccounts=true",
                "/Records.json?Status=open&IncludeSubaccounts=true",
            ],
        ),
        (
            "SELECT Interval, Subaccounts FROM Records WHERE Interval = 'daily' AND Status = 'open' AND NOT Subaccounts",
            vec!["daily 0"],
            vec!["/Records/Daily.json?Status=open&IncludeSubaccounts=false"],
        ),
        (
            "SELECT Interval FROM Records WHERE Status IN ('open', 'x') AND Interval IN ('Daily', 'TODAY', 'today', NULL)",
            vec!["Daily", "TODAY"],
            vec![
                "/Records/Daily.json?Status=open&IncludeSubaccounts=true",
                "/Records/Daily.json?Status=x&IncludeSubaccounts=true",
                "/Records/Today.json?Status=open&IncludeSubaccounts=true",
                "/Records/Today.json?Status=x&IncludeSubaccounts=true",
            ],
        ),
        (
            "SELECT Interval, Limits FROM Records WHERE Status = 'open' AND (Limits = 1 OR Limits = '2')",
            vec!["- 1", "- 2"],
            vec![
                "/Records.json?Status=open&IncludeSubaccounts=true&Limits=1",
                "/Records.json?Status=open&IncludeSubaccounts=true&Limits=2",
            ],
        ),
        ("SELECT Sid FROM Records WHERE Interval = NULL", vec![], vec![]),
        ("SELECT * FROM Numbers", vec!["US SX"], vec!["/Numbers/US.json?Number=any"]),
        (
            "SELECT CountryCode, AreaCode FROM Numbers WHERE CountryCode = 'd/e' AND AreaCode = '415'",
            vec!["d/e 415"],
            vec!["/Numbers/d%2Fe.json?Number=any&AreaCode=415"],
        ),
        (
            "SELECT n.CountryCode FROM Numbers n JOIN Records r ON n.CountryCode = r.Sid WHERE r.Status = 'open'",
            vec!["SX"],
            vec!["/Numbers/SX.json?Number=any", "/Records.json?Status=open&IncludeSubaccounts=true"],
        ),
        (
            "SELECT g.\"Key\" FROM Gates g JOIN Records r ON g.\"Key\" = r.Sid WHERE r.Status = 'open'",
            vec!["SX"],
            vec!["/Gates.json?Key=SX", "/Records.json?Status=open&IncludeSubaccounts=true"],
        ),
    ] {
        assert_eq!(rows(&database, sql, Vec::new()).unwrap(), expected, "{sql}");
        assert_eq!(server.requests(), requests, "{sql}");
    }
}

#[test]
fn what_is_asked_for_is_sent_without_pushdown_too() {
    let server = Server::start();
    let mut database = server.database();
    database.set_pushdown(false);
    let sql =
        "SELECT Interval, Limits FROM Records WHERE Interval = 'Daily' AND Limits = ? AND Status = 'open'";
    // Each row is told by its key, though two lists have it.
    assert_eq!(rows(&database, sql, vec![Value::Integer(5)]).unwrap(), ["Daily 5"]);
    let query = "IncludeSubaccounts=true&Limits=5";
    let lists = ["closed", "open"].map(|status| format!("/Records/Daily.json?Status={status}&{query}"));
    assert_eq!(server.requests(), lists);
}

#[test]
fn one_row_that_is_asked_for_twice_stays_two() {
    let server = Server::start();
    let database = server.database();
    let sql = "SELECT Limits, Interval FROM Records WHERE Limits IN (1, 2) AND Interval IN ('Daily', 'Today') \
               AND (Status IN ('open', 'x') OR Sid = 'SX')";
    assert_eq!(rows(&database, sql, Vec::new()).unwrap(), ["1 Daily", "1 Today", "2 Daily", "2 Today"]);
}

#[test]
fn what_cannot_be_asked_for_is_refused_by_name() {
    let server = Server::start();
    let database = server.database();
    for (sql, wanted, hint) in [
        (
            "SELECT * FROM Records WHERE Interval = 'Hourly'",
            state::INVALID_CHARACTER_VALUE,
            "takes Daily, Today",
        ),
        (
            "SELECT * FROM Records WHERE Interval IN ('Daily', 'x')",
            state::INVALID_CHARACTER_VALUE,
            "Daily, Today",
        ),
        ("SELECT * FROM Numbers WHERE AreaCode = '999'", state::INVALID_CHARACTER_VALUE, "takes 415, 510"),
        ("SELECT * FROM Gates", state::SYNTAX_ERROR, "needs a value for Key"),
        ("SELECT * FROM Records WHERE Limits > 1", state::SYNTAX_ERROR, "write Limits = …"),
        ("SELECT * FROM Records WHERE Interval LIKE 'D%'", state::SYNTAX_ERROR, "write Interval = …"),
        (
            "SELECT * FROM Records WHERE Interval = 'Daily' OR Sid = 'x'",
            state::SYNTAX_ERROR,
            "Interval IN (…)",
        ),
        ("SELECT * FROM Numbers WHERE CountryCode <> 'US'", state::SYNTAX_ERROR, "write CountryCode = …"),
    ] {
        let error = rows(&database, sql, Vec::new()).unwrap_err();
        assert_eq!(error.state, wanted, "{sql}: {}", error.message);
        assert!(error.message.contains(hint), "{sql}: {}", error.message);
        assert_eq!(server.requests(), [""; 0], "{sql}");
    }
}

#[test]
fn an_explanation_names_what_is_sent() {
    let server = Server::start();
    let database = server.database();
    let told = |sql: &str| rows(&database, &format!("EXPLAIN {sql}"), Vec::new()).unwrap().join("\n");
    let expected: BTreeMap<&str, [&str; 2]> = BTreeMap::from([
        ("SELECT * FROM Records", ["/Records.json", "IncludeSubaccounts=true&Status=<closed, open>"]),
        (
            "SELECT * FROM Records WHERE Interval = 'today' AND Status = 'open' AND Limits IN (1, 2)",
            ["/Records/Today.json", "Limits=<1, 2>&Status=open&IncludeSubaccounts=true"],
        ),
        ("SELECT * FROM Records WHERE Interval = ?", ["/Records{Interval}.json", "Interval = ?1"]),
        ("SELECT * FROM Numbers", ["/Numbers/US.json", "Number=any"]),
        ("SELECT * FROM Numbers WHERE CountryCode = 'DE'", ["/Numbers/DE.json", "CountryCode = DE"]),
        ("SELECT * FROM Numbers WHERE CountryCode = ?", ["/Numbers/{CountryCode}.json", "CountryCode = ?1"]),
    ]);
    for (sql, texts) in expected {
        let row = told(sql);
        assert!(texts.iter().all(|text| row.contains(text)), "{sql}: {row}");
    }
    assert_eq!(server.requests(), [""; 0]);
}
