//! Filters of the Insights lists: by equality, and by times that may be counted back from now.

use jiff::Timestamp;
use serde_json::Value;

use crate::dates::{self, Literal};
use crate::errors::ApiError;
use crate::http::Pairs;
use crate::params;
use crate::world::later;

/// Parameters of the list of call summaries, with the places that must be equal to them.
pub(super) const SUMMARIES: [(&str, &str); 14] = [
    ("From", "/from/caller"),
    ("To", "/to/callee"),
    ("FromCarrier", "/from/carrier"),
    ("ToCarrier", "/to/carrier"),
    ("FromCountryCode", "/from/country_code"),
    ("ToCountryCode", "/to/country_code"),
    ("CallType", "/call_type"),
    ("CallState", "/call_state"),
    ("Direction", "/properties/direction"),
    ("AnsweredBy", "/answered_by"),
    ("AnsweredByAnnotation", "/annotation/answered_by"),
    ("ConnectivityIssueAnnotation", "/annotation/connectivity_issue"),
    ("SpamAnnotation", "/annotation/spam"),
    ("CallScoreAnnotation", "/annotation/call_score"),
];

/// Whether a row has what the query asks for. `HasTag` is understood beside the list given.
pub(super) fn accepts(filters: &[(&str, &str)], query: &Pairs, row: &Value) -> bool {
    let tags = row["tags"].as_array().map_or(0, Vec::len);
    let has_tag = params::text(query, "HasTag").is_none_or(|wanted| (wanted == "true") == (tags > 0));
    has_tag
        && filters.iter().all(|(name, place)| {
            let Some(wanted) = params::text(query, name).filter(|text| !text.is_empty()) else { return true };
            match row.pointer(place) {
                None | Some(Value::Null) => false,
                Some(Value::String(text)) => text == wanted,
                Some(other) => wanted.parse::<Value>().is_ok_and(|wanted| wanted == *other),
            }
        })
}

/// A time of the query: `30m`, `4h`, `3d`, `1w` before now, or ISO 8601.
pub(super) fn moment(query: &Pairs, name: &str, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = params::text(query, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let seconds = [("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60), ("w", 7 * 24 * 60 * 60)];
    let back = seconds.iter().find_map(|(unit, seconds)| {
        let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
        Some(later(now, -i64::from(count) * seconds))
    });
    back.map_or_else(|| dates::parse(text, Literal::DateTime), Ok).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_back_or_given() {
        let now: Timestamp = "2024-07-01T12:00:00Z".parse().unwrap();
        let read = |text: &str| moment(&vec![("T".to_owned(), text.to_owned())], "T", now);
        for (text, time) in [
            ("30m", "2024-07-01T11:30:00Z"),
            ("4h", "2024-07-01T08:00:00Z"),
            ("1w", "2024-06-24T12:00:00Z"),
            ("2024-01-01", "2024-01-01T00:00:00Z"),
            ("2024-01-01T01:02:03Z", "2024-01-01T01:02:03Z"),
        ] {
            assert_eq!(read(text).unwrap(), Some(time.parse().unwrap()), "{text}");
        }
        assert_eq!(read("").unwrap(), None);
        assert_eq!(read("soon").unwrap_err().code, 20001);
    }
}
