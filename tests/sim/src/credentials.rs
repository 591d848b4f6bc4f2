//! Who may sign in, and what they may do. Every value here is invented and plainly fake.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::errors::ApiError;

pub(crate) const MAIN_ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const MAIN_TOKEN: &str = "00000000000000000000000000000001";
pub(crate) const SUBACCOUNT: &str = "AC00000000000000000000000000000002";
pub(crate) const SUBACCOUNT_TOKEN: &str = "00000000000000000000000000000002";
pub(crate) const SUSPENDED_ACCOUNT: &str = "AC00000000000000000000000000000003";
pub(crate) const SUSPENDED_TOKEN: &str = "00000000000000000000000000000003";

/// What a user name and password may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rights {
    /// Account SID and auth token: everything.
    AuthToken,
    /// Main API key: as the auth token.
    MainKey,
    /// Standard API key: everything but accounts and keys.
    StandardKey,
    /// Restricted API key of this simulator: reads calls, conferences and participants of its own account.
    RestrictedKey,
    /// The account is suspended: nothing.
    Suspended,
}

/// One pair that signs in.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Credential {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) account_sid: String,
    pub(crate) rights: Rights,
}

/// The API keys, and an OAuth application: user, secret, whose they are, rights.
const KEYS: [(&str, &str, bool, Rights); 5] = [
    ("SK00000000000000000000000000000001", "10000000000000000000000000000001", true, Rights::MainKey),
    ("SK00000000000000000000000000000002", "20000000000000000000000000000002", true, Rights::StandardKey),
    ("SK00000000000000000000000000000003", "30000000000000000000000000000003", true, Rights::RestrictedKey),
    ("SK00000000000000000000000000000004", "40000000000000000000000000000004", false, Rights::MainKey),
    ("OQ00000000000000000000000000000001", "50000000000000000000000000000001", true, Rights::MainKey),
];

/// All credentials, with the main account's own pair as the command line gave it.
pub(crate) fn table(account_sid: &str, auth_token: &str) -> Vec<Credential> {
    let pair = |user: &str, password: &str, account: &str, rights| Credential {
        user: user.to_string(),
        password: password.to_string(),
        account_sid: account.to_string(),
        rights,
    };
    let mut table = vec![
        pair(account_sid, auth_token, account_sid, Rights::AuthToken),
        pair(SUBACCOUNT, SUBACCOUNT_TOKEN, SUBACCOUNT, Rights::AuthToken),
        pair(SUSPENDED_ACCOUNT, SUSPENDED_TOKEN, SUSPENDED_ACCOUNT, Rights::Suspended),
    ];
    for (user, secret, is_main, rights) in KEYS {
        table.push(pair(user, secret, if is_main { account_sid } else { SUBACCOUNT }, rights));
    }
    table
}

/// User name and password of a Basic `Authorization` header.
pub(crate) fn basic(header: Option<&str>) -> Option<(String, String)> {
    let (scheme, encoded) = header?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_string(), password.to_string()))
}

/// The credential a request signs in with.
pub(crate) fn authenticate(table: &[Credential], header: Option<&str>) -> Result<Credential, ApiError> {
    let (user, password) = basic(header).ok_or_else(ApiError::authenticate)?;
    // An application signs in with its tokens only.
    let mut pairs = table.iter().filter(|known| !known.user.starts_with("OQ"));
    let found = pairs.find(|known| known.user == user && known.password == password);
    let credential = found.ok_or_else(ApiError::authenticate)?;
    match credential.rights {
        Rights::Suspended => Err(ApiError::forbidden()),
        _ => Ok(credential.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_takes_the_first_colon_as_the_border() {
        let header = format!("Basic {}", STANDARD.encode("user:pass:word"));
        assert_eq!(basic(Some(&header)), Some(("user".to_string(), "pass:word".to_string())));
    }

    #[test]
    fn basic_refuses_what_is_not_basic() {
        for header in ["Bearer abc", "Basic", "Basic !!!!", ""] {
            assert_eq!(basic(Some(header)), None, "{header}");
        }
        assert_eq!(basic(None), None);
    }

    #[test]
    fn a_wrong_password_and_a_suspended_account_are_refused() {
        let table = table(MAIN_ACCOUNT, MAIN_TOKEN);
        let header = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let wrong = header(&format!("{MAIN_ACCOUNT}:nope"));
        assert_eq!(authenticate(&table, Some(&wrong)).unwrap_err().status, 401);
        let suspended = header(&format!("{SUSPENDED_ACCOUNT}:{SUSPENDED_TOKEN}"));
        assert_eq!(authenticate(&table, Some(&suspended)).unwrap_err().status, 403);
    }
}
