//! Tells the kinds of statements apart and has them parsed.

use std::collections::HashMap;

use sqlparser::ast::{CreateTable, Delete, Insert, ObjectName, ObjectType, Query, Statement, Update};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::call::{self, Call};
use super::dialect::TwilioDialect;
use super::explain;
use super::lex::{self, Escape, bare_word};
use crate::error::{Error, Result, state};

/// How deep a statement may be nested; a pair of parentheses counts once or twice.
pub(super) const MAX_NESTING: usize = 300;

/// Where each parameter marker stands, with its number counted from 0.
///
/// The tree is rewritten, so a marker's place in the rewritten text says nothing about its number.
pub(super) type Markers = HashMap<Location, usize>;

/// A statement as a tree.
#[derive(Debug)]
pub(super) enum Parsed {
    Query(Box<Query>, Markers),
    Insert(Box<Insert>, Markers),
    Update(Box<Update>, Markers),
    Delete(Box<Delete>, Markers),
    Create(Box<CreateTable>, Markers),
    /// DROP TABLE, and whether only tables that exist are meant.
    Drop(Vec<ObjectName>, bool),
    Call(Call),
    /// The text behind EXPLAIN.
    Explain(String),
}

/// Parses one statement.
pub(super) fn parse(sql: &str) -> Result<Parsed> {
    if let Some(explained) = explain::explained(sql) {
        if explain::explained(&explained).is_some() {
            return Err(Error::new(state::SYNTAX_ERROR, "Syntax error: EXPLAIN explains another statement."));
        }
        return Ok(Parsed::Explain(explained));
    }
    let lexed = lex::tokenize(sql)?;
    let tokens = lexed.tokens;
    let Some(first) = tokens.first() else {
        return Err(Error::new(state::SYNTAX_ERROR, "Syntax error: the statement is empty."));
    };
    let verb = bare_word(&first.token);
    if let Some(escape) = lexed.call {
        return call::parse(&tokens, escape == Escape::ReturnValue).map(Parsed::Call);
    }
    if matches!(verb.as_deref(), Some("exec" | "execute" | "call")) {
        return call::parse(&tokens[1..], false).map(Parsed::Call);
    }
    let markers = tokens
        .iter()
        .filter(|t| matches!(t.token, Token::Placeholder(_)))
        .enumerate()
        .map(|(number, t)| (t.span.start, number))
        .collect();
    let mut parser = Parser::new(&TwilioDialect)
        .with_recursion_limit(MAX_NESTING)
        .with_tokens_with_locations(tokens.clone());
    let statement = parser.parse_statement().map_err(|e| syntax_error(&e, &tokens))?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        let error =
            ParserError::ParserError(format!("Expected: end of statement, found: {next}{}", next.span.start));
        return Err(syntax_error(&error, &tokens));
    }
    match statement {
        Statement::Query(query) => Ok(Parsed::Query(query, markers)),
        Statement::Update(update) => Ok(Parsed::Update(Box::new(update), markers)),
        Statement::Delete(delete) => Ok(Parsed::Delete(Box::new(delete), markers)),
        Statement::Insert(insert) => Ok(Parsed::Insert(Box::new(insert), markers)),
        Statement::CreateTable(create) => Ok(Parsed::Create(Box::new(create), markers)),
        Statement::Drop { object_type: ObjectType::Table, if_exists, names, table: None, .. } => {
            Ok(Parsed::Drop(names, if_exists))
        }
        _ => Err(unsupported(&verb.unwrap_or_default().to_uppercase())),
    }
}

/// HYC00 for a statement that the driver does not have.
fn unsupported(verb: &str) -> Error {
    let known = "SELECT, INSERT, UPDATE, DELETE, EXEC, {call} and EXPLAIN, and CREATE TABLE and DROP TABLE for temporary \
                 tables";
    Error::new(
        state::NOT_IMPLEMENTED,
        format!("{verb} is not a statement that this driver runs. It runs {known}."),
    )
}

/// 42000 with the position; where a reserved word stands in the way, how to quote it.
pub(super) fn syntax_error(error: &ParserError, tokens: &[TokenWithSpan]) -> Error {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => {
            return Error::new(state::SYNTAX_ERROR, "Syntax error: the statement is nested too deeply.");
        }
    };
    // sqlparser ends its messages with " at Line: 1, Column: 8".
    let (text, location) = match text.rsplit_once(" at Line: ") {
        Some((text, place)) => {
            let numbers: Vec<u64> = place.split(", Column: ").filter_map(|n| n.trim().parse().ok()).collect();
            (text, (numbers.len() == 2).then(|| Location::new(numbers[0], numbers[1])))
        }
        None => (text, None),
    };
    let location = location.unwrap_or(Location::new(0, 0));
    let (location, hint) = match reserved_word_near(location, tokens) {
        Some((word, start)) => {
            (start, format!(" {word} is a reserved word: to use it as a name, write \"{word}\" or [{word}]."))
        }
        None => (location, String::new()),
    };
    let place = lex::at(location);
    Error::new(state::SYNTAX_ERROR, format!("Syntax error{place}: {text}.{hint}"))
}

/// The unquoted reserved word at the place of an error or just before it, unless it begins a clause as it should.
fn reserved_word_near(location: Location, tokens: &[TokenWithSpan]) -> Option<(String, Location)> {
    let found = tokens.iter().position(|t| t.span.start == location).unwrap_or(tokens.len());
    let reserved = |i: usize| match &tokens.get(i)?.token {
        Token::Word(word) if word.quote_style.is_none() && is_a_likely_name(word.keyword) => {
            Some((word.value.clone(), tokens[i].span.start))
        }
        _ => None,
    };
    let at_end = tokens.get(found).is_none_or(|t| t.token == Token::EOF);
    let before =
        found.checked_sub(1).filter(|i| !at_end || is_a_place_for_a_name(*i, tokens)).and_then(reserved);
    match reserved(found) {
        // `SELECT From FROM`: the first one is the name.
        Some((word, _)) if before.as_ref().is_some_and(|(b, _)| b.eq_ignore_ascii_case(&word)) => before,
        None => before,
        word => word,
    }
}

/// Whether a name can stand at the place. At the end of a statement, a word that stands elsewhere begins a clause that
/// has nothing in it.
fn is_a_place_for_a_name(place: usize, tokens: &[TokenWithSpan]) -> bool {
    match place.checked_sub(1).map(|before| &tokens[before].token) {
        Some(Token::Word(word)) => {
            use Keyword::*;
            word.quote_style.is_none()
                && matches!(
                    word.keyword,
                    SELECT | DISTINCT | FROM | JOIN | WHERE | AND | OR | NOT | BY | ON | SET
                )
        }
        Some(
            Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
            | Token::RParen
            | Token::Mul,
        ) => false,
        before => before.is_some(),
    }
}

/// Reserved words that are also names of columns at Twilio, or common ones elsewhere.
fn is_a_likely_name(keyword: Keyword) -> bool {
    use Keyword::*;
    matches!(
        keyword,
        FROM | TO
            | INDEX
            | KEY
            | GROUP
            | ORDER
            | INTERVAL
            | END
            | START
            | LIMIT
            | OFFSET
            | TABLE
            | USER
            | VALUES
            | UNIQUE
            | CASE
            | WHEN
            | THEN
            | ELSE
            | IN
            | IS
            | BY
            | AS
            | ON
            | SET
            | TOP
            | UNION
            | WINDOW
            | WHERE
            | SELECT
            | HAVING
            | JOIN
            | USING
    )
}
