//! Cuts the text into tokens and takes the ODBC escapes apart.
//!
//! Because escapes are found among tokens, braces in strings, quoted names and comments are text.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Word};

use super::convert;
use super::dialect::TwilioDialect;
use crate::convert::is_guid;
use crate::error::{Error, Result, state};

/// The statement's tokens without white space and comments.
#[derive(Debug)]
pub(super) struct Tokens {
    pub tokens: Vec<TokenWithSpan>,
    /// Whether the text was an ODBC procedure call, with the braces and `call` taken away.
    pub call: Option<Escape>,
}

/// The two forms of ODBC's procedure call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// `{call …}`.
    Call,
    /// `{? = call …}`: the first marker is the return value, whose tokens are gone too.
    ReturnValue,
}

/// Operands that may follow each other without a comma. Such a chain becomes a tree of that depth, which is walked
/// and dropped by recursion; SQLite refuses it beyond a depth of 1000 anyway.
const MAX_CHAIN: usize = 8000;

/// SELECTs that UNION, INTERSECT and EXCEPT may combine, and parameters: SQLite's limits. Such a combination is a tree
/// of that depth, too.
const MAX_COMBINED: usize = 500;
const MAX_PARAMETERS: usize = 32_766;

/// Tokenizes and unwraps `{d}`, `{t}`, `{ts}`, `{interval}`, `{fn}`, `{oj}`, `{escape}`, `{guid}` and `{call}`.
///
/// # Errors
/// 42000 with the position of text that is no token, or of an escape that is not known or not closed; 22018 for
/// a `{guid}` that is none.
pub(super) fn tokenize(sql: &str) -> Result<Tokens> {
    let tokens = Tokenizer::new(&TwilioDialect, sql).tokenize_with_location().map_err(|e| {
        Error::new(state::SYNTAX_ERROR, format!("Syntax error: {}{}", e.message, at(e.location)))
    })?;
    let mut tokens: Vec<_> =
        tokens.into_iter().filter(|t| !matches!(t.token, Token::Whitespace(_))).collect();
    // One statement may end in a semicolon.
    while tokens.last().is_some_and(|t| t.token == Token::SemiColon) {
        tokens.pop();
    }
    if let Some(semicolon) = tokens.iter().find(|t| t.token == Token::SemiColon) {
        let message = "Only one statement can be executed at a time: a second one begins after the semicolon";
        return Err(Error::new(state::SYNTAX_ERROR, format!("{message}{}.", at(semicolon.span.start))));
    }
    refuse_long_chains(&tokens)?;
    refuse_many_parameters(&tokens)?;
    let call = unwrap_call(&mut tokens)?;
    unwrap_escapes(&mut tokens)?;
    convert::rewrite(&mut tokens)?;
    join_strings(&mut tokens);
    drop_materialized(&mut tokens);
    quote_interval(&mut tokens);
    parenthesise_top(&mut tokens);
    spell_out_is(&mut tokens);
    Ok(Tokens { tokens, call })
}

/// What is between two parentheses.
#[derive(Default)]
struct Level {
    /// Operands since the last comma.
    operands: usize,
    /// UNION and the like.
    combinations: usize,
}

fn refuse_long_chains(tokens: &[TokenWithSpan]) -> Result<()> {
    let mut levels = vec![Level::default()];
    for t in tokens {
        let is_inner = levels.len() > 1;
        let level = levels.last_mut().expect("one level stays");
        match &t.token {
            Token::LParen => levels.push(Level::default()),
            Token::RParen if is_inner => drop(levels.pop()),
            Token::Comma => level.operands = 0,
            Token::Word(Word {
                keyword: Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT | Keyword::MINUS,
                ..
            }) => {
                *level = Level { operands: 0, combinations: level.combinations + 1 };
                if level.combinations >= MAX_COMBINED {
                    let message = format!(
                        "UNION, INTERSECT and EXCEPT combine at most {MAX_COMBINED} SELECTs; another one begins{}.",
                        at(t.span.start)
                    );
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
            }
            Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) => {
                level.operands += 1;
                if level.operands > MAX_CHAIN {
                    let message = format!("The expression{} is too long a chain.", at(t.span.start));
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn refuse_many_parameters(tokens: &[TokenWithSpan]) -> Result<()> {
    let count = tokens.iter().filter(|t| matches!(t.token, Token::Placeholder(_))).count();
    if count > MAX_PARAMETERS {
        let message = format!("The statement has {count} parameters; {MAX_PARAMETERS} are the most.");
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    Ok(())
}

/// ` at line 1, column 8`, or nothing for an unknown place.
pub(super) fn at(location: Location) -> String {
    match location.line {
        0 => " at the end of the statement".to_owned(),
        line => format!(" at line {line}, column {}", location.column),
    }
}

/// The word in lower case, if it is a word that is not quoted.
pub(super) fn bare_word(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_lowercase()),
        _ => None,
    }
}

/// Takes `{`, `? =`, `call` and `}` away if the whole statement is a procedure call.
fn unwrap_call(tokens: &mut Vec<TokenWithSpan>) -> Result<Option<Escape>> {
    let is = |i: usize, token: Token| tokens.get(i).is_some_and(|t| t.token == token);
    if !is(0, Token::LBrace) {
        return Ok(None);
    }
    let returns = is(1, Token::Placeholder("?".into())) && is(2, Token::Eq);
    let verb = if returns { 3 } else { 1 };
    if tokens.get(verb).and_then(|t| bare_word(&t.token)).as_deref() != Some("call") {
        return Ok(None);
    }
    if tokens.last().is_none_or(|t| t.token != Token::RBrace) {
        return Err(unclosed("call", tokens[0].span.start));
    }
    tokens.pop();
    tokens.drain(..=verb);
    Ok(Some(if returns { Escape::ReturnValue } else { Escape::Call }))
}

/// Replaces every other escape by what it stands for.
fn unwrap_escapes(tokens: &mut Vec<TokenWithSpan>) -> Result<()> {
    if !tokens.iter().any(|t| matches!(t.token, Token::LBrace | Token::RBrace)) {
        return Ok(());
    }
    let mut open: Vec<(String, Location)> = Vec::new();
    let mut unwrapped = Vec::with_capacity(tokens.len());
    let mut rest = std::mem::take(tokens).into_iter().peekable();
    while let Some(token) = rest.next() {
        match token.token {
            Token::LBrace => {
                let start = token.span.start;
                let word = rest.next().filter(|t| bare_word(&t.token).is_some());
                let word = word.ok_or_else(|| unknown_escape("", start))?;
                let name = bare_word(&word.token).unwrap_or_default();
                let replacement = match name.as_str() {
                    "guid" => {
                        check_guid(rest.peek())?;
                        None
                    }
                    "fn" | "oj" => None,
                    "d" => Some(keyword("DATE", Keyword::DATE)),
                    "t" => Some(keyword("TIME", Keyword::TIME)),
                    "ts" => Some(keyword("TIMESTAMP", Keyword::TIMESTAMP)),
                    "interval" => Some(keyword("INTERVAL", Keyword::INTERVAL)),
                    "escape" => Some(keyword("ESCAPE", Keyword::ESCAPE)),
                    _ => return Err(unknown_escape(&name, start)),
                };
                unwrapped.extend(replacement.map(|r| TokenWithSpan::new(r, word.span)));
                open.push((name, start));
            }
            Token::RBrace => {
                if open.pop().is_none() {
                    let message = format!("Syntax error: unexpected '}}'{}.", at(token.span.start));
                    return Err(Error::new(state::SYNTAX_ERROR, message));
                }
            }
            _ => unwrapped.push(token),
        }
    }
    if let Some((name, start)) = open.pop() {
        return Err(unclosed(&name, start));
    }
    *tokens = unwrapped;
    Ok(())
}

/// Refuses text after `{guid` that is none: compared with anything, it would find nothing.
fn check_guid(token: Option<&TokenWithSpan>) -> Result<()> {
    let Some(TokenWithSpan { token: Token::SingleQuotedString(text), span }) = token else { return Ok(()) };
    if is_guid(text) {
        return Ok(());
    }
    let message = format!("'{text}'{} is no GUID: 8-4-4-4-12 hexadecimal digits.", at(span.start));
    Err(Error::new(state::INVALID_CHARACTER_VALUE, message))
}

/// Joins strings that follow each other on different lines, as the standard has it. On one line the second one
/// is a column's alias.
fn join_strings(tokens: &mut Vec<TokenWithSpan>) {
    tokens.dedup_by(|next, string| match (&mut string.token, &next.token) {
        (Token::SingleQuotedString(text), Token::SingleQuotedString(more))
            if string.span.end.line < next.span.start.line =>
        {
            text.push_str(more);
            string.span.end = next.span.end;
            true
        }
        _ => false,
    });
}

/// Takes `[NOT] MATERIALIZED` away from `WITH x AS MATERIALIZED (…)`: a hint, which makes no difference here.
fn drop_materialized(tokens: &mut Vec<TokenWithSpan>) {
    let is = |t: Option<&TokenWithSpan>, text: &str| {
        t.is_some_and(|t| bare_word(&t.token).is_some_and(|word| word == text))
    };
    let mut i = 0;
    while let Some(found) = tokens[i..].iter().position(|t| is(Some(t), "materialized")).map(|p| p + i) {
        let start = if is(tokens[..found].last(), "not") { found - 1 } else { found };
        let follows_as = is(tokens[..start].last(), "as");
        i = found + 1;
        if follows_as && tokens.get(i).is_some_and(|t| t.token == Token::LParen) {
            tokens.drain(start..i);
            i = start;
        }
    }
}

/// Quotes `Interval` where it can only be a name: what follows is neither a quantity nor a name before a unit.
fn quote_interval(tokens: &mut [TokenWithSpan]) {
    for i in 0..tokens.len() {
        let next = tokens.get(i + 1).map(|t| &t.token);
        let begins_interval = match next {
            Some(Token::SingleQuotedString(_) | Token::Number(..) | Token::Placeholder(_)) => true,
            Some(Token::LParen | Token::Minus | Token::Plus) => true,
            Some(Token::Word(word)) if word.keyword == Keyword::NoKeyword => {
                let unit = tokens.get(i + 2).and_then(|t| bare_word(&t.token));
                unit.is_some_and(|unit| UNITS.contains(&unit.as_str()))
            }
            _ => false,
        };
        if let Token::Word(word) = &mut tokens[i].token
            && word.keyword == Keyword::INTERVAL
            && word.quote_style.is_none()
            && !begins_interval
        {
            word.quote_style = Some('"');
            word.keyword = Keyword::NoKeyword;
        }
    }
}

const UNITS: [&str; 8] = ["year", "quarter", "month", "week", "day", "hour", "minute", "second"];

/// Writes `TOP ?` as `TOP (?)`: sqlparser reads anything but a number in parentheses only.
fn parenthesise_top(tokens: &mut Vec<TokenWithSpan>) {
    let is_marker = |t: &TokenWithSpan| matches!(t.token, Token::Placeholder(_));
    let is_top = |w: &[TokenWithSpan]| bare_word(&w[0].token).as_deref() == Some("top") && is_marker(&w[1]);
    while let Some(top) = tokens.windows(2).position(is_top) {
        let span = tokens[top + 1].span;
        tokens.insert(top + 2, TokenWithSpan::new(Token::RParen, span));
        tokens.insert(top + 1, TokenWithSpan::new(Token::LParen, span));
    }
}

/// Writes SQLite's `a IS b` and `a IS NOT b` as the standard does: `a IS [NOT] DISTINCT FROM b`.
fn spell_out_is(tokens: &mut Vec<TokenWithSpan>) {
    let word = |tokens: &[TokenWithSpan], i: usize| tokens.get(i).and_then(|t| bare_word(&t.token));
    let mut i = 0;
    while i < tokens.len() {
        if word(tokens, i).as_deref() == Some("is") {
            let negated = word(tokens, i + 1).as_deref() == Some("not");
            let operand = i + 1 + usize::from(negated);
            let known = [
                "null",
                "true",
                "false",
                "unknown",
                "distinct",
                "json",
                "normalized",
                "nfc",
                "nfd",
                "nfkc",
                "nfkd",
            ];
            let spelt = word(tokens, operand).is_some_and(|w| known.contains(&w.as_str()));
            if !spelt && operand < tokens.len() {
                let span = tokens[i].span;
                let mut words = vec![keyword("DISTINCT", Keyword::DISTINCT), keyword("FROM", Keyword::FROM)];
                if !negated {
                    words.insert(0, keyword("NOT", Keyword::NOT));
                }
                let words = words.into_iter().map(|w| TokenWithSpan::new(w, span));
                tokens.splice(i + 1..operand, words);
            }
        }
        i += 1;
    }
}

pub(super) fn keyword(text: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: text.into(), quote_style: None, keyword })
}

fn unclosed(name: &str, start: Location) -> Error {
    Error::new(
        state::SYNTAX_ERROR,
        format!("Syntax error: the escape {{{name} …{} is not closed.", at(start)),
    )
}

fn unknown_escape(name: &str, start: Location) -> Error {
    let known = "d, t, ts, interval, fn, oj, escape, guid or call";
    Error::new(
        state::SYNTAX_ERROR,
        format!("Syntax error: '{{{name}'{} is no ODBC escape; after '{{' comes {known}.", at(start)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sql: &str) -> String {
        let tokens = tokenize(sql).unwrap();
        tokens.tokens.iter().map(|t| t.token.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn escapes_are_unwrapped_and_nest() {
        assert_eq!(text("SELECT {d '2020-01-02'}"), "SELECT DATE '2020-01-02'");
        assert_eq!(text("SELECT {fn UCASE({fn LTRIM(a)})}"), "SELECT UCASE ( LTRIM ( a ) )");
        assert_eq!(text("a LIKE 'x' {escape '\\'}"), "a LIKE 'x' ESCAPE '\\'");
        assert_eq!(text("FROM {oj a LEFT OUTER JOIN b ON c = d}"), "FROM a LEFT OUTER JOIN b ON c = d");
    }

    #[test]
    fn is_means_not_distinct_from() {
        assert_eq!(text("a IS ?"), "a IS NOT DISTINCT FROM ?");
        assert_eq!(text("a IS NOT 'x'"), "a IS DISTINCT FROM 'x'");
        for spelt in
            ["a IS NULL", "a IS NOT NULL", "a IS NOT DISTINCT FROM b", "a IS DISTINCT FROM b", "a IS TRUE"]
        {
            assert_eq!(text(spelt), spelt);
        }
    }

    #[test]
    fn braces_in_strings_and_comments_are_text() {
        assert_eq!(text("SELECT '{fn x}' /* {d */ -- }\n"), "SELECT '{fn x}'");
    }

    #[test]
    fn a_call_is_recognised() {
        let tokens = tokenize("{ CALL AddParticipants(?, ?) }").unwrap();
        assert_eq!(tokens.call, Some(Escape::Call));
        assert_eq!(tokens.tokens.len(), 6);
        let tokens = tokenize("{?=call AddParticipants(?)}").unwrap();
        assert_eq!(tokens.call, Some(Escape::ReturnValue));
        assert_eq!(tokens.tokens.len(), 4);
        assert_eq!(tokenize("SELECT {d '2020-01-01'}").unwrap().call, None);
    }

    #[test]
    fn strings_are_joined_over_lines_only() {
        assert_eq!(text("'a'\n 'b' -- c\n 'd'"), "'abd'");
        assert_eq!(text("'a' 'b'"), "'a' 'b'");
    }

    #[test]
    fn interval_is_a_name_unless_a_quantity_follows() {
        for name in ["Interval FROM t", "Interval = 'day'", "Interval IN (1)", "Interval AS day"] {
            assert!(text(name).starts_with("\"Interval\""), "{name}");
        }
        for interval in ["INTERVAL '1' day", "INTERVAL 1 day", "INTERVAL n day", "INTERVAL - '1' day"] {
            assert_eq!(text(interval), interval);
        }
    }

    #[test]
    fn materialized_is_a_hint() {
        assert_eq!(text("WITH x AS NOT MATERIALIZED (SELECT 1)"), "WITH x AS ( SELECT 1 )");
        assert_eq!(text("SELECT 1 AS materialized"), "SELECT 1 AS materialized");
    }

    #[test]
    fn a_chain_without_end_is_refused_and_a_long_list_is_not() {
        let chain = format!("SELECT 1{}", " + 1".repeat(200_000));
        assert!(tokenize(&chain).unwrap_err().message.contains("too long a chain"));
        let list = format!("SELECT 1 IN (1{})", ", 1".repeat(20_000));
        assert!(tokenize(&list).is_ok());
    }

    #[test]
    fn faults_say_where() {
        for (sql, expected) in [
            ("SELECT {d '2020-01-02'", "line 1, column 8 is not closed"),
            ("SELECT\n {x 1}", "line 2, column 2"),
            ("SELECT }", "line 1, column 8"),
            ("SELECT 'abc", "line 1, column 8"),
            ("SELECT 1; SELECT 2", "line 1, column 9"),
        ] {
            let error = tokenize(sql).unwrap_err();
            assert!(error.message.contains(expected), "{sql}: {}", error.message);
        }
    }
}
