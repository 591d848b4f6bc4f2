//! Every wait of a request ends within 200 milliseconds of a cancel, and takes its connection with it.

use super::super::ProxySettings;
use super::*;

/// Cancels after 100 ms, and gives the error and the time that the call took from then on.
pub(super) fn cancelled<T>(call: impl FnOnce(&CancelToken) -> Result<T, Error>) -> (Error, Duration) {
    cancelled_after(|| thread::sleep(Duration::from_millis(100)), call)
}

/// Cancels when `moment` returns, and gives the error and the time that the call took from then on.
fn cancelled_after<T>(
    moment: impl FnOnce() + Send,
    call: impl FnOnce(&CancelToken) -> Result<T, Error>,
) -> (Error, Duration) {
    let cancel = token();
    thread::scope(|scope| {
        let canceller = scope.spawn(|| {
            moment();
            let at = Instant::now();
            cancel.cancel();
            at
        });
        let error = call(&cancel).err().expect("a cancelled call fails");
        let returned = Instant::now();
        (error, returned.saturating_duration_since(canceller.join().unwrap()))
    })
}

#[test]
fn every_wait_can_be_cancelled() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"conf".to_vec();
    let busy = answer_with(429, "Retry-After: 30\r\n", b"");
    for step in [Step::Hang(Vec::new()), Step::Hang(head), Step::Answer(busy)] {
        let hangs = matches!(step, Step::Hang(_));
        let server = Server::start(vec![step]);
        let client = server.client();
        let (error, took) = cancelled(|cancel| client.list(conferences(), layout(), None).next_page(cancel));
        assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
        assert!(took < Duration::from_millis(200), "{took:?}");
        assert!(!hangs || server.is_left(1), "the connection is closed");
    }
}

#[test]
fn a_body_that_is_not_taken_can_be_cancelled() {
    let server = Server::start(vec![Step::Ignore, answer(200, r#"{"conferences": []}"#)]);
    let client = server.client_with(|config| config.timeout = Duration::from_secs(20));
    let mut request = add_participant();
    // More than the buffers of both sides hold.
    request.json = Some("x".repeat(32 << 20));
    let sending = || {
        assert!(until(|| server.taken.load(Ordering::Relaxed) == 1));
        thread::sleep(Duration::from_millis(300));
    };
    let (error, took) = cancelled_after(sending, |cancel| client.write(&request, None, true, cancel));
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    assert_eq!(crate::error::Error::from(error).state, state::OPERATION_CANCELLED);
    assert!(took < Duration::from_millis(200), "{took:?}");
    assert!(server.is_left(1), "the connection is closed");
    client.check(&token()).unwrap();
}

#[test]
fn who_waits_for_the_others_can_be_cancelled() {
    let server = Server::start(vec![Step::Hang(Vec::new()), answer(200, r#"{"conferences": []}"#)]);
    let client = server.client_with(|config| config.max_concurrency = 1);
    let first = token();
    thread::scope(|scope| {
        let running = scope.spawn(|| client.check(&first).unwrap_err());
        assert!(until(|| server.requests().len() == 1));
        let (error, took) = cancelled(|cancel| client.check(cancel));
        assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
        assert!(took < Duration::from_millis(200), "{took:?}");
        assert!(!running.is_finished(), "it is another's");
        first.cancel();
        assert!(matches!(running.join().unwrap(), Error::Stopped(Stop::Cancelled)));
    });
    client.check(&token()).unwrap();
}

/// A proxy that says this much and no more; each part when it has been asked something.
fn silent_proxy(parts: Vec<Vec<u8>>) -> (u16, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, left) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let told = (asked.clone(), left.clone());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for part in parts {
            let _ = stream.read(&mut [0; 1024]);
            asked.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(&part);
        }
        while let Ok(1..) = stream.read(&mut [0; 1024]) {
            asked.fetch_add(1, Ordering::Relaxed);
        }
        left.fetch_add(1, Ordering::Relaxed);
    });
    (port, told.0, told.1)
}

#[test]
fn every_wait_for_a_proxy_can_be_cancelled() {
    // How often the proxy is asked something before the client waits for more.
    for (scheme, user, parts, waits) in [
        ("http", None, vec![], 1),
        ("http", None, vec![b"HTTP/1.1 200 ".to_vec()], 1),
        ("socks5", None, vec![], 1),
        ("socks5", None, vec![vec![5]], 1),
        ("socks5", Some("me"), vec![vec![5, 2]], 2),
        ("socks5", Some("me"), vec![vec![5, 2], vec![1, 0]], 3),
        ("socks5", None, vec![vec![5, 0], vec![5, 0, 0, 3, 200]], 2),
    ] {
        let (port, asked, left) = silent_proxy(parts);
        let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
        config.base_url = Some("https://twilio.invalid".into());
        config.proxy = Some(ProxySettings {
            server: format!("{scheme}://127.0.0.1:{port}"),
            port: None,
            user: user.map(str::to_owned),
            password: user.map(|_| "pw".to_owned().into()),
        });
        let client = Client::new(config).unwrap();
        let waiting = || {
            assert!(until(|| asked.load(Ordering::Relaxed) >= waits), "{scheme} {waits}");
            thread::sleep(Duration::from_millis(60));
        };
        let (error, took) =
            cancelled_after(waiting, |cancel| client.write(&add_participant(), None, true, cancel));
        // Nothing of the request itself was sent.
        assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
        assert!(took < Duration::from_millis(200), "{scheme}: {took:?}");
        assert!(until(|| left.load(Ordering::Relaxed) == 1), "the connection is closed");
    }
}

#[test]
fn a_cancelled_creation_has_an_unknown_outcome() {
    let server = Server::start(vec![Step::Hang(Vec::new())]);
    let client = server.client();
    let (error, took) = cancelled(|cancel| client.write(&add_participant(), None, true, cancel));
    assert!(took < Duration::from_millis(200), "{took:?}");
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    assert_eq!(crate::error::Error::from(error).state, state::OPERATION_CANCELLED);
}

#[test]
fn a_connection_that_is_not_taken_can_be_cancelled() {
    // A listener whose queue is full answers no further connection.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while waiting.len() < 5000 {
        match TcpStream::connect_timeout(&address, Duration::from_millis(50)) {
            Ok(stream) => waiting.push(stream),
            Err(_) => break,
        }
    }
    let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
    config.base_url = Some(format!("http://{address}"));
    let client = Client::new(config).unwrap();
    let (error, took) = cancelled(|cancel| client.check(cancel));
    assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
    assert!(took < Duration::from_millis(200), "{took:?}");
}

#[test]
fn a_handshake_is_no_request() {
    let https = |server: &Server| {
        server.client_with(|config| {
            config.base_url = Some(server.base.replace("http:", "https:"));
            config.max_retries = 0;
        })
    };
    let server = Server::start(vec![Step::Hang(Vec::new())]);
    let client = https(&server);
    // Not sooner: the root certificates are read before the handshake begins, which takes the processor some time.
    let handshake = || assert!(until(|| !server.requests().is_empty()));
    let (error, took) =
        cancelled_after(handshake, |cancel| client.write(&add_participant(), None, true, cancel));
    assert_eq!(server.requests().len(), 1, "the handshake had begun");
    assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
    assert!(took < Duration::from_millis(200), "{took:?}");

    let server = Server::start(vec![answer(200, "this is no TLS")]);
    let error = https(&server).write(&add_participant(), None, true, &token()).unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
}
