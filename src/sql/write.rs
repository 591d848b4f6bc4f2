//! UPDATE and DELETE: which rows, and what is sent for each.

use std::collections::HashSet;
use std::sync::Arc;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Delete, Expr, FromTable, Ident, Query, SelectItem,
    TableFactor, TableWithJoins, Update, Value, ValueWithSpan,
};
use sqlparser::parser::Parser;

use super::dialect::TwilioDialect;
use super::parse::Markers;
use super::plan::{Operand, ParameterInfo, Plan, RowSource, Statement, WriteKind, WritePlan};
use super::resolve::{Relation, Resolver, Scope, idents, unsupported};
use super::{Names, local, names, view};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{Operation, Parameter, Table};
use crate::value;

/// Plans UPDATE.
pub(super) fn update(names: Names<'_>, update: Update, markers: &Markers) -> Result<Statement> {
    let given = update.from.is_some() || update.returning.is_some() || update.output.is_some();
    if given || !update.order_by.is_empty() || update.limit.is_some() || update.or.is_some() {
        return Err(unsupported("UPDATE with FROM, RETURNING, ORDER BY, LIMIT or OR"));
    }
    let target = Target::resolve(names, update.table)?;
    let table = target.table.clone();
    if table.is_temporary() {
        return local::update(names, target, update.assignments, update.selection, markers);
    }
    let operation = table
        .update
        .as_ref()
        .ok_or_else(|| Error::new(state::SYNTAX_ERROR, format!("{} cannot be updated.", table.name)))?;
    let mut set = Vec::with_capacity(update.assignments.len());
    let mut values = Vec::with_capacity(update.assignments.len());
    for assignment in update.assignments {
        let (position, value) = assigned(&table, operation, assignment)?;
        if set.contains(&position) {
            let name = &operation.parameters[position].name;
            return Err(Error::new(state::SYNTAX_ERROR, format!("{name} is set twice.")));
        }
        set.push(position);
        values.push((value, &operation.parameters[position]));
    }
    target.plan(names, markers, operation, update.selection, values, WriteKind::Update(set))
}

/// Plans DELETE.
pub(super) fn delete(names: Names<'_>, delete: Delete, markers: &Markers) -> Result<Statement> {
    let given = delete.using.is_some() || delete.returning.is_some() || delete.output.is_some();
    if given || !delete.order_by.is_empty() || delete.limit.is_some() || !delete.tables.is_empty() {
        return Err(unsupported("DELETE with USING, RETURNING, ORDER BY or LIMIT"));
    }
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = delete.from;
    let [table] =
        <[TableWithJoins; 1]>::try_from(from).map_err(|_| unsupported("DELETE from several tables"))?;
    let target = Target::resolve(names, table)?;
    let table = target.table.clone();
    if table.is_temporary() {
        return local::delete(names, target, delete.selection, markers);
    }
    let operation = table.delete.as_ref().ok_or_else(|| {
        Error::new(state::SYNTAX_ERROR, format!("Rows of {} cannot be deleted.", table.name))
    })?;
    target.plan(names, markers, operation, delete.selection, Vec::new(), WriteKind::Delete)
}

/// The table that is written.
pub(super) struct Target {
    pub table: Arc<Table>,
    pub factor: TableFactor,
    /// The name that qualifies its columns.
    pub name: String,
}

impl Target {
    fn resolve(names: Names<'_>, table: TableWithJoins) -> Result<Target> {
        if !table.joins.is_empty() {
            return Err(unsupported("Writing to a join"));
        }
        let TableFactor::Table { name, alias, .. } = &table.relation else {
            return Err(unsupported(&format!("Writing to {}", table.relation)));
        };
        let alias = alias.as_ref().map(|a| a.name.value.clone());
        if let Some(table) = names.table(&idents(name)?) {
            view::refuse_writing(table)?;
        }
        let markers = Markers::new();
        let mut scope = Scope::default();
        let mut from = [TableWithJoins { relation: table.relation.clone(), joins: Vec::new() }];
        Resolver::new(names, &markers).from(&mut from, &mut scope)?;
        let found = scope.relations.pop().and_then(|r| r.table);
        let found = found.ok_or_else(|| names::unknown_table(names.model, &name.to_string(), "", &[]))?;
        Ok(Target { name: alias.unwrap_or_else(|| found.name.clone()), factor: table.relation, table: found })
    }

    fn plan(
        self,
        names: Names<'_>,
        markers: &Markers,
        operation: &Operation,
        selection: Option<Expr>,
        values: Vec<(Expr, &Parameter)>,
        kind: WriteKind,
    ) -> Result<Statement> {
        if let Some((rows, parameters)) =
            self.by_key(names, operation, selection.as_ref(), &values, markers)?
        {
            return Ok(Statement {
                plan: Plan::Write(WritePlan { table: self.table, kind, rows }),
                parameters,
            });
        }
        let path: Vec<usize> = unique(self.table.path_columns(&operation.path));
        let column = |name: &str| {
            Expr::CompoundIdentifier(vec![Ident::with_quote('"', &*self.name), Ident::with_quote('"', name)])
        };
        let expected: Vec<&Parameter> = values.iter().map(|(_, p)| *p).collect();
        let items = path
            .iter()
            .map(|&i| column(&self.table.columns[i].name))
            .chain(values.into_iter().map(|(e, _)| e));
        let query = select(items.map(SelectItem::UnnamedExpr).collect(), self.factor, selection)?;
        let mut resolver = Resolver::new(names, markers);
        let mut query = resolver.plan(query)?;
        for (parameter, result) in expected.iter().zip(&mut query.columns[path.len()..]) {
            result.column_type = parameter.column_type();
        }
        let parameters = resolver.parameters;
        let rows = RowSource::Query { path, query };
        Ok(Statement { plan: Plan::Write(WritePlan { table: self.table, kind, rows }), parameters })
    }

    /// The one row that a WHERE names by its whole path, if every value is known before a row is read.
    fn by_key(
        &self,
        names: Names<'_>,
        operation: &Operation,
        selection: Option<&Expr>,
        values: &[(Expr, &Parameter)],
        markers: &Markers,
    ) -> Result<Option<(RowSource, Vec<ParameterInfo>)>> {
        let mut parameters = vec![ParameterInfo::untyped(); markers.len()];
        let mut terms = Vec::new();
        let Some(selection) = selection else { return Ok(None) };
        if !conjunction(selection, &mut terms) {
            return Ok(None);
        }
        let relation = Relation { name: self.name.clone(), ..Relation::of_table(&self.table) };
        let relation = if self.name == self.table.name {
            Relation::of_table(&self.table)
        } else {
            Relation { schema: None, ..relation }
        };
        let mut path: Vec<(usize, Operand)> = Vec::new();
        for (name, value) in terms {
            let (column, qualifier) = name.split_last().expect("a name has a part");
            let Some(position) =
                relation.column(&column.value).filter(|_| relation.is_qualified_by(qualifier))
            else {
                return Ok(None);
            };
            let target = &self.table.columns[position];
            let Some(operand) = operand(value, markers)? else { return Ok(None) };
            if path.iter().any(|(p, _)| *p == position) {
                return Ok(None);
            }
            if let Operand::Parameter(number) = operand {
                parameters[number] = ParameterInfo {
                    column_type: target.column_type(),
                    typed: true,
                    nullable: false,
                    name: Some(target.name.clone()),
                    sid: None,
                };
            }
            path.push((position, operand));
        }
        let needed: HashSet<usize> = self.table.path_columns(&operation.path).collect();
        let given: HashSet<usize> = path.iter().map(|(p, _)| *p).collect();
        // The row of another account has to be found first.
        let account = self.table.account_column().filter(|_| !names.all_accounts);
        let complete = needed.iter().all(|p| given.contains(p) || Some(*p) == account);
        if !complete || !given.is_subset(&needed) {
            return Ok(None);
        }
        let mut operands = Vec::with_capacity(values.len());
        for (value, parameter) in values {
            let Some(operand) = operand(value, markers)? else { return Ok(None) };
            operands.push(match operand {
                Operand::Parameter(number) => {
                    parameters[number] = ParameterInfo {
                        column_type: parameter.column_type(),
                        typed: true,
                        nullable: true,
                        name: Some(parameter.name.clone()),
                        sid: None,
                    };
                    Operand::Parameter(number)
                }
                Operand::Constant(value::Value::Text(text)) => Operand::Constant(
                    convert::canonical(&text, &parameter.column_type())
                        .map_err(|e| Error { message: format!("{}: {}", parameter.name, e.message), ..e })?,
                ),
                constant => constant,
            });
        }
        Ok(Some((RowSource::Key { path, values: operands }, parameters)))
    }
}

/// The update parameter that an assignment sets, by its position, and the value.
///
/// # Errors
/// 42S22 for an unknown column, 42000 for one that is read-only.
fn assigned(table: &Table, operation: &Operation, assignment: Assignment) -> Result<(usize, Expr)> {
    let AssignmentTarget::ColumnName(name) = &assignment.target else {
        return Err(unsupported("SET (a, b) = …"));
    };
    let name = match name.0.last() {
        Some(sqlparser::ast::ObjectNamePart::Identifier(ident)) => &ident.value,
        _ => return Err(unsupported(&format!("SET {name}"))),
    };
    let column = table.column(name).map(|(_, c)| c);
    let own = column.map_or(name, |c| &c.name);
    let parameter = operation.parameters.iter().position(|p| p.is_named(own));
    match (column, parameter) {
        (Some(column), _) if !table.is_updatable(column) => {
            let settable = table.columns.iter().filter(|c| table.is_updatable(c)).map(|c| c.name.as_str());
            let settable = settable.collect::<Vec<_>>().join(", ");
            let message = format!(
                "The column {} of {} is read-only. UPDATE can set {settable}.",
                column.name, table.name
            );
            Err(Error::new(state::SYNTAX_ERROR, message))
        }
        (_, Some(position)) => Ok((position, assignment.value)),
        (_, None) => {
            let names =
                table.columns.iter().map(|c| &c.name).chain(operation.parameters.iter().map(|p| &p.name));
            Err(names::unknown_column(name, &format!(" of {}", table.name), names.map(String::as_str)))
        }
    }
}

/// `a = x AND b = y …` as pairs; `false` if it is anything else.
fn conjunction<'e>(expr: &'e Expr, terms: &mut Vec<(Vec<Ident>, &'e Expr)>) -> bool {
    match expr {
        Expr::Nested(inner) => conjunction(inner, terms),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjunction(left, terms) && conjunction(right, terms)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let (name, value) = match (&**left, &**right) {
                (Expr::Identifier(name), value) | (value, Expr::Identifier(name)) => {
                    (vec![name.clone()], value)
                }
                (Expr::CompoundIdentifier(path), value) | (value, Expr::CompoundIdentifier(path)) => {
                    (path.clone(), value)
                }
                _ => return false,
            };
            terms.push((name, value));
            true
        }
        _ => false,
    }
}

/// A value that is known before a row is read.
pub(super) fn operand(expr: &Expr, markers: &Markers) -> Result<Option<Operand>> {
    let Expr::Value(ValueWithSpan { value, span }) = expr else { return Ok(None) };
    Ok(match value {
        Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) => {
            Some(Operand::Constant(value::Value::Text(text.clone())))
        }
        Value::Number(digits, _) => Some(Operand::Constant(value::Value::Text(digits.clone()))),
        Value::Boolean(b) => Some(Operand::Constant(value::Value::Text(b.to_string()))),
        Value::Null => Some(Operand::Constant(value::Value::Null)),
        Value::Placeholder(_) => markers.get(&span.start).map(|n| Operand::Parameter(*n)),
        _ => None,
    })
}

/// `SELECT items FROM factor WHERE selection`.
pub(super) fn select(items: Vec<SelectItem>, factor: TableFactor, selection: Option<Expr>) -> Result<Query> {
    let parsed = Parser::new(&TwilioDialect).try_with_sql("SELECT 1").and_then(|mut p| p.parse_query());
    let mut query = parsed.map_err(|e| Error::new(state::GENERAL_ERROR, e.to_string()))?;
    if let sqlparser::ast::SetExpr::Select(select) = query.body.as_mut() {
        select.projection = items;
        select.from = vec![TableWithJoins { relation: factor, joins: Vec::new() }];
        select.selection = selection;
    }
    Ok(*query)
}

fn unique(positions: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen = HashSet::new();
    positions.filter(|p| seen.insert(*p)).collect()
}
