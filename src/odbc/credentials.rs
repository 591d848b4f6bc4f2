//! What a connection proves with who it is.
//!
//! An auth token, an API key and an OAuth application are alternatives: AuthScheme says which one is used, or else the
//! earliest source of [`super::settings`] does, and where one source has several, the last of these three.

use super::connection_string::Pair;
use super::settings::{Found, Keyword, is_given, one_of};
use crate::error::{Error, Result, state};
use crate::twilio::Credentials;

/// What the connection proves with who it is.
///
/// # Errors
/// 28000 (none, or one without its secret), HY024 (AuthScheme).
pub fn of<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>) -> Result<Credentials> {
    const SCHEMES: [Keyword; 3] = [Keyword::AuthToken, Keyword::ApiKeySid, Keyword::OAuthClientId];
    let scheme = match find(Keyword::AuthScheme) {
        Some(_) => Some(SCHEMES[one_of(find, Keyword::AuthScheme)?]),
        None => {
            let given = SCHEMES.iter().rev().filter_map(|&scheme| Some((find(scheme)?.source, scheme)));
            given.min_by_key(|(source, _)| *source).map(|(_, scheme)| scheme)
        }
    };
    let text = |keyword| find(keyword).map(|found| found.value.to_owned());
    match scheme {
        Some(Keyword::AuthToken) => {
            let token = text(Keyword::AuthToken)
                .ok_or_else(|| missing("the account's auth token", "AuthToken", "TWILIO_AUTH_TOKEN"))?;
            Ok(Credentials::AuthToken(token.into()))
        }
        Some(Keyword::ApiKeySid) => {
            let sid = text(Keyword::ApiKeySid)
                .ok_or_else(|| missing("the API key", "ApiKeySid", "TWILIO_API_KEY"))?;
            let secret = text(Keyword::ApiKeySecret)
                .ok_or_else(|| missing("the secret of the API key", "ApiKeySecret", "TWILIO_API_SECRET"))?;
            Ok(Credentials::ApiKey { sid, secret: secret.into() })
        }
        Some(_) => {
            let client_id = text(Keyword::OAuthClientId)
                .ok_or_else(|| missing("the OAuth application", "OAuthClientId", "TWILIO_CLIENT_ID"))?;
            let secret = text(Keyword::OAuthClientSecret).ok_or_else(|| {
                missing("the secret of the OAuth application", "OAuthClientSecret", "TWILIO_CLIENT_SECRET")
            })?;
            Ok(Credentials::OAuth { client_id, secret: secret.into() })
        }
        None => Err(missing(
            "the credentials",
            "AuthToken, or ApiKeySid and ApiKeySecret, or OAuthClientId and OAuthClientSecret,",
            "TWILIO_AUTH_TOKEN, or TWILIO_API_KEY and TWILIO_API_SECRET",
        )),
    }
}

/// The 28000 of what a connection cannot do without.
pub fn missing(what: &str, keyword: &str, variable: &str) -> Error {
    Error::new(
        state::INVALID_AUTHORIZATION,
        format!(
            "To connect, {what} must be known: set {keyword} in the connection string or the DSN, or the environment variable {variable}."
        ),
    )
}

/// A keyword without which no connection can be opened, and what it is, for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    pub keyword: &'static str,
    pub label: &'static str,
}

/// What [`super::settings::Settings::from_sources`] would miss.
pub fn missing_keywords(sources: &[&[Pair]]) -> Vec<Missing> {
    let is_given = |keyword| is_given(sources, keyword);
    let need = |keyword, label| Missing { keyword, label };
    let (account, key) = (is_given(Keyword::AccountSid), is_given(Keyword::ApiKeySid));
    let mut missing = Vec::new();
    match (account, key) {
        (false, _) if key || is_given(Keyword::OAuthClientId) => {
            missing.push(need("AccountSid", "Account SID"))
        }
        (false, false) => missing.push(need("UID", "Account SID or API key SID")),
        _ => {}
    }
    if is_given(Keyword::OAuthClientId) {
        if !is_given(Keyword::OAuthClientSecret) {
            missing.push(need("OAuthClientSecret", "Secret of the OAuth application"));
        }
    } else if key && !is_given(Keyword::ApiKeySecret) {
        missing.push(need("ApiKeySecret", "Secret of the API key"));
    } else if !key && !is_given(Keyword::AuthToken) {
        let label = if account { "Auth token" } else { "Auth token or secret of the API key" };
        missing.push(need("PWD", label));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::super::connection_string::parse;
    use super::super::settings::Settings;
    use super::*;

    fn settings(sources: &[&str]) -> Result<Settings> {
        let parsed: Vec<_> = sources.iter().map(|text| parse(text).unwrap()).collect();
        Settings::from_sources(&parsed.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    fn key_of(settings: &Settings) -> Option<&str> {
        match &settings.credentials {
            Credentials::ApiKey { sid, .. } => Some(sid),
            _ => None,
        }
    }

    #[test]
    fn uid_may_be_an_api_key() {
        let s = settings(&["UID=SK1;PWD=s;AccountSid=AC1"]).unwrap();
        assert_eq!(key_of(&s), Some("SK1"));
        assert_eq!(s.user_name(), "SK1");
    }

    #[test]
    fn the_earlier_credentials_are_used() {
        let key = "ApiKeySid=SK1;ApiKeySecret=s";
        assert_eq!(key_of(&settings(&["UID=AC1;PWD=t", key]).unwrap()), None);
        assert_eq!(key_of(&settings(&[key, "UID=AC1;PWD=t"]).unwrap()), Some("SK1"));
        assert_eq!(key_of(&settings(&[&format!("UID=AC1;PWD=t;{key}")]).unwrap()), Some("SK1"));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, keyword) in [
            ("PWD=t", "TWILIO_ACCOUNT_SID"),
            ("UID=AC1", "TWILIO_AUTH_TOKEN"),
            ("UID=AC1;ApiKeySid=SK1", "ApiKeySecret"),
        ] {
            let error = settings(&[text]).unwrap_err();
            assert_eq!(error.state, state::INVALID_AUTHORIZATION);
            assert!(error.message.contains(keyword), "{}", error.message);
        }
    }
}
