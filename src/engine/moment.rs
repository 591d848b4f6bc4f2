//! Defaults that are a time before now: `719 hours ago`.
//!
//! Some lists take no bound that is older than what they keep, so that no fixed day can stand for all there is.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The default of a filter as it is sent.
pub(super) fn filter_default(text: &str) -> Cow<'_, str> {
    match ago(text, Timestamp::now()) {
        Some(moment) => format!("{}Z", moment.replacen(' ', "T", 1)).into(),
        None => text.into(),
    }
}

/// The default of a switch as a value of its column.
pub(super) fn switch_default(text: &str) -> Cow<'_, str> {
    ago(text, Timestamp::now()).map_or(text.into(), Cow::from)
}

/// That long before now, at the beginning of the hour: what is asked twice in a statement is the same.
fn ago(text: &str, now: Timestamp) -> Option<String> {
    let span: Span = text.strip_suffix(" ago").and(text.parse().ok())?;
    let moment = now.to_zoned(TimeZone::UTC).checked_add(span).ok()?;
    Some(moment.strftime("%Y-%m-%d %H:00:00").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ago_is_a_moment_and_all_else_as_it_is() {
        let now: Timestamp = "2024-03-01T10:20:30Z".parse().unwrap();
        assert_eq!(ago("719 hours ago", now).unwrap(), "2024-01-31 11:00:00");
        assert_eq!(ago("540 days ago", now).unwrap(), "2022-09-08 10:00:00");
        assert_eq!(ago("long ago", now), None);
        assert_eq!(filter_default("in-progress"), "in-progress");
        let sent = filter_default("1 hour ago");
        let age = Timestamp::now().duration_since(sent.parse().unwrap());
        assert!((1..=2).contains(&age.as_hours()), "{sent}");
        assert_eq!(switch_default("1 hour ago").len(), "2024-01-31 11:00:00".len());
    }
}
