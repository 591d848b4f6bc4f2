//! Calendar arithmetic. What is no date, time or timestamp gives NULL; the resolver has refused such literals.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ToSpan, Unit};
use rusqlite::types::{Value, ValueRef};

use super::{Call, Run, answer};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::sql::functions::parts::Part;
use crate::{convert, value};

pub(super) const FUNCTIONS: &[(&str, Run)] = &[
    ("year", |c| number(c, Part::Year)),
    ("quarter", |c| number(c, Part::Quarter)),
    ("month", |c| number(c, Part::Month)),
    ("week", |c| number(c, Part::Week)),
    ("day", |c| number(c, Part::Day)),
    ("weekday", |c| number(c, Part::Weekday)),
    ("dayofyear", |c| number(c, Part::DayOfYear)),
    ("hour", |c| number(c, Part::Hour)),
    ("minute", |c| number(c, Part::Minute)),
    ("second", |c| number(c, Part::Second)),
    ("dayname", |c| answer(dated(c, 0).map(|m| m.at.strftime("%A").to_string()))),
    ("monthname", |c| answer(dated(c, 0).map(|m| m.at.strftime("%B").to_string()))),
    ("datepart", |c| answer(c.part(0).zip(moment(c.raw(1))).and_then(|(p, m)| m.part(p)))),
    ("datename", datename),
    ("dateadd", dateadd),
    ("datediff", |c| difference(c, boundaries)),
    ("timestampdiff", |c| difference(c, complete)),
    ("date_trunc", date_trunc),
    ("last_day", last_day),
    ("to_timestamp", |c| {
        answer(moment(c.raw(0)).filter(|m| m.format != Format::Time).map(|m| Format::Timestamp.write(m.at)))
    }),
    ("to_date", |c| answer(dated(c, 0).map(|m| Format::Date.write(m.at)))),
    ("to_time", |c| answer(moment(c.raw(0)).map(|m| Format::Time.write(m.at)))),
];

/// What a text holds, and what the result of arithmetic with it is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Date,
    Time,
    Timestamp,
}

impl Format {
    pub fn write(self, at: DateTime) -> String {
        // `%.f` writes nothing for a whole second.
        at.strftime(match self {
            Format::Date => "%Y-%m-%d",
            Format::Time => "%H:%M:%S%.f",
            Format::Timestamp => "%Y-%m-%d %H:%M:%S%.f",
        })
        .to_string()
    }
}

/// A date, time or timestamp; a date is at midnight, a time on the first day of 1970.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: DateTime,
    format: Format,
}

fn moment(value: ValueRef<'_>) -> Option<Moment> {
    let ValueRef::Text(text) = value else { return None };
    let text = std::str::from_utf8(text).ok()?;
    let digits = |range: std::ops::Range<usize>| -> Option<i16> { text.get(range)?.parse().ok() };
    let bytes = text.as_bytes();
    // The forms that columns have, which need no parser.
    if bytes.get(4) == Some(&b'-') && matches!(bytes.len(), 10 | 19) {
        let date = Date::new(digits(0..4)?, digits(5..7)? as i8, digits(8..10)? as i8).ok();
        if let Some(date) = date
            && bytes.len() == 10
        {
            return Some(Moment { at: date.to_datetime(Time::midnight()), format: Format::Date });
        }
        if let (Some(date), Some(b' ')) = (date, bytes.get(10))
            && let (Some(h), Some(m), Some(s)) = (digits(11..13), digits(14..16), digits(17..19))
            && let Ok(time) = Time::new(h as i8, m as i8, s as i8, 0)
        {
            return Some(Moment { at: date.to_datetime(time), format: Format::Timestamp });
        }
    }
    let read = |data_type| match convert::canonical(text, &ColumnType::of(data_type)) {
        Ok(value::Value::Text(text)) => Some(text),
        _ => None,
    };
    // A time reads as a timestamp of today.
    let is_time = matches!(text.trim_start().find(':'), Some(1 | 2));
    if let Some(text) = read(DataType::Timestamp).filter(|_| !is_time) {
        let at = text.replacen(' ', "T", 1).parse().ok()?;
        return Some(Moment { at, format: Format::Timestamp });
    }
    let time: Time = read(DataType::Time)?.parse().ok()?;
    Some(Moment { at: Date::constant(1970, 1, 1).to_datetime(time), format: Format::Time })
}

/// A moment that has a date.
fn dated(c: &Call<'_>, i: usize) -> Option<Moment> {
    moment(c.raw(i)).filter(|m| m.format != Format::Time)
}

impl Moment {
    fn part(&self, part: Part) -> Option<i64> {
        if self.format == Format::Time && !part.is_of_time() {
            return None;
        }
        let at = self.at;
        Some(match part {
            Part::Year => at.year().into(),
            Part::Quarter => i64::from(at.month() - 1) / 3 + 1,
            Part::Month => at.month().into(),
            Part::Week => at.date().iso_week_date().week().into(),
            Part::Day => at.day().into(),
            Part::DayOfYear => at.day_of_year().into(),
            Part::Weekday => i64::from(at.weekday().to_sunday_one_offset()),
            Part::Dow => i64::from(at.weekday().to_sunday_zero_offset()),
            Part::IsoDow => i64::from(at.weekday().to_monday_one_offset()),
            Part::IsoYear => at.date().iso_week_date().year().into(),
            Part::Hour => at.hour().into(),
            Part::Minute => at.minute().into(),
            Part::Second => at.second().into(),
            Part::Millisecond => i64::from(at.subsec_nanosecond()) / 1_000_000,
            Part::Microsecond => i64::from(at.subsec_nanosecond()) / 1000,
            Part::Nanosecond => at.subsec_nanosecond().into(),
            Part::Epoch => seconds(at),
        })
    }
}

fn number(c: &Call<'_>, part: Part) -> Result<Value> {
    answer(moment(c.raw(0)).and_then(|m| m.part(part)))
}

/// DATENAME: months and weekdays by name, everything else as digits.
fn datename(c: &Call<'_>) -> Result<Value> {
    let (Some(part), Some(moment)) = (c.part(0), moment(c.raw(1))) else { return Ok(Value::Null) };
    let has_date = moment.format != Format::Time;
    answer(match part {
        Part::Month if has_date => Some(moment.at.strftime("%B").to_string()),
        Part::Weekday | Part::Dow | Part::IsoDow if has_date => Some(moment.at.strftime("%A").to_string()),
        _ => moment.part(part).map(|n| n.to_string()),
    })
}

fn out_of_range() -> Error {
    Error::new(state::DATETIME_OVERFLOW, "The date is out of range: years run from 1 to 9999.")
}

/// DATEADD(part, n, x). The last day of a month stays within the month: January 31 plus a month is February 29.
fn dateadd(c: &Call<'_>) -> Result<Value> {
    let (Some(part), Some(n), Some(moment)) = (c.part(0), c.integer(1), moment(c.raw(2))) else {
        return Ok(Value::Null);
    };
    if let Some(r) = c.real(1).filter(|r| r.fract() != 0.0) {
        let message =
            format!("{r} is no whole number of parts to add to a date; round it, or take a smaller part.");
        return Err(Error::new(state::INVALID_DATETIME, message));
    }
    let span = Span::new();
    let span = match part {
        Part::Year => span.try_years(n),
        Part::Quarter => span.try_months(n.checked_mul(3).ok_or_else(out_of_range)?),
        Part::Month => span.try_months(n),
        Part::Week => span.try_weeks(n),
        Part::Hour => span.try_hours(n),
        Part::Minute => span.try_minutes(n),
        Part::Second => span.try_seconds(n),
        Part::Millisecond => span.try_milliseconds(n),
        Part::Microsecond => span.try_microseconds(n),
        Part::Nanosecond => span.try_nanoseconds(n),
        _ => span.try_days(n),
    };
    let span = span.map_err(|_| out_of_range())?;
    let format = match moment.format {
        Format::Date if part.is_of_time() => Format::Timestamp,
        format => format,
    };
    if format == Format::Time {
        // Goes round midnight; days make no difference.
        let time = if part.is_of_time() { moment.at.time().wrapping_add(span) } else { moment.at.time() };
        return Ok(format.write(moment.at.date().to_datetime(time)).into());
    }
    let at = moment.at.checked_add(span).ok().filter(|at| at.year() >= 1).ok_or_else(out_of_range)?;
    Ok(format.write(at).into())
}

fn difference(c: &Call<'_>, count: fn(Part, DateTime, DateTime) -> Option<i64>) -> Result<Value> {
    let (Some(part), Some(from), Some(to)) = (c.part(0), moment(c.raw(1)), moment(c.raw(2))) else {
        return Ok(Value::Null);
    };
    if (from.format == Format::Time) != (to.format == Format::Time) {
        return Ok(Value::Null);
    }
    let message = "The difference does not fit a BIGINT; take a larger part.";
    let result =
        count(part, from.at, to.at).ok_or_else(|| Error::new(state::NUMERIC_OUT_OF_RANGE, message))?;
    Ok(result.into())
}

/// Seconds since 1970.
fn seconds(at: DateTime) -> i64 {
    let span = DateTime::constant(1970, 1, 1, 0, 0, 0, 0).duration_until(at);
    span.as_secs() - i64::from(span.subsec_nanos() < 0)
}

/// The part's length in nanoseconds, if that is fixed.
fn length(part: Part) -> Option<i128> {
    Some(match part {
        Part::Nanosecond => 1,
        Part::Microsecond => 1000,
        Part::Millisecond => 1_000_000,
        Part::Second => 1_000_000_000,
        Part::Minute => 60_000_000_000,
        Part::Hour => 3_600_000_000_000,
        Part::Week => 7 * 86_400_000_000_000,
        Part::Year | Part::Quarter | Part::Month => return None,
        _ => 86_400_000_000_000,
    })
}

/// Months in the part.
fn months(part: Part) -> i64 {
    match part {
        Part::Year => 12,
        Part::Quarter => 3,
        _ => 1,
    }
}

/// DATEDIFF: how often the part changes on the way, as Transact-SQL counts: from 23:59 to 0:01 is one day.
fn boundaries(part: Part, from: DateTime, to: DateTime) -> Option<i64> {
    match length(part) {
        Some(length) => {
            let (from, to) = (start_of(part, from)?, start_of(part, to)?);
            i64::try_from(from.duration_until(to).as_nanos() / length).ok()
        }
        None => {
            let index = |at: DateTime| (i64::from(at.year()) * 12 + i64::from(at.month()) - 1) / months(part);
            Some(index(to) - index(from))
        }
    }
}

/// TIMESTAMPDIFF: how many whole parts have passed: from 23:59 to 0:01 is no day.
fn complete(part: Part, from: DateTime, to: DateTime) -> Option<i64> {
    match length(part) {
        Some(length) => i64::try_from(from.duration_until(to).as_nanos() / length).ok(),
        None => {
            let span = from.until((Unit::Month, to)).ok()?;
            Some(i64::from(span.get_months()) / months(part))
        }
    }
}

/// The beginning of the part that the time lies in.
pub(super) fn start_of(part: Part, at: DateTime) -> Option<DateTime> {
    let (date, time) = (at.date(), at.time());
    let midnight = |date: Date| date.to_datetime(Time::midnight());
    let (h, m, s) = (time.hour(), time.minute(), time.second());
    let cut = |unit: i32| time.subsec_nanosecond() / unit * unit;
    let at_time = |h, m, s, n| Some(date.to_datetime(Time::new(h, m, s, n).ok()?));
    match part {
        Part::Year => Some(midnight(Date::new(date.year(), 1, 1).ok()?)),
        Part::Quarter => Some(midnight(Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1).ok()?)),
        Part::Month => Some(midnight(date.first_of_month())),
        Part::Week => {
            let days = i64::from(date.weekday().since(Weekday::Monday));
            Some(midnight(date.checked_sub(days.days()).ok()?))
        }
        Part::Hour => at_time(h, 0, 0, 0),
        Part::Minute => at_time(h, m, 0, 0),
        Part::Second => at_time(h, m, s, 0),
        Part::Millisecond => at_time(h, m, s, cut(1_000_000)),
        Part::Microsecond => at_time(h, m, s, cut(1000)),
        Part::Nanosecond => Some(at),
        _ => Some(midnight(date)),
    }
}

fn date_trunc(c: &Call<'_>) -> Result<Value> {
    let (Some(part), Some(moment)) = (c.part(0), moment(c.raw(1))) else { return Ok(Value::Null) };
    let format = match moment.format {
        Format::Date if part.is_of_time() => Format::Timestamp,
        format => format,
    };
    answer(start_of(part, moment.at).map(|at| format.write(at)))
}

/// LAST_DAY(x) and EOMONTH(x, months).
fn last_day(c: &Call<'_>) -> Result<Value> {
    let months = if c.len() > 1 { c.integer(1) } else { Some(0) };
    let (Some(moment), Some(months)) = (dated(c, 0), months) else { return Ok(Value::Null) };
    let span = Span::new().try_months(months).map_err(|_| out_of_range())?;
    let date = moment.at.date().checked_add(span).ok().filter(|d| d.year() >= 1).ok_or_else(out_of_range)?;
    Ok(Format::Date.write(date.last_of_month().to_datetime(Time::midnight())).into())
}
