//! Points in time, in every form that Twilio sends, as canonical UTC text.
//!
//! The 2010 API writes RFC 2822, the product APIs ISO 8601, usage records a bare date; some products add
//! fractions or an offset. All forms are read everywhere.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::rfc2822;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;

/// A day name that does not fit the date is the sender's slip: the date is what counts.
static RFC_2822: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);

/// A fraction is written without zeros at its end, and not at all if it is zero.
static PRINTER: DateTimePrinter = DateTimePrinter::new().separator(b' ');

/// `YYYY-MM-DD HH:MM:SS[.fraction]`, UTC.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let mut canonical = String::with_capacity("YYYY-MM-DD HH:MM:SS".len());
    PRINTER.print_datetime(&moment(text)?, &mut canonical).ok()?;
    Some(canonical)
}

/// `YYYY-MM-DD`: the day in UTC.
pub(super) fn date(text: &str) -> Option<String> {
    Some(moment(text)?.date().to_string())
}

/// `HH:MM:SS[.fraction]`.
pub(super) fn time(text: &str) -> Option<String> {
    let time: Time = text.parse().ok()?;
    let mut canonical = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    push_fraction(&mut canonical, time.subsec_nanosecond());
    Some(canonical)
}

fn push_fraction(canonical: &mut String, nanoseconds: i32) {
    if nanoseconds != 0 {
        let fraction = format!(".{nanoseconds:09}");
        canonical.push_str(fraction.trim_end_matches('0'));
    }
}

/// The moment as a date and time in UTC; a text without a zone is UTC.
fn moment(text: &str) -> Option<DateTime> {
    // A parser that fails says why, which takes longer than one that succeeds.
    let is_iso = text.as_bytes().get(4) == Some(&b'-');
    let iso = || text.parse::<Timestamp>().ok();
    let rfc = || RFC_2822.parse_timestamp(text).ok();
    let at = match if is_iso { iso().or_else(rfc) } else { rfc().or_else(iso) } {
        Some(timestamp) => Offset::UTC.to_datetime(timestamp),
        None => text
            .parse::<DateTime>()
            .ok()
            .or_else(|| Some(text.parse::<Date>().ok()?.to_datetime(Time::MIN)))?,
    };
    (1..=9999).contains(&at.year()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_becomes_utc() {
        for (sent, expected) in [
            ("Fri, 18 Oct 2019 17:02:00 +0000", "2019-10-18 17:02:00"),
            ("Mon, 18 Oct 2019 17:02:00 +0000", "2019-10-18 17:02:00"),
            ("18 Oct 2019 17:02:00 +0000", "2019-10-18 17:02:00"),
            ("Fri, 18 Oct 2019 17:02 +0000", "2019-10-18 17:02:00"),
            ("Fri, 18 Oct 2019 17:02:00 GMT", "2019-10-18 17:02:00"),
            ("Fri, 18 Oct 2019 23:02:00 -0200", "2019-10-19 01:02:00"),
            ("2015-12-16T22:18:37Z", "2015-12-16 22:18:37"),
            ("2015-12-16T22:18:37.120Z", "2015-12-16 22:18:37.12"),
            ("2015-12-16T22:18:37.123456789Z", "2015-12-16 22:18:37.123456789"),
            ("2019-06-24T22:32:49+00:00", "2019-06-24 22:32:49"),
            ("2019-06-24T22:32:49+02:00", "2019-06-24 20:32:49"),
            ("2019-06-24T22:32:49", "2019-06-24 22:32:49"),
            ("2019-06-24 22:32:49", "2019-06-24 22:32:49"),
            ("2019-06-24", "2019-06-24 00:00:00"),
        ] {
            assert_eq!(timestamp(sent).as_deref(), Some(expected), "{sent}");
        }
        for sent in ["soon", "2019-13-01", "2019-02-30T00:00:00Z", "18/10/2019", "-000001-01-01"] {
            assert_eq!(timestamp(sent), None, "{sent}");
        }
    }

    #[test]
    fn a_date_is_the_day_in_utc() {
        assert_eq!(date("2019-06-24").as_deref(), Some("2019-06-24"));
        assert_eq!(date("2019-06-24T23:30:00-01:00").as_deref(), Some("2019-06-25"));
        assert_eq!(date("Fri, 18 Oct 2019 17:02:00 +0000").as_deref(), Some("2019-10-18"));
    }

    #[test]
    fn a_time_keeps_its_fraction() {
        assert_eq!(time("09:30").as_deref(), Some("09:30:00"));
        assert_eq!(time("09:30:05.50").as_deref(), Some("09:30:05.5"));
        assert_eq!(time("noon"), None);
    }
}
