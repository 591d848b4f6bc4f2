//! Whether a request that failed is sent again, and after what pause.
//!
//! | what happened | a request that creates | any other request |
//! |---|---|---|
//! | the host's name is not known, no connection in time, a certificate that is not trusted | no | no |
//! | no connection was made | yes | yes |
//! | the connection failed after the first byte | **no**: it may have been processed | yes |
//! | no answer in time | no | no: the caller has waited long enough |
//! | an answer that is no HTTP, or whose head is too long | **no** | no: the next one would be the same |
//! | HTTP 429 | yes: Twilio has not processed it | yes |
//! | HTTP 500, 502, 503, 504 | **no** | yes |
//! | any other status | no | no |
//!
//! Requests that do not create read something, delete something, or set values that do not depend on what was
//! there before: doing them twice is doing them once. Twilio knows no idempotency key.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// The first pause is at most this long; each further one at most twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause that the driver chooses.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What became of an attempt that gave no success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The name of the host could not be looked up, no connection was made before the time was over, or the next one would
    /// fail as well.
    Unreachable,
    /// No connection was made; nothing was sent.
    NotSent,
    /// The connection failed when a part of the request may have been sent.
    Lost,
    /// There was no answer in time.
    TimedOut,
    /// What was answered is no HTTP, or more of it than is taken.
    Garbled,
    /// An HTTP status that is no success.
    Status(u16),
}

impl Failure {
    /// Whether a part of the request may have left.
    pub fn is_sent(self) -> bool {
        !matches!(self, Failure::Unreachable | Failure::NotSent)
    }
}

/// Whether a request that failed so may be sent again.
pub(super) fn may_repeat(failure: Failure, creates: bool) -> bool {
    match failure {
        Failure::NotSent | Failure::Status(429) => true,
        Failure::Lost | Failure::Status(500 | 502 | 503 | 504) => !creates,
        Failure::Unreachable | Failure::TimedOut | Failure::Garbled | Failure::Status(_) => false,
    }
}

/// The pause before a repeat. `repeats` counts the repeats already made.
///
/// Without a word from the server it is exponential with full jitter, as in Twilio's own Node library: clients
/// that were refused together must not come back together.
pub(super) fn pause(repeats: u32, retry_after: Option<Duration>) -> Duration {
    retry_after.unwrap_or_else(|| {
        let longest = FIRST_PAUSE.saturating_mul(1 << repeats.min(10)).min(LONGEST_PAUSE);
        let random = RandomState::new().hash_one(repeats) as f64 / u64::MAX as f64;
        longest.mul_f64(random)
    })
}

/// The value of a `Retry-After` header: seconds, or an HTTP date.
pub(super) fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let until: SystemTime = parser.parse_timestamp(value).map(Timestamp::into).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds() {
        for (failure, creating, other) in [
            (Failure::Unreachable, false, false),
            (Failure::NotSent, true, true),
            (Failure::Lost, false, true),
            (Failure::TimedOut, false, false),
            (Failure::Garbled, false, false),
            (Failure::Status(429), true, true),
            (Failure::Status(500), false, true),
            (Failure::Status(502), false, true),
            (Failure::Status(503), false, true),
            (Failure::Status(504), false, true),
            (Failure::Status(501), false, false),
            (Failure::Status(400), false, false),
            (Failure::Status(401), false, false),
            (Failure::Status(404), false, false),
            (Failure::Status(307), false, false),
        ] {
            assert_eq!(may_repeat(failure, true), creating, "{failure:?}, creating");
            assert_eq!(may_repeat(failure, false), other, "{failure:?}");
        }
    }

    #[test]
    fn the_server_sets_the_pause() {
        assert_eq!(pause(0, Some(Duration::from_secs(7))), Duration::from_secs(7));
        for repeats in 0..40 {
            let longest = Duration::from_millis(100 << repeats.min(5)).min(LONGEST_PAUSE);
            assert!(pause(repeats, None) <= longest);
        }
    }

    #[test]
    fn without_a_word_of_the_servers_pauses_grow_and_differ() {
        let pauses = |repeats| (0..200).map(move |_| pause(repeats, None));
        for repeats in 0..8 {
            let longest = Duration::from_millis(100 << repeats).min(LONGEST_PAUSE);
            assert!(pauses(repeats).any(|pause| pause > longest * 3 / 4), "{repeats}");
            assert!(pauses(repeats).any(|pause| pause < longest / 4), "{repeats}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_470);
        let seconds = |value| parse_retry_after(value, now).map(|d| d.as_secs_f64());
        assert_eq!(seconds("7"), Some(7.0));
        assert_eq!(seconds(" 0.5 "), Some(0.5));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(10.0));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:27:00 GMT"), Some(0.0));
        assert_eq!((seconds("-1"), seconds("soon"), seconds("NaN")), (None, None, None));
    }
}
