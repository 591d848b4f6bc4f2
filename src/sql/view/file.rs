//! Files of view definitions: JSON, or CREATE VIEW statements.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::model::read_json;
use crate::sql::dialect::TwilioDialect;
use crate::sql::lex::{at, bare_word};

/// A view as its file defines it.
#[derive(Debug)]
pub(super) struct Definition {
    pub name: String,
    pub remarks: String,
    /// In a file of SQL with as many lines and spaces before it as there are in the file, so that places in messages are
    /// places in the file.
    pub query: String,
    /// Where the definition begins, from 1.
    line: usize,
}

impl Definition {
    /// A fault as it is told.
    pub fn located(&self, file: &str, fault: &str) -> String {
        format!("{file}, line {}: {}: {fault}", self.line, self.name)
    }
}

/// What SQLTables shows of a view that says nothing of itself.
const REMARKS: &str = "A view of this connection.";

/// `{"Name": {"query": "SELECT …"}}`, or `[{"name": "Name", "query": "SELECT …"}]`.
///
/// # Errors
/// What is wrong, with the field and the line.
pub(super) fn of_json(text: &str) -> Result<Vec<Definition>, String> {
    let Views(views) = read_json(text).map_err(|error| format!(": {error}"))?;
    let mut after = 0;
    let definitions = views.into_iter().map(|(name, view)| {
        // The views stand there in this order.
        let quoted = serde_json::to_string(&name).unwrap_or_default();
        let start = text[after..].find(&quoted).map_or(after, |start| after + start);
        after = (start + quoted.len()).min(text.len());
        Definition {
            line: text[..start].matches('\n').count() + 1,
            name,
            remarks: view.remarks.unwrap_or_else(|| REMARKS.to_owned()),
            query: view.query,
        }
    });
    Ok(definitions.collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct View {
    query: String,
    remarks: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    query: String,
    remarks: Option<String>,
}

struct Views(Vec<(String, View)>);

impl<'de> Deserialize<'de> for Views {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Both;
        impl<'de> Visitor<'de> for Both {
            type Value = Views;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(r#"{"Name": {"query": "SELECT …"}} or [{"name": "Name", "query": "SELECT …"}]"#)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Views, A::Error> {
                let mut views = Vec::new();
                while let Some(view) = map.next_entry()? {
                    views.push(view);
                }
                Ok(Views(views))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Views, A::Error> {
                let mut views = Vec::new();
                while let Some(Named { name, query, remarks }) = list.next_element()? {
                    views.push((name, View { query, remarks }));
                }
                Ok(Views(views))
            }
        }
        deserializer.deserialize_any(Both)
    }
}

/// `CREATE VIEW name AS SELECT …;`, one after the other.
///
/// # Errors
/// What is wrong, with the line.
pub(super) fn of_sql(text: &str) -> Result<Vec<Definition>, String> {
    let tokens = Tokenizer::new(&TwilioDialect, text).tokenize_with_location();
    let tokens =
        tokens.map_err(|e| format!(", line {}: {}{}", e.location.line, e.message, at(e.location)))?;
    let tokens: Vec<_> = tokens.into_iter().filter(|t| !matches!(t.token, Token::Whitespace(_))).collect();
    let statements = tokens.split(|t| matches!(t.token, Token::SemiColon | Token::EOF));
    statements.filter(|tokens| !tokens.is_empty()).map(|tokens| statement(text, tokens)).collect()
}

fn statement(text: &str, tokens: &[TokenWithSpan]) -> Result<Definition, String> {
    let line = tokens[0].span.start.line;
    let form = || format!(", line {line}: a statement has the form CREATE VIEW name AS SELECT …;");
    let is = |place: usize, word: &str| {
        tokens.get(place).and_then(|t| bare_word(&t.token)).is_some_and(|found| found == word)
    };
    let Some(Token::Word(name)) = tokens.get(2).map(|t| &t.token) else { return Err(form()) };
    let (true, true, true, Some([first, .., last] | [first @ last])) =
        (is(0, "create"), is(1, "view"), is(3, "as"), tokens.get(4..))
    else {
        return Err(form());
    };
    let (start, end) = (first.span.start, last.span.end);
    let query = text.get(offset(text, start)..offset(text, end)).ok_or_else(form)?;
    let lines = "\n".repeat(usize::try_from(start.line).unwrap_or(1).saturating_sub(1));
    let spaces = " ".repeat(usize::try_from(start.column).unwrap_or(1).saturating_sub(1));
    Ok(Definition {
        name: name.value.clone(),
        remarks: REMARKS.to_owned(),
        query: format!("{lines}{spaces}{query}"),
        line: usize::try_from(line).unwrap_or(1),
    })
}

/// The byte at a place of the text, which counts lines and characters from 1.
fn offset(text: &str, place: Location) -> usize {
    let (line, column) = (place.line.saturating_sub(1) as usize, place.column.saturating_sub(1) as usize);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let within = text[start..].char_indices().nth(column).map_or(text.len() - start, |(at, _)| at);
    start + within
}
