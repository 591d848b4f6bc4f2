//! Arithmetic with dates, as the calls of DATEADD and DATEDIFF that run it.
//!
//! `x + INTERVAL '7' DAY`, `{interval '1' month}`, `date + 7` and `date - date` are what analysts and BI tools
//! write. There are no values of an interval type: an interval stands beside a date, a time or a timestamp only.

use sqlparser::ast::{BinaryOperator, DateTimeField, Expr, Interval, UnaryOperator, Value};

use super::expr::is_temporal;
use super::forms::{call, number, take, text, wrap};
use super::{Resolver, Typed, numbers};
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::sql::functions::parts::Part;

impl Resolver<'_> {
    /// `date + days`, `date - days` and `date - date`, whose sides have been walked; `None` for anything else.
    ///
    /// # Errors
    /// HYC00 for arithmetic that leaves the unit open, with what to write instead.
    pub(super) fn calendar(
        &mut self,
        (left, l): (&mut Expr, &Typed),
        op: &BinaryOperator,
        (right, r): (&mut Expr, &Typed),
    ) -> Result<Option<(Expr, Typed)>> {
        use BinaryOperator::{Divide, Minus, Modulo, Multiply, Plus};
        if !matches!(op, Plus | Minus | Multiply | Divide | Modulo) || !(is_temporal(l) || is_temporal(r)) {
            return Ok(None);
        }
        let days = Typed::of(Some(ColumnType::of(DataType::BigInt)), l.nullable || r.nullable);
        let is_date = |t: &Typed| t.column_type.is_some_and(|t| t.data_type == DataType::Date);
        if *op == Minus && is_date(l) && is_date(r) {
            return Ok(Some((call("datediff", vec![text("day"), take(right), take(left)]), days)));
        }
        let (moment, of, count, by) = match op {
            Plus if is_temporal(r) => (right, r, left, l),
            Plus | Minus => (left, l, right, r),
            _ => return Err(unclear()),
        };
        let is_whole = |t: ColumnType| matches!(t.data_type, DataType::Integer | DataType::BigInt);
        let is_time = of.column_type.is_some_and(|t| t.data_type == DataType::Time);
        let is_bound = numbers::is_bound(count, by);
        if is_time || !is_temporal(of) || by.column_type.is_some_and(|t| !is_whole(t) && !is_bound) {
            return Err(unclear());
        }
        self.set_parameter(by, &days);
        if is_bound {
            wrap(count, "num_whole");
        }
        let count = take(count);
        let count = if *op == Minus { negative(count) } else { count };
        let typed = Typed::of(of.column_type, true);
        Ok(Some((call("dateadd", vec![text("day"), count, take(moment)]), typed)))
    }
}

fn unclear() -> Error {
    let message = "Arithmetic with dates and times is x + n or x - n with a whole number of days, x + INTERVAL 'n' unit, \
        and date - date, which counts days. For anything else write DATEADD(part, n, x) or DATEDIFF(part, a, b).";
    Error::new(state::NOT_IMPLEMENTED, message)
}

/// `x + INTERVAL …` as calls of DATEADD; `None` if neither side is an interval.
///
/// # Errors
/// 22007 for text that is no interval of that unit; HYC00 for an interval beside an interval.
pub(super) fn shifted(left: &mut Expr, op: &BinaryOperator, right: &mut Expr) -> Result<Option<Expr>> {
    let is_interval = |e: &Expr| matches!(e, Expr::Interval(_));
    let (x, interval) = match op {
        BinaryOperator::Plus if is_interval(left) && !is_interval(right) => (right, left),
        BinaryOperator::Plus | BinaryOperator::Minus if is_interval(right) && !is_interval(left) => {
            (left, right)
        }
        _ => return Ok(None),
    };
    let Expr::Interval(interval) = take(interval) else { return Ok(None) };
    let mut shifted = take(x);
    for (part, count) in steps(interval)? {
        let count = if *op == BinaryOperator::Minus { negative(count) } else { count };
        shifted = call("dateadd", vec![text(part.name()), count, shifted]);
    }
    Ok(Some(shifted))
}

/// HYC00 for an interval that stands alone.
pub(super) fn alone() -> Error {
    let message = "An interval is no value by itself: add it to a date, x + INTERVAL '7' DAY, or write DATEDIFF(day, a, b).";
    Error::new(state::NOT_IMPLEMENTED, message)
}

/// The count with the other sign.
fn negative(count: Expr) -> Expr {
    match &count {
        Expr::Value(v) if let Value::Number(digits, _) = &v.value => match digits.strip_prefix('-') {
            Some(digits) => number(digits),
            None => number(format!("-{digits}")),
        },
        _ => Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(Expr::Nested(Box::new(count))) },
    }
}

/// What an interval adds: numbers of parts.
fn steps(interval: Interval) -> Result<Vec<(Part, Expr)>> {
    let written = interval.to_string();
    let fault =
        |what: &str| Error::new(state::INVALID_DATETIME, format!("{written} is no interval: {what}."));
    let part = |field: &DateTimeField| {
        Part::of(&field.to_string()).filter(|p| p.is_length()).ok_or_else(|| fault("the unit is not known"))
    };
    let (minus, value) = sign(*interval.value);
    let counts: Vec<(Part, i64)> = match (&value, &interval.leading_field, &interval.last_field) {
        (Expr::Value(v), first, last) if matches!(v.value, Value::SingleQuotedString(_)) => {
            let Value::SingleQuotedString(text) = &v.value else { return Ok(Vec::new()) };
            let counts = match (first, last) {
                (None, _) => spelt_out(text),
                (Some(only), None) => single(text, part(only)?),
                (Some(first), Some(last)) => compound(text, part(first)?, part(last)?),
            };
            counts.ok_or_else(|| fault("the text does not fit the unit"))?
        }
        (_, Some(only), None) => {
            let count = if minus { negative(value) } else { value };
            return Ok(vec![(part(only)?, count)]);
        }
        (_, None, _) => return Err(fault("the unit is missing")),
        _ => return Err(fault("two units need text, such as '1 12:00' DAY TO MINUTE")),
    };
    let signed = |n: i64| if minus { -n } else { n };
    Ok(counts.into_iter().map(|(part, n)| (part, number(signed(n)))).collect())
}

/// Takes the sign in front of an interval's value away.
fn sign(value: Expr) -> (bool, Expr) {
    match value {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (true, *expr),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => (false, *expr),
        other => (false, other),
    }
}

/// `'7'` of one unit; of seconds also `'1.5'`.
fn single(text: &str, part: Part) -> Option<Vec<(Part, i64)>> {
    let text = text.trim();
    if part == Part::Second && text.contains('.') {
        return seconds(text);
    }
    Some(vec![(part, text.parse().ok()?)])
}

fn seconds(text: &str) -> Option<Vec<(Part, i64)>> {
    let minus = text.starts_with('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: i64 = format!("{fraction:0<9}").parse().ok()?;
    let nanoseconds = if minus { -nanoseconds } else { nanoseconds };
    Some(vec![(Part::Second, whole.parse().ok()?), (Part::Nanosecond, nanoseconds)])
}

/// `'1-6'` YEAR TO MONTH, `'2 03:04:05'` DAY TO SECOND and what lies between.
fn compound(text: &str, first: Part, last: Part) -> Option<Vec<(Part, i64)>> {
    const CLOCK: [Part; 4] = [Part::Day, Part::Hour, Part::Minute, Part::Second];
    let text = text.trim();
    let (minus, text) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    let mut counts = Vec::new();
    if (first, last) == (Part::Year, Part::Month) {
        let (years, months) = text.split_once('-')?;
        counts = vec![(Part::Year, digits(years)?), (Part::Month, digits(months)?)];
    } else {
        let from = CLOCK.iter().position(|p| *p == first)?;
        let to = CLOCK.iter().position(|p| *p == last).filter(|to| *to > from)?;
        let (days, clock) = if from == 0 { text.split_once(' ')? } else { ("", text) };
        let values: Vec<&str> =
            Some(days).filter(|_| from == 0).into_iter().chain(clock.split(':')).collect();
        if values.len() != to - from + 1 {
            return None;
        }
        for (part, value) in CLOCK[from..=to].iter().zip(values) {
            match part {
                Part::Second => counts.extend(seconds(value)?),
                part => counts.push((*part, digits(value)?)),
            }
        }
    }
    Some(counts.into_iter().map(|(part, n)| (part, if minus { -n } else { n })).collect())
}

/// `'3 days'`, `'1 year 2 months'`: the units are in the text.
fn spelt_out(text: &str) -> Option<Vec<(Part, i64)>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (pairs, rest) = words.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    let pair = |[n, unit]: &[&str; 2]| Some((Part::of(unit).filter(|p| p.is_length())?, n.parse().ok()?));
    pairs.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_interval_fits_its_units() {
        use Part::*;
        assert_eq!(single(" -3 ", Day), Some(vec![(Day, -3)]));
        assert_eq!(single("-1.5", Second), Some(vec![(Second, -1), (Nanosecond, -500_000_000)]));
        assert_eq!(single("1.5", Day), None);
        assert_eq!(compound("-1-6", Year, Month), Some(vec![(Year, -1), (Month, -6)]));
        assert_eq!(compound("2 03:04", Day, Minute), Some(vec![(Day, 2), (Hour, 3), (Minute, 4)]));
        assert_eq!(
            compound("04:05.25", Minute, Second),
            Some(vec![(Minute, 4), (Second, 5), (Nanosecond, 250_000_000)])
        );
        for (text, first, last) in
            [("1", Year, Month), ("03:04", Day, Minute), ("1 2", Hour, Day), ("1:2:3", Hour, Minute)]
        {
            assert_eq!(compound(text, first, last), None, "{text}");
        }
        assert_eq!(spelt_out("1 year 2 months"), Some(vec![(Year, 1), (Month, 2)]));
        assert_eq!(spelt_out("1"), None);
        assert_eq!(spelt_out("1 fortnight"), None);
    }
}
