//! A request, sent until it is answered, or until it may not be repeated.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::super::Error;
use super::super::call::{Attempt, Call, Doubt};
use super::super::config::Secret;
use super::super::oauth::Token;
use super::super::retry::{self, Failure};
use super::super::watch::SLICE;
use super::attempt::Answer;
use super::{Authorization, Client};
use crate::cancel::{CancelToken, Stop};
use crate::model::Method;

impl Client {
    /// Sends a request, and repeats it as [`retry`] says.
    pub(in crate::twilio) fn send(&self, call: &Call<'_>, cancel: &CancelToken) -> Result<Answer, Error> {
        let mut repeats = 0;
        let mut doubt = Doubt::default();
        let started = Instant::now();
        let mut is_renewed = false;
        loop {
            cancel.check().map_err(|stop| call.stopped(stop, doubt))?;
            let authorization = match call.is_own.then(|| self.authorization(cancel)).transpose() {
                Ok(authorization) => authorization,
                Err(error) => return Err(call.verdict(Attempt::new(Failure::NotSent, error), doubt)),
            };
            let permit = self.0.gate.enter(cancel).map_err(|stop| call.stopped(stop, doubt))?;
            // The query of an address elsewhere is a signature.
            let shown = if call.is_own { call.url } else { call.url.split('?').next().unwrap_or_default() };
            let recording = self.0.journal.begin(call.method, shown, repeats);
            let attempt = match self.attempt(call, authorization.as_ref(), cancel, &recording, &permit) {
                Ok(mut answer) => {
                    answer.entry = recording.end(answer.body.as_ref().err());
                    answer.repeated = doubt.maybe_done;
                    return Ok(answer);
                }
                Err(attempt) => attempt,
            };
            let number = recording.number();
            if !matches!(attempt.failure, Failure::Status(1..)) {
                let waited = recording.elapsed().as_millis();
                log::debug!("#{number} {}: no answer after {waited} ms: {}", call.what(), attempt.error);
            }
            recording.end(Some(&attempt.error));
            drop(permit);
            doubt.repeated |= doubt.maybe_done && attempt.failure.is_sent();
            // Twilio has not processed what it does not authorise. A token may have been revoked, or have expired by
            // Twilio's clock.
            if attempt.failure == Failure::Status(401)
                && !is_renewed
                && self.forget_token(authorization.as_ref())
            {
                log::debug!("#{number} again with a new access token: {}", attempt.error);
                is_renewed = true;
                repeats += 1;
                continue;
            }
            if doubt.maybe_done && call.method == Method::Delete && attempt.error.is_not_found() {
                return Ok(Answer::gone());
            }
            let pause = retry::pause(repeats, attempt.retry_after);
            let again = repeats < self.0.max_retries && retry::may_repeat(attempt.failure, call.creates);
            let is_in_budget = started.elapsed().saturating_add(pause) <= self.0.retry_budget;
            if !again || !is_in_budget {
                if retry::may_repeat(attempt.failure, call.creates) {
                    let spent = if again { "RetryBudget" } else { "MaxRetries" };
                    log::debug!("#{number} not again, {spent} is used up: {}", attempt.error);
                }
                return Err(call.verdict(if again { attempt.out_of_budget() } else { attempt }, doubt));
            }
            log::debug!(
                "#{number} again in {} ms (repeat {} of {}): {}",
                pause.as_millis(),
                repeats + 1,
                self.0.max_retries,
                attempt.error
            );
            doubt.maybe_done |= matches!(attempt.failure, Failure::Lost | Failure::Status(500..));
            repeats += 1;
            sleep(pause, cancel).map_err(|stop| call.stopped(stop, doubt))?;
        }
    }

    /// The value of the Authorization header.
    ///
    /// # Errors
    /// What asking for a token fails with.
    fn authorization(&self, cancel: &CancelToken) -> Result<Secret, Error> {
        let (tokens, client_id, secret) = match &self.0.authorization {
            Authorization::Header(header) => return Ok(header.clone()),
            Authorization::Tokens { tokens, client_id, secret } => (tokens, client_id, secret),
        };
        tokens.header(cancel, || {
            let url = self.0.hosts.base("oauth") + "/v2/token";
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", client_id.as_str()),
                ("client_secret", secret.expose()),
            ];
            let form = Zeroizing::new(form.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let call = Call { method: Method::Post, form: &*form, is_own: false, ..Call::get(&url) };
            let body = self.send(&call, cancel).and_then(|answer| answer.body).map(Zeroizing::new);
            let token =
                body.and_then(|body| Token::read(&body).map_err(|reason| call.invalid_answer(reason, "")));
            token.map_err(|error| match error {
                // Whatever the status, it is the credentials that Twilio does not take.
                Error::Api { status: 400 | 401 | 403, code, message, more_info, request_id, what } => {
                    Error::Api { status: 401, code, message, more_info, request_id, what }
                }
                other => other,
            })
        })
    }

    /// Forgets a token that was refused; `false` where there are no tokens.
    fn forget_token(&self, header: Option<&Secret>) -> bool {
        match (&self.0.authorization, header) {
            (Authorization::Tokens { tokens, .. }, Some(header)) => {
                tokens.refuse(header);
                true
            }
            _ => false,
        }
    }
}

/// Sleeps in slices, between which the token is asked.
fn sleep(pause: Duration, cancel: &CancelToken) -> Result<(), Stop> {
    let start = Instant::now();
    while let Some(left) = pause.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        cancel.check()?;
        std::thread::sleep(left.min(SLICE));
    }
    Ok(())
}
