//! What a client is told before it sends anything: the account, the credentials, the base URL, the limits.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

/// A secret: wiped when it is dropped, and shown by no `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
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

/// How a client proves who it is. Twilio takes both as HTTP Basic.
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
    /// The longest that one request may take, from the connection to the last byte; not counting repeats.
    pub timeout: Duration,
    /// How often a request that may be repeated is repeated.
    pub max_retries: u32,
}

impl ClientConfig {
    /// The defaults: Twilio's own hosts, 30 seconds, 3 repeats.
    pub fn new(account_sid: impl Into<String>, credentials: Credentials) -> Self {
        ClientConfig {
            account_sid: account_sid.into(),
            credentials,
            base_url: None,
            timeout: Duration::from_secs(30),
            max_retries: 3,
        }
    }
}
