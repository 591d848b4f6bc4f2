//! Calculation with decimals: exact as long as 38 digits hold the result, rounded half away from zero beyond.
//!
//! The intermediate results are 256 bits wide, which holds the product of two decimals, and one decimal brought to
//! the scale of another. A dividend that does not fit has a quotient that does not fit 38 digits either.

use std::cmp::Ordering;
use std::sync::LazyLock;

use ethnum::I256;

use super::{Decimal, Fault, LIMIT, MAX_DIGITS};

const MAX_SCALE: u32 = MAX_DIGITS as u32;

/// 10^n, for n up to 76.
static POWERS: LazyLock<[I256; 77]> = LazyLock::new(|| {
    let mut power = I256::ONE;
    std::array::from_fn(|n| {
        if n > 0 {
            power *= 10;
        }
        power
    })
});

fn power(n: u32) -> Option<I256> {
    POWERS.get(n as usize).copied()
}

/// `value × 10^n`.
fn scaled(value: I256, n: u32) -> Result<I256, Fault> {
    match n {
        _ if value == 0 => Ok(value),
        0 => Ok(value),
        _ => power(n).and_then(|p| value.checked_mul(p)).ok_or(Fault::TooLarge),
    }
}

/// The quotient, rounded half away from zero.
fn rounded(dividend: I256, divisor: I256) -> I256 {
    let (quotient, rest) = (dividend / divisor, (dividend % divisor).abs());
    match rest >= divisor.abs() - rest {
        true => quotient + dividend.signum() * divisor.signum(),
        false => quotient,
    }
}

/// `value × 10^-n`, rounded half away from zero.
fn without(value: I256, n: u32) -> I256 {
    power(n).map_or(I256::ZERO, |p| rounded(value, p))
}

impl Decimal {
    /// The signed mantissa and its scale, which is 38 at most.
    fn wide(self) -> (I256, u32) {
        let magnitude = I256::from(self.mantissa as i128);
        let signed = if self.negative { -magnitude } else { magnitude };
        match self.scale.checked_sub(MAX_SCALE) {
            Some(excess) if excess > 0 => (without(signed, excess), MAX_SCALE),
            _ => (signed, self.scale),
        }
    }

    /// Both mantissas at the larger scale.
    fn aligned(self, other: Decimal) -> (I256, I256, u32) {
        let ((a, a_scale), (b, b_scale)) = (self.wide(), other.wide());
        let scale = a_scale.max(b_scale);
        // 38 digits and as many zeros fit.
        let at = |value, own| scaled(value, scale - own).unwrap_or(value);
        (at(a, a_scale), at(b, b_scale), scale)
    }

    /// A result with `least` digits after the point at least, and with fewer if 38 digits do not hold more.
    fn fit(value: I256, scale: u32, least: u32) -> Result<Decimal, Fault> {
        let (mut value, mut scale) = match scaled(value, least.saturating_sub(scale)) {
            Ok(padded) => (padded, scale.max(least)),
            Err(_) => (value, scale),
        };
        loop {
            let magnitude = value.unsigned_abs();
            if magnitude < LIMIT && scale <= MAX_SCALE {
                let mantissa = magnitude.as_u128();
                let negative = value < 0 && mantissa != 0;
                return Ok(Decimal { negative, mantissa, scale, inexact: false });
            }
            let digits = POWERS.iter().position(|p| magnitude < p.as_u256()).unwrap_or(POWERS.len()) as u32;
            let excess = digits.saturating_sub(MAX_SCALE).max(scale.saturating_sub(MAX_SCALE)).max(1);
            scale = scale.checked_sub(excess).ok_or(Fault::TooLarge)?;
            value = without(value, excess);
        }
    }

    /// The same number with `least` digits after the point at least.
    pub fn padded(self, least: u32) -> Result<Decimal, Fault> {
        let (value, scale) = self.wide();
        Decimal::fit(value, scale, least)
    }

    /// The number rounded or padded to `scale` digits after the point.
    pub fn to_scale(self, scale: u32) -> Result<Decimal, Fault> {
        let (value, own) = self.wide();
        let value = if scale < own { without(value, own - scale) } else { scaled(value, scale - own)? };
        Decimal::exact(value, scale)
    }

    fn exact(value: I256, scale: u32) -> Result<Decimal, Fault> {
        let mantissa = value.unsigned_abs();
        if mantissa >= LIMIT {
            return Err(Fault::TooLarge);
        }
        let mantissa = mantissa.as_u128();
        Ok(Decimal { negative: value < 0 && mantissa != 0, mantissa, scale, inexact: false })
    }

    /// Whether it has at most `precision` digits, those after the point included.
    pub fn fits(self, precision: u32) -> bool {
        power(precision).is_none_or(|limit| I256::from(self.mantissa as i128) < limit)
    }

    /// The sum, with `least` digits after the point at least.
    pub fn add(self, other: Decimal, least: u32) -> Result<Decimal, Fault> {
        let (a, b, scale) = self.aligned(other);
        Decimal::fit(a.checked_add(b).ok_or(Fault::TooLarge)?, scale, least)
    }

    /// The difference, with `least` digits after the point at least.
    pub fn subtract(self, other: Decimal, least: u32) -> Result<Decimal, Fault> {
        self.add(other.negated(), least)
    }

    /// The product, with `least` digits after the point at least.
    pub fn multiply(self, other: Decimal, least: u32) -> Result<Decimal, Fault> {
        let ((a, a_scale), (b, b_scale)) = (self.wide(), other.wide());
        Decimal::fit(a.checked_mul(b).ok_or(Fault::TooLarge)?, a_scale + b_scale, least)
    }

    /// The quotient, rounded to `scale` digits after the point. The divisor must not be 0.
    pub fn divide(self, divisor: Decimal, scale: u32) -> Result<Decimal, Fault> {
        let ((a, a_scale), (b, b_scale)) = (self.wide(), divisor.wide());
        // a / b × 10^(scale - a_scale + b_scale)
        let (a, b) = match (scale + b_scale).checked_sub(a_scale) {
            Some(up) => (scaled(a, up)?, b),
            None => (a, scaled(b, a_scale - scale - b_scale)?),
        };
        Decimal::exact(rounded(a, b), scale)
    }

    /// The rest of a division with the sign of the dividend, with `least` digits after the point at least. The
    /// divisor must not be 0.
    pub fn remainder(self, divisor: Decimal, least: u32) -> Result<Decimal, Fault> {
        let (a, b, scale) = self.aligned(divisor);
        Decimal::fit(a.checked_rem(b).ok_or(Fault::TooLarge)?, scale, least)
    }

    /// The number with the other sign.
    pub fn negated(self) -> Decimal {
        Decimal { negative: !self.negative && self.mantissa != 0, ..self }
    }

    /// The number without its sign.
    pub fn magnitude(self) -> Decimal {
        Decimal { negative: false, ..self }
    }

    /// The number to `places` digits after the point, or before it if negative: rounded half away from zero, or
    /// cut.
    pub fn to_places(self, places: i64, rounds: bool) -> Result<Decimal, Fault> {
        let (value, scale) = self.wide();
        let excess = i64::from(scale).saturating_sub(places);
        if excess < 0 {
            return Ok(self);
        }
        let excess = u32::try_from(excess).unwrap_or(u32::MAX);
        let kept = match (power(excess), rounds) {
            (None, _) => I256::ZERO,
            (Some(p), true) => rounded(value, p),
            (Some(p), false) => value / p,
        };
        match u32::try_from(places) {
            Ok(places) => Decimal::exact(kept, places),
            Err(_) => Decimal::exact(scaled(kept, excess - scale)?, 0),
        }
    }

    /// The next whole number that is not larger (FLOOR), or not smaller (CEILING).
    pub fn to_whole(self, up: bool) -> Result<Decimal, Fault> {
        let (value, scale) = self.wide();
        let unit = POWERS[scale as usize];
        let cut = Decimal::exact(value / unit, 0)?;
        let has_fraction = value % unit != 0;
        let one = Decimal { negative: self.negative, mantissa: 1, scale: 0, inexact: false };
        if has_fraction && self.negative != up { cut.add(one, 0) } else { Ok(cut) }
    }

    /// Compares the numbers, whatever their scales.
    pub fn compare(&self, other: &Decimal) -> Ordering {
        // Digits that `aligned` cuts must not count here either.
        if self.scale == other.scale && self.scale <= MAX_SCALE && !self.negative && !other.negative {
            return self.mantissa.cmp(&other.mantissa);
        }
        let (a, b, _) = self.aligned(*other);
        a.cmp(&b)
    }
}

/// Compares two texts as the numbers that they are, so that `1.50` equals `1.5`. What is no number comes last.
pub fn compare_texts(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (Decimal::parse(a), Decimal::parse(b)) {
        (Ok(a), Ok(b)) => a.compare(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// A sum of many decimals, from which they can be taken away again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    total: I256,
    scale: u32,
    /// How many decimals it is the sum of.
    pub rows: i64,
}

impl Sum {
    /// Adds a decimal.
    pub fn add(&mut self, decimal: Decimal) -> Result<(), Fault> {
        let (value, scale) = decimal.wide();
        if scale > self.scale {
            self.total = scaled(self.total, scale - self.scale)?;
            self.scale = scale;
        }
        let value = scaled(value, self.scale - scale)?;
        self.total = self.total.checked_add(value).ok_or(Fault::TooLarge)?;
        self.rows += 1;
        Ok(())
    }

    /// Takes away a decimal that was added.
    pub fn remove(&mut self, decimal: Decimal) -> Result<(), Fault> {
        self.add(decimal.negated())?;
        self.rows -= 2;
        Ok(())
    }

    /// The sum; its scale is the largest among the decimals.
    pub fn total(&self) -> Result<Decimal, Fault> {
        Decimal::fit(self.total, self.scale, self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    fn text(result: Result<Decimal, Fault>) -> String {
        result.map_or_else(|fault| format!("{fault:?}"), |d| d.to_string())
    }

    const NINES: &str = "99999999999999999999999999999999999999";

    #[test]
    fn sums_and_products_are_exact() {
        for (result, expected) in [
            (d("0.1").add(d("0.2"), 0), "0.3"),
            (d("1.5").add(d("1"), 3), "2.500"),
            (d("-0.0075").add(d("0.0075"), 0), "0.0000"),
            (d(NINES).add(d("1"), 0), "TooLarge"),
            (d(NINES).add(d("-1"), 2), "99999999999999999999999999999999999998"),
            (d(NINES).add(d("0.4"), 1), NINES),
            (d("1").subtract(d("1e-38"), 0), "0.99999999999999999999999999999999999999"),
            (d("-1.05").multiply(d("2.0"), 0), "-2.100"),
            (
                d("1234567890.1234567890").multiply(d("1234567890.1234567890"), 0),
                "1524157875323883675.0190519987501905210",
            ),
            (d(NINES).multiply(d(NINES), 0), "TooLarge"),
            (d(NINES).multiply(d("1e-38"), 0), "0.99999999999999999999999999999999999999"),
        ] {
            assert_eq!(text(result), expected);
        }
    }

    #[test]
    fn quotients_are_rounded_half_away_from_zero() {
        for (result, expected) in [
            (d("1").divide(d("3"), 6), "0.333333"),
            (d("2").divide(d("3"), 6), "0.666667"),
            (d("-1").divide(d("8"), 2), "-0.13"),
            (d("1").divide(d("-8"), 2), "-0.13"),
            (d("0.00000125").divide(d("1"), 7), "0.0000013"),
            (d(NINES).divide(d("0.1"), 0), "TooLarge"),
            (d("1").divide(d(NINES), 38), "0.00000000000000000000000000000000000001"),
            (d(NINES).divide(d(NINES), 6), "1.000000"),
            (d("7.5").remainder(d("2"), 0), "1.5"),
            (d("-7.5").remainder(d("2"), 2), "-1.50"),
            (d(NINES).remainder(d("1e-38"), 0), "0.00000000000000000000000000000000000000"),
        ] {
            assert_eq!(text(result), expected);
        }
    }

    #[test]
    fn places_and_whole_numbers() {
        for (result, expected) in [
            (d("1.005").to_places(2, true), "1.01"),
            (d("-2.5").to_places(0, true), "-3"),
            (d("1.999").to_places(2, false), "1.99"),
            (d("1250").to_places(-2, true), "1300"),
            (d("49.9").to_places(-2, true), "0"),
            (d("1.5").to_places(4, true), "1.5"),
            (d("1.5").to_places(i64::MIN, true), "0"),
            (d("1.5").to_places(i64::MAX, true), "1.5"),
            (d(NINES).to_places(-1, true), "TooLarge"),
            (d("1.2").to_whole(false), "1"),
            (d("1.2").to_whole(true), "2"),
            (d("-1.2").to_whole(false), "-2"),
            (d("-1.2").to_whole(true), "-1"),
            (d("-0.2").to_whole(true), "0"),
            (d("3.00").to_whole(true), "3"),
            (d("1.005").to_scale(2), "1.01"),
            (d("1").to_scale(2), "1.00"),
            (d(NINES).to_scale(1), "TooLarge"),
            (d("1.5").padded(4), "1.5000"),
            (d("1.23456").padded(4), "1.23456"),
        ] {
            assert_eq!(text(result), expected);
        }
        assert!(d("99.9").fits(3) && !d("100.0").fits(3));
    }

    #[test]
    fn texts_compare_as_numbers() {
        let sorted = ["-1e30", "-10", "-9.5", "-0.0075", "0.00", "0.000001", "9", "10.0", NINES, "", "x"];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare_texts(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [("1.50", "1.5"), ("-0", "0.0"), ("1e2", "100"), ("-.5", "-0.50")] {
            assert_eq!(compare_texts(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn sums_take_back_what_they_were_given() {
        let mut sum = Sum::default();
        for text in ["1.5", "0.25", NINES, NINES] {
            sum.add(d(text)).unwrap();
        }
        assert_eq!(text(sum.total()), "TooLarge");
        sum.remove(d(NINES)).unwrap();
        sum.remove(d(NINES)).unwrap();
        sum.remove(d("1.5")).unwrap();
        assert_eq!((text(sum.total()), sum.rows), ("0.25".into(), 1));
    }
}
