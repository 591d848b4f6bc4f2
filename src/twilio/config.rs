//! What a client is told before it sends anything: the account, the credentials, the base URL, the limits.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::{Error, ProxySettings, ServerCertificate};

/// A secret: wiped when it is dropped, and shown by no `Debug`.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret of these parts, of which no copy is left behind.
    pub(super) fn of(parts: &[&str]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
        parts.iter().for_each(|part| text.push_str(part));
        Secret(text)
    }

    /// The secret itself. Whatever is built from it has to be wiped, or has to leave for Twilio at once.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How a client proves who it is.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The account's own auth token: it may do everything.
    AuthToken(Secret),
    /// An API key. A standard key is refused by `/Accounts` and `/Keys`, a restricted one by more.
    ApiKey {
        /// `SK` and 32 hexadecimal digits.
        sid: String,
        secret: Secret,
    },
    /// An OAuth application, which is given tokens that live for a while.
    OAuth {
        /// `OQ` and 32 letters and digits.
        client_id: String,
        secret: Secret,
    },
}

/// The settings of a client.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// `AC` and 32 hexadecimal digits: the account that 2010 paths name.
    pub account_sid: String,
    pub credentials: Credentials,
    /// Where requests go instead of `https://{product}.twilio.com`: absolute, `https` (`http` only to this
    /// machine), with an optional path prefix; `{product}` stands for the product's host label.
    pub base_url: Option<String>,
    /// Where Twilio processes and keeps the data: `ie1`, `au1` …; counts without a base URL.
    pub region: Option<String>,
    /// Where requests enter Twilio's network: `dublin`, `sydney` …; counts without a base URL. Without a region that of
    /// `us1`, and without an edge the region's own.
    pub edge: Option<String>,
    /// The longest that one request may take, from the connection to the last byte; not counting repeats.
    /// Zero stands for no limit.
    pub timeout: Duration,
    /// How often a request that may be repeated is repeated.
    pub max_retries: u32,
    /// The longest that a request, its repeats and the pauses between them may take together, before one more repeat
    /// is begun.
    pub retry_budget: Duration,
    /// The proxy; without, the one that the environment names.
    pub proxy: Option<ProxySettings>,
    /// Which certificates are accepted.
    pub server_certificate: ServerCertificate,
    /// Whether a log of bodies shows texts of messages and the like.
    pub log_bodies: bool,
    /// How many requests may run at once; at least 1.
    pub max_concurrency: usize,
}

impl ClientConfig {
    /// The defaults: Twilio's own hosts, 30 seconds, 5 repeats within 60 seconds, 8 requests at once.
    pub fn new(account_sid: impl Into<String>, credentials: Credentials) -> Self {
        ClientConfig {
            account_sid: account_sid.into(),
            credentials,
            base_url: None,
            region: None,
            edge: None,
            timeout: Duration::from_secs(30),
            max_retries: 5,
            retry_budget: Duration::from_secs(60),
            proxy: None,
            server_certificate: ServerCertificate::default(),
            log_bodies: false,
            max_concurrency: 8,
        }
    }

    /// Checks what can be checked without a request.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`].
    pub(super) fn check(&self) -> Result<(), Error> {
        if !is_sid(&self.account_sid, "AC") {
            let text = "The account SID must be AC and 32 hexadecimal digits: it stands on the console's first page.";
            return Err(Error::InvalidConfig(text.into()));
        }
        let secret = match &self.credentials {
            Credentials::AuthToken(secret) => secret,
            Credentials::ApiKey { sid, secret } => {
                if !is_sid(sid, "SK") {
                    let text = "The API key must be SK and 32 hexadecimal digits.";
                    return Err(Error::InvalidConfig(text.into()));
                }
                secret
            }
            Credentials::OAuth { client_id, secret } => {
                let is_id = client_id.strip_prefix("OQ").is_some_and(|rest| {
                    rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
                });
                if !is_id {
                    let text = "The OAuth client id must be OQ and 32 letters and digits.";
                    return Err(Error::InvalidConfig(text.into()));
                }
                secret
            }
        };
        if secret.expose().is_empty() {
            return Err(Error::InvalidConfig("The auth token or the secret is empty.".into()));
        }
        Ok(())
    }

    /// The value of the Authorization header; `None` where it is a token's.
    pub(super) fn authorization(&self) -> Option<Secret> {
        let (user, secret) = match &self.credentials {
            Credentials::AuthToken(secret) => (&self.account_sid, secret),
            Credentials::ApiKey { sid, secret } => (sid, secret),
            Credentials::OAuth { .. } => return None,
        };
        let pair = Secret::of(&[user, ":", secret.expose()]);
        Some(Secret::of(&["Basic ", &Zeroizing::new(BASE64_STANDARD.encode(pair.expose()))]))
    }
}

/// Two letters and 32 hexadecimal digits.
fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(account: &str, key: Option<&str>, secret: &str) -> ClientConfig {
        let secret = Secret::from(secret.to_owned());
        let credentials = match key {
            Some(sid) => Credentials::ApiKey { sid: sid.into(), secret },
            None => Credentials::AuthToken(secret),
        };
        ClientConfig::new(account, credentials)
    }

    #[test]
    fn sids_are_checked_before_a_request() {
        let ac = "AC0123456789abcdef0123456789ABCDEF";
        let sk = "SK0123456789abcdef0123456789ABCDEF";
        assert!(config(ac, None, "token").check().is_ok());
        assert!(config(ac, Some(sk), "secret").check().is_ok());
        for bad in
            [config(sk, None, "t"), config("AC1", None, "t"), config(ac, Some(ac), "t"), config(ac, None, "")]
        {
            assert!(matches!(bad.check(), Err(Error::InvalidConfig(_))), "{bad:?}");
        }
    }

    #[test]
    fn no_debug_shows_a_secret() {
        let config = config("AC1", Some("SK1"), "hunter2");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.authorization().unwrap().expose(), "Basic U0sxOmh1bnRlcjI=");
    }
}
