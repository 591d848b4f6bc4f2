//! The proxy on the way to Twilio.
//!
//! A connection names one (ProxyServer), or else the environment may (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, each also in
//! small letters, and `NO_PROXY`). HTTP proxies are asked for a tunnel, which is ureq's business; SOCKS5 (RFC 1928, and
//! RFC 1929 for the password) is spoken here, because a wait for the proxy has to be one that can be cancelled. Either way the
//! proxy looks Twilio's name up.

use std::io::{self, Read, Write};

use ureq::http::Uri;
use ureq::{Proxy, ProxyProtocol};
use zeroize::Zeroizing;

use super::Error;
use super::config::Secret;

/// A proxy, as a connection names it.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// A host, or a URL of the schemes `http`, `https`, `socks5` and `socks5h`.
    pub server: String,
    /// Without one, the URL's or the scheme's own.
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Secret>,
}

impl ProxySettings {
    /// The proxy for ureq.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`].
    pub(super) fn build(&self) -> Result<Proxy, Error> {
        let wrong = || {
            Error::InvalidConfig(format!(
                "ProxyServer is \"{}\"; it has to be a host, or a URL that begins with http://, https:// or socks5://, \
                 without user and password.",
                self.server.rsplit('@').next().unwrap_or_default()
            ))
        };
        let (scheme, rest) = self.server.split_once("://").unwrap_or(("http", &self.server));
        let protocol = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyProtocol::Http,
            "https" => ProxyProtocol::Https,
            "socks5" | "socks5h" => ProxyProtocol::Socks5h,
            _ => return Err(wrong()),
        };
        let uri: Uri = format!("http://{}", rest.trim_end_matches('/')).parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(wrong)?;
        if uri.path() != "/" || uri.query().is_some() {
            return Err(wrong());
        }
        let mut builder = Proxy::builder(protocol).host(authority.host()).resolve_target(false);
        if let Some(port) = self.port.or(authority.port_u16()) {
            builder = builder.port(port);
        }
        if let Some(user) = &self.user {
            builder = builder.username(user);
        }
        if let Some(password) = &self.password {
            builder = builder.password(password.expose());
        }
        builder.build().map_err(|_| wrong())
    }
}

/// Whether a proxy speaks SOCKS5.
pub(super) fn is_socks(proxy: &Proxy) -> bool {
    matches!(proxy.protocol(), ProxyProtocol::Socks5 | ProxyProtocol::Socks5h)
}

/// Asks a SOCKS5 proxy for a connection to `host`.
///
/// # Errors
/// What the proxy refuses, and what reading and writing fail with.
pub(super) fn socks5(
    stream: &mut (impl Read + Write),
    proxy: &Proxy,
    host: &str,
    port: u16,
) -> io::Result<()> {
    const VERSION: u8 = 5;
    const NO_AUTHENTICATION: u8 = 0;
    const PASSWORD: u8 = 2;
    let refused = |text: &str| io::Error::other(format!("the SOCKS proxy {text}"));
    let sized = |text: &str| -> io::Result<Zeroizing<Vec<u8>>> {
        let length = u8::try_from(text.len()).map_err(|_| refused("takes no text as long as that"))?;
        Ok(Zeroizing::new([&[length], text.as_bytes()].concat()))
    };

    let methods: &[u8] =
        if proxy.username().is_some() { &[NO_AUTHENTICATION, PASSWORD] } else { &[NO_AUTHENTICATION] };
    stream.write_all(&[&[VERSION, methods.len() as u8], methods].concat())?;
    let mut chosen = [0; 2];
    stream.read_exact(&mut chosen)?;
    match (chosen, proxy.username()) {
        ([VERSION, NO_AUTHENTICATION], _) => {}
        ([VERSION, PASSWORD], Some(user)) => {
            let password = sized(proxy.password().unwrap_or_default())?;
            stream.write_all(&Zeroizing::new([&[1], &**sized(user)?, &**password].concat()))?;
            stream.read_exact(&mut chosen)?;
            if chosen[1] != 0 {
                return Err(refused("refused ProxyUser and ProxyPassword"));
            }
        }
        ([VERSION, _], _) => return Err(refused("wants another authentication than it was offered")),
        _ => return Err(refused("does not speak SOCKS5")),
    }

    const CONNECT: u8 = 1;
    const NAME: u8 = 3;
    stream.write_all(&[&[VERSION, CONNECT, 0, NAME], &**sized(host)?, &port.to_be_bytes()].concat())?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    if answer[0] != VERSION {
        return Err(refused("does not speak SOCKS5"));
    }
    if answer[1] != 0 {
        return Err(refused(match answer[1] {
            2 => "does not allow the connection",
            3 | 4 => "cannot reach the host",
            5 => "was refused by the host",
            6 => "had no answer from the host in time",
            _ => "could not make the connection",
        }));
    }
    // The address that the proxy uses, which is of no interest.
    let length = match answer[3] {
        1 => 4,
        4 => 16,
        NAME => {
            let mut length = [0];
            stream.read_exact(&mut length)?;
            length[0].into()
        }
        _ => return Err(refused("does not speak SOCKS5")),
    };
    stream.read_exact(&mut vec![0; length + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the proxy answers, and what was sent to it.
    struct Script(io::Cursor<Vec<u8>>, Vec<u8>);

    impl Read for Script {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn settings(server: &str, user: Option<&str>) -> ProxySettings {
        ProxySettings {
            server: server.into(),
            port: None,
            user: user.map(str::to_owned),
            password: user.map(|_| Secret::from("pw".to_owned())),
        }
    }

    fn ask(user: Option<&str>, answers: &[u8]) -> (io::Result<()>, Vec<u8>) {
        let proxy = settings("socks5://p", user).build().unwrap();
        let mut script = Script(io::Cursor::new(answers.to_vec()), Vec::new());
        let outcome = socks5(&mut script, &proxy, "h.io", 443);
        (outcome, script.1)
    }

    #[test]
    fn servers_are_hosts_or_urls() {
        for (server, protocol, host, port) in [
            ("proxy", ProxyProtocol::Http, "proxy", 80),
            ("proxy:3128", ProxyProtocol::Http, "proxy", 3128),
            ("HTTPS://proxy/", ProxyProtocol::Https, "proxy", 443),
            ("socks5://10.0.0.1:1081", ProxyProtocol::Socks5h, "10.0.0.1", 1081),
            ("socks5h://[::1]", ProxyProtocol::Socks5h, "[::1]", 1080),
        ] {
            let proxy = settings(server, None).build().unwrap();
            assert_eq!((proxy.protocol(), proxy.host(), proxy.port()), (protocol, host, port));
        }
        let proxy = ProxySettings { port: Some(7), ..settings("proxy:3128", Some("u:@")) }.build().unwrap();
        assert_eq!((proxy.port(), proxy.username(), proxy.password()), (7, Some("u:@"), Some("pw")));
    }

    #[test]
    fn what_is_no_server_is_refused_without_its_secret() {
        for server in ["", "ftp://p", "socks4://p", "http://u:hunter2@p", "http://p/path", "a b"] {
            let Err(Error::InvalidConfig(text)) = settings(server, None).build() else { panic!("{server}") };
            assert!(text.contains("ProxyServer") && !text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn socks_sends_the_name() {
        let (outcome, sent) = ask(None, &[5, 0, 5, 0, 0, 1, 1, 2, 3, 4, 0, 80]);
        outcome.unwrap();
        assert_eq!(sent, b"\x05\x01\x00\x05\x01\x00\x03\x04h.io\x01\xbb");
        let (outcome, sent) = ask(Some("me"), &[5, 2, 1, 0, 5, 0, 0, 3, 1, b'x', 0, 80]);
        outcome.unwrap();
        assert_eq!(sent, b"\x05\x02\x00\x02\x01\x02me\x02pw\x05\x01\x00\x03\x04h.io\x01\xbb");
    }

    #[test]
    fn socks_says_what_is_refused() {
        for (answers, text) in [
            (&[5u8, 0xff][..], "another authentication"),
            (&[5, 2, 1, 1], "refused ProxyUser"),
            (&[4, 0], "does not speak SOCKS5"),
            (&[5, 0, 5, 5], "failed to fill"),
            (&[5, 0, 5, 5, 0, 1], "was refused by the host"),
            (&[5, 0, 5, 0, 0, 9], "does not speak SOCKS5"),
        ] {
            let error = ask(Some("me"), answers).0.unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
