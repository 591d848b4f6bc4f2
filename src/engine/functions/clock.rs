//! The current time and the periods around it, in UTC. One statement sees one time.
//!
//! A period's name stands for the date on which it begins; weeks begin on Monday.

use std::sync::OnceLock;

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp, Zoned, tz::TimeZone};

use super::dates::{Format, start_of};
use super::{Call, Run, answer};
use crate::error::Result;
use crate::sql::functions::parts::Part;
use rusqlite::types::Value;

/// The time at which a statement first asked for it.
#[derive(Debug, Default)]
pub(super) struct Clock(OnceLock<DateTime>);

impl Clock {
    fn now(&self) -> DateTime {
        *self.0.get_or_init(|| Zoned::new(Timestamp::now(), TimeZone::UTC).datetime())
    }

    fn today(&self) -> Date {
        self.now().date()
    }
}

pub(super) const FUNCTIONS: &[(&str, Run)] = &[
    ("now", |c| answer(Some(c.clock.now().strftime("%Y-%m-%d %H:%M:%S").to_string()))),
    ("curtime", |c| answer(Some(c.clock.now().strftime("%H:%M:%S").to_string()))),
    ("today", |c| period(c, Part::Day, 0)),
    ("yesterday", |c| period(c, Part::Day, -1)),
    ("tomorrow", |c| period(c, Part::Day, 1)),
    ("this_week", |c| period(c, Part::Week, 0)),
    ("this_month", |c| period(c, Part::Month, 0)),
    ("this_quarter", |c| period(c, Part::Quarter, 0)),
    ("this_year", |c| period(c, Part::Year, 0)),
    ("last_week", |c| period(c, Part::Week, -1)),
    ("last_month", |c| period(c, Part::Month, -1)),
    ("last_quarter", |c| period(c, Part::Quarter, -1)),
    ("last_year", |c| period(c, Part::Year, -1)),
    ("next_week", |c| period(c, Part::Week, 1)),
    ("next_month", |c| period(c, Part::Month, 1)),
    ("next_quarter", |c| period(c, Part::Quarter, 1)),
    ("next_year", |c| period(c, Part::Year, 1)),
    ("last_n_days", |c| periods(c, Part::Day, -1)),
    ("last_n_weeks", |c| periods(c, Part::Week, -1)),
    ("last_n_months", |c| periods(c, Part::Month, -1)),
    ("last_n_quarters", |c| periods(c, Part::Quarter, -1)),
    ("last_n_years", |c| periods(c, Part::Year, -1)),
    ("next_n_days", |c| periods(c, Part::Day, 1)),
    ("next_n_weeks", |c| periods(c, Part::Week, 1)),
    ("next_n_months", |c| periods(c, Part::Month, 1)),
    ("next_n_quarters", |c| periods(c, Part::Quarter, 1)),
    ("next_n_years", |c| periods(c, Part::Year, 1)),
];

/// The first day of the period that lies `count` periods ahead.
fn period(c: &Call<'_>, part: Part, count: i64) -> Result<Value> {
    answer(
        first_day(c.clock.today(), part, count)
            .map(|date| Format::Date.write(date.to_datetime(Default::default()))),
    )
}

fn periods(c: &Call<'_>, part: Part, sign: i64) -> Result<Value> {
    match c.integer(0).and_then(|n| n.checked_mul(sign)) {
        Some(count) => period(c, part, count),
        None => Ok(Value::Null),
    }
}

fn first_day(today: Date, part: Part, count: i64) -> Option<Date> {
    let start = start_of(part, today.to_datetime(Default::default()))?.date();
    let span = match part {
        Part::Week => Span::new().try_weeks(count),
        Part::Month => Span::new().try_months(count),
        Part::Quarter => Span::new().try_months(count.checked_mul(3)?),
        Part::Year => Span::new().try_years(count),
        _ => Span::new().try_days(count),
    };
    start.checked_add(span.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_on_their_first_day() {
        // A Wednesday.
        let today = jiff::civil::date(2024, 5, 15);
        for (part, count, expected) in [
            (Part::Day, -1, "2024-05-14"),
            (Part::Week, 0, "2024-05-13"),
            (Part::Week, -2, "2024-04-29"),
            (Part::Month, -1, "2024-04-01"),
            (Part::Month, 12, "2025-05-01"),
            (Part::Quarter, 0, "2024-04-01"),
            (Part::Quarter, -1, "2024-01-01"),
            (Part::Year, 1, "2025-01-01"),
        ] {
            assert_eq!(first_day(today, part, count).unwrap().to_string(), expected, "{part:?} {count}");
        }
        assert_eq!(first_day(today, Part::Year, 10_000), None);
        assert_eq!(first_day(today, Part::Year, i64::MIN), None);
    }
}
