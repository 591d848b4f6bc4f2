//! Faults, the request log, the rest of the control API, and clients that misbehave.

mod support;

use std::io::{BufReader, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{MAIN, SUPPORT_LINE, Simulator, read_answer, request};

const LIST: &str = "Conferences.json?PageSize=3";
const DIAL: &str = "From=%2B14155550100&To=%2B14155550199";

fn participants() -> String {
    format!("Conferences/{SUPPORT_LINE}/Participants.json")
}

#[test]
fn a_429_hits_so_often_and_only_what_it_matches() {
    let sim = Simulator::start();
    sim.fault(
        r#"{"kind":"status","status":429,"retry_after":1,"times":2,
            "match":{"method":"GET","path_contains":"Participants"}}"#,
    );
    assert_eq!(sim.get(LIST).status, 200);
    for _ in 0..2 {
        let answer = sim.get(&participants());
        assert_eq!(answer.refusal(), (429, 20429));
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
    assert_eq!(sim.get(&participants()).status, 200);
}

#[test]
fn a_status_fault_is_not_processed_unless_it_says_so() {
    let sim = Simulator::start();
    sim.fault(r#"{"kind":"status","status":429},{"kind":"status","status":500,"processed":true}"#);
    let answer = sim.post(&participants(), DIAL);
    assert_eq!((answer.status, answer.header("Retry-After")), (429, None));
    assert_eq!(sim.effects()["participants_created"], 0);
    assert_eq!(sim.post(&participants(), DIAL).refusal(), (500, 20500));
    assert_eq!(sim.effects()["participants_created"], 1);
}

#[test]
fn a_503_may_have_any_body() {
    let sim = Simulator::start();
    sim.fault(
        r#"{"kind":"status","status":503},{"kind":"status","status":503,"body":"html"},
           {"kind":"status","status":503,"body":"empty"}"#,
    );
    assert_eq!(sim.get(LIST).refusal(), (503, 20503));
    let html = sim.get(LIST);
    assert_eq!((html.status, html.header("Content-Type")), (503, Some("text/html; charset=utf-8")));
    let empty = sim.get(LIST);
    assert_eq!((empty.status, empty.body.as_str()), (503, ""));
}

#[test]
fn a_drop_before_has_no_effect_and_a_drop_after_has() {
    let sim = Simulator::start();
    for (kind, created) in [("drop_before", 0), ("drop_after", 1)] {
        sim.fault(&format!(r#"{{"kind":"{kind}"}}"#));
        let answer = sim.post(&participants(), DIAL);
        assert!(answer.broken && answer.head.is_empty(), "{answer:?}");
        assert_eq!(sim.effects()["participants_created"], created);
    }
    let log = sim.requests();
    assert_eq!((&log[0]["status"], &log[0]["fault"]), (&Value::Null, &json!("drop_before")));
}

#[test]
fn a_cut_answer_announces_more_than_it_sends() {
    let sim = Simulator::start();
    sim.fault(r#"{"kind":"cut"}"#);
    let answer = sim.get(LIST);
    assert!(answer.status == 200 && answer.broken && !answer.body.is_empty());
    assert!(!sim.get(LIST).broken);
}

#[test]
fn a_delay_makes_one_answer_late() {
    let sim = Simulator::start();
    sim.fault(r#"{"kind":"delay_ms","delay_ms":300}"#);
    let start = Instant::now();
    assert_eq!(sim.get(LIST).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert!(sim.requests()[0]["duration_ms"].as_u64().unwrap() >= 300);
}

#[test]
fn pages_can_be_spoiled() {
    let sim = Simulator::start();
    sim.fault(
        r#"{"kind":"malformed_json"},{"kind":"repeat_next"},{"kind":"foreign_next"},{"kind":"wrong_type"}"#,
    );
    assert!(serde_json::from_str::<Value>(&sim.get(LIST).body).is_err());
    let page = sim.get(LIST).json();
    assert_eq!(page["next_page_uri"], page["uri"]);
    assert!(sim.get(LIST).json()["next_page_uri"].as_str().unwrap().starts_with("https://evil.example/"));
    assert_eq!(sim.get(LIST).json()["conferences"][0]["date_created"], 12345);
}

#[test]
fn an_empty_page_hides_no_rows() {
    let sim = Simulator::start();
    let whole = sim.column(LIST, "conferences", "sid");
    sim.fault(r#"{"kind":"empty_page","skip":1}"#);
    assert_eq!(sim.column(LIST, "conferences", "sid"), whole);
    assert_eq!(sim.requests().iter().filter(|entry| entry["fault"] == "empty_page").count(), 1);
}

#[test]
fn faults_can_be_seen_cleared_and_misspelt() {
    let sim = Simulator::start();
    sim.fault(r#"{"kind":"cut","times":0}"#);
    assert_eq!(sim.control("GET", "faults", "").json()["faults"].as_array().unwrap().len(), 1);
    assert_eq!(sim.control("DELETE", "faults", "").status, 204);
    assert!(!sim.get(LIST).broken);
    for body in [r#"{"faults":[{"kind":"nonsense"}]}"#, r#"{"faults":[{"kind":"status","status":99}]}"#, "x"]
    {
        assert_eq!(sim.control("POST", "faults", body).status, 400, "{body}");
    }
}

#[test]
fn the_log_shows_what_was_asked() {
    let sim = Simulator::start();
    sim.get("Conferences.json?DateCreated%3E=2024-01-01&FriendlyName=a%20b");
    let answer = sim.post(&participants(), DIAL);
    let log = sim.requests();
    assert_eq!(log.len(), 2, "control requests are not logged");
    assert_eq!(log[0]["method"], "GET");
    assert_eq!(log[0]["path"], format!("/2010-04-01/Accounts/{}/Conferences.json", MAIN.0));
    assert_eq!(log[0]["query"]["raw"], "DateCreated%3E=2024-01-01&FriendlyName=a%20b");
    assert_eq!(log[0]["query"]["pairs"], json!([["DateCreated>", "2024-01-01"], ["FriendlyName", "a b"]]));
    assert_eq!(log[0]["headers"]["user-agent"], "test/1");
    assert_eq!(log[1]["body"]["pairs"], json!([["From", "+14155550100"], ["To", "+14155550199"]]));
    assert_eq!((&log[1]["status"], &log[1]["authorization_user"]), (&json!(201), &json!(MAIN.0)));
    assert_eq!(log[1]["request_id"].as_str(), answer.header("Twilio-Request-Id"));
    assert_eq!(sim.control("DELETE", "requests", "").status, 204);
    assert!(sim.requests().is_empty());
}

#[test]
fn the_log_keeps_the_user_and_not_the_password() {
    let sim = Simulator::start();
    let key = ("SK00000000000000000000000000000001", "10000000000000000000000000000001");
    assert_eq!(sim.request("GET", "/2010-04-01/Accounts.json", Some(key), ("", "")).status, 200);
    let log = sim.control("GET", "requests", "").body;
    assert!(log.contains(key.0) && !log.contains(key.1), "{log}");
}

#[test]
fn a_reset_brings_back_the_same_world() {
    let sim = Simulator::start();
    let seeded = sim.control("GET", "world", "").json();
    let first = sim.post(&participants(), DIAL).json();
    sim.fault(r#"{"kind":"cut","times":0}"#);
    assert_eq!(sim.control("POST", "reset", "").status, 204);
    assert_eq!(sim.control("GET", "world", "").json(), seeded);
    assert_eq!(sim.effects()["participants_created"], 0);
    assert!(sim.requests().is_empty());
    assert_eq!(sim.post(&participants(), DIAL).json(), first, "the same requests give the same rows");
}

#[test]
fn the_credentials_can_be_read() {
    let sim = Simulator::start();
    let table = sim.control("GET", "credentials", "").json();
    assert_eq!(table[0]["user"], MAIN.0);
    assert!(table.as_array().unwrap().iter().any(|row| row["rights"] == "restricted-key"));
}

#[test]
fn latency_delays_every_api_answer() {
    let sim = Simulator::start_with(&["--latency-ms", "150"]);
    let start = Instant::now();
    sim.get(LIST);
    sim.get(LIST);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn concurrent_requests_are_counted() {
    let sim = Simulator::start_with(&["--latency-ms", "1000"]);
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| sim.get(LIST))).collect();
        let mut counts: Vec<String> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap().header("Twilio-Concurrent-Requests").unwrap().to_string())
            .collect();
        counts.sort();
        counts
    });
    assert_eq!(counts, ["1", "2", "3"]);
}

#[test]
fn a_connection_serves_several_requests_until_told_to_close() {
    let sim = Simulator::start();
    let path = format!("/2010-04-01/Accounts/{}/{LIST}", MAIN.0);
    let mut reader = BufReader::new(sim.connect());
    for connection in ["keep-alive", "keep-alive", "close"] {
        let text = request("GET", &path, Some(MAIN), ("", ""), connection);
        reader.get_mut().write_all(text.as_bytes()).unwrap();
        assert_eq!(read_answer(&mut reader).status, 200);
    }
    assert!(read_answer(&mut reader).broken);
}

#[test]
fn malformed_requests_are_refused_and_harm_nobody() {
    let sim = Simulator::start();
    for (bytes, status) in [
        ("rubbish\r\n\r\n".to_string(), 400),
        ("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n".to_string(), 400),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".to_string(), 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_string(), 411),
        (format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(40_000)), 431),
        (format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200)), 431),
    ] {
        assert_eq!(sim.raw(bytes.as_bytes()).status, status, "{}", &bytes[..20]);
    }
    drop(sim.connect());
    assert_eq!(sim.get(LIST).status, 200);
}
