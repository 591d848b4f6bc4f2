//! The SQL that we read: SQLite's, with the quoting and keywords of the drivers whose queries we run.

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

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

    fn parse_infix(
        &self,
        parser: &mut Parser,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        for (keyword, op) in
            [(Keyword::REGEXP, BinaryOperator::Regexp), (Keyword::GLOB, BinaryOperator::Glob)]
        {
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
