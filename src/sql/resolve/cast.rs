//! CAST and TRY_CAST.

use sqlparser::ast::{CastKind, DataType as SqlDataType, Expr, Value};

use super::compare::{coerce, is_literal};
use super::expr::is_temporal;
use super::{Resolver, Scope, Typed, forms, refuse, unsupported};
use crate::error::Result;
use crate::model::{ColumnType, DataType};
use crate::sql::typing;

impl Resolver<'_> {
    /// CAST and TRY_CAST. A literal is converted here, so that it can be sent to Twilio.
    pub(super) fn cast(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        let Expr::Cast { kind, expr: e, data_type, format, .. } = expr else { return Ok(Typed::default()) };
        refuse(format.is_some(), "CAST with FORMAT")?;
        let tries = matches!(kind, CastKind::TryCast | CastKind::SafeCast);
        let typed = self.walk(e, scope, depth)?;
        let target = typing::cast_of(data_type, typed.column_type)
            .ok_or_else(|| unsupported(&format!("CAST to {data_type}")))?;
        self.set_parameter(&typed, &Typed::of(Some(target), true));
        let result = Typed::of(Some(target), typed.nullable || tries);
        let is_same =
            typed.column_type.is_some_and(|t| t.data_type == target.data_type && t.scale <= target.scale);
        if is_same && is_temporal(&result) {
            *expr = forms::take(e);
            return Ok(result);
        }
        if is_temporal(&result)
            && typed.column_type.is_some_and(|t| t.data_type == DataType::Text)
            && is_literal(e)
        {
            return match coerce(e, &typed, &Typed::of(Some(typing::wider(target)), true)) {
                Ok(()) => {
                    let target = written_of(e, data_type, target);
                    typing::narrow(e, target);
                    *expr = forms::take(e);
                    Ok(Typed { column_type: Some(target), ..result })
                }
                Err(_) if tries => {
                    *expr = Expr::value(Value::Null);
                    Ok(result)
                }
                Err(error) => Err(error),
            };
        }
        let detail = match target.data_type {
            DataType::Text if target.size != ColumnType::UNKNOWN_TEXT_SIZE => vec![target.size],
            DataType::Decimal => vec![target.size, target.scale.into()],
            DataType::Time | DataType::Timestamp => vec![target.scale.into()],
            DataType::Binary if target != ColumnType::of(DataType::Binary) => vec![target.size],
            _ => Vec::new(),
        };
        // SQLite's own gives 0 for text that is no number, and knows no dates.
        let is_plain = match target.data_type {
            DataType::Text | DataType::Binary => detail.is_empty(),
            DataType::Json => true,
            _ => false,
        };
        if is_plain {
            *kind = CastKind::Cast;
            *data_type = affinity(target);
            return Ok(result);
        }
        *expr = forms::converted(forms::take(e), target.data_type, tries, detail);
        Ok(result)
    }
}

/// The type of a literal that is cast to a time or a timestamp: without a number it keeps its digits.
fn written_of(literal: &Expr, declared: &SqlDataType, target: ColumnType) -> ColumnType {
    match (literal, typing::declared_fraction(declared)) {
        (Expr::Value(v), Some((data_type, None))) if let Value::SingleQuotedString(text) = &v.value => {
            typing::written(data_type, text)
        }
        _ => target,
    }
}

/// The name by which SQLite's CAST gives the representation of a type.
fn affinity(target: ColumnType) -> SqlDataType {
    match target.data_type {
        DataType::Boolean | DataType::Integer | DataType::BigInt => SqlDataType::Integer(None),
        DataType::Double => SqlDataType::Real,
        DataType::Decimal => SqlDataType::Numeric(sqlparser::ast::ExactNumberInfo::None),
        DataType::Binary => SqlDataType::Blob(None),
        DataType::Text | DataType::Json | DataType::Date | DataType::Time | DataType::Timestamp => {
            SqlDataType::Text
        }
    }
}
