//! Access tokens by OAuth's client credentials (RFC 6749, section 4.4).
//!
//! A client asks Twilio for a token when the first request needs one, and again a minute before it expires; requests that come
//! meanwhile wait for it. The answer says when that is, and so may the token: the earlier one counts.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::Error;
use super::config::Secret;
use super::watch::SLICE;
use crate::cancel::CancelToken;

/// How long before its end a token is no longer used; of a short-lived one, no more than half of its life.
const MARGIN: Duration = Duration::from_secs(60);
/// The longest that nobody asks again after no token was to be had.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// The token of a client and its clones.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    token: Option<Token>,
    /// Whether somebody asks for a new one.
    is_asked: bool,
    /// Why no token was to be had, and until when that is the answer to everybody.
    failure: Option<(Arc<Error>, Instant)>,
}

/// An access token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The value of the Authorization header.
    pub header: Secret,
    until: Instant,
}

#[derive(serde::Deserialize)]
struct Answer {
    access_token: Zeroizing<String>,
    expires_in: Option<f64>,
}

/// The part of a token that says when it expires, in seconds since 1970.
#[derive(serde::Deserialize)]
struct Claims {
    exp: Option<f64>,
}

impl Token {
    /// Reads the answer of the token endpoint.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it; never a part of it.
    pub fn read(body: &[u8]) -> Result<Token, String> {
        let answer: Answer =
            serde_json::from_slice(body).map_err(|_| "the answer holds no access_token".to_owned())?;
        let claims = answer.access_token.split('.').nth(1);
        let claims = claims.and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
        let claims: Option<Claims> = claims.and_then(|json| serde_json::from_slice(&json).ok());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let by_claim = claims.and_then(|claims| claims.exp).map(|exp| exp - now);
        let seconds = answer.expires_in.into_iter().chain(by_claim).fold(365.0 * 86_400.0, f64::min);
        let life = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Ok(Token {
            header: Secret::of(&["Bearer ", &answer.access_token]),
            until: Instant::now() + life - MARGIN.min(life / 2),
        })
    }
}

impl Tokens {
    /// The header of a token that is still good; `ask` gets a new one where there is none.
    ///
    /// Where there was none to be had, nobody asks again for as long as that took, and no longer than ten seconds: each of many
    /// requests that follow one another, or wait here, would wait as long.
    ///
    /// # Errors
    /// [`Error::Stopped`] when the statement has to stop meanwhile, or else [`Error::NoToken`] with the error of `ask`.
    pub fn header(
        &self,
        cancel: &CancelToken,
        ask: impl FnOnce() -> Result<Token, Error>,
    ) -> Result<Secret, Error> {
        let mut state = self.state();
        loop {
            if let Some(token) = state.token.as_ref().filter(|token| Instant::now() < token.until) {
                return Ok(token.header.clone());
            }
            if let Some((error, until)) = &state.failure
                && Instant::now() < *until
            {
                return Err(Error::NoToken(error.clone()));
            }
            if !state.is_asked {
                break;
            }
            cancel.check()?;
            state = self.changed.wait_timeout(state, SLICE).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_asked = true;
        drop(state);
        // Whatever comes of it, the next one has to be able to ask.
        let _asked = Asked(self);
        let started = Instant::now();
        let token = match ask() {
            Ok(token) => token,
            // It says nothing of the token.
            Err(error @ Error::Stopped(_)) => return Err(error),
            Err(error) => {
                let error = Arc::new(error);
                let rest = started.elapsed().min(LONGEST_REST);
                self.state().failure = Some((error.clone(), Instant::now() + rest));
                return Err(Error::NoToken(error));
            }
        };
        let header = token.header.clone();
        let mut state = self.state();
        state.token = Some(token);
        state.failure = None;
        Ok(header)
    }

    /// Forgets the token if it still is the one of that header: Twilio has refused it.
    pub fn refuse(&self, header: &Secret) {
        self.state().token.take_if(|token| token.header.expose() == header.expose());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Asked<'a>(&'a Tokens);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.state().is_asked = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(claims: &str, expires_in: &str) -> Vec<u8> {
        let token = format!("e30.{}.sig", BASE64_URL_SAFE_NO_PAD.encode(claims));
        format!(r#"{{"access_token": "{token}", "token_type": "Bearer", "expires_in": {expires_in}}}"#)
            .into_bytes()
    }

    fn life(body: &[u8]) -> u64 {
        (Token::read(body).unwrap().until.saturating_duration_since(Instant::now())
            + Duration::from_millis(500))
        .as_secs()
    }

    #[test]
    fn the_earlier_end_counts() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let claims = |seconds: u64| format!(r#"{{"exp": {}}}"#, now + seconds);
        assert_eq!(life(&answer("{}", "3600")), 3540);
        // The documents' example has milliseconds since 1970 there.
        assert!((530..=540).contains(&life(&answer(&claims(600), "1438315200000"))));
        assert_eq!(life(&answer(&claims(6000), "600")), 540);
        assert_eq!(life(&answer("no claims", "null")), 365 * 86_400 - 60);
        assert_eq!(life(&answer("{}", "10")), 5);
        assert_eq!(life(&answer("{}", "-10")), 0);
    }

    #[test]
    fn what_is_no_token_is_not_shown() {
        for body in [&b"{}"[..], b"hunter2", b"[\"hunter2\"]", b"{\"access_token\": 7, \"x\": \"hunter2\"}"] {
            assert!(!Token::read(body).unwrap_err().contains("hunter2"));
        }
    }

    #[test]
    fn one_asks_and_the_others_wait() {
        let (tokens, cancel) = (Tokens::default(), CancelToken::default());
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let ask = || {
            asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
            Ok(Token::read(&answer("{}", "3600")).unwrap())
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| tokens.header(&cancel, ask).unwrap());
            }
        });
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1);
        let header = tokens.header(&cancel, ask).unwrap();
        tokens.refuse(&Secret::from("Bearer another".to_owned()));
        tokens.header(&cancel, || unreachable!()).unwrap();
        tokens.refuse(&header);
        assert!(tokens.header(&cancel, || Err(Error::InvalidConfig("no".into()))).is_err());
        // That took next to no time, and so it is asked again after next to none.
        std::thread::sleep(Duration::from_millis(2));
        tokens.header(&cancel, ask).unwrap();
    }
}
