//! The SQL that we read: SQLite's, with the quoting and keywords of the drivers whose queries we run.

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// `x CONTAINS 'part'`, an operator of queries written for other drivers.
pub(super) const CONTAINS: &str = "CONTAINS";

fn is_contains(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.keyword == Keyword::CONTAINS)
}

/// The driver's dialect for sqlparser.
#[derive(Debug)]
pub(super) struct TwilioDialect;

impl Dialect for TwilioDialect {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        matches!(ch, '"' | '[' | '`')
    }

    // `#` and `@`: queries written for other drivers use `Name#TEMP` and `@Parameter`.
    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || matches!(ch, '_' | '#' | '@')
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || matches!(ch, '_' | '#' | '@' | '$')
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_insert_table_alias(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_in_empty_list(&self) -> bool {
        true
    }

    fn supports_limit_comma(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        true
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    // `a LEFT JOIN b INNER JOIN c ON … ON …`, as ODBC's outer join escape nests.
    fn supports_left_associative_joins_without_parens(&self) -> bool {
        false
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    // The following are read so that they can be refused with a word about what to write instead.
    fn supports_group_by_with_modifier(&self) -> bool {
        true
    }

    fn supports_order_by_all(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_wildcard_exclude(&self) -> bool {
        true
    }

    fn supports_select_wildcard_replace(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        let precedence = match &parser.peek_token_ref().token {
            token if is_contains(token) => self.prec_value(Precedence::Like),
            Token::Arrow | Token::LongArrow => self.prec_value(Precedence::AtTz) + 1,
            // As in other products: `2 * 3 || 'x'` is '6x'.
            Token::StringConcat => self.prec_value(Precedence::PlusMinus),
            Token::Ampersand | Token::Pipe | Token::ShiftLeft | Token::ShiftRight => {
                self.prec_value(Precedence::Ampersand)
            }
            _ => return None,
        };
        Some(Ok(precedence))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        for (keyword, op) in [
            (Keyword::REGEXP, BinaryOperator::Regexp),
            (Keyword::GLOB, BinaryOperator::Glob),
            (Keyword::CONTAINS, BinaryOperator::Custom(CONTAINS.into())),
        ] {
            if parser.parse_keyword(keyword) {
                let left = Box::new(expr.clone());
                return Some(parser.parse_subexpr(precedence).map(|right| Expr::BinaryOp {
                    left,
                    op,
                    right: Box::new(right),
                }));
            }
        }
        None
    }
}
