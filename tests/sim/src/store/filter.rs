//! Which rows of a list a query asks for.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::resource::{Filter, Matching, Resource};
use super::row::{self, Row};
use crate::dates::{self, DateFilter, Literal, Upper};
use crate::errors::ApiError;
use crate::http::Pairs;
use crate::params;
use crate::world::later;

/// Whether a row is out of sight: of a kind that the query must ask for.
pub(super) fn is_hidden(resource: &Resource, query: &Pairs, row: &Row) -> bool {
    resource.filters.iter().any(|(name, filter)| {
        let Matching::Includes(text, default) = &filter.matching else { return false };
        let asked = params::boolean(query, name).ok().flatten().unwrap_or(*default);
        let is_of_it = |value: &Value| match value {
            Value::Bool(flag) => text.parse() == Ok(*flag),
            value => value == text.as_str(),
        };
        !asked && row.fields.get(&filter.field).is_some_and(is_of_it)
    })
}

/// One condition that a row must fulfil.
pub(super) enum Condition<'q> {
    Is(&'q str),
    Pattern(&'q str),
    Flag(bool),
    Dates(DateFilter),
    From(Timestamp),
    Until(Timestamp),
    Before(Timestamp),
}

/// The conditions of a query, each with its field.
pub(super) fn read<'q>(
    resource: &'q Resource,
    query: &'q Pairs,
    now: Timestamp,
) -> Result<Vec<(&'q str, Condition<'q>)>, ApiError> {
    let mut conditions = Vec::new();
    for (name, filter) in &resource.filters {
        let default = resource.filter_defaults.get(name).map(String::as_str);
        let given = params::text(query, name).filter(|text| !text.is_empty()).or(default);
        if let Some(condition) = condition(name, filter, given, query, now)? {
            conditions.push((filter.field.as_str(), condition));
        }
    }
    Ok(conditions)
}

fn condition<'q>(
    name: &str,
    filter: &'q Filter,
    given: Option<&'q str>,
    query: &Pairs,
    now: Timestamp,
) -> Result<Option<Condition<'q>>, ApiError> {
    let invalid = |text: &str| ApiError::invalid(format!("Invalid value for {name}: '{text}'"));
    let time = |text: &str| dates::parse(text, Literal::DateTime);
    let condition = match (&filter.matching, given) {
        (Matching::Days, _) => {
            Condition::Dates(DateFilter::read(query, name, Literal::Date, Upper::Included)?)
        }
        (Matching::Times, _) => {
            Condition::Dates(DateFilter::read(query, name, Literal::DateTime, Upper::Included)?)
        }
        (Matching::Includes(..), _) => {
            params::boolean(query, name)?;
            return Ok(None);
        }
        (Matching::Minutes(usual, other), given) => {
            if params::text(query, other).is_some() {
                return Ok(None);
            }
            let minutes = given
                .map_or(Ok(*usual), |text| text.parse::<u32>().map(i64::from).map_err(|_| invalid(text)))?;
            Condition::From(later(now, -60 * minutes))
        }
        (_, None) => return Ok(None),
        (Matching::Exact, Some(text)) => Condition::Is(text),
        (Matching::Word(words), Some(text)) => {
            Condition::Is(words.iter().find(|word| *word == text).ok_or_else(|| invalid(text))?)
        }
        (Matching::Pattern, Some(text)) => Condition::Pattern(text),
        (Matching::Flag, Some(text)) => Condition::Flag(text.parse().map_err(|_| invalid(text))?),
        (Matching::From, Some(text)) => Condition::From(time(text)?),
        (Matching::Until, Some(text)) if text.len() == 10 => {
            // A day is meant as a whole.
            Condition::Before(later(time(text)?, 24 * 60 * 60))
        }
        (Matching::Until, Some(text)) => Condition::Until(time(text)?),
        (Matching::Before, Some(text)) => Condition::Before(time(text)?),
    };
    Ok(Some(condition))
}

/// Whether a row fulfils all conditions.
pub(super) fn accepts(conditions: &[(&str, Condition<'_>)], fields: &Map<String, Value>) -> bool {
    conditions.iter().all(|(field, condition)| {
        let value = fields.get(*field).unwrap_or(&Value::Null);
        let time = || row::time(value);
        match condition {
            Condition::Is(text) => value.as_str() == Some(text),
            Condition::Pattern(pattern) => value.as_str().is_some_and(|value| has_pattern(value, pattern)),
            Condition::Flag(flag) => value.as_bool() == Some(*flag),
            Condition::Dates(filter) => filter.accepts(time()),
            Condition::From(bound) => time().is_some_and(|time| time >= *bound),
            Condition::Until(bound) => time().is_some_and(|time| time <= *bound),
            Condition::Before(bound) => time().is_some_and(|time| time < *bound),
        }
    })
}

/// Whether a part of the text has the pattern, in which `*` is any character.
fn has_pattern(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    text.windows(pattern.len().max(1))
        .any(|part| part.iter().zip(&pattern).all(|(letter, wanted)| *wanted == '*' || letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_part_of_the_text() {
        assert!(has_pattern("+14155550100", "4155"));
        assert!(has_pattern("+14155550100", "+1415555****"));
        assert!(has_pattern("+14155550100", "5*5"));
        assert!(!has_pattern("+14155550100", "+1416"));
        assert!(!has_pattern("99901", "999012"));
    }
}
