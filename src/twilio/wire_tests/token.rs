//! Access tokens: who waits for one, and what becomes of it where there is none.

use super::*;

fn client(server: &Server, change: impl FnOnce(&mut ClientConfig)) -> Client {
    server.client_with(|config| {
        let secret = "s3cret".to_owned().into();
        config.credentials = Credentials::OAuth { client_id: format!("OQ{}", "1".repeat(32)), secret };
        change(config);
    })
}

fn given() -> Step {
    answer(200, r#"{"access_token": "abc", "expires_in": 3600}"#)
}

fn empty() -> Step {
    answer(200, r#"{"conferences": []}"#)
}

#[test]
fn who_waits_for_a_token_can_be_cancelled() {
    let server = Server::start(vec![Step::Hang(Vec::new()), given(), empty()]);
    let client = client(&server, |_| {});
    let asking = token();
    thread::scope(|scope| {
        let first = scope.spawn(|| client.check(&asking).unwrap_err());
        assert!(until(|| server.requests().len() == 1));
        // One waits for another one's.
        let (error, took) = cancel::cancelled(|cancel| client.check(cancel));
        assert!(matches!(error, Error::Stopped(Stop::Cancelled)), "{error}");
        assert!(took < Duration::from_millis(200), "{took:?}");
        assert!(!first.is_finished());
        let at = Instant::now();
        asking.cancel();
        assert!(matches!(first.join().unwrap(), Error::Stopped(Stop::Cancelled)));
        assert!(at.elapsed() < Duration::from_millis(200), "{:?}", at.elapsed());
    });
    assert!(server.is_left(1), "the connection is closed");
    client.check(&token()).unwrap();
    let requests = server.requests();
    assert!(requests[1].contains("client_secret=s3cret"), "{requests:?}");
    assert!(requests[2].contains("Bearer abc"), "{requests:?}");
}

#[test]
fn who_is_given_no_token_does_not_ask_again_and_again() {
    let server = Server::start(vec![Step::Hang(Vec::new()), Step::Hang(Vec::new()), given(), empty()]);
    let client = client(&server, |config| config.timeout = Duration::from_millis(500));
    let started = Instant::now();
    for _ in 0..50 {
        let error = client.write(&add_participant(), None, true, &token()).unwrap_err();
        assert!(
            matches!(&error, Error::NoToken(cause) if matches!(**cause, Error::Timeout { .. })),
            "{error}"
        );
    }
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
    assert_eq!(server.requests().len(), 1);
    // As long as it took, and not for ever.
    thread::sleep(Duration::from_millis(550));
    client.check(&token()).unwrap_err();
    assert_eq!(server.requests().len(), 2);
    thread::sleep(Duration::from_millis(550));
    client.check(&token()).unwrap();
}

#[test]
fn those_who_waited_for_a_token_that_could_not_be_had_do_not_ask_in_turn() {
    let server = Server::start(vec![Step::Hang(Vec::new()), Step::Hang(Vec::new())]);
    let client = client(&server, |config| config.timeout = Duration::from_millis(400));
    let started = Instant::now();
    thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| client.check(&token()).unwrap_err()))));
    assert!(started.elapsed() < Duration::from_millis(750), "{:?}", started.elapsed());
    assert_eq!(server.requests().len(), 1);
}
