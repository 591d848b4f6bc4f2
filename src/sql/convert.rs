//! CONVERT in its two orders, as CAST.
//!
//! ODBC and MySQL write `CONVERT(value, type)`, Transact-SQL `CONVERT(type, value)`. Which one it is can be told
//! from the tokens, where a type's name stands alone on one side of the comma.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::lex::{self, bare_word, keyword};
use crate::error::{Error, Result, state};

/// Names of types that may come first.
const TYPES: &[&str] = &[
    "bigint",
    "binary",
    "bit",
    "blob",
    "bool",
    "boolean",
    "char",
    "character",
    "clob",
    "date",
    "datetime",
    "datetime2",
    "dec",
    "decimal",
    "double",
    "float",
    "int",
    "integer",
    "json",
    "nchar",
    "ntext",
    "numeric",
    "nvarchar",
    "real",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyint",
    "varbinary",
    "varchar",
    "wchar",
    "wvarchar",
];

/// Writes every CONVERT and TRY_CONVERT as CAST and TRY_CAST.
///
/// # Errors
/// HYC00 for a style or a character set.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) -> Result<()> {
    // From the last one, so that those inside another one are done before it.
    for start in (0..tokens.len()).rev() {
        let cast = match bare_word(&tokens[start].token).as_deref() {
            Some("convert") => keyword("CAST", Keyword::CAST),
            Some("try_convert") => keyword("TRY_CAST", Keyword::TRY_CAST),
            _ => continue,
        };
        let Some(Call { commas, using, end }) = call(tokens, start + 1) else { continue };
        if using || commas.len() > 1 {
            let message =
                "CONVERT with a style or a character set is not supported; write CONVERT(value, type)";
            return Err(Error::new(
                state::NOT_IMPLEMENTED,
                format!("{message}{}.", lex::at(tokens[start].span.start)),
            ));
        }
        let [comma] = commas[..] else { continue };
        tokens[start].token = cast;
        let separator = TokenWithSpan::new(keyword("AS", Keyword::AS), tokens[comma].span);
        if is_type(&tokens[start + 2..comma]) {
            let mut target: Vec<_> = tokens.drain(start + 2..=comma).collect();
            let at = end - target.len();
            target.pop();
            target.insert(0, separator);
            tokens.splice(at..at, target);
        } else {
            tokens[comma] = separator;
        }
    }
    Ok(())
}

struct Call {
    commas: Vec<usize>,
    using: bool,
    /// The place of the closing parenthesis.
    end: usize,
}

/// The commas of the call whose parenthesis opens at `open`.
fn call(tokens: &[TokenWithSpan], open: usize) -> Option<Call> {
    if tokens.get(open)?.token != Token::LParen {
        return None;
    }
    let (mut depth, mut commas, mut using) = (0, Vec::new(), false);
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 1 => return Some(Call { commas, using, end: i }),
            Token::RParen => depth -= 1,
            Token::Comma if depth == 1 => commas.push(i),
            token if depth == 1 => using |= bare_word(token).as_deref() == Some("using"),
            _ => {}
        }
    }
    None
}

/// A type's name, and a length without a comma, which would part the arguments.
fn is_type(tokens: &[TokenWithSpan]) -> bool {
    let Some(word) = tokens.first().and_then(|t| bare_word(&t.token)) else { return false };
    let rest: Vec<&Token> = tokens[1..].iter().map(|t| &t.token).collect();
    let has_length = match rest[..] {
        [] => true,
        [Token::LParen, .., Token::RParen] => {
            let inner = &rest[1..rest.len() - 1];
            inner.iter().all(|t| {
                matches!(t, Token::Number(..) | Token::Comma) || bare_word(t).as_deref() == Some("max")
            })
        }
        _ => false,
    };
    has_length && (TYPES.contains(&word.as_str()) || word.starts_with("sql_"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_orders_become_cast() {
        for (sql, expected) in [
            ("CONVERT(x, SQL_VARCHAR)", "CAST ( x AS SQL_VARCHAR )"),
            ("convert(a + b, DECIMAL(10, 2))", "CAST ( a + b AS DECIMAL ( 10 , 2 ) )"),
            ("CONVERT(VARCHAR(10), f(x, y))", "CAST ( f ( x , y ) AS VARCHAR ( 10 ) )"),
            ("CONVERT(DECIMAL(10, 2), x)", "CAST ( x AS DECIMAL ( 10 , 2 ) )"),
            ("TRY_CONVERT(int, '1')", "TRY_CAST ( '1' AS int )"),
            (
                "{fn CONVERT({fn CONVERT(x, SQL_DATE)}, SQL_CHAR)}",
                "CAST ( CAST ( x AS SQL_DATE ) AS SQL_CHAR )",
            ),
            ("CONVERT(date, CONVERT(time, x))", "CAST ( CAST ( x AS time ) AS date )"),
            ("SELECT convert", "SELECT convert"),
        ] {
            let tokens = super::lex::tokenize(sql).unwrap().tokens;
            let text = tokens.iter().map(|t| t.token.to_string()).collect::<Vec<_>>().join(" ");
            assert_eq!(text, expected, "{sql}");
        }
        for sql in ["CONVERT(VARCHAR(10), x, 120)", "CONVERT(x USING utf8)"] {
            assert!(super::lex::tokenize(sql).unwrap_err().message.contains("style"), "{sql}");
        }
    }
}
