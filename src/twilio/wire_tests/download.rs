//! Where a file is, a redirect says: it is followed without the credentials, and not for ever.

use super::*;

fn media() -> Request {
    Request::new("api", Method::Get, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"))
}

fn moved(to: &str) -> Step {
    Step::Answer(answer_with(307, &format!("Location: {to}\r\n"), b""))
}

fn has_credentials(request: &str) -> bool {
    request.to_ascii_lowercase().contains("\r\nauthorization:")
}

#[test]
fn another_host_is_given_no_credentials() {
    let store = Server::start(vec![answer(200, "bytes")]);
    let server = Server::start(vec![moved(&format!("{}/file?signature=s3cret", store.base))]);
    let file = server.client().download(&media(), &token()).unwrap();
    assert_eq!(file.bytes, b"bytes");
    assert!(has_credentials(&server.requests()[0]) && !has_credentials(&store.requests()[0]));
}

#[test]
fn who_comes_back_from_another_host_has_no_credentials_either() {
    let (own, store) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let base = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let (own_base, store_base) = (base(&own), base(&store));
    let client = {
        let mut config = ClientConfig::new(ACCOUNT, Credentials::AuthToken("hunter2".to_owned().into()));
        config.base_url = Some(own_base.clone());
        Client::new(config).unwrap()
    };
    let requests = thread::spawn(move || {
        let serve = |listener: &TcpListener, answer: Vec<u8>| {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            stream.write_all(&answer).unwrap();
            request
        };
        let to = |place: String| answer_with(302, &format!("Location: {place}\r\n"), b"");
        [
            serve(&own, to("/elsewhere".into())),
            serve(&own, to(format!("{store_base}/file"))),
            serve(&store, to(format!("{own_base}/file"))),
            serve(&own, answer_with(200, "", b"bytes")),
        ]
    });
    assert_eq!(client.download(&media(), &token()).unwrap().bytes, b"bytes");
    assert_eq!(requests.join().unwrap().map(|request| has_credentials(&request)), [true, true, false, false]);
}

#[test]
fn a_loop_of_redirects_ends() {
    let server = Server::start((0..9).map(|_| moved("/2010-04-01/again")).collect());
    let error = server.client().download(&media(), &token()).unwrap_err();
    assert!(matches!(error, Error::RepeatedLink { .. }), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_redirect_leads_to_https_and_names_no_user() {
    for (to, host) in [
        ("http://media.example/file", "media.example"),
        ("ftp://media.example/file", "media.example"),
        ("https://me:hunter2@media.example/file", "media.example"),
        ("//media.example/file", ""),
        ("file", "file"),
        ("http://[", "no URL"),
    ] {
        let server = Server::start(vec![moved(to)]);
        let error = server.client().download(&media(), &token()).unwrap_err();
        assert!(matches!(&error, Error::ForeignLink { host: told, .. } if told == host), "{to}: {error}");
        assert!(!error.to_string().contains("hunter2"));
    }
}
