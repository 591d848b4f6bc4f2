//! Exact decimal numbers: numeric literals, DECIMAL values and SQL_NUMERIC_STRUCT. Nothing here passes through
//! a double. [`arithmetic`] calculates with them.

mod arithmetic;

use std::fmt;

pub use arithmetic::{Sum, compare_texts};

/// Digits that a decimal holds at most, those of SQL_NUMERIC_STRUCT.
pub const MAX_DIGITS: u8 = 38;

/// Digits after the point beyond which a decimal counts as zero.
const MAX_SCALE: i64 = 2 * MAX_DIGITS as i64;

/// `mantissa × 10^-scale`, with the sign apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Below 10^38.
    mantissa: u128,
    scale: u32,
    /// Whether the text had digits other than zero after the last one kept.
    inexact: bool,
}

/// Why a text gives no number of the kind that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Not a numeric literal (22018).
    NotANumber,
    /// Whole digits would be lost (22003).
    TooLarge,
}

/// The pieces of a numeric literal: `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the
/// point and spaces around.
struct Literal<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Literal<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let (negative, rest) = sign(text.trim_ascii().as_bytes());
        let (whole, rest) = digits(rest);
        let (fraction, rest) = match rest {
            [b'.', rest @ ..] => digits(rest),
            _ => (&rest[..0], rest),
        };
        let exponent = match rest {
            [] => 0,
            [b'e' | b'E', rest @ ..] => {
                let (negative, rest) = sign(rest);
                let (power, []) = digits(rest) else { return None };
                if power.is_empty() {
                    return None;
                }
                // Far beyond any number's range, and far from overflow.
                let power = power.iter().fold(0, |n: i64, d| (n * 10 + i64::from(d - b'0')).min(1_000_000));
                if negative { -power } else { power }
            }
            _ => return None,
        };
        let some = !(whole.is_empty() && fraction.is_empty());
        some.then_some(Literal { negative, whole, fraction, exponent })
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len()))
}

/// 10^n, for n up to 38.
fn power_of_ten(n: u32) -> Option<u128> {
    10u128.checked_pow(n)
}

const LIMIT: u128 = 10u128.pow(MAX_DIGITS as u32);

/// A binary floating-point number: `f32` or `f64`.
pub trait Float: std::str::FromStr {
    /// Whether it is neither infinite nor no number.
    fn is_finite(&self) -> bool;
}

impl Float for f32 {
    fn is_finite(&self) -> bool {
        f32::is_finite(*self)
    }
}

impl Float for f64 {
    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}

/// Reads a numeric literal as the nearest floating-point number.
///
/// # Errors
/// [`Fault::TooLarge`] beyond the range of the type.
pub fn parse_float<F: Float>(text: &str) -> Result<F, Fault> {
    Literal::split(text).ok_or(Fault::NotANumber)?;
    // The grammar above is a subset of the standard library's, which also takes words such as `inf`.
    let value: F = text.trim_ascii().parse().map_err(|_| Fault::NotANumber)?;
    if value.is_finite() { Ok(value) } else { Err(Fault::TooLarge) }
}

impl Decimal {
    /// Reads a numeric literal.
    pub fn parse(text: &str) -> Result<Decimal, Fault> {
        let literal = Literal::split(text).ok_or(Fault::NotANumber)?;
        let mut mantissa = 0u128;
        let mut dropped = 0i64;
        let mut inexact = false;
        for digit in literal.whole.iter().chain(literal.fraction).map(|b| b - b'0') {
            if dropped == 0 && mantissa < LIMIT / 10 {
                mantissa = mantissa * 10 + u128::from(digit);
            } else {
                dropped += 1;
                inexact |= digit != 0;
            }
        }
        let mut scale = literal.fraction.len() as i64 - literal.exponent - dropped;
        if mantissa == 0 {
            scale = scale.clamp(0, MAX_DIGITS.into());
        } else if scale < 0 {
            mantissa = u32::try_from(-scale)
                .ok()
                .and_then(power_of_ten)
                .and_then(|power| mantissa.checked_mul(power))
                .filter(|&m| m < LIMIT)
                .ok_or(Fault::TooLarge)?;
            scale = 0;
        } else if scale > MAX_SCALE {
            (mantissa, scale, inexact) = (0, 0, true);
        }
        Ok(Decimal { negative: literal.negative && mantissa != 0, mantissa, scale: scale as u32, inexact })
    }

    /// A whole number. `None` beyond 38 digits.
    pub fn from_integer(integer: i128) -> Option<Decimal> {
        let mantissa = integer.unsigned_abs();
        (mantissa < LIMIT).then_some(Decimal { negative: integer < 0, mantissa, scale: 0, inexact: false })
    }

    /// The shortest decimal that reads back as this double.
    pub fn from_double(double: f64) -> Result<Decimal, Fault> {
        if !double.is_finite() {
            return Err(Fault::TooLarge);
        }
        Decimal::parse(&format!("{double:e}"))
    }

    /// The decimal that a double stands for where the type says decimal: 15 significant digits, which is what a
    /// double holds of any decimal, rounded to `scale` digits after the point, without trailing zeros.
    pub fn from_noisy_double(double: f64, scale: u8) -> Result<Decimal, Fault> {
        if !double.is_finite() {
            return Err(Fault::TooLarge);
        }
        if double.fract() == 0.0 {
            return Decimal::from_double(double);
        }
        let mut decimal = Decimal::parse(&format!("{double:.14e}"))?;
        if let Some(excess) = decimal.scale.checked_sub(scale.into()).filter(|&e| e > 0) {
            decimal.mantissa = power_of_ten(excess).map_or(0, |power| (decimal.mantissa + power / 2) / power);
            decimal.scale = scale.into();
        }
        while decimal.scale > 0 && decimal.mantissa.is_multiple_of(10) {
            decimal.mantissa /= 10;
            decimal.scale -= 1;
        }
        decimal.negative &= decimal.mantissa != 0;
        Ok(decimal)
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Whether digits of the text it was read from are missing.
    pub fn is_inexact(&self) -> bool {
        self.inexact
    }

    /// Below zero; zero itself has no sign.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The mantissa for `scale` digits after the point (before it, when negative), and whether a fraction was cut.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] beyond 38 digits.
    pub fn rescale(&self, scale: i32) -> Result<(u128, bool), Fault> {
        let shift = i64::from(scale) - i64::from(self.scale);
        let power = power_of_ten(shift.unsigned_abs() as u32);
        if shift >= 0 {
            let mantissa = match power {
                Some(power) => self.mantissa.checked_mul(power),
                None => (self.mantissa == 0).then_some(0),
            };
            return Ok((mantissa.filter(|&m| m < LIMIT).ok_or(Fault::TooLarge)?, self.inexact));
        }
        Ok(match power {
            Some(power) => (self.mantissa / power, self.inexact || !self.mantissa.is_multiple_of(power)),
            None => (0, self.inexact || self.mantissa != 0),
        })
    }

    /// The whole part, and whether a fraction was cut.
    pub fn to_integer(self) -> (i128, bool) {
        let (mantissa, lost) = self.rescale(0).unwrap_or((0, true));
        // Below 10^38, and so within i128.
        let magnitude = mantissa as i128;
        (if self.negative { -magnitude } else { magnitude }, lost)
    }

    /// The nearest double.
    pub fn to_double(self) -> f64 {
        self.scientific().parse().unwrap_or(f64::NAN)
    }

    /// The nearest float, rounded once; infinite beyond its range.
    pub fn to_float(self) -> f32 {
        self.scientific().parse().unwrap_or(f32::NAN)
    }

    fn scientific(self) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}e-{}", self.mantissa, self.scale)
    }

    /// The bytes of SQL_NUMERIC_STRUCT: precision, scale, sign (1 for positive), little-endian mantissa; and whether
    /// a fraction was cut.
    pub fn to_numeric(self, precision: u8, scale: i8) -> Result<([u8; 19], bool), Fault> {
        let precision = effective_precision(precision);
        let (mantissa, lost) = self.rescale(scale.into())?;
        if power_of_ten(precision.into()).is_some_and(|limit| mantissa >= limit) {
            return Err(Fault::TooLarge);
        }
        let mut bytes = [0; 19];
        bytes[0] = precision;
        bytes[1] = scale.to_ne_bytes()[0];
        bytes[2] = u8::from(!self.negative || mantissa == 0);
        bytes[3..].copy_from_slice(&mantissa.to_le_bytes());
        Ok((bytes, lost))
    }

    /// Reads the sign and the mantissa of a SQL_NUMERIC_STRUCT. Its own precision and scale are not looked at: for
    /// input, the application descriptor's are what counts.
    pub fn from_numeric(bytes: &[u8; 19], precision: u8, scale: i8) -> Result<Decimal, Fault> {
        let mut little_endian = [0; 16];
        little_endian.copy_from_slice(&bytes[3..]);
        let mut mantissa = u128::from_le_bytes(little_endian);
        if power_of_ten(effective_precision(precision).into()).is_some_and(|limit| mantissa >= limit) {
            return Err(Fault::TooLarge);
        }
        if scale < 0 {
            mantissa = power_of_ten(scale.unsigned_abs().into())
                .and_then(|power| mantissa.checked_mul(power))
                .or((mantissa == 0).then_some(0))
                .filter(|&m| m < LIMIT)
                .ok_or(Fault::TooLarge)?;
        }
        let negative = bytes[2] == 0 && mantissa != 0;
        Ok(Decimal { negative, mantissa, scale: scale.max(0).unsigned_abs().into(), inexact: false })
    }
}

fn effective_precision(precision: u8) -> u8 {
    match precision {
        0 => MAX_DIGITS,
        _ => precision.min(MAX_DIGITS),
    }
}

/// Optional `-`, at least one digit, and a point only before digits.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        if self.scale == 0 {
            return write!(f, "{sign}{}", self.mantissa);
        }
        let scale = self.scale as usize;
        let digits = format!("{:0width$}", self.mantissa, width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(literal: &str) -> String {
        Decimal::parse(literal).unwrap().to_string()
    }

    #[test]
    fn literals_keep_their_digits() {
        for (literal, expected) in [
            ("12.50", "12.50"),
            (" +007.10 ", "7.10"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("-0.00", "0.00"),
            ("1.5e3", "1500"),
            ("15E-4", "0.0015"),
            ("0e999999999999", "0"),
            ("1e-500", "0"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ] {
            assert_eq!(text(literal), expected, "{literal}");
        }
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for literal in ["", " ", ".", "-", "e5", "1e", "1e+", "1,5", "0x10", "inf", "NaN", "1 2", "--1", "１"]
        {
            assert_eq!(Decimal::parse(literal), Err(Fault::NotANumber), "{literal}");
            assert_eq!(parse_float::<f64>(literal), Err(Fault::NotANumber), "{literal}");
        }
        assert_eq!(Decimal::parse("1e38"), Err(Fault::TooLarge));
        assert_eq!(Decimal::parse(&"9".repeat(39)), Err(Fault::TooLarge));
        assert_eq!(parse_float::<f64>("1e309"), Err(Fault::TooLarge));
        assert_eq!(parse_float::<f64>(" 1e308 "), Ok(1e308));
    }

    #[test]
    fn digits_beyond_38_are_known_to_be_missing() {
        let exact = Decimal::parse(&format!("0.{}", "1".repeat(38))).unwrap();
        assert!(!exact.is_inexact());
        let cut = Decimal::parse(&format!("12.{}", "1".repeat(38))).unwrap();
        assert!(cut.is_inexact());
        assert!(!Decimal::parse(&format!("12.{}", "0".repeat(90))).unwrap().is_inexact());
    }

    #[test]
    fn numeric_structures_hold_the_scaled_mantissa() {
        let price = Decimal::parse("-123.45").unwrap();
        let (bytes, lost) = price.to_numeric(10, 2).unwrap();
        assert_eq!(&bytes[..6], [10, 2, 0, 0x39, 0x30, 0]);
        assert!(!lost);
        let (bytes, lost) = price.to_numeric(0, 0).unwrap();
        assert_eq!(&bytes[..5], [38, 0, 0, 123, 0]);
        assert!(lost);
        let (bytes, lost) = price.to_numeric(38, -1).unwrap();
        assert_eq!((bytes[3], lost), (12, true));
        assert_eq!(price.to_numeric(4, 2), Err(Fault::TooLarge));
        assert_eq!(price.to_numeric(38, 37), Err(Fault::TooLarge));
        let tiny = Decimal::parse("-0.4").unwrap().to_numeric(38, 0).unwrap();
        assert_eq!((tiny.0[2], tiny.1), (1, true));
    }

    #[test]
    fn numeric_structures_read_back() {
        for literal in ["0.00", "-123.45", "99999999999999999999999999999999999.99"] {
            let (bytes, _) = Decimal::parse(literal).unwrap().to_numeric(38, 2).unwrap();
            assert_eq!(Decimal::from_numeric(&bytes, 38, 2).unwrap().to_string(), literal);
        }
        let mut bytes = [0; 19];
        (bytes[2], bytes[3]) = (1, 7);
        assert_eq!(Decimal::from_numeric(&bytes, 38, -3).unwrap().to_string(), "7000");
        assert_eq!(Decimal::from_numeric(&bytes, 38, -38), Err(Fault::TooLarge));
        bytes[3..].fill(0xff);
        assert_eq!(Decimal::from_numeric(&bytes, 38, 0), Err(Fault::TooLarge));
    }

    #[test]
    fn doubles_lose_their_noise() {
        for (double, scale, expected) in [
            (0.1 + 0.2, 10, "0.3"),
            (-0.0075, 5, "-0.0075"),
            (2.675, 2, "2.68"),
            (1e-20, 10, "0"),
            (-1e-20, 10, "0"),
            (9007199254740991.0, 2, "9007199254740991"),
            (1234567.891, 0, "1234568"),
        ] {
            assert_eq!(Decimal::from_noisy_double(double, scale).unwrap().to_string(), expected);
        }
        assert_eq!(Decimal::from_double(0.1).unwrap().to_string(), "0.1");
        assert_eq!(Decimal::from_double(f64::INFINITY), Err(Fault::TooLarge));
        assert_eq!(Decimal::from_double(1e300), Err(Fault::TooLarge));
    }

    #[test]
    fn integers_and_doubles() {
        assert_eq!(Decimal::parse("-12.99").unwrap().to_integer(), (-12, true));
        assert_eq!(Decimal::parse("12.00").unwrap().to_integer(), (12, false));
        assert_eq!(Decimal::parse("0.1").unwrap().to_double(), 0.1);
        assert_eq!(Decimal::from_integer(-5).unwrap().to_string(), "-5");
        assert_eq!(Decimal::from_integer(i128::MAX), None);
    }
}
