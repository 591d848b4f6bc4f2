//! The client against a server that misbehaves on purpose: one scripted step for each connection.

mod bounds;
mod cancel;
mod download;
mod token;

use std::borrow::Cow;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::client::URL_LIMIT;
use super::{Client, ClientConfig, Credentials, Error, Layout, Request};
use crate::cancel::{CancelToken, Stop};
use crate::error::state;
use crate::model::{DataType, Method};
use crate::value::ValueRef;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

/// How long a server ignores what it is sent.
const UNREAD: Duration = Duration::from_secs(2);

/// What the server does with one connection.
enum Step {
    /// Reads a request, answers so, and closes.
    Answer(Vec<u8>),
    /// Reads a request, sends this part of an answer, and says no more until the client goes away.
    Hang(Vec<u8>),
    /// Reads a request and closes without an answer.
    Drop,
    /// Reads nothing for [`UNREAD`].
    Ignore,
}

struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
    /// Connections that were taken.
    taken: Arc<AtomicUsize>,
    /// Of those that hang, how many the client has closed.
    left: Arc<AtomicUsize>,
}

impl Server {
    fn start(steps: Vec<Step>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = Server { base, requests: Arc::default(), taken: Arc::default(), left: Arc::default() };
        let (log, taken, left) = (server.requests.clone(), server.taken.clone(), server.left.clone());
        thread::spawn(move || {
            for step in steps {
                let (mut stream, _) = listener.accept().unwrap();
                taken.fetch_add(1, Ordering::Relaxed);
                if !matches!(step, Step::Ignore) {
                    let request = read_request(&mut stream);
                    log.lock().unwrap().push(request);
                }
                match step {
                    Step::Answer(answer) => drop(stream.write_all(&answer)),
                    Step::Hang(part) => {
                        stream.write_all(&part).unwrap();
                        // Others may come meanwhile.
                        let left = left.clone();
                        thread::spawn(move || {
                            while stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
                            left.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                    Step::Drop => {}
                    Step::Ignore => {
                        let left = left.clone();
                        thread::spawn(move || {
                            thread::sleep(UNREAD);
                            while stream.read(&mut [0; 1 << 16]).is_ok_and(|n| n > 0) {}
                            left.fetch_add(1, Ordering::Relaxed);
                        });
                    }
                }
            }
        });
        server
    }

    /// Waits until the client has closed that many of the connections that hang.
    fn is_left(&self, count: usize) -> bool {
        until(|| self.left.load(Ordering::Relaxed) >= count)
    }

    fn client(&self) -> Client {
        self.client_with(|_| {})
    }

    fn client_with(&self, change: impl FnOnce(&mut ClientConfig)) -> Client {
        let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
        config.base_url = Some(self.base.clone());
        change(&mut config);
        Client::new(config).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Whether it comes true within a few seconds.
fn until(condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !condition() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
    condition()
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|l| l.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |l| l.parse().unwrap()) {
                return String::from_utf8_lossy(&request).into_owned();
            }
        }
        // A TLS handshake is as far as such a connection comes.
        let is_tls = request.first() == Some(&0x16);
        match if is_tls { 0 } else { stream.read(&mut buffer).unwrap() } {
            0 => return String::from_utf8_lossy(&request).into_owned(),
            n => request.extend_from_slice(&buffer[..n]),
        }
    }
}

fn answer_with(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nTwilio-Request-Id: RQ1\r\n\
         Content-Length: {}\r\nConnection: close\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn answer(status: u16, body: &str) -> Step {
    Step::Answer(answer_with(status, "", body.as_bytes()))
}

fn conferences() -> Request {
    Request::new("api", Method::Get, format!("/2010-04-01/Accounts/{ACCOUNT}/Conferences.json"))
}

fn layout() -> Arc<Layout> {
    Arc::new(Layout::new(Some("conferences"), [("sid", DataType::Text)]))
}

fn add_participant() -> Request {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Conferences/CF1/Participants.json");
    let mut request = Request::new("api", Method::Post, path);
    let form = [("To", "+15551234567"), ("From", "+15557654321"), ("SipAuthPassword", "s3cret")];
    request.form = form.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
    request
}

fn token() -> CancelToken {
    CancelToken::default()
}

#[test]
fn a_list_follows_its_links_to_the_end() {
    let server = Server::start(vec![
        answer(200, r#"{"conferences": [{"sid": "CF1"}], "next_page_uri": "/p?Page=1&PageToken=a%2Fb"}"#),
        answer(200, r#"{"next_page_uri": "/p?Page=2", "conferences": []}"#),
        answer(200, r#"{"conferences": [{"sid": "CF2"}, {"sid": null}], "next_page_uri": null}"#),
    ]);
    let mut request = conferences();
    request.query.push(("DateCreated>".into(), "2020-01-01".into()));
    let mut pages = server.client().list(request, layout(), Some(1000));
    let rows: Vec<usize> =
        std::iter::from_fn(|| pages.next_page(&token()).unwrap()).map(|p| p.rows()).collect();
    assert_eq!(rows, [1, 0, 2]);
    let requests = server.requests();
    let first = &requests[0];
    assert!(
        first.contains("/Conferences.json?DateCreated%3E=2020-01-01&PageSize=1000 HTTP/1.1\r\n"),
        "{first}"
    );
    let head = first.to_lowercase();
    assert!(head.contains("authorization: basic ") && head.contains("accept: application/json"), "{head}");
    assert!(head.contains("user-agent: twilio-odbc/") && head.contains("accept-encoding: gzip"), "{head}");
    assert!(requests[1].starts_with("GET /p?Page=1&PageToken=a%2Fb "), "{}", requests[1]);
}

#[test]
fn a_list_that_goes_round_in_circles_is_an_error() {
    let page = r#"{"conferences": [], "next_page_uri": "/p?Page=1"}"#;
    let server = Server::start(vec![answer(200, page), answer(200, page)]);
    let mut pages = server.client().list(conferences(), layout(), None);
    assert!(pages.next_page(&token()).unwrap().is_some());
    assert!(matches!(pages.next_page(&token()), Err(Error::RepeatedLink { .. })));

    let itself =
        r#"{"conferences": [], "uri": "/p?Page=0&PageSize=9", "next_page_uri": "/p?Page=0&PageSize=9"}"#;
    let server = Server::start(vec![answer(200, itself)]);
    let mut pages = server.client().list(conferences(), layout(), Some(9));
    assert!(matches!(pages.next_page(&token()), Err(Error::RepeatedLink { .. })));
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let page = r#"{"conferences": [], "meta": {"next_page_url": "https://evil.example/v1"}}"#;
    let server = Server::start(vec![answer(200, page)]);
    let error = server.client().list(conferences(), layout(), None).next_page(&token()).unwrap_err();
    assert!(matches!(&error, Error::ForeignLink { host, .. } if host == "evil.example"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_link_that_is_too_long_is_an_error() {
    let link = format!("/2010-04-01/Accounts/{ACCOUNT}/Conferences.json?After={}", "1".repeat(URL_LIMIT));
    let page = format!(r#"{{"conferences": [], "next_page_uri": "{link}"}}"#);
    let server = Server::start(vec![answer(200, &page)]);
    let error = server.client().list(conferences(), layout(), None).next_page(&token()).unwrap_err();
    assert!(matches!(&error, Error::InvalidAnswer { reason, .. } if reason.contains("next page")), "{error}");
}

#[test]
fn a_request_that_is_too_long_is_not_sent() {
    let server = Server::start(vec![answer(200, r#"{"conferences": []}"#)]);
    let read = |bytes: usize| {
        let mut request = conferences();
        let rest = server.client().url(&request).len() + "?FriendlyName=".len();
        request.query.push(("FriendlyName".into(), "x".repeat(bytes - rest)));
        server.client().list(request, layout(), None).next_page(&token())
    };
    let error = read(URL_LIMIT + 1).unwrap_err();
    assert!(
        matches!(&error, Error::InvalidRequest(text) if text.contains("Conferences.json was not sent")),
        "{error}"
    );
    assert!(server.requests().is_empty());
    read(URL_LIMIT).unwrap();
}

#[test]
fn a_page_size_that_is_refused_is_left_out() {
    let server = Server::start(vec![
        answer(400, r#"{"code": 60373, "message": "bad", "status": 400}"#),
        answer(200, r#"{"conferences": []}"#),
    ]);
    let mut pages = server.client().list(conferences(), layout(), Some(1000));
    assert!(pages.next_page(&token()).unwrap().is_some());
    assert!(pages.next_page(&token()).unwrap().is_none());
    assert!(!server.requests()[1].contains("PageSize"));
}

#[test]
fn what_does_not_exist_has_no_rows() {
    let missing = r#"{"code": 20404, "message": "not found", "status": 404}"#;
    let server = Server::start(vec![
        answer(404, missing),
        answer(404, missing),
        answer(404, missing),
        answer(404, "<html>nothing here</html>"),
        answer(404, missing),
    ]);
    let client = server.client();
    let list = || client.list(conferences(), layout(), None);
    assert!(list().under_parent().next_page(&token()).unwrap().is_none());
    assert!(list().next_page(&token()).unwrap_err().is_not_found(), "nothing is above it that could be gone");
    assert!(client.fetch(&conferences(), &layout(), &token()).unwrap().is_none());
    let error = list().under_parent().next_page(&token()).unwrap_err();
    assert!(matches!(error, Error::Api { status: 404, code: None, .. }), "{error}");
    assert!(client.write(&add_participant(), None, false, &token()).unwrap_err().is_not_found());
}

#[test]
fn an_answer_without_rows_is_not_an_empty_page() {
    let server = Server::start(vec![answer(200, "{}"), answer(200, "<html>login</html>"), answer(200, "")]);
    let client = server.client();
    for _ in 0..3 {
        let error = client.list(conferences(), layout(), None).next_page(&token()).unwrap_err();
        assert!(matches!(error, Error::InvalidAnswer { .. }), "{error}");
    }
}

#[test]
fn a_cut_body_is_an_error() {
    let whole = answer_with(200, "", br#"{"conferences": [{"sid": "CF1"}], "next_page_uri": null}"#);
    let cut = || Step::Answer(whole[..whole.len() - 20].to_vec());
    let server = Server::start(vec![cut(), cut()]);
    let client = server.client_with(|config| config.max_retries = 1);
    let error = client.list(conferences(), layout(), None).next_page(&token()).unwrap_err();
    assert!(matches!(error, Error::Lost { .. }), "{error}");
    assert_eq!(server.requests().len(), 2);

    // In the head, before the body, in a part of it, and before the next one.
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let parts = ["", "1", "19\r\n{", "1\r\n{", "1\r\n{\r\n"].map(|part| format!("{chunked}{part}"));
    for cut in parts.iter().map(String::as_str).chain(["HTTP/1.1 20", &chunked[..30]]) {
        let server = Server::start(vec![Step::Answer(cut.into()), answer(200, r#"{"conferences": []}"#)]);
        assert!(server.client().list(conferences(), layout(), None).next_page(&token()).unwrap().is_some());
        assert_eq!(server.requests().len(), 2, "{cut:?}");
    }

    let ended = b"HTTP/1.1 200 OK\r\n\r\n{\"conferences\": [{\"sid\": \"CF1\"}".to_vec();
    let server = Server::start(vec![Step::Answer(ended)]);
    let error = server.client().list(conferences(), layout(), None).next_page(&token()).unwrap_err();
    assert!(matches!(error, Error::InvalidAnswer { .. }), "{error}");
}

#[test]
fn a_gzip_body_is_read_and_a_bomb_is_refused() {
    let gzip = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        Step::Answer(answer_with(200, "Content-Encoding: gzip\r\n", &encoder.finish().unwrap()))
    };
    let server =
        Server::start(vec![gzip(br#"{"conferences": [{"sid": "CF1"}]}"#), gzip(&vec![b' '; (64 << 20) + 1])]);
    let client = server.client();
    let page = client.list(conferences(), layout(), None).next_page(&token()).unwrap().unwrap();
    assert_eq!(page.value(0, 0), ValueRef::Text("CF1"));
    let error = client.list(conferences(), layout(), None).next_page(&token()).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn a_read_is_repeated_when_the_connection_fails() {
    let server = Server::start(vec![Step::Drop, answer(503, ""), answer(200, r#"{"conferences": []}"#)]);
    assert!(server.client().list(conferences(), layout(), None).next_page(&token()).unwrap().is_some());
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn too_many_requests_wait_as_long_as_they_are_told() {
    let refused = answer_with(429, "Retry-After: 0.3\r\n", br#"{"code": 20429, "message": "Too many"}"#);
    let created = answer(201, r#"{"call_sid": "CA1"}"#);
    let server = Server::start(vec![Step::Answer(refused.clone()), created]);
    let start = Instant::now();
    let layout = Layout::new(None, [("call_sid", DataType::Text)]);
    let written = server.client().write(&add_participant(), Some(&layout), true, &token()).unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!((written.status, written.request_id.as_deref()), (201, Some("RQ1")));
    assert_eq!(written.row.unwrap().value(0, 0), ValueRef::Text("CA1"));

    let server = Server::start(vec![Step::Answer(refused)]);
    let client = server.client_with(|config| config.max_retries = 0);
    let error: crate::error::Error =
        client.write(&add_participant(), None, true, &token()).unwrap_err().into();
    assert_eq!(error.native, 20429);
}

#[test]
fn a_creating_write_that_is_lost_is_sent_once() {
    for step in [Step::Drop, Step::Hang(Vec::new()), answer(502, "<html>")] {
        let server = Server::start(vec![step, answer(201, "{}")]);
        let client = server.client_with(|config| config.timeout = Duration::from_millis(300));
        let error = client.write(&add_participant(), None, true, &token()).unwrap_err();
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("/Participants.json") && text.contains("To=+15551234567, From=+15557654321"),
            "{text}"
        );
        assert!(!text.contains("s3cret") && !text.contains("hunter2"), "{text}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_creating_write_does_not_trust_an_idle_connection() {
    // The server keeps the first connection open, and would drop whatever came over it.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut connections = Vec::new();
        for (status, body) in [(200, r#"{"conferences": []}"#), (201, "{}")] {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            connections.push((stream, request));
        }
        connections.into_iter().map(|(_, request)| request).collect::<Vec<_>>()
    });
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    config.base_url = Some(base);
    let client = Client::new(config).unwrap();
    assert!(client.list(conferences(), layout(), None).next_page(&token()).unwrap().is_some());
    client.write(&add_participant(), None, true, &token()).unwrap();
    let requests = server.join().unwrap();
    assert!(
        requests[1].ends_with("To=%2B15551234567&From=%2B15557654321&SipAuthPassword=s3cret"),
        "{requests:?}"
    );
}

#[test]
fn idle_connections_are_used_again_for_reads() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for _ in 0..2 {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 19\r\n\r\n{\"conferences\": []}").unwrap();
        }
    });
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    (config.base_url, config.timeout) = (Some(base), Duration::from_secs(2));
    let client = Client::new(config).unwrap();
    client.check(&token()).unwrap();
    client.check(&token()).unwrap();
}

#[test]
fn a_write_that_was_answered_has_succeeded() {
    let cut = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"sid\"".to_vec();
    for step in [Step::Answer(cut), answer(204, ""), answer(202, "accepted")] {
        let server = Server::start(vec![step]);
        let written = server.client().write(&add_participant(), Some(&layout()), true, &token()).unwrap();
        assert!(written.row.is_none() && (200..300).contains(&written.status));
    }
}

#[test]
fn a_repeated_delete_that_finds_nothing_has_succeeded() {
    let missing = r#"{"code": 20404, "message": "not found", "status": 404}"#;
    let delete = Request::new("api", Method::Delete, "/2010-04-01/Accounts/AC1/Recordings/RE1.json");
    let server = Server::start(vec![Step::Drop, answer(404, missing), answer(404, missing)]);
    let client = server.client();
    assert_eq!(client.write(&delete, None, false, &token()).unwrap().status, 204);
    assert!(client.write(&delete, None, false, &token()).unwrap_err().is_not_found());
}

#[test]
fn redirects_are_not_followed() {
    let other = Server::start(vec![answer(200, r#"{"conferences": []}"#)]);
    for status in [301, 302, 303, 307, 308] {
        let moved = || Step::Answer(answer_with(status, &format!("Location: {}/x\r\n", other.base), b""));
        let server = Server::start(vec![moved(), moved()]);
        let client = server.client();
        let error = client.list(conferences(), layout(), None).next_page(&token()).unwrap_err();
        assert!(matches!(error, Error::Api { status: told, .. } if told == status), "{error}");
        let error = client.write(&add_participant(), None, true, &token()).unwrap_err();
        assert!(matches!(error, Error::Api { status: told, .. } if told == status), "{error}");
    }
    assert_eq!(other.taken.load(Ordering::Relaxed), 0);
}

#[test]
fn deadlines_end_a_wait() {
    let server = Server::start(vec![Step::Hang(Vec::new()), Step::Hang(Vec::new())]);
    let client = server.client_with(|config| config.timeout = Duration::from_millis(150));
    let cancel = token();
    cancel.arm(Some(Duration::from_millis(60)));
    let error = client.check(&cancel).unwrap_err();
    assert!(matches!(error, Error::Stopped(Stop::TimedOut)), "{error}");
    let start = Instant::now();
    let error = client.check(&token()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_millis(400));
}

#[test]
fn an_answer_that_trickles_ends_with_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n{");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    (config.base_url, config.timeout) = (Some(base), Duration::from_millis(300));
    let start = Instant::now();
    let error = Client::new(config).unwrap().check(&token()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_millis(600), "{:?}", start.elapsed());
}

#[test]
fn a_host_that_is_not_there_is_a_connect_error() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    (config.base_url, config.max_retries) = (Some(format!("http://{address}")), 1);
    let client = Client::new(config).unwrap();
    let error = client.check(&token()).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    // A creation that found nobody to talk to was certainly not processed.
    let error = client.write(&add_participant(), None, true, &token()).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
}

#[test]
fn check_tells_refused_credentials_from_restricted_ones() {
    let body = r#"{"code": 20003, "message": "Authenticate", "status": 401}"#;
    let server = Server::start(vec![answer(401, body), answer(403, body), answer(200, "hello")]);
    let client = server.client();
    let error: crate::error::Error = client.check(&token()).unwrap_err().into();
    assert_eq!((error.state, error.native), (state::INVALID_AUTHORIZATION, 20003));
    client.check(&token()).unwrap();
    assert!(matches!(client.check(&token()), Err(Error::InvalidAnswer { .. })));
    let path = format!("GET /2010-04-01/Accounts/{ACCOUNT}/Conferences.json?PageSize=1 ");
    assert!(server.requests()[0].starts_with(&path));
}

#[test]
fn paths_reach_the_server_as_they_were_encoded() {
    let server = Server::start(vec![answer(200, r#"{"sid": "IS1"}"#)]);
    let path = super::expand_path("/v1/Users/{Identity}", |_| Some(Cow::from("a/b+c é"))).unwrap();
    let request = Request::new("sync", Method::Get, path);
    let page = server.client().fetch(&request, &layout(), &token()).unwrap().unwrap();
    assert_eq!((page.rows(), page.value(0, 0)), (1, ValueRef::Text("IS1")));
    assert!(server.requests()[0].starts_with("GET /v1/Users/a%2Fb%2Bc%20%C3%A9 HTTP/1.1"));
}

#[test]
fn lists_without_links_go_on_by_token_or_number() {
    let token_page =
        |token: &str| answer(200, &format!(r#"{{"conferences": [{{"sid": "A"}}], "meta": {{{token}}}}}"#));
    let number_page = |more: bool, n: u32| {
        answer(200, &format!(r#"{{"results": [], "has_next": {more}, "current_page": {n}}}"#))
    };
    let server = Server::start(vec![
        token_page(r#""next_token": "t/2""#),
        token_page(r#""next_token": null"#),
        number_page(true, 0),
        number_page(false, 1),
        token_page(r#""next_token": "x""#),
        token_page(r#""next_token": "x""#),
    ]);
    let mut request = Request::new("numbers", Method::Get, "/v1/List");
    request.query.push(("Status".into(), "a".into()));
    let read = |layout: Arc<Layout>| {
        let mut pages = server.client().list(request.clone(), layout, Some(100));
        let mut count = 0;
        while pages.next_page(&token())?.is_some() {
            count += 1;
        }
        Ok::<_, Error>(count)
    };
    assert_eq!(read(layout()).unwrap(), 2);
    assert_eq!(read(Arc::new(Layout::new(Some("results"), [("sid", DataType::Text)]))).unwrap(), 2);
    let error = read(layout()).unwrap_err();
    assert!(matches!(error, Error::RepeatedLink { .. }), "{error}");
    let lines: Vec<String> = server.requests().iter().map(|r| r.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        lines[..4],
        [
            "GET /v1/List?Status=a&PageSize=100 HTTP/1.1",
            "GET /v1/List?Status=a&Token=t%2F2 HTTP/1.1",
            "GET /v1/List?Status=a&PageSize=100 HTTP/1.1",
            "GET /v1/List?Status=a&Page=1 HTTP/1.1",
        ]
    );
}

#[test]
fn an_answer_can_be_the_row_itself() {
    let missing = r#"{"code": 20404, "message": "not found", "status": 404}"#;
    let server = Server::start(vec![answer(200, r#"{"sid": "A", "meta": {}}"#), answer(404, missing)]);
    let layout = Arc::new(Layout::new(Some(""), [("sid", DataType::Text)]));
    let pages = || {
        let request = Request::new("video", Method::Get, "/v1/Settings/Default");
        server.client().list(request, layout.clone(), Some(1)).under_parent()
    };
    let mut some = pages();
    let page = some.next_page(&token()).unwrap().unwrap();
    assert_eq!((page.rows(), page.value(0, 0)), (1, ValueRef::Text("A")));
    assert!(some.next_page(&token()).unwrap().is_none());
    assert!(pages().next_page(&token()).unwrap().is_none());
    assert!(server.requests()[0].starts_with("GET /v1/Settings/Default HTTP/1.1"));
}

#[test]
fn a_json_body_is_sent_as_it_is_by_any_method() {
    let server = Server::start(vec![answer(200, "{}"), answer(200, "{}")]);
    for (method, name) in [(Method::Put, "PUT"), (Method::Patch, "PATCH")] {
        let mut request = Request::new("content", method, "/v1/Content/HX1");
        request.json = Some(r#"{"types": {"a": 1}}"#.into());
        server.client().write(&request, None, false, &token()).unwrap();
        let sent = server.requests().pop().unwrap();
        assert!(sent.starts_with(&format!("{name} /v1/Content/HX1 HTTP/1.1")), "{sent}");
        assert!(sent.to_lowercase().contains("content-type: application/json"), "{sent}");
        assert!(sent.ends_with(r#"{"types": {"a": 1}}"#), "{sent}");
    }
}
