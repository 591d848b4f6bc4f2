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
use super::plan::{
    GivenRows, Operand, ParameterInfo, Place, Plan, Returning, Statement, WriteKind, WritePlan,
};
use super::resolve::{Relation, Resolver, Scope, idents, unsupported};
use super::unfiltered::selects;
use super::values::Recipient;
use super::{Names, local, names, returning, view};
use crate::error::{Error, Result, state};
use crate::model::{Operation, Parameter, Table};
use crate::value;

/// Plans UPDATE.
pub(super) fn update(names: Names<'_>, update: Update, markers: &Markers) -> Result<Statement> {
    let given = update.from.is_some() || update.output.is_some();
    if given || !update.order_by.is_empty() || update.limit.is_some() || update.or.is_some() {
        return Err(unsupported("UPDATE with FROM, OUTPUT, ORDER BY, LIMIT or OR"));
    }
    let target = Target::resolve(names, update.table)?;
    let table = target.table.clone();
    if table.is_temporary() {
        refuse_returning(update.returning.as_ref(), "UPDATE of")?;
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
        values.push(value);
    }
    let is_set = |name: &str| set.iter().any(|&position| operation.parameters[position].is_named(name));
    if let Some(parameter) = operation.parameters.iter().find(|p| p.required && !is_set(&p.name)) {
        let message = format!("UPDATE of {} has to set {}.", table.name, parameter.name);
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    let returning = returning::plan(&table, target.alias(), update.returning.as_deref())?;
    let change = Change { kind: WriteKind::Update, operation, set, values, returning };
    target.plan(names, markers, change, update.selection)
}

/// Plans DELETE.
pub(super) fn delete(names: Names<'_>, delete: Delete, markers: &Markers) -> Result<Statement> {
    let given = delete.using.is_some() || delete.output.is_some();
    if given || !delete.order_by.is_empty() || delete.limit.is_some() || !delete.tables.is_empty() {
        return Err(unsupported("DELETE with USING, OUTPUT, ORDER BY or LIMIT"));
    }
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = delete.from;
    let [table] =
        <[TableWithJoins; 1]>::try_from(from).map_err(|_| unsupported("DELETE from several tables"))?;
    let target = Target::resolve(names, table)?;
    let table = target.table.clone();
    if table.is_temporary() {
        refuse_returning(delete.returning.as_ref(), "DELETE from")?;
        return local::delete(names, target, delete.selection, markers);
    }
    let operation = table.delete.as_ref().ok_or_else(|| {
        Error::new(state::SYNTAX_ERROR, format!("Rows of {} cannot be deleted.", table.name))
    })?;
    let returning = returning::plan(&table, target.alias(), delete.returning.as_deref())?;
    let (mut set, mut values) = (Vec::new(), Vec::new());
    let selection = match delete.selection {
        Some(selection) => without_headers(operation, selection, &mut set, &mut values)?,
        None => None,
    };
    let change = Change { kind: WriteKind::Delete, operation, set, values, returning };
    target.plan(names, markers, change, selection)
}

/// Takes what is sent as a header out of a WHERE, since DELETE has no other place to give it: `Sid = 'CH…' AND
/// WebhookEnabled = true`. What is left is the condition.
///
/// # Errors
/// 42000 if one is given twice.
fn without_headers(
    operation: &Operation,
    condition: Expr,
    set: &mut Vec<usize>,
    values: &mut Vec<Expr>,
) -> Result<Option<Expr>> {
    let header = |expr: &Expr| {
        let name = match expr {
            Expr::Identifier(name) => name,
            Expr::CompoundIdentifier(path) => path.last()?,
            _ => return None,
        };
        operation.parameters.iter().position(|p| p.header && p.is_named(&name.value))
    };
    match condition {
        Expr::Nested(inner) => {
            let left = without_headers(operation, *inner, set, values)?;
            Ok(left.map(|left| Expr::Nested(Box::new(left))))
        }
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let left = without_headers(operation, *left, set, values)?;
            let right = without_headers(operation, *right, set, values)?;
            Ok(match (left, right) {
                (Some(left), Some(right)) => Some(Expr::BinaryOp {
                    left: Box::new(left),
                    op: BinaryOperator::And,
                    right: Box::new(right),
                }),
                (left, right) => left.or(right),
            })
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let (position, value) = match (header(&left), header(&right)) {
                (Some(position), _) => (position, *right),
                (_, Some(position)) => (position, *left),
                (None, None) => return Ok(Some(Expr::BinaryOp { left, op: BinaryOperator::Eq, right })),
            };
            if set.contains(&position) {
                let name = &operation.parameters[position].name;
                return Err(Error::new(state::SYNTAX_ERROR, format!("{name} is given twice.")));
            }
            set.push(position);
            values.push(value);
            Ok(None)
        }
        other => Ok(Some(other)),
    }
}

fn refuse_returning(returning: Option<&Vec<SelectItem>>, what: &str) -> Result<()> {
    match returning {
        Some(_) => Err(unsupported(&format!("{what} a temporary table with RETURNING"))),
        None => Ok(()),
    }
}

/// What UPDATE or DELETE does to each row.
struct Change<'t> {
    kind: WriteKind,
    operation: &'t Operation,
    /// The positions of the operation's parameters that are set.
    set: Vec<usize>,
    /// Their values.
    values: Vec<Expr>,
    returning: Option<Returning>,
}

impl Change<'_> {
    /// The parameters that are set, with their values.
    fn assignments(&self) -> impl Iterator<Item = (&Parameter, &Expr)> {
        self.set.iter().map(|&position| &self.operation.parameters[position]).zip(&self.values)
    }
}

/// The rows that are meant.
struct Found {
    /// The columns of the path, whose values come first in each row; those that are set follow.
    path: Vec<usize>,
    rows: GivenRows,
    /// What is known of the markers.
    parameters: Vec<ParameterInfo>,
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

    /// The table's alias, if it has one.
    fn alias(&self) -> Option<&str> {
        (self.name != self.table.name).then_some(self.name.as_str())
    }

    fn plan(
        self,
        names: Names<'_>,
        markers: &Markers,
        change: Change<'_>,
        selection: Option<Expr>,
    ) -> Result<Statement> {
        let is_unfiltered = !selection.as_ref().is_some_and(|selection| selects(&self.table, selection));
        let found = match self.by_key(names, &change, selection.as_ref(), markers)? {
            Some(found) => found,
            None => self.by_query(names, markers, &change, selection)?,
        };
        let set = change.set.into_iter().map(Place::Parameter);
        let plan = WritePlan {
            table: self.table,
            kind: change.kind,
            places: found.path.into_iter().map(Place::Path).chain(set).collect(),
            rows: found.rows,
            returning: change.returning,
            is_unfiltered,
        };
        Ok(Statement { plan: Plan::Write(plan), parameters: found.parameters })
    }

    /// The rows that a query finds.
    fn by_query(
        &self,
        names: Names<'_>,
        markers: &Markers,
        change: &Change<'_>,
        selection: Option<Expr>,
    ) -> Result<Found> {
        let path: Vec<usize> = unique(self.table.path_columns(&change.operation.path));
        let column = |position: &usize| {
            let name = &*self.table.columns[*position].name;
            Expr::CompoundIdentifier(vec![Ident::with_quote('"', &*self.name), Ident::with_quote('"', name)])
        };
        // What is deleted is answered with nothing: its columns are those that it was found with.
        let returned = change.returning.iter().filter(|_| change.kind == WriteKind::Delete);
        let items = path
            .iter()
            .map(column)
            .chain(change.values.iter().cloned())
            .chain(returned.flat_map(|returning| returning.columns.iter().map(column)));
        let items = items.map(SelectItem::UnnamedExpr).collect();
        let mut resolver = Resolver::new(names, markers);
        let query = resolver.plan(select(items, self.factor.clone(), selection)?)?;
        for ((parameter, _), result) in change.assignments().zip(&query.columns[path.len()..]) {
            resolver.assign_result(result, &Recipient::of_parameter(parameter).typed());
        }
        Ok(Found { path, rows: GivenRows::Query(query), parameters: resolver.parameters })
    }

    /// The one row that a WHERE names by its whole path, if every value is known before a row is read.
    fn by_key(
        &self,
        names: Names<'_>,
        change: &Change<'_>,
        selection: Option<&Expr>,
        markers: &Markers,
    ) -> Result<Option<Found>> {
        if change.kind == WriteKind::Delete && change.returning.is_some() {
            return Ok(None);
        }
        let mut parameters = vec![ParameterInfo::untyped(); markers.len()];
        let mut terms = Vec::new();
        let Some(selection) = selection else { return Ok(None) };
        if !conjunction(selection, &mut terms) {
            return Ok(None);
        }
        let relation = Relation { name: self.name.clone(), ..Relation::of_table(&self.table) };
        let relation = match self.alias() {
            None => relation,
            Some(_) => Relation { schema: None, ..relation },
        };
        let mut path: Vec<usize> = Vec::new();
        let mut row: Vec<Operand> = Vec::new();
        for (name, value) in terms {
            let (column, qualifier) = name.split_last().expect("a name has a part");
            let Some(position) =
                relation.column(&column.value).filter(|_| relation.is_qualified_by(qualifier))
            else {
                return Ok(None);
            };
            let Some(operand) = operand(value, markers)? else { return Ok(None) };
            if path.contains(&position) {
                return Ok(None);
            }
            if let Operand::Parameter(number) = operand {
                let marker = Recipient::of_column(&self.table, position).marker();
                parameters[number] = ParameterInfo { nullable: false, ..marker };
            }
            path.push(position);
            row.push(operand);
        }
        let needed: HashSet<usize> = self.table.path_columns(&change.operation.path).collect();
        let given: HashSet<usize> = path.iter().copied().collect();
        // The row of another account has to be found first.
        let account = self.table.account_column().filter(|_| !names.all_accounts);
        let complete = needed.iter().all(|p| given.contains(p) || Some(*p) == account);
        if !complete || !given.is_subset(&needed) {
            return Ok(None);
        }
        for (parameter, value) in change.assignments() {
            let recipient = Recipient::of_parameter(parameter);
            let Some(operand) = operand(value, markers)? else { return Ok(None) };
            row.push(match operand {
                Operand::Parameter(number) => {
                    parameters[number] = ParameterInfo { nullable: true, ..recipient.marker() };
                    Operand::Parameter(number)
                }
                Operand::Constant(constant) => Operand::Constant(recipient.assign(&constant)?),
            });
        }
        Ok(Some(Found { path, rows: GivenRows::Values(vec![row]), parameters }))
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
