//! Dates as the 2010 API writes them, and its day-wise filters.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::errors::ApiError;
use crate::http::Pairs;
use crate::params;

/// RFC 2822 text, always `+0000`.
pub(crate) fn rfc2822(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Which literals a date filter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    /// `YYYY-MM-DD` only: Conferences.
    Date,
    /// `YYYY-MM-DD` or an ISO 8601 date and time: Calls.
    DateTime,
}

/// Whether the upper bound takes the moment it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upper {
    /// Calls: "before this date".
    Excluded,
    /// Conferences: "on or before midnight of this date".
    Included,
}

/// `Name=`, `Name<=` and `Name>=` of one column. The sign is part of the parameter's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct DateFilter {
    on: Option<Date>,
    until: Option<Timestamp>,
    until_included: bool,
    from: Option<Timestamp>,
}

impl DateFilter {
    pub(crate) fn read(query: &Pairs, name: &str, literal: Literal, upper: Upper) -> Result<Self, ApiError> {
        let value = |name: &str| -> Result<Option<Timestamp>, ApiError> {
            match params::text(query, name) {
                None | Some("") => Ok(None),
                Some(text) => parse(text, literal).map(Some),
            }
        };
        Ok(DateFilter {
            on: value(name)?.map(utc_day),
            until: value(&format!("{name}<"))?,
            until_included: upper == Upper::Included,
            from: value(&format!("{name}>"))?,
        })
    }

    /// Whether a row with this time passes; a row without one passes only where nothing was asked.
    pub(crate) fn accepts(&self, time: Option<Timestamp>) -> bool {
        let Some(time) = time else { return self.is_unset() };
        self.on.is_none_or(|day| utc_day(time) == day)
            && self.from.is_none_or(|from| time >= from)
            && self.until.is_none_or(|until| time < until || (self.until_included && time == until))
    }

    /// A first and a last moment; no time before the one or after the other is accepted.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        let midnight = |day: Date| day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).ok();
        let begins = self.on.and_then(midnight);
        let ends = self.on.and_then(|day| midnight(day.tomorrow().ok()?));
        let first = self.from.max(begins).unwrap_or(Timestamp::MIN);
        let last = self.until.into_iter().chain(ends).min().unwrap_or(Timestamp::MAX);
        (first, last)
    }

    fn is_unset(&self) -> bool {
        self.on.is_none() && self.until.is_none() && self.from.is_none()
    }
}

fn utc_day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// A day is its midnight.
pub(crate) fn parse(text: &str, literal: Literal) -> Result<Timestamp, ApiError> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).ok();
    let is_date = text.len() == 10;
    let parsed = match literal {
        _ if is_date => text.parse::<Date>().ok().and_then(|date| utc(date.at(0, 0, 0, 0))),
        Literal::Date => None,
        Literal::DateTime => {
            text.parse::<Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok().and_then(utc))
        }
    };
    parsed.ok_or_else(|| ApiError::invalid(format!("Invalid date value: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(name: &str, value: &str, upper: Upper) -> DateFilter {
        DateFilter::read(&vec![(name.to_string(), value.to_string())], "D", Literal::DateTime, upper).unwrap()
    }

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn dates_are_written_as_rfc_2822_in_utc() {
        assert_eq!(rfc2822("2019-10-18T17:02:00Z".parse().unwrap()), "Fri, 18 Oct 2019 17:02:00 +0000");
        assert_eq!(rfc2822("2020-07-03T01:02:03Z".parse().unwrap()), "Fri, 03 Jul 2020 01:02:03 +0000");
    }

    #[test]
    fn without_a_sign_the_whole_utc_day_is_meant() {
        let day = filter("D", "2024-02-29", Upper::Included);
        assert!(day.accepts(at("2024-02-29T00:00:00Z")));
        assert!(day.accepts(at("2024-02-29T23:59:59Z")));
        assert!(!day.accepts(at("2024-02-28T23:59:59Z")));
        assert!(!day.accepts(None));
    }

    #[test]
    fn signed_bounds_mean_midnight_of_their_day() {
        assert!(filter("D>", "2024-02-29", Upper::Included).accepts(at("2024-02-29T00:00:00Z")));
        assert!(filter("D<", "2024-02-29", Upper::Included).accepts(at("2024-02-29T00:00:00Z")));
        assert!(!filter("D<", "2024-02-29", Upper::Excluded).accepts(at("2024-02-29T00:00:00Z")));
        assert!(!filter("D<", "2024-02-29", Upper::Included).accepts(at("2024-02-29T00:00:01Z")));
    }

    #[test]
    fn what_is_accepted_lies_in_the_span() {
        let span = |query: &[(&str, &str)]| {
            let query = query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            DateFilter::read(&query, "D", Literal::DateTime, Upper::Included).unwrap().span()
        };
        let day = |text: &str| at(&format!("{text}T00:00:00Z")).unwrap();
        assert_eq!(span(&[]), (Timestamp::MIN, Timestamp::MAX));
        assert_eq!(span(&[("D", "2024-02-29")]), (day("2024-02-29"), day("2024-03-01")));
        assert_eq!(
            span(&[("D>", "2024-02-28"), ("D<", "2024-03-01")]),
            (day("2024-02-28"), day("2024-03-01"))
        );
        assert_eq!(
            span(&[("D", "2024-02-29"), ("D<", "2024-02-01")]),
            (day("2024-02-29"), day("2024-02-01"))
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for value in ["yesterday", ">=2024-01-01", "2024-13-01", "2024-1-1"] {
            let query = vec![("D".to_string(), value.to_string())];
            let error = DateFilter::read(&query, "D", Literal::Date, Upper::Included).unwrap_err();
            assert_eq!((error.status, error.code), (400, 20001), "{value}");
        }
    }

    #[test]
    fn only_calls_take_a_time_of_day() {
        let query = vec![("D".to_string(), "2024-01-01T10:00:00Z".to_string())];
        assert!(DateFilter::read(&query, "D", Literal::DateTime, Upper::Excluded).is_ok());
        assert!(DateFilter::read(&query, "D", Literal::Date, Upper::Excluded).is_err());
    }
}
