//! Answers that are too much: whatever a server sends, it is refused in time and without taking the memory.

use super::super::decode::MAX_ROWS;
use super::super::paging::EMPTY_PAGES;
use super::*;

/// Answers every request of every connection; `answer` is given how many came before.
fn serve(answer: impl Fn(usize) -> Vec<u8> + Send + 'static) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    config.base_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    thread::spawn(move || {
        let mut count = 0;
        while let Ok((mut stream, _)) = listener.accept() {
            while !read_request(&mut stream).is_empty() && stream.write_all(&answer(count)).is_ok() {
                count += 1;
            }
        }
    });
    Client::new(config).unwrap()
}

/// An answer after which the connection stays.
fn page(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn refused(client: &Client) -> String {
    match client.list(conferences(), layout(), None).next_page(&token()).unwrap_err() {
        Error::InvalidAnswer { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn empty_pages_without_end_are_an_error() {
    let empty = |count| page(&format!(r#"{{"conferences": [], "next_page_uri": "/p?Page={}"}}"#, count + 1));
    let mut pages = serve(empty).list(conferences(), layout(), None);
    for _ in 0..EMPTY_PAGES {
        assert_eq!(pages.next_page(&token()).unwrap().unwrap().rows(), 0);
    }
    for _ in 0..2 {
        let error = pages.next_page(&token()).unwrap_err();
        assert!(matches!(error, Error::EmptyPages { pages: EMPTY_PAGES, .. }), "{error}");
    }
}

#[test]
fn a_row_begins_the_count_of_empty_pages_anew() {
    let last = 2 * EMPTY_PAGES + 1;
    let some = move |count: usize| {
        let rows = if count == EMPTY_PAGES { r#"{"sid": "CF1"}"# } else { "" };
        let next = if count < last { format!(r#""/p?Page={}""#, count + 1) } else { "null".into() };
        page(&format!(r#"{{"conferences": [{rows}], "next_page_uri": {next}}}"#))
    };
    let mut pages = serve(some).list(conferences(), layout(), None);
    let mut rows = 0;
    while let Some(page) = pages.next_page(&token()).unwrap() {
        rows += page.rows();
    }
    assert_eq!(rows, 1);
}

#[test]
fn rows_without_end_are_an_error() {
    let rows = |count: usize| page(&format!(r#"{{"conferences": [{}]}}"#, vec!["{}"; count].join(",")));
    let most = serve(move |_| rows(MAX_ROWS)).list(conferences(), layout(), None).next_page(&token());
    assert_eq!(most.unwrap().unwrap().rows(), MAX_ROWS);
    let reason = refused(&serve(move |_| rows(MAX_ROWS + 1)));
    assert!(reason.contains("more than 100000 rows"), "{reason}");
}

#[test]
fn a_head_that_is_too_long_is_refused_at_once() {
    let field = |bytes: usize| format!("X-Long: {}\r\n", "x".repeat(bytes));
    let body = br#"{"conferences": []}"#;
    for (headers, is_taken) in [
        (field(32 << 10), true),
        (field(65 << 10), false),
        ("X: y\r\n".repeat(100), true),
        ("X: y\r\n".repeat(200), false),
    ] {
        let server = Server::start(vec![Step::Answer(answer_with(200, &headers, body))]);
        let answer = server.client().list(conferences(), layout(), None).next_page(&token());
        assert_eq!(answer.is_ok(), is_taken, "{answer:?}");
        assert_eq!(server.requests().len(), 1, "the next one would be the same");
        if let Err(error) = answer {
            assert!(matches!(error, Error::InvalidAnswer { .. }), "{error}");
        }
    }
}

#[test]
fn a_write_with_a_head_that_is_too_long_may_have_taken_effect() {
    let long = format!("X-Long: {}\r\n", "x".repeat(65 << 10));
    for creates in [true, false] {
        let server = Server::start(vec![Step::Answer(answer_with(201, &long, b"{}"))]);
        let error = server.client().write(&add_participant(), None, creates, &token()).unwrap_err();
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_head_without_end_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let left = Arc::<AtomicUsize>::default();
    let count = left.clone();
    thread::spawn(move || {
        for part in [&b"X-More: y\r\n"[..], b"x", b"\r\nHTTP/1.1 100 Continue\r\n"] {
            let (mut stream, _) = listener.accept().unwrap();
            read_request(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 X\r\n");
            while stream.write_all(&part.repeat(100)).is_ok() {}
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    (config.base_url, config.max_retries) = (Some(base), 0);
    let client = Client::new(config).unwrap();
    let started = Instant::now();
    for _ in 0..3 {
        client.check(&token()).unwrap_err();
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(until(|| left.load(Ordering::Relaxed) == 3));
}

#[test]
fn nesting_without_end_takes_no_stack() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(300_000), close.repeat(300_000));
    let fields = [("sid", DataType::Text), ("links", DataType::Json), ("links.a.b", DataType::Text)];
    let mut layout = Layout::new(Some("conferences"), fields);
    layout.hide_field("links.secret");
    let layout = Arc::new(layout);
    for value in [deep("[", "]"), deep(r#"{"a":"#, "}")] {
        // In a field that is read, in one that is not, and beside the rows.
        let bodies = [
            format!(r#"{{"conferences": [{{"sid": "CF1", "links": {value}}}]}}"#),
            format!(r#"{{"conferences": [{{"sid": "CF1", "other": {value}}}]}}"#),
            format!(r#"{{"conferences": [{{"sid": "CF1"}}], "other": {value}}}"#),
            format!(r#"{{"wrong": {value}}}"#),
            value.clone(),
        ];
        for (number, body) in bodies.into_iter().enumerate() {
            let client = serve(move |_| page(&body));
            let answer = client.list(conferences(), layout.clone(), None).next_page(&token());
            if let 1 | 2 = number {
                assert_eq!(answer.unwrap().unwrap().value(0, 0), ValueRef::Text("CF1"));
            } else if let Err(error) = answer {
                assert!(matches!(error, Error::InvalidAnswer { .. }), "{error}");
            }
        }
        let server = Server::start(vec![answer(400, &format!(r#"{{"code": 20001, "message": {value}}}"#))]);
        let error = server.client().check(&token()).unwrap_err();
        assert!(matches!(error, Error::Api { status: 400, .. }), "{error}");
    }
}

#[test]
fn a_busy_account_is_given_way_to() {
    // Each request takes a while; how many run at once is counted.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (running, most) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let (count, seen) = (running.clone(), most.clone());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (count, seen) = (count.clone(), seen.clone());
            thread::spawn(move || {
                while !read_request(&mut stream).is_empty() {
                    let now = count.fetch_add(1, Ordering::SeqCst) + 1;
                    seen.fetch_max(now, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(30));
                    count.fetch_sub(1, Ordering::SeqCst);
                    let head =
                        "HTTP/1.1 200 X\r\nTwilio-Concurrent-Requests: 90\r\nContent-Length: 19\r\n\r\n";
                    let _ = stream.write_all(format!("{head}{{\"conferences\": []}}").as_bytes());
                }
            });
        }
    });
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    config.base_url = Some(base);
    let client = Client::new(config).unwrap();
    let all = || {
        most.store(0, Ordering::SeqCst);
        thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| client.check(&token()).unwrap()))));
        most.load(Ordering::SeqCst)
    };
    assert!(all() > 1);
    assert_eq!(all(), 1, "eight answers have taken it down");
}
