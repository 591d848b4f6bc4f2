//! Text. Positions and lengths count characters, from 1.

use rusqlite::types::Value;

use super::{Call, Run, answer};
use crate::error::{Error, Result, state};

pub(super) const FUNCTIONS: &[(&str, Run)] = &[
    ("upper", |c| answer(c.text(0).map(|t| t.to_uppercase()))),
    ("lower", |c| answer(c.text(0).map(|t| t.to_lowercase()))),
    ("initcap", |c| answer(c.text(0).map(|t| initcap(&t)))),
    ("bit_length", |c| answer(c.text(0).map(|t| t.len() as i64 * 8))),
    ("leftstr", |c| {
        answer(c.text(0).zip(c.integer(1)).map(|(t, n)| t.chars().take(size(n)).collect::<String>()))
    }),
    ("rightstr", |c| answer(c.text(0).zip(c.integer(1)).map(|(t, n)| right(&t, size(n))))),
    ("locate", |c| answer(locate(c))),
    ("reverse", |c| answer(c.text(0).map(|t| t.chars().rev().collect::<String>()))),
    ("repeat", |c| c.text(0).zip(c.integer(1)).map_or(Ok(Value::Null), |(t, n)| repeat(&t, n))),
    ("space", |c| c.integer(0).map_or(Ok(Value::Null), |n| repeat(" ", n))),
    ("lpad", |c| pad(c, true)),
    ("rpad", |c| pad(c, false)),
    ("ascii", |c| answer(c.text(0).and_then(|t| t.chars().next()).map(|c| i64::from(u32::from(c))))),
    // As SQL_CONCAT_NULL_BEHAVIOR says; SQLite's own concat() takes NULL for nothing.
    ("concat", |c| answer((0..c.len()).map(|i| c.text(i)).collect::<Option<Vec<_>>>().map(|p| p.concat()))),
    ("split_part", |c| answer(split_part(c))),
    ("stuff", |c| answer(stuff(c))),
    ("translate", |c| answer(translate(c))),
    ("soundex", |c| answer(c.text(0).map(|t| soundex(&t)))),
    ("difference", |c| answer(c.text(0).zip(c.text(1)).map(|(a, b)| difference(&a, &b)))),
];

/// Characters beyond which a function that makes text longer refuses to.
const LONGEST: usize = 10_000_000;

/// Nothing for a negative length.
fn size(n: i64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

fn right(text: &str, n: usize) -> String {
    let skip = text.chars().count().saturating_sub(n);
    text.chars().skip(skip).collect()
}

fn initcap(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            result.extend(c.to_lowercase());
        } else {
            result.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric();
    }
    result
}

/// LOCATE(what, text, start): 0 if it is not there.
fn locate(c: &Call<'_>) -> Option<i64> {
    let (what, text) = (c.text(0)?, c.text(1)?);
    let start = if c.len() > 2 { c.integer(2)? } else { 1 };
    let skip = size(start - 1);
    let from = match text.char_indices().nth(skip) {
        Some((byte, _)) => byte,
        None if skip == text.chars().count() => text.len(),
        None => return Some(0),
    };
    let found = text[from..].find(&what);
    Some(found.map_or(0, |i| text[..from + i].chars().count() as i64 + 1))
}

fn repeat(text: &str, n: i64) -> Result<Value> {
    let n = size(n);
    if text.len().saturating_mul(n) > LONGEST {
        let message = format!("The text would be longer than {LONGEST} characters.");
        return Err(Error::new(state::STRING_RIGHT_TRUNCATION, message));
    }
    Ok(text.repeat(n).into())
}

/// LPAD(text, length, with): longer text is cut.
fn pad(c: &Call<'_>, left: bool) -> Result<Value> {
    let with = if c.len() > 2 { c.text(2) } else { Some(" ".into()) };
    let (Some(text), Some(length), Some(with)) = (c.text(0), c.integer(1), with) else {
        return Ok(Value::Null);
    };
    let length = size(length);
    if length > LONGEST {
        return repeat(" ", length as i64);
    }
    let missing = length.saturating_sub(text.chars().count());
    let padding: String = with.chars().cycle().take(missing).collect();
    let kept: String = text.chars().take(length).collect();
    Ok(if left { padding + &kept } else { kept + &padding }.into())
}

/// SPLIT_PART(text, separator, n): from the end for a negative n, empty if there are fewer parts.
fn split_part(c: &Call<'_>) -> Option<String> {
    let (text, separator, n) = (c.text(0)?, c.text(1)?, c.integer(2)?);
    let parts: Vec<&str> = if separator.is_empty() { vec![&text] } else { text.split(&separator).collect() };
    let index = if n < 0 { parts.len() as i64 + n } else { n - 1 };
    let part = usize::try_from(index).ok().and_then(|i| parts.get(i));
    Some(part.map_or(String::new(), |p| (*p).to_owned()))
}

/// STUFF(text, start, length, new): NULL if start is outside the text; one past its end appends.
fn stuff(c: &Call<'_>) -> Option<String> {
    let (text, start, length, new) = (c.text(0)?, c.integer(1)?, c.integer(2)?, c.text(3)?);
    let count = text.chars().count() as i64;
    if start < 1 || start > count + 1 || length < 0 {
        return None;
    }
    let head = text.chars().take(size(start - 1));
    let tail = text.chars().skip(size((start - 1).saturating_add(length)));
    Some(head.chain(new.chars()).chain(tail).collect())
}

/// TRANSLATE(text, from, to): a character without a counterpart is left out.
fn translate(c: &Call<'_>) -> Option<String> {
    let (text, from, to) = (c.text(0)?, c.text(1)?, c.text(2)?);
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let one = |c: char| match from.iter().position(|f| *f == c) {
        Some(i) => to.get(i).copied(),
        None => Some(c),
    };
    Some(text.chars().filter_map(one).collect())
}

/// The American Soundex code: a letter and three digits; `0000` without a letter.
fn soundex(text: &str) -> String {
    let code = |c: char| match c {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        _ => '0',
    };
    let mut letters = text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase());
    let Some(first) = letters.next() else { return "0000".into() };
    let mut result = String::from(first);
    let mut last = code(first);
    for letter in letters {
        let digit = code(letter);
        if digit != '0' && digit != last {
            result.push(digit);
        }
        // H and W do not part letters of the same code; vowels do.
        if !matches!(letter, 'H' | 'W') {
            last = digit;
        }
    }
    format!("{result:0<4.4}")
}

/// How many places of the codes are the same: 4 for names that sound alike.
fn difference(a: &str, b: &str) -> i64 {
    soundex(a).chars().zip(soundex(b).chars()).filter(|(a, b)| a == b).count() as i64
}
