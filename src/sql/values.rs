//! The values that INSERT gives: rows of VALUES, or of a query, for columns of a temporary table or parameters of a
//! request.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, ObjectName, Parens, Query, SetExpr, UnaryOperator, Value as SqlValue, ValueWithSpan, Values,
};

use super::Names;
use super::lex;
use super::parse::Markers;
use super::plan::{GivenRows, Operand, ParameterInfo, ResultColumn};
use super::resolve::{Resolver, Typed, idents};
use super::write::operand;
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, Operation, Parameter, Table};
use crate::value::Value;

/// A name in the list of an INSERT, and where it stands.
pub(super) struct Listed {
    pub name: String,
    pub place: String,
}

pub(super) fn column_name(name: &ObjectName) -> Result<Listed> {
    let ident = idents(name)?.pop().expect("a name has a part");
    Ok(Listed { place: lex::at(ident.span.start), name: ident.value })
}

/// What takes one value of each row.
pub(super) struct Recipient<'m> {
    name: &'m str,
    column_type: ColumnType,
    nullable: bool,
    base: Option<(Arc<Table>, usize)>,
}

impl<'m> Recipient<'m> {
    pub fn of_column(table: &'m Arc<Table>, position: usize) -> Self {
        let ResultColumn { column_type, nullable, base, .. } = ResultColumn::of_table(table, position);
        Recipient { name: &table.columns[position].name, column_type, nullable, base }
    }

    /// The column of the path of an operation that makes rows.
    pub fn of_path(table: &'m Arc<Table>, operation: &Operation, position: usize) -> Self {
        let recipient = Recipient::of_column(table, position);
        match operation.takes_name(&table.columns[position]) {
            true => {
                Recipient { column_type: ColumnType::text(Operation::NAME_SIZE), base: None, ..recipient }
            }
            false => recipient,
        }
    }

    pub fn of_parameter(parameter: &'m Parameter) -> Self {
        Recipient {
            name: &parameter.name,
            column_type: parameter.column_type(),
            nullable: !parameter.required,
            base: None,
        }
    }

    /// What a marker in its place is described as.
    pub fn marker(&self) -> ParameterInfo {
        ParameterInfo {
            column_type: self.column_type,
            typed: true,
            nullable: self.nullable,
            name: Some(self.name.to_owned()),
            sid: None,
        }
    }

    pub fn typed(&self) -> Typed {
        Typed { base: self.base.clone(), ..Typed::of(Some(self.column_type), self.nullable) }
    }

    /// A constant in the representation of the recipient.
    ///
    /// # Errors
    /// Those of [`convert::assign`], with the recipient's name.
    pub fn assign(&self, constant: &Value) -> Result<Value> {
        let assigned = convert::assign(constant.as_ref(), &self.column_type);
        let assigned = assigned.map_err(|e| convert::name_column(e, self.name))?;
        Ok(assigned.as_ref().to_owned())
    }
}

/// The rows of an INSERT, and what is known of the statement's markers.
///
/// # Errors
/// 21S01 for a wrong number of values, and what the query or a value is refused for.
pub(super) fn given(
    names: Names<'_>,
    mut query: Query,
    recipients: &[Recipient<'_>],
    markers: &Markers,
) -> Result<(GivenRows, Vec<ParameterInfo>)> {
    let is_bare = query.with.is_none() && query.order_by.is_none() && query.limit_clause.is_none();
    if let SetExpr::Values(values) = &mut *query.body
        && is_bare
    {
        return of_values(names, std::mem::take(&mut values.rows), recipients, markers);
    }
    let mut resolver = Resolver::new(names, markers);
    let query = resolver.plan(query)?;
    check_count(recipients.len(), query.columns.len())?;
    for (result, recipient) in query.columns.iter().zip(recipients) {
        resolver.assign_result(result, &recipient.typed());
    }
    Ok((GivenRows::Query(query), resolver.parameters))
}

fn of_values(
    names: Names<'_>,
    mut rows: Vec<Parens<Vec<Expr>>>,
    recipients: &[Recipient<'_>],
    markers: &Markers,
) -> Result<(GivenRows, Vec<ParameterInfo>)> {
    for row in &mut rows {
        check_count(recipients.len(), row.content.len())?;
        for item in &mut row.content {
            let is_default = matches!(item, Expr::Identifier(name)
                if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("default"));
            if is_default {
                *item = Expr::value(SqlValue::Null);
            }
        }
    }
    let mut parameters = vec![ParameterInfo::untyped(); markers.len()];
    if let Some(known) = known(&rows, recipients, markers, &mut parameters)? {
        return Ok((GivenRows::Values(known), parameters));
    }
    let targets: Vec<Typed> = recipients.iter().map(Recipient::typed).collect();
    let mut resolver = Resolver::new(names, markers);
    let values = Values { explicit_row: false, value_keyword: false, rows };
    let query = resolver.assign_values(values, &targets)?;
    Ok((GivenRows::Query(query), resolver.parameters))
}

/// The rows, if every value is written out or bound; `None` if one has to be computed.
fn known(
    rows: &[Parens<Vec<Expr>>],
    recipients: &[Recipient<'_>],
    markers: &Markers,
    parameters: &mut [ParameterInfo],
) -> Result<Option<Vec<Vec<Operand>>>> {
    let mut known = Vec::with_capacity(rows.len());
    for row in rows {
        let mut values = Vec::with_capacity(recipients.len());
        for (item, recipient) in row.content.iter().zip(recipients) {
            let Some(value) = literal(item, markers)? else { return Ok(None) };
            values.push(match value {
                Operand::Parameter(number) => {
                    parameters[number] = recipient.marker();
                    value
                }
                Operand::Constant(constant) => Operand::Constant(recipient.assign(&constant)?),
            });
        }
        known.push(values);
    }
    Ok(Some(known))
}

fn literal(item: &Expr, markers: &Markers) -> Result<Option<Operand>> {
    if let Expr::UnaryOp { op: UnaryOperator::Minus, expr } = item
        && let Expr::Value(ValueWithSpan { value: SqlValue::Number(digits, _), .. }) = &**expr
    {
        return Ok(Some(Operand::Constant(Value::Text(format!("-{digits}")))));
    }
    operand(item, markers)
}

/// # Errors
/// 21S01.
pub(super) fn check_count(columns: usize, values: usize) -> Result<()> {
    if columns == values {
        return Ok(());
    }
    let message = format!("INSERT has {columns} columns, but {values} values for them.");
    Err(Error::new(state::INSERT_LIST_MISMATCH, message))
}
