//! Regular expressions, which take time in proportion to the text. They tell upper from lower case unless the flag
//! `i` or `(?i)` says otherwise.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use rusqlite::types::Value;

use super::{Call, Run, answer};
use crate::error::{Error, Result, state};

pub(super) const FUNCTIONS: &[(&str, Run)] = &[
    ("regexp_like", |c| with(c, 2, |c, r| Some(i64::from(r.is_match(&c.text(0)?)).into()))),
    ("regexp_count", |c| with(c, 2, |c, r| Some((r.find_iter(&c.text(0)?).count() as i64).into()))),
    ("regexp_substr", |c| {
        with(c, 2, |c, r| Some(r.find(&c.text(0)?).map_or(Value::Null, |m| m.as_str().to_owned().into())))
    }),
    // The replacement names groups as `$1`.
    ("regexp_replace", |c| {
        with(c, 3, |c, r| Some(r.replace_all(&c.text(0)?, c.text(2)?.as_str()).into_owned().into()))
    }),
];

/// Runs with the pattern of argument 1 and the flags of argument `flags`; NULL if either is.
fn with(c: &Call<'_>, flags: usize, run: fn(&Call<'_>, &Regex) -> Option<Value>) -> Result<Value> {
    let flags = if c.len() > flags { c.text(flags) } else { Some(String::new()) };
    let (Some(pattern), Some(flags)) = (c.text(1), flags) else { return Ok(Value::Null) };
    // SQLite keeps it as long as the pattern is a constant of the statement.
    let key = (pattern, flags);
    if let Ok(Some(kept)) = c.context.get_aux::<((String, String), Regex)>(1)
        && kept.0 == key
    {
        return answer(run(c, &kept.1));
    }
    let regex = compile(&key.0, &key.1)?;
    let kept: Arc<((String, String), Regex)> = match c.context.set_aux(1, (key, regex)) {
        Ok(kept) => kept,
        Err(e) => return Err(Error::new(state::GENERAL_ERROR, format!("SQLite: {e}"))),
    };
    answer(run(c, &kept.1))
}

fn compile(pattern: &str, flags: &str) -> Result<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'c' => builder.case_insensitive(false),
            'm' => builder.multi_line(true),
            's' | 'n' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            'g' => &mut builder,
            other => {
                let message =
                    format!("'{other}' is no flag of a regular expression; there are i, c, m, s and x.");
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
        };
    }
    builder.size_limit(1 << 20).build().map_err(|e| {
        let reason = e.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Error::new(state::SYNTAX_ERROR, format!("'{pattern}' is no regular expression: {reason}."))
    })
}
