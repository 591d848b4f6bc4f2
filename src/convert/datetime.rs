//! Dates, times and timestamps. Timestamps are UTC; `jiff` knows the calendar and the ISO 8601 grammar.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{DateTimeParser, DateTimePrinter, Pieces};

use crate::convert::errors::{self, sql_name};
use crate::convert::input::Source;
use crate::convert::text::{characters, text_of};
use crate::convert::{CData, CTarget, CType, Converted, Cut, FixedBytes};
use crate::error::{Error, Result, SqlState, state};
use crate::model::{ColumnType, DataType};
use crate::value::{Value, ValueRef};

/// The years of a date: SQL's, and those of the Gregorian calendar, which has no year 0.
const YEARS: RangeInclusive<i16> = 1..=9999;

/// A date, a time, or both, in one of the [`YEARS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temporal {
    Date(Date),
    Time(Time),
    Timestamp(DateTime),
}

/// The canonical text: a space between date and time, no trailing zeros in a fraction.
impl fmt::Display for Temporal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().separator(b' ');
        match self {
            Temporal::Date(date) => date.fmt(f),
            Temporal::Time(time) => time.fmt(f),
            Temporal::Timestamp(timestamp) => f.write_str(&PRINTER.datetime_to_string(timestamp)),
        }
    }
}

/// Converts a cell of a date, time or timestamp column.
pub(super) fn to_c<'a>(value: ValueRef<'a>, column: &ColumnType, target: &CTarget) -> Result<Converted<'a>> {
    let text = text_of(value)?;
    match target.c_type {
        CType::Char | CType::WChar => {
            let (text, cut) = column_text(text, column.data_type);
            Ok(characters(text, target.c_type, cut))
        }
        CType::Binary => {
            Ok(text_to_c(&text, CType::default_for(column), state::INVALID_DATETIME)?.into_binary())
        }
        c_type => text_to_c(&text, c_type, state::INVALID_DATETIME),
    }
}

/// The text of a cell and where it may be cut. Canonical text, which is what cells hold but for the odd
/// expression, is passed on unread.
fn column_text(text: Cow<'_, str>, data_type: DataType) -> (Cow<'_, str>, Cut) {
    if is_canonical(text.as_bytes(), data_type) {
        return (text, Cut::After(seconds_end(data_type)));
    }
    let Some(temporal) = Temporal::parse(&text) else { return (text, Cut::Anywhere) };
    let temporal = match (data_type, temporal) {
        (DataType::Timestamp, Temporal::Date(date)) => Temporal::Timestamp(midnight(date)),
        _ => temporal,
    };
    (Cow::Owned(temporal.to_string()), Cut::After(seconds_end(temporal.data_type())))
}

/// Characters up to and with the seconds, the part that no buffer may cut.
const fn seconds_end(data_type: DataType) -> usize {
    match data_type {
        DataType::Date => 10,
        DataType::Time => 8,
        _ => 19,
    }
}

/// Whether text has the shape of canonical text; its fields are not checked.
pub(super) fn is_canonical(text: &[u8], data_type: DataType) -> bool {
    let end = seconds_end(data_type);
    if text.len() < end {
        return false;
    }
    let shape = match data_type {
        DataType::Date => text[4] == b'-' && text[7] == b'-',
        DataType::Time => text[2] == b':' && text[5] == b':',
        _ => text[4] == b'-' && text[10] == b' ' && text[16] == b':',
    };
    shape
        && match &text[end..] {
            [] => true,
            [b'.', fraction @ ..] => data_type != DataType::Date && fraction.iter().all(u8::is_ascii_digit),
            _ => false,
        }
}

/// The structure of a date's or a timestamp's canonical text; `None` for any other text, and where it has more digits of a
/// second than the structure.
pub(super) fn canonical_struct(text: &str, data_type: DataType) -> Option<FixedBytes> {
    const PARSER: DateTimeParser = DateTimeParser::new();
    const NANOSECONDS_END: usize = "2000-01-01 00:00:00.123456789".len();
    let bytes = text.as_bytes();
    if bytes.len() > NANOSECONDS_END || !is_canonical(bytes, data_type) || !has_fields(bytes) {
        return None;
    }
    match data_type {
        DataType::Date => {
            let date = PARSER.parse_date(bytes).ok().filter(|date| YEARS.contains(&date.year()))?;
            Some(FixedBytes::new(date_struct(date)))
        }
        // The library takes a leap second, and makes the one before it of it.
        DataType::Timestamp if !text[..seconds_end(data_type)].ends_with("60") => {
            let timestamp = PARSER.parse_datetime(bytes).ok().filter(|t| YEARS.contains(&t.year()))?;
            Some(FixedBytes::new(timestamp_struct(timestamp)))
        }
        _ => None,
    }
}

/// Whether the fields of a date, or of a timestamp up to its seconds, are digits, so that the text has no sign and no zone.
fn has_fields(text: &[u8]) -> bool {
    const FIELDS: [usize; 14] = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18];
    let fields = FIELDS.iter().map_while(|&place| text.get(place));
    fields.into_iter().all(u8::is_ascii_digit) && text.get(13).is_none_or(|&colon| colon == b':')
}

/// The date, time or timestamp in a text as a C structure. `invalid` is the state of text that holds none.
pub(super) fn text_to_c<'a>(text: &str, c_type: CType, invalid: SqlState) -> Result<Converted<'a>> {
    let (short, cut) = nanoseconds(text);
    let structure = Temporal::parse(&short).and_then(|temporal| temporal.to_struct(c_type));
    let (bytes, lost) = structure.ok_or_else(|| errors::not_a(invalid, description(c_type), text))?;
    let warning = (lost || cut).then(|| errors::fraction_cut(c_type));
    Ok(Converted { warning, ..Converted::new(CData::Fixed(bytes)) })
}

/// The text with no more digits of a second's fraction than nine, and whether others than zeros were cut.
fn nanoseconds(text: &str) -> (Cow<'_, str>, bool) {
    const DIGITS: usize = 9;
    let Some((before, fraction)) = text.split_once('.') else { return (text.into(), false) };
    let end = fraction.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(fraction.len());
    if end <= DIGITS {
        return (text.into(), false);
    }
    let cut = fraction[DIGITS..end].bytes().any(|b| b != b'0');
    (format!("{before}.{}{}", &fraction[..DIGITS], &fraction[end..]).into(), cut)
}

fn description(c_type: CType) -> &'static str {
    match c_type {
        CType::Date => "a date (YYYY-MM-DD)",
        CType::Time => "a time (HH:MM:SS)",
        _ => "a timestamp (YYYY-MM-DD HH:MM:SS)",
    }
}

/// Brings a parameter or a literal into the representation of a date, time or timestamp.
pub(super) fn store(source: Source<'_>, target: &ColumnType) -> Result<Value> {
    let invalid = |text: &str| {
        errors::not_a(state::INVALID_CHARACTER_VALUE, description(CType::default_for(target)), text)
    };
    let temporal = match &source {
        Source::Temporal(temporal) => *temporal,
        Source::Text(text) => {
            let (short, cut) = nanoseconds(text);
            let temporal = Temporal::parse(&short).ok_or_else(|| invalid(text))?;
            if cut {
                let message = "A second has more digits after the point than nine.";
                return Err(Error::new(state::DATETIME_OVERFLOW, message));
            }
            temporal
        }
        Source::Number(_) | Source::Bytes(_) | Source::Guid(_) => {
            return Err(errors::restricted(target.data_type, source.c_type()));
        }
    };
    let stored = match (target.data_type, temporal) {
        (DataType::Date, Temporal::Timestamp(timestamp)) => {
            if timestamp.time() != Time::midnight() {
                return Err(Error::new(
                    state::DATETIME_OVERFLOW,
                    format!(
                        "The timestamp has a time part, which {} cannot hold.",
                        sql_name(target.data_type)
                    ),
                ));
            }
            Temporal::Date(timestamp.date())
        }
        (DataType::Time, Temporal::Timestamp(timestamp)) => Temporal::Time(timestamp.time()),
        (DataType::Timestamp, Temporal::Date(date)) => Temporal::Timestamp(midnight(date)),
        (DataType::Timestamp, Temporal::Time(time)) => Temporal::Timestamp(today().to_datetime(time)),
        (DataType::Date, Temporal::Time(_)) | (DataType::Time, Temporal::Date(_)) => {
            return Err(invalid(&temporal.to_string()));
        }
        (_, temporal) => temporal,
    };
    Ok(Value::Text(stored.to_string()))
}

/// Cuts the fraction of canonical text to the digits that a column has.
pub fn cut_fraction(mut text: String, column: &ColumnType) -> String {
    if let Some(point) = text.find('.') {
        text.truncate(text.len().min(point + 1 + usize::from(column.scale)));
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

/// The current date in UTC: the date part that the ODBC reference gives to a time that becomes a timestamp.
fn today() -> Date {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}

impl Temporal {
    /// The type that holds all of it.
    pub(super) fn data_type(&self) -> DataType {
        match self {
            Temporal::Date(_) => DataType::Date,
            Temporal::Time(_) => DataType::Time,
            Temporal::Timestamp(_) => DataType::Timestamp,
        }
    }

    /// Reads a date, a time or a timestamp: ISO 8601 with a space or `T`, or an ODBC escape. A zone offset is taken
    /// off; without one, the time is UTC.
    pub(super) fn parse(text: &str) -> Option<Temporal> {
        let text = text.trim_ascii();
        let Some(escape) = text.strip_prefix('{') else { return Self::parse_plain(text) };
        let escape = escape.strip_suffix('}')?.trim_ascii();
        let (keyword, literal) = escape.split_once('\'')?;
        let temporal = Self::parse_plain(literal.strip_suffix('\'')?.trim_ascii())?;
        let expected = match temporal {
            Temporal::Date(_) => "d",
            Temporal::Time(_) => "t",
            Temporal::Timestamp(_) => "ts",
        };
        keyword.trim_ascii_end().eq_ignore_ascii_case(expected).then_some(temporal)
    }

    fn parse_plain(text: &str) -> Option<Temporal> {
        // The library takes a leap second, and makes the one before it of it.
        if text.split(':').nth(2).is_some_and(|seconds| seconds.starts_with("60")) {
            return None;
        }
        match text.as_bytes() {
            [_, _, b':', rest @ ..] => {
                // The grammar also takes zones, which mean nothing without a date.
                let plain = rest.iter().all(|b| matches!(b, b'0'..=b'9' | b':' | b'.'));
                plain.then(|| text.parse().ok().map(Temporal::Time))?
            }
            // Neither signed years nor dates without hyphens.
            [b'0'..=b'9', _, _, _, b'-', ..] => Self::parse_dated(text)
                .filter(|temporal| temporal.year().is_none_or(|year| YEARS.contains(&year))),
            _ => None,
        }
    }

    fn parse_dated(text: &str) -> Option<Temporal> {
        // SQL writes a space before the offset; ISO 8601 does not.
        let spaced = text.rsplit_once(' ').filter(|(_, zone)| zone.starts_with(['+', '-', 'Z', 'z']));
        let text = spaced.map_or(Cow::Borrowed(text), |(civil, zone)| format!("{civil}{zone}").into());
        let pieces = Pieces::parse(text.as_ref()).ok()?;
        let Some(time) = pieces.time() else {
            return pieces.offset().is_none().then(|| Temporal::Date(pieces.date()));
        };
        let timestamp = pieces.date().to_datetime(time);
        let Some(offset) = pieces.to_numeric_offset() else {
            return pieces.time_zone_annotation().is_none().then_some(Temporal::Timestamp(timestamp));
        };
        let utc = timestamp.checked_sub(SignedDuration::from_secs(offset.seconds().into())).ok()?;
        Some(Temporal::Timestamp(utc))
    }

    fn year(self) -> Option<i16> {
        match self {
            Temporal::Date(date) => Some(date.year()),
            Temporal::Time(_) => None,
            Temporal::Timestamp(timestamp) => Some(timestamp.year()),
        }
    }

    /// The bytes of SQL_DATE_STRUCT, SQL_TIME_STRUCT or SQL_TIMESTAMP_STRUCT, and whether a time part or a fraction
    /// was cut; `None` where the structure wants what is not there.
    fn to_struct(self, c_type: CType) -> Option<(FixedBytes, bool)> {
        Some(match (c_type, self) {
            (CType::Date, Temporal::Date(date)) => (FixedBytes::new(date_struct(date)), false),
            (CType::Date, Temporal::Timestamp(timestamp)) => {
                (FixedBytes::new(date_struct(timestamp.date())), timestamp.time() != Time::midnight())
            }
            (CType::Time, Temporal::Time(time)) => (FixedBytes::new(time_struct(time)), has_fraction(time)),
            (CType::Time, Temporal::Timestamp(timestamp)) => {
                (FixedBytes::new(time_struct(timestamp.time())), has_fraction(timestamp.time()))
            }
            (CType::Timestamp, temporal) => {
                let timestamp = match temporal {
                    Temporal::Date(date) => midnight(date),
                    Temporal::Time(time) => today().to_datetime(time),
                    Temporal::Timestamp(timestamp) => timestamp,
                };
                (FixedBytes::new(timestamp_struct(timestamp)), false)
            }
            _ => return None,
        })
    }

    /// Reads the structure of `c_type`, one of the three. With `time_only`, a timestamp's date fields are ignored.
    pub(super) fn from_struct(c_type: CType, bytes: &[u8], time_only: bool) -> Option<Temporal> {
        let field = |i: usize| bytes.get(2 * i..2 * i + 2).map(|b| i16::from_ne_bytes([b[0], b[1]]));
        let small = |i: usize| field(i).and_then(|f| i8::try_from(f).ok());
        let date = || {
            let year = field(0).filter(|year| YEARS.contains(year))?;
            Date::new(year, small(1)?, small(2)?).ok()
        };
        match c_type {
            CType::Date => date().map(Temporal::Date),
            CType::Time => Time::new(small(0)?, small(1)?, small(2)?, 0).ok().map(Temporal::Time),
            CType::Timestamp => {
                let fraction = u32::from_ne_bytes(bytes.get(12..16)?.try_into().ok()?);
                let nanoseconds = i32::try_from(fraction).ok()?;
                let time = Time::new(small(3)?, small(4)?, small(5)?, nanoseconds).ok()?;
                Some(match time_only {
                    true => Temporal::Time(time),
                    false => Temporal::Timestamp(date()?.to_datetime(time)),
                })
            }
            _ => None,
        }
    }
}

fn has_fraction(time: Time) -> bool {
    time.subsec_nanosecond() != 0
}

/// Months, days, hours, minutes and seconds: never negative.
fn unsigned(field: i8) -> [u8; 2] {
    u16::from(field.unsigned_abs()).to_ne_bytes()
}

fn date_struct(date: Date) -> [u8; 6] {
    let mut bytes = [0; 6];
    bytes[..2].copy_from_slice(&date.year().to_ne_bytes());
    bytes[2..4].copy_from_slice(&unsigned(date.month()));
    bytes[4..].copy_from_slice(&unsigned(date.day()));
    bytes
}

fn time_struct(time: Time) -> [u8; 6] {
    let mut bytes = [0; 6];
    bytes[..2].copy_from_slice(&unsigned(time.hour()));
    bytes[2..4].copy_from_slice(&unsigned(time.minute()));
    bytes[4..].copy_from_slice(&unsigned(time.second()));
    bytes
}

fn timestamp_struct(timestamp: DateTime) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&date_struct(timestamp.date()));
    bytes[6..12].copy_from_slice(&time_struct(timestamp.time()));
    // Billionths of a second, and never negative.
    bytes[12..].copy_from_slice(&timestamp.subsec_nanosecond().unsigned_abs().to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{fixed, from_bytes, from_text, narrow, take_narrow};

    const DATE: ColumnType = ColumnType::of(DataType::Date);
    const TIME: ColumnType = ColumnType::of(DataType::Time);
    const TIMESTAMP: ColumnType = ColumnType::of(DataType::Timestamp);
    const TEXT: ColumnType = ColumnType::text(40);
    const CUT: Option<SqlState> = Some(state::FRACTIONAL_TRUNCATION);

    fn words(fields: &[i16]) -> Vec<u8> {
        fields.iter().flat_map(|field| field.to_ne_bytes()).collect()
    }

    fn timestamp(fields: [i16; 6], fraction: u32) -> Vec<u8> {
        let mut bytes = words(&fields);
        bytes.extend(fraction.to_ne_bytes());
        bytes
    }

    #[test]
    fn structures_hold_the_fields() {
        let value = ValueRef::Text("2020-01-31 10:20:30.000000007");
        for column in [TIMESTAMP, TEXT] {
            let structure = timestamp([2020, 1, 31, 10, 20, 30], 7);
            assert_eq!(fixed(value, &column, CType::Timestamp), Ok((structure, None)));
            assert_eq!(fixed(value, &column, CType::Date), Ok((words(&[2020, 1, 31]), CUT)));
            assert_eq!(fixed(value, &column, CType::Time), Ok((words(&[10, 20, 30]), CUT)));
        }
        let value = ValueRef::Text("2020-01-31 00:00:00");
        assert_eq!(fixed(value, &TIMESTAMP, CType::Date), Ok((words(&[2020, 1, 31]), None)));
        let value = ValueRef::Text("2020-01-31");
        let structure = timestamp([2020, 1, 31, 0, 0, 0], 0);
        assert_eq!(fixed(value, &DATE, CType::Timestamp), Ok((structure, None)));
        let (bytes, _) = fixed(ValueRef::Text("10:20:30.5"), &TIME, CType::Timestamp).unwrap();
        assert_eq!(bytes[..6], date_struct(today()));
        assert_eq!(bytes[6..], timestamp([0, 0, 0, 10, 20, 30], 500_000_000)[6..]);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "x",
            "2020-13-01",
            "2020-02-30",
            "2020-01-31 25:00:00",
            "10:00",
            "20200131",
            "12",
            "2016-12-31 23:59:60",
        ] {
            let value = ValueRef::Text(text);
            let invalid = Err(state::INVALID_CHARACTER_VALUE);
            assert_eq!(fixed(value, &TEXT, CType::Date), invalid, "{text}");
            assert_eq!(fixed(value, &DATE, CType::Date), Err(state::INVALID_DATETIME), "{text}");
            assert_eq!(from_text(text, &DATE).map_err(|_| ()), Err(()), "{text}");
        }
        let value = ValueRef::Text("2020-01-31");
        assert_eq!(fixed(value, &TEXT, CType::Time), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(fixed(ValueRef::Integer(5), &DATE, CType::Date), Err(state::INVALID_DATETIME));
    }

    #[test]
    fn text_is_canonical_wherever_it_comes_from() {
        for (value, column, expected) in [
            ("2020-01-31 10:20:30", TIMESTAMP, "2020-01-31 10:20:30"),
            ("2020-01-31T10:20:30.500Z", TIMESTAMP, "2020-01-31 10:20:30.5"),
            ("2020-01-31", TIMESTAMP, "2020-01-31 00:00:00"),
            ("2020-01-31 10:20:30", DATE, "2020-01-31 10:20:30"),
            ("10:20", TIME, "10:20:00"),
            ("garbage", TIMESTAMP, "garbage"),
        ] {
            assert_eq!(narrow(ValueRef::Text(value), &column), expected);
        }
        assert_eq!(narrow(ValueRef::Integer(5), &TIMESTAMP), "5");
    }

    #[test]
    fn only_the_fraction_of_a_text_may_be_cut() {
        let value = ValueRef::Text("2020-01-31 10:20:30.25");
        assert_eq!(take_narrow(value, &TIMESTAMP, 20), Ok(("2020-01-31 10:20:30".into(), true)));
        assert_eq!(take_narrow(value, &TIMESTAMP, 19), Err(state::NUMERIC_OUT_OF_RANGE));
        let value = ValueRef::Text("2020-01-31");
        assert_eq!(take_narrow(value, &DATE, 11), Ok(("2020-01-31".into(), false)));
        assert_eq!(take_narrow(value, &DATE, 10), Err(state::NUMERIC_OUT_OF_RANGE));
        let value = ValueRef::Text("10:20:30");
        assert_eq!(take_narrow(value, &TIME, 8), Err(state::NUMERIC_OUT_OF_RANGE));
    }

    #[test]
    fn timestamp_text_becomes_utc() {
        for (text, expected) in [
            ("2020-01-31", "2020-01-31 00:00:00"),
            ("2020-01-31 10:20", "2020-01-31 10:20:00"),
            (" 2020-01-31T10:20:30Z ", "2020-01-31 10:20:30"),
            ("2020-01-31 10:20:30.120000", "2020-01-31 10:20:30.12"),
            ("2020-01-31T00:20:30+02:00", "2020-01-30 22:20:30"),
            ("2020-01-31 10:20:30 -0530", "2020-01-31 15:50:30"),
            ("2020-07-01T12:00:00+02:00[Europe/Berlin]", "2020-07-01 10:00:00"),
            ("{ts '2020-01-31 10:20:30'}", "2020-01-31 10:20:30"),
            ("{ D '2020-01-31' }", "2020-01-31 00:00:00"),
            ("9999-12-31 23:59:59.999999999", "9999-12-31 23:59:59.999999999"),
            ("0001-01-01", "0001-01-01 00:00:00"),
        ] {
            assert_eq!(from_text(text, &TIMESTAMP), Ok(Value::from(expected)), "{text}");
        }
        for text in [
            "",
            "2020-01-31 10:20:30 Europe/Berlin",
            "2020-01-31T10:20:30[Europe/Berlin]",
            "2020-02-30 00:00:00",
            "9999-12-31 23:59:59-01:00",
            "0000-12-31",
            "0001-01-01 00:00:00+01:00",
            "-002020-01-31",
            "{ts '2020-01-31'}",
            "{d '2020-01-31'",
            "{ts}",
            "{",
        ] {
            assert_eq!(from_text(text, &TIMESTAMP), Err(state::INVALID_CHARACTER_VALUE), "{text}");
        }
        let Ok(Value::Text(now)) = from_text("10:20:30", &TIMESTAMP) else { panic!() };
        assert_eq!(now[10..], *" 10:20:30");
    }

    #[test]
    fn dates_and_times_hold_no_more_than_they_can() {
        assert_eq!(from_text("2020-01-31T00:00:00Z", &DATE), Ok(Value::from("2020-01-31")));
        assert_eq!(from_text("2020-01-31 00:00:01", &DATE), Err(state::DATETIME_OVERFLOW));
        assert_eq!(from_text("10:20:30", &DATE), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(from_text("{t '10:20:30.50'}", &TIME), Ok(Value::from("10:20:30.5")));
        assert_eq!(from_text("2020-01-31 10:20:30", &TIME), Ok(Value::from("10:20:30")));
        assert_eq!(from_text("2020-01-31", &TIME), Err(state::INVALID_CHARACTER_VALUE));
        assert_eq!(from_text("10:20:30+01:00", &TIME), Err(state::INVALID_CHARACTER_VALUE));
    }

    #[test]
    fn structures_are_checked() {
        let valid = timestamp([2020, 2, 29, 23, 59, 59], 120_000_000);
        let put = |bytes: &[u8], parameter| from_bytes(bytes, CType::Timestamp, &parameter);
        assert_eq!(put(&valid, TIMESTAMP), Ok(Value::from("2020-02-29 23:59:59.12")));
        assert_eq!(put(&valid, TEXT), Ok(Value::from("2020-02-29 23:59:59.12")));
        assert_eq!(put(&valid, TIME), Ok(Value::from("23:59:59.12")));
        assert_eq!(put(&valid, DATE), Err(state::DATETIME_OVERFLOW));
        assert_eq!(put(&timestamp([0, 0, 0, 1, 2, 3], 0), TIME), Ok(Value::from("01:02:03")));
        for invalid in [
            timestamp([2020, 13, 1, 0, 0, 0], 0),
            timestamp([2020, 2, 30, 0, 0, 0], 0),
            timestamp([2020, 0, 1, 0, 0, 0], 0),
            timestamp([0, 12, 31, 0, 0, 0], 0),
            timestamp([-1, 1, 1, 0, 0, 0], 0),
            timestamp([10000, 1, 1, 0, 0, 0], 0),
            timestamp([2020, 1, 1, 24, 0, 0], 0),
            timestamp([2020, 1, 1, 0, 0, 60], 0),
            timestamp([2020, 1, 1, 0, 0, 256], 0),
            timestamp([2020, 1, 1, 0, 0, 0], 1_000_000_000),
            timestamp([2020, 1, 1, 0, 0, 0], u32::MAX),
        ] {
            assert_eq!(put(&invalid, TIMESTAMP), Err(state::INVALID_DATETIME));
            assert_eq!(put(&invalid, TEXT), Err(state::DATETIME_OVERFLOW));
        }
        let date = words(&[2020, 1, 31]);
        assert_eq!(from_bytes(&date, CType::Date, &TIMESTAMP), Ok(Value::from("2020-01-31 00:00:00")));
        assert_eq!(from_bytes(&date, CType::Date, &DATE), Ok(Value::from("2020-01-31")));
        let time = words(&[10, 20, 30]);
        assert_eq!(from_bytes(&time, CType::Time, &TIME), Ok(Value::from("10:20:30")));
        assert_eq!(from_bytes(&time, CType::Time, &TEXT), Ok(Value::from("10:20:30")));
    }

    #[test]
    fn the_binary_form_is_the_structure() {
        let value = ValueRef::Text("2020-01-31 10:20:30");
        let binary = to_c(value, &TIMESTAMP, &CTarget::new(CType::Binary)).unwrap();
        let CData::Binary(bytes) = &binary.data else { panic!() };
        assert_eq!(**bytes, timestamp([2020, 1, 31, 10, 20, 30], 0));
        let stored = from_bytes(bytes, CType::Binary, &TIMESTAMP);
        assert_eq!(stored, Ok(Value::from("2020-01-31 10:20:30")));
        assert_eq!(
            crate::convert::take(&binary, 0, 15, crate::convert::Rest::IsLost).unwrap_err().state,
            state::NUMERIC_OUT_OF_RANGE
        );
    }
}
