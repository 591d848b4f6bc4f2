//! Intervals: no column has one, but text converts to and from SQL_INTERVAL_STRUCT, and exact numbers to and from
//! the intervals of a single field.

use std::fmt;

use crate::convert::errors;
use crate::convert::number::Number;
use crate::convert::{CData, CTarget, CType, Converted, FixedBytes};
use crate::decimal::Decimal;
use crate::error::{Error, Result, state};

/// Bytes of SQL_INTERVAL_STRUCT: type, sign, two bytes between, then five fields.
pub(super) const STRUCT_SIZE: usize = 28;

/// Digits of a leading field where nothing else is said (SQL_DESC_DATETIME_INTERVAL_PRECISION).
pub(super) const DEFAULT_LEADING_PRECISION: u8 = 2;

/// Digits of a second's fraction where nothing else is said (SQL_DESC_PRECISION).
pub(super) const DEFAULT_SECONDS_PRECISION: u8 = 6;

/// Digits of a second's fraction at most.
const MAX_SECONDS_PRECISION: u32 = 9;

/// A field of an interval. The first two make one class, the others the second one; neither becomes the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

use Field::{Day, Hour, Minute, Month, Second, Year};

impl Field {
    const ALL: [Field; 6] = [Year, Month, Day, Hour, Minute, Second];

    const fn name(self) -> &'static str {
        match self {
            Year => "YEAR",
            Month => "MONTH",
            Day => "DAY",
            Hour => "HOUR",
            Minute => "MINUTE",
            Second => "SECOND",
        }
    }

    fn from_name(name: &str) -> Option<Field> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    const fn is_year_month(self) -> bool {
        matches!(self, Year | Month)
    }

    /// Months, or nanoseconds.
    const fn units(self) -> u128 {
        match self {
            Year => 12,
            Month => 1,
            Day => 24 * Hour.units(),
            Hour => 60 * Minute.units(),
            Minute => 60 * Second.units(),
            Second => 1_000_000_000,
        }
    }

    /// The largest value of a field that is not the leading one.
    const fn largest(self) -> u64 {
        match self {
            Month => 11,
            Hour => 23,
            Minute | Second => 59,
            Year | Day => u64::MAX,
        }
    }

    /// The next smaller field of its class, and what stands before it in a text.
    const fn next(self) -> Option<(char, Field)> {
        match self {
            Year => Some(('-', Month)),
            Day => Some((' ', Hour)),
            Hour => Some((':', Minute)),
            Minute => Some((':', Second)),
            Month | Second => None,
        }
    }

    /// Place of the field in the structure.
    const fn offset(self) -> usize {
        match self {
            Year | Day => 8,
            Month | Hour => 12,
            Minute => 16,
            Second => 20,
        }
    }
}

/// Place of the fraction in the structure.
const FRACTION_OFFSET: usize = 24;

/// One of the thirteen interval types: the fields from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntervalType {
    /// SQL_IS_…, from 1 to 13.
    code: u8,
    first: Field,
    last: Field,
    /// The C type as the ODBC reference names it.
    name: &'static str,
}

const fn of(code: u8, first: Field, last: Field, name: &'static str) -> IntervalType {
    IntervalType { code, first, last, name }
}

impl IntervalType {
    /// Every type, in the order of its code.
    pub const ALL: [IntervalType; 13] = [
        of(1, Year, Year, "SQL_C_INTERVAL_YEAR"),
        of(2, Month, Month, "SQL_C_INTERVAL_MONTH"),
        of(3, Day, Day, "SQL_C_INTERVAL_DAY"),
        of(4, Hour, Hour, "SQL_C_INTERVAL_HOUR"),
        of(5, Minute, Minute, "SQL_C_INTERVAL_MINUTE"),
        of(6, Second, Second, "SQL_C_INTERVAL_SECOND"),
        of(7, Year, Month, "SQL_C_INTERVAL_YEAR_TO_MONTH"),
        of(8, Day, Hour, "SQL_C_INTERVAL_DAY_TO_HOUR"),
        of(9, Day, Minute, "SQL_C_INTERVAL_DAY_TO_MINUTE"),
        of(10, Day, Second, "SQL_C_INTERVAL_DAY_TO_SECOND"),
        of(11, Hour, Minute, "SQL_C_INTERVAL_HOUR_TO_MINUTE"),
        of(12, Hour, Second, "SQL_C_INTERVAL_HOUR_TO_SECOND"),
        of(13, Minute, Second, "SQL_C_INTERVAL_MINUTE_TO_SECOND"),
    ];

    /// The type of an `SQL_C_INTERVAL_…` code.
    pub const fn from_code(code: i16) -> Option<IntervalType> {
        match code {
            101..=113 => Some(Self::ALL[(code - 101) as usize]),
            _ => None,
        }
    }

    /// The `SQL_C_INTERVAL_…` code.
    pub const fn code(self) -> i16 {
        100 + self.code as i16
    }

    /// Whether the type has one field, so that a number stands for it.
    pub const fn is_single(self) -> bool {
        self.first as u8 == self.last as u8
    }

    pub(super) const fn name(self) -> &'static str {
        self.name
    }

    fn with_fields(first: Field, last: Field) -> Option<IntervalType> {
        Self::ALL.into_iter().find(|one| one.first == first && one.last == last)
    }
}

/// An interval of either class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    negative: bool,
    /// Months or nanoseconds, as `of_months` says.
    total: u128,
    of_months: bool,
    /// Whether the text had digits beyond the nanosecond.
    cut: bool,
}

/// The structure for a text: the fields alone, the first one of which is that of the type (`-1-6`, `5 10:20:30.5`),
/// or a whole literal (`INTERVAL -'1-6' YEAR TO MONTH`, also as an ODBC escape). Fields that the type lacks are cut.
pub(super) fn text_to_c<'a>(text: &str, interval: IntervalType, target: &CTarget) -> Result<Converted<'a>> {
    let read = parse(text, interval).filter(|found| found.of_months == interval.first.is_year_month());
    let found = read.ok_or_else(|| {
        let what = format!("an interval of the type {}", interval.name);
        errors::not_a(state::INVALID_CHARACTER_VALUE, &what, text)
    })?;
    to_struct(found, interval, target)
}

/// The structure for an exact number, which counts the only field.
pub(super) fn number_to_c<'a>(
    number: Number,
    interval: IntervalType,
    target: &CTarget,
) -> Result<Converted<'a>> {
    let digits = if interval.last == Second { MAX_SECONDS_PRECISION } else { 0 };
    let decimal = number.to_decimal().ok_or_else(|| overflow(interval))?;
    let (mantissa, cut) = decimal.rescale(digits as i32).map_err(|_| overflow(interval))?;
    let found = Interval {
        negative: decimal.is_negative(),
        total: mantissa
            .checked_mul(interval.first.units() / 10u128.pow(digits))
            .ok_or_else(|| overflow(interval))?,
        of_months: interval.first.is_year_month(),
        cut,
    };
    to_struct(found, interval, target)
}

fn to_struct<'a>(found: Interval, interval: IntervalType, target: &CTarget) -> Result<Converted<'a>> {
    let mut bytes = [0; STRUCT_SIZE];
    let mut rest = found.total;
    let mut is_zero = true;
    for field in fields(interval) {
        let value = rest / field.units();
        rest %= field.units();
        let leading = field == interval.first;
        let value = u32::try_from(value)
            .ok()
            .filter(|&value| !leading || fits(value, target.leading))
            .ok_or_else(|| overflow(interval))?;
        is_zero &= value == 0;
        put(&mut bytes, field.offset(), value);
    }
    if interval.last == Second {
        let unit = fraction_unit(target.precision);
        let fraction = (rest / unit) as u32;
        rest %= unit;
        is_zero &= fraction == 0;
        put(&mut bytes, FRACTION_OFFSET, fraction);
    }
    bytes[..4].copy_from_slice(&i32::from(interval.code).to_ne_bytes());
    bytes[4..6].copy_from_slice(&i16::from(found.negative && !is_zero).to_ne_bytes());
    let warning = (rest > 0 || found.cut).then(|| errors::fraction_cut(CType::Interval(interval)));
    Ok(Converted { warning, ..Converted::new(CData::Fixed(FixedBytes::new(bytes))) })
}

fn fields(interval: IntervalType) -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(move |field| (interval.first..=interval.last).contains(field))
}

fn put(bytes: &mut [u8; STRUCT_SIZE], offset: usize, value: u32) {
    bytes[offset..offset + 4].copy_from_slice(&value.to_ne_bytes());
}

/// Whether a leading field has no more digits than that.
fn fits(value: u32, digits: u8) -> bool {
    10u64.checked_pow(digits.into()).is_none_or(|limit| u64::from(value) < limit)
}

/// Nanoseconds of the last digit of a fraction with that many digits: the unit in which the structure counts it.
fn fraction_unit(digits: u8) -> u128 {
    10u128.pow(MAX_SECONDS_PRECISION - u32::from(digits).min(MAX_SECONDS_PRECISION))
}

/// An interval as a parameter: its text and, of a single field, its number.
pub(super) struct Given {
    negative: bool,
    values: [u32; 6],
    /// Nanoseconds.
    fraction: u32,
    interval: IntervalType,
}

/// Reads the structure. `precision` is that of the seconds; the leading field may have any number of digits.
///
/// # Errors
/// 22015 where a field is larger than the one before it lets it be.
pub(super) fn from_struct(bytes: &[u8], interval: IntervalType, precision: u8) -> Result<Given> {
    let field = |offset: usize| {
        let mut array = [0; 4];
        array.copy_from_slice(&bytes[offset..offset + 4]);
        u32::from_ne_bytes(array)
    };
    let mut values = [0; 6];
    for one in fields(interval) {
        let value = field(one.offset());
        if one != interval.first && u64::from(value) > one.largest() {
            return Err(invalid(interval, one.name()));
        }
        values[one as usize] = value;
    }
    let mut fraction = 0;
    if interval.last == Second {
        let nanoseconds = u128::from(field(FRACTION_OFFSET)) * fraction_unit(precision);
        fraction = u32::try_from(nanoseconds)
            .ok()
            .filter(|&n| u128::from(n) < Second.units())
            .ok_or_else(|| invalid(interval, "fraction"))?;
    }
    let negative = bytes[4..6] != [0, 0] && (fraction > 0 || values.iter().any(|&value| value > 0));
    Ok(Given { negative, values, fraction, interval })
}

impl Given {
    /// The value of the only field.
    pub(super) fn number(&self) -> Option<Number> {
        let text = self.interval.is_single().then(|| self.to_string())?;
        Decimal::parse(&text).ok().map(Number::Decimal)
    }
}

/// The fields as [`text_to_c`] reads them.
impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        for field in fields(self.interval) {
            let value = self.values[field as usize];
            match field {
                _ if field == self.interval.first => write!(f, "{value}")?,
                Month => write!(f, "-{value}")?,
                Hour => write!(f, " {value:02}")?,
                _ => write!(f, ":{value:02}")?,
            }
        }
        if self.fraction > 0 {
            let digits = format!("{:09}", self.fraction);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}

fn parse(text: &str, target: IntervalType) -> Option<Interval> {
    let text = text.trim_ascii();
    let literal = match text.strip_prefix('{') {
        Some(escape) => Some(word(escape.strip_suffix('}')?.trim_ascii(), "INTERVAL")?),
        None => word(text, "INTERVAL"),
    };
    let Some(literal) = literal else {
        let (negative, value) = sign(text);
        return parse_fields(value, negative, target.first, target.last);
    };
    let (outer, literal) = sign(literal);
    let (quoted, qualifier) = literal.strip_prefix('\'')?.split_once('\'')?;
    let (inner, value) = sign(quoted.trim_ascii());
    let written = qualifier_of(qualifier)?;
    let found = parse_fields(value, outer != inner, written.first, written.last)?;
    // A literal has the fields that it names and no more.
    let smallest = written.last.units();
    (written.last == Second || found.total.is_multiple_of(smallest)).then_some(found)
}

/// What follows a keyword, in any case.
fn word<'t>(text: &'t str, keyword: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(keyword.len())?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (ends && head.eq_ignore_ascii_case(keyword)).then(|| rest.trim_ascii_start())
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_ascii_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_ascii_start()),
    }
}

/// `YEAR`, `DAY(3) TO SECOND(6)`. The digits in parentheses are those of a declaration; the value has its own.
fn qualifier_of(text: &str) -> Option<IntervalType> {
    let mut without = String::new();
    let mut depth = 0;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ')' => return None,
            _ if depth > 0 && !matches!(c, '0'..='9' | ',' | ' ') => return None,
            _ if depth > 0 => {}
            c => without.push(c),
        }
    }
    let words: Vec<&str> = without.split_ascii_whitespace().collect();
    let (first, last) = match words[..] {
        [one] => (one, one),
        [first, to, last] if to.eq_ignore_ascii_case("TO") => (first, last),
        _ => return None,
    };
    (depth == 0).then(|| IntervalType::with_fields(Field::from_name(first)?, Field::from_name(last)?))?
}

/// Reads the fields from `first` on, at least up to `last`; what follows them in the class may follow in the text.
fn parse_fields(text: &str, negative: bool, first: Field, last: Field) -> Option<Interval> {
    let (mut field, mut rest) = (first, text);
    let (mut total, mut cut) = (0u128, false);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.is_empty() || (field != first && digits.len() > 2) {
            return None;
        }
        // Too many digits for any precision are too many for this one.
        let value = digits.parse().unwrap_or(u64::MAX);
        if field != first && value > field.largest() {
            return None;
        }
        total += u128::from(value) * field.units();
        rest = after;
        if field == Second
            && let Some(fraction) = rest.strip_prefix('.')
        {
            if !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let kept = &fraction[..fraction.len().min(MAX_SECONDS_PRECISION as usize)];
            cut = fraction[kept.len()..].bytes().any(|b| b != b'0');
            total += format!("{kept:0<9}").parse::<u128>().ok()?;
            rest = "";
        }
        if rest.is_empty() {
            let of_months = first.is_year_month();
            return (field >= last).then_some(Interval { negative, total, of_months, cut });
        }
        let (separator, next) = field.next()?;
        rest = rest.strip_prefix(separator)?;
        field = next;
    }
}

#[cold]
fn overflow(interval: IntervalType) -> Error {
    Error::new(
        state::INTERVAL_FIELD_OVERFLOW,
        format!(
            "The leading field of {} holds fewer digits than the value has; set SQL_DESC_DATETIME_INTERVAL_PRECISION.",
            interval.name
        ),
    )
}

#[cold]
fn invalid(interval: IntervalType, field: &str) -> Error {
    Error::new(
        state::INTERVAL_FIELD_OVERFLOW,
        format!("The {} field of {} is out of range.", field.to_ascii_lowercase(), interval.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::testing::{from_bytes, put};
    use crate::convert::{CInput, to_c};
    use crate::error::SqlState;
    use crate::model::{ColumnType, DataType};
    use crate::value::{Value, ValueRef};

    const TEXT: ColumnType = ColumnType::text(60);
    const DECIMAL: ColumnType = ColumnType::of(DataType::Decimal);

    fn target(code: i16) -> CTarget {
        CTarget::new(CType::from_code(code).unwrap())
    }

    /// Sign, fields, fraction, and whether something was cut.
    fn read(
        value: ValueRef<'_>,
        column: &ColumnType,
        target: CTarget,
    ) -> std::result::Result<String, SqlState> {
        let converted = to_c(value, column, &target).map_err(|e| e.state)?;
        let CData::Fixed(bytes) = converted.data else { panic!() };
        let bytes = bytes.as_bytes();
        let CType::Interval(interval) = target.c_type else { panic!() };
        assert_eq!(bytes[..4], i32::from(interval.code).to_ne_bytes());
        let given = from_struct(bytes, interval, target.precision).unwrap();
        Ok(format!("{given}{}", if converted.warning.is_some() { " cut" } else { "" }))
    }

    fn text(text: &str, code: i16) -> std::result::Result<String, SqlState> {
        read(ValueRef::Text(text), &TEXT, target(code))
    }

    #[test]
    fn the_structure_is_that_of_c() {
        assert_eq!(STRUCT_SIZE, size_of::<odbc_sys::IntervalStruct>());
        for (code, one) in (101..).zip(IntervalType::ALL) {
            assert_eq!(IntervalType::from_code(code), Some(one));
            assert_eq!(one.code(), code);
        }
    }

    #[test]
    fn texts_are_fields_or_literals() {
        for (written, code, expected) in [
            ("5", 101, "5"),
            (" -12 ", 102, "-12"),
            ("+1-6", 107, "1-6"),
            ("5 10:20:30.5", 110, "5 10:20:30.5"),
            ("5 10:20", 109, "5 10:20"),
            ("-0", 103, "0"),
            ("10:20:30", 112, "10:20:30"),
            ("59.123456", 106, "59.123456"),
            ("INTERVAL '1-6' YEAR TO MONTH", 107, "1-6"),
            ("interval -'3' day", 103, "-3"),
            ("{INTERVAL '-2 12:30' DAY(3) TO MINUTE}", 109, "-2 12:30"),
            ("INTERVAL '1' YEAR", 107, "1-0"),
            ("INTERVAL '18' MONTH", 107, "1-6"),
            ("INTERVAL '90' MINUTE", 112, "1:30:00"),
        ] {
            assert_eq!(text(written, code), Ok(expected.to_owned()), "{written} {code}");
        }
    }

    #[test]
    fn trailing_fields_are_cut() {
        for (written, code, expected) in [
            ("1-6", 101, "1 cut"),
            ("1-0", 101, "1"),
            ("5 10:20:30", 103, "5 cut"),
            ("5 10:20:30", 108, "5 10 cut"),
            ("59.1234567", 106, "59.123456 cut"),
            ("-0:30", 104, "0 cut"),
            ("INTERVAL '1 6' DAY TO HOUR", 104, "30"),
        ] {
            assert_eq!(text(written, code), Ok(expected.to_owned()), "{written} {code}");
        }
    }

    #[test]
    fn the_leading_field_has_its_digits() {
        assert_eq!(text("100", 103), Err(state::INTERVAL_FIELD_OVERFLOW));
        assert_eq!(text("99999999999999999999999", 103), Err(state::INTERVAL_FIELD_OVERFLOW));
        let wide = CTarget { leading: 3, ..target(103) };
        assert_eq!(read(ValueRef::Text("100"), &TEXT, wide), Ok("100".to_owned()));
        let widest = CTarget { leading: 10, ..target(103) };
        assert_eq!(read(ValueRef::Text("4294967295"), &TEXT, widest), Ok("4294967295".to_owned()));
        let beyond = read(ValueRef::Text("4294967296"), &TEXT, widest);
        assert_eq!(beyond, Err(state::INTERVAL_FIELD_OVERFLOW));
    }

    #[test]
    fn what_is_no_interval_of_the_class_is_refused() {
        for (written, code) in [
            ("", 101),
            ("x", 101),
            ("1-12", 107),
            ("5", 107),
            ("5 24", 108),
            ("10:60", 111),
            ("1.5", 103),
            ("1.x", 106),
            ("1-", 107),
            ("--1", 101),
            ("1 month", 102),
            ("INTERVAL '1' MONTH", 103),
            ("INTERVAL '1-6' YEAR", 107),
            ("INTERVAL '1' DAY TO YEAR", 103),
            ("INTERVAL 1 DAY", 103),
            ("{INTERVAL '1' DAY", 103),
            ("INTERVALS '1' DAY", 103),
            ("INTERVAL '1' DAY)(", 103),
            ("INTERVAL '1' DAY(3", 103),
        ] {
            assert_eq!(text(written, code), Err(state::INVALID_CHARACTER_VALUE), "{written} {code}");
        }
    }

    #[test]
    fn exact_numbers_count_the_only_field() {
        let number = |written: &str, code| read(ValueRef::Text(written), &DECIMAL, target(code));
        assert_eq!(number("-12.00", 101), Ok("-12".to_owned()));
        assert_eq!(number("12.5", 105), Ok("12 cut".to_owned()));
        assert_eq!(number("12.5", 106), Ok("12.5".to_owned()));
        assert_eq!(number("12.5000001", 106), Ok("12.5 cut".to_owned()));
        assert_eq!(number("100", 106), Err(state::INTERVAL_FIELD_OVERFLOW));
        assert_eq!(number(&"9".repeat(38), 103), Err(state::INTERVAL_FIELD_OVERFLOW));
        assert_eq!(number("1", 107), Err(state::RESTRICTED_DATA_TYPE));
        let double = read(ValueRef::Real(1.0), &ColumnType::of(DataType::Double), target(101));
        assert_eq!(double, Err(state::RESTRICTED_DATA_TYPE));
    }

    fn bytes(sign: i16, fields: [u32; 5]) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend(sign.to_ne_bytes());
        bytes.extend([0xaa, 0xaa]);
        fields.iter().for_each(|field| bytes.extend(field.to_ne_bytes()));
        bytes
    }

    #[test]
    fn parameters_are_text_or_numbers() {
        let c_type = |code| CType::from_code(code).unwrap();
        let full = bytes(1, [154, 22, 4, 5, 120_000]);
        assert_eq!(from_bytes(&full, c_type(110), &TEXT), Ok(Value::from("-154 22:04:05.12")));
        assert_eq!(from_bytes(&bytes(0, [1, 6, 0, 0, 0]), c_type(107), &TEXT), Ok(Value::from("1-6")));
        assert_eq!(from_bytes(&bytes(1, [0; 5]), c_type(106), &TEXT), Ok(Value::from("0")));
        let seconds = bytes(1, [0, 0, 0, 7, 500_000]);
        assert_eq!(from_bytes(&seconds, c_type(106), &DECIMAL), Ok(Value::from("-7.5")));
        let integer = ColumnType::of(DataType::Integer);
        assert_eq!(from_bytes(&seconds, c_type(106), &integer), Ok(Value::Integer(-7)));
        let days = bytes(0, [u32::MAX, 0, 0, 0, 0]);
        assert_eq!(from_bytes(&days, c_type(103), &integer), Err(state::NUMERIC_OUT_OF_RANGE));
        assert_eq!(from_bytes(&days, c_type(108), &integer), Err(state::RESTRICTED_DATA_TYPE));
        let invalid = Err(state::INTERVAL_FIELD_OVERFLOW);
        assert_eq!(from_bytes(&bytes(0, [1, 24, 0, 0, 0]), c_type(108), &TEXT), invalid);
        assert_eq!(from_bytes(&bytes(0, [0, 0, 0, 1, 1_000_000]), c_type(106), &TEXT), invalid);
        let nanoseconds = CTarget { precision: 9, ..target(106) };
        let given = put(CInput::Fixed(&seconds), &nanoseconds, &TEXT);
        assert_eq!(given, Ok(Value::from("-7.0005")));
    }
}
