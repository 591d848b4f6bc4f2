//! Numbers. What is no number in mathematics (the root of -1) is NULL, what is beyond the range of doubles is 22003.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use rusqlite::types::{Value, ValueRef};

use super::operators::{beyond_bigint, beyond_double, magnitude, modulo};
use super::{Call, Run, answer};
use crate::error::Result;

pub(super) const FUNCTIONS: &[(&str, Run)] = &[
    ("abs", magnitude),
    ("acos", |c| one(c, f64::acos)),
    ("asin", |c| one(c, f64::asin)),
    ("atan", |c| one(c, f64::atan)),
    ("atan2", |c| two(c, f64::atan2)),
    ("ceiling", |c| one(c, f64::ceil)),
    ("cos", |c| one(c, f64::cos)),
    ("cot", |c| one(c, |x| 1.0 / x.tan())),
    ("degrees", |c| one(c, f64::to_degrees)),
    ("exp", |c| one(c, f64::exp)),
    ("floor", |c| one(c, f64::floor)),
    ("log", |c| one(c, f64::ln)),
    ("log10", |c| one(c, f64::log10)),
    ("log2", |c| one(c, f64::log2)),
    ("mod", modulo),
    ("pi", |_| Ok(std::f64::consts::PI.into())),
    ("power", |c| two(c, f64::powf)),
    ("radians", |c| one(c, f64::to_radians)),
    ("rand", |c| Ok(random(c.integer(0)).into())),
    ("round", |c| places(c, true)),
    ("sin", |c| one(c, f64::sin)),
    ("sqrt", |c| one(c, f64::sqrt)),
    ("square", |c| one(c, |x| x * x)),
    ("tan", |c| one(c, f64::tan)),
    ("truncate", |c| places(c, false)),
];

fn one(c: &Call<'_>, function: fn(f64) -> f64) -> Result<Value> {
    double(c.real(0).map(function))
}

fn two(c: &Call<'_>, function: fn(f64, f64) -> f64) -> Result<Value> {
    double(c.real(0).zip(c.real(1)).map(|(a, b)| function(a, b)))
}

fn double(result: Option<f64>) -> Result<Value> {
    match result.filter(|r| !r.is_nan()) {
        Some(r) if r.is_infinite() => Err(beyond_double()),
        other => answer(other),
    }
}

/// A number from 0 to 1, 1 excluded. The same seed gives the same number.
fn random(seed: Option<i64>) -> f64 {
    thread_local!(static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one(0)));
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    let state = seed.map_or_else(|| STATE.get(), |s| s as u64).wrapping_add(STEP);
    if seed.is_none() {
        STATE.set(state);
    }
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// ROUND and TRUNCATE to a number of places, which may be negative. A half is rounded away from zero, by the
/// number's decimal digits: 1.005 becomes 1.01.
fn places(c: &Call<'_>, rounds: bool) -> Result<Value> {
    let places = if c.len() > 1 { c.integer(1) } else { Some(0) };
    let Some(places) = places else { return Ok(Value::Null) };
    match c.raw(0) {
        ValueRef::Integer(n) => {
            if places >= 0 {
                return Ok(n.into());
            }
            let unit = u32::try_from(-places).ok().and_then(|p| 10i128.checked_pow(p));
            let Some(unit) = unit else { return Ok(0.into()) };
            let n = i128::from(n);
            let half = if rounds { unit / 2 * n.signum() } else { 0 };
            let result = (n + half) / unit * unit;
            i64::try_from(result).map(Value::Integer).map_err(|_| beyond_bigint())
        }
        _ => answer(c.real(0).filter(|r| r.is_finite()).map(|r| decimal_places(r, places, rounds))),
    }
}

/// Works on the shortest digits that read as the number.
fn decimal_places(number: f64, places: i64, rounds: bool) -> f64 {
    let digits = format!("{}", number.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    if places >= fraction.len() as i64 {
        return number;
    }
    let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
    let keep = whole.len() as i64 + places;
    let Ok(keep) = usize::try_from(keep) else { return 0.0 };
    let mut kept = all[..keep].to_vec();
    let mut carry = rounds && all[keep] >= 5;
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == 9;
        *digit = if carry { 0 } else { *digit + 1 };
    }
    let kept = kept.iter().map(|d| char::from(b'0' + d)).collect::<String>();
    let text = format!("{}{kept}e{}", if carry { "1" } else { "0" }, -places);
    text.parse::<f64>().unwrap_or(number).copysign(number)
}
