//! Function calls: the table of functions decides what a call may be and what its arguments are.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, ObjectNamePart, Value, WindowType,
};

use super::compare::{coerce, is_literal};
use super::operands::as_number;
use super::{Resolver, Scope, Typed, instead, quote, refuse, unsupported};
use super::{forms, numbers, sets};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{CATALOG, ColumnType, DEFAULT_SCHEMA, DataType};
use crate::sql::functions::parts::Part;
use crate::sql::functions::{self, Argument, FUNCTIONS, Kind, Null, Returns, Said};
use crate::sql::{lex, names, typing};
use crate::value;

impl Resolver<'_> {
    /// Binds and types a call, and names the function as SQLite knows it.
    ///
    /// # Errors
    /// 42000 for an unknown function, with the nearest names, and for arguments that it does not take.
    pub(super) fn function(&mut self, expr: &mut Expr, scope: &Scope<'_>, depth: usize) -> Result<Typed> {
        let Expr::Function(function) = &mut *expr else { return Ok(Typed::default()) };
        let mut list = arguments(function)?;
        let found = lookup(function, list.args.len())?;
        if found.kind == Kind::Rewritten {
            *expr = rewrite(found.name, plain(list)?);
            return self.walk(expr, scope, depth);
        }
        ordering(function, &mut list)?;
        drop_separator(found, &mut list);
        check(function, found, &list)?;
        let (typed, runs) = self.arguments(found, &mut list, scope, depth)?;
        for clause in &mut list.clauses {
            let FunctionArgumentClause::OrderBy(terms) = clause else {
                return Err(unsupported(&format!("{clause} in a function")));
            };
            for term in terms {
                self.collated(&mut term.expr, scope)?;
            }
        }
        if let Some(filter) = &mut function.filter {
            self.walk(filter, scope, depth)?;
        }
        match &mut function.over {
            Some(WindowType::WindowSpec(spec)) => self.window(spec, scope)?,
            Some(WindowType::NamedWindow(name)) => quote(name),
            None => {}
        }
        if matches!(found.runs, "now" | "curtime") {
            // A number of fractional digits makes no difference.
            list.args.clear();
        }
        function.uses_odbc_syntax = false;
        if found.kind == Kind::Own || found.name != runs {
            function.name = ObjectName(vec![ObjectNamePart::Identifier(Ident::new(runs))]);
        }
        function.args = FunctionArguments::List(list);
        if let Some(column_type) = typed.column_type {
            numbers::finish(expr, runs, column_type);
        }
        Ok(typed)
    }

    /// Walks the arguments; gives the type of the result, and the name of the function that runs for them.
    fn arguments(
        &mut self,
        found: &functions::Function,
        list: &mut FunctionArgumentList,
        scope: &Scope<'_>,
        depth: usize,
    ) -> Result<(Typed, &'static str)> {
        let mut typed = Vec::new();
        let mut said = Said::default();
        for (i, argument) in list.args.iter_mut().enumerate() {
            let e = match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => e,
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if found.runs == "count" => {
                    typed.push(Typed::default());
                    continue;
                }
                other => return Err(unsupported(&format!("The argument {other}"))),
            };
            typed.push(match found.argument(i) {
                Argument::Part => {
                    said.part = Some(date_part(e, found)?);
                    Typed::default()
                }
                _ => self.walk(e, scope, depth)?,
            });
        }
        let mut types: Vec<_> = typed.iter().map(|t| t.column_type).collect();
        // Text beside a date is a date if it reads as one: it has no say in what the common type is.
        let mut common = None;
        for (i, argument) in list.args.iter().enumerate() {
            let is_text = types[i].is_some_and(|t| t.data_type == DataType::Text) && is_quoted(argument);
            if found.argument(i) == Argument::Alike && !is_text {
                common = typing::union(common, types[i]);
            }
        }
        let is_open = |(i, argument): (usize, &FunctionArg)| {
            matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(e))
                if found.argument(i) == Argument::Alike && numbers::is_open(e, &typed[i]))
        };
        if list.args.iter().enumerate().any(is_open) {
            common = typing::open(common);
        }
        for (i, argument) in list.args.iter_mut().enumerate() {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) = argument else { continue };
            let of = |t| Typed::of(Some(ColumnType::of(t)), true);
            match found.argument(i) {
                Argument::Any | Argument::Part => {}
                Argument::Text => self.set_parameter(&typed[i], &of(DataType::Text)),
                Argument::Integer => self.set_parameter(&typed[i], &of(DataType::Integer)),
                Argument::Number => {
                    self.set_parameter(&typed[i], &of(DataType::Double));
                    as_number(e, &typed[i])?;
                }
                Argument::Time => {
                    self.set_parameter(&typed[i], &of(DataType::Timestamp));
                    types[i] = moment(e, &typed[i], found)?;
                }
                Argument::Alike => {
                    self.set_parameter(&typed[i], &Typed::of(common, true));
                    // What NULLIF compares a marker with says nothing about its own value.
                    if typed[i].marker.is_none() || found.runs != "nullif" {
                        types[i] = alike(e, &typed[i], common);
                    }
                }
            }
        }
        if let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(e))) = list.args.get(1) {
            said.places = numbers::integer(e);
        }
        let mut result = found.result(&types, said);
        if found.result == Returns::Remainder
            && let [
                FunctionArg::Unnamed(FunctionArgExpr::Expr(left)),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(right)),
            ] = &list.args[..]
        {
            result = numbers::remainder((left, &typed[0]), (right, &typed[1]));
        }
        let runs = numbers::arguments(found, list, &typed, &types, result);
        let any_null = typed.iter().any(|t| t.nullable);
        let nullable = match found.null {
            Null::Never => false,
            Null::Strict => any_null,
            Null::All => typed.iter().all(|t| t.nullable),
            Null::Possible => true,
        };
        let marker = typed.first().and_then(|t| t.marker).filter(|_| runs == "nullif");
        Ok((Typed { marker, ..Typed::of(result, nullable) }, runs))
    }
}

/// Takes the arguments out of the call, in the one form that has a list.
fn arguments(function: &mut Function) -> Result<FunctionArgumentList> {
    refuse(!matches!(function.parameters, FunctionArguments::None), "A function with parameters")?;
    match std::mem::replace(&mut function.args, FunctionArguments::None) {
        FunctionArguments::None => {
            Ok(FunctionArgumentList { duplicate_treatment: None, args: Vec::new(), clauses: Vec::new() })
        }
        FunctionArguments::List(list) => Ok(list),
        FunctionArguments::Subquery(query) => {
            let argument = FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Subquery(query)));
            Ok(FunctionArgumentList { duplicate_treatment: None, args: vec![argument], clauses: Vec::new() })
        }
    }
}

fn lookup(function: &Function, count: usize) -> Result<&'static functions::Function> {
    let written = function.name.to_string();
    let name = match &function.name.0[..] {
        [ObjectNamePart::Identifier(ident)] => ident.value.to_ascii_lowercase(),
        _ => written.to_ascii_lowercase(),
    };
    let place = match function.name.0.first() {
        Some(ObjectNamePart::Identifier(ident)) => lex::at(ident.span.start),
        _ => String::new(),
    };
    let Some(found) = functions::find(&name, count) else {
        let near = names::nearest(&name, FUNCTIONS.iter().map(|f| f.name)).to_uppercase_names();
        let message = format!("The function {written}{place} does not exist{near}");
        return Err(Error::new(state::SYNTAX_ERROR, message));
    };
    if !(found.min..=found.max).contains(&count) {
        let message = format!("{}{place} takes {}, not {count}.", name.to_uppercase(), found.arity());
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    Ok(found)
}

/// Shows the names of functions as documentation writes them.
trait UppercaseNames {
    fn to_uppercase_names(&self) -> String;
}

impl UppercaseNames for String {
    fn to_uppercase_names(&self) -> String {
        match self.strip_prefix("; did you mean ") {
            Some(names) => format!("; did you mean {}", names.to_uppercase().replace(" OR ", " or ")),
            None => ".".into(),
        }
    }
}

fn rewrite(name: &str, arguments: Vec<Expr>) -> Expr {
    match name {
        "decode" => forms::decode(arguments),
        "contains" => forms::contains(arguments),
        "scope_identity" => identity(),
        _ => forms::text(CATALOG),
    }
}

/// The key of the last row that the connection's last INSERT made: `SCOPE_IDENTITY()` and `@@IDENTITY`.
pub(super) fn identity() -> Expr {
    let last = format!("SELECT Id FROM {CATALOG}.{DEFAULT_SCHEMA}.sys_identity ORDER BY Number DESC LIMIT 1");
    Expr::Subquery(Box::new(sets::template(&last)))
}

fn plain(list: FunctionArgumentList) -> Result<Vec<Expr>> {
    let expr = |argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) => Ok(e),
        other => Err(unsupported(&format!("The argument {other}"))),
    };
    list.args.into_iter().map(expr).collect()
}

/// Moves WITHIN GROUP (ORDER BY …) to where SQLite reads it.
fn ordering(function: &mut Function, list: &mut FunctionArgumentList) -> Result<()> {
    let within = std::mem::take(&mut function.within_group);
    if !within.is_empty() {
        refuse(!list.clauses.is_empty(), "WITHIN GROUP beside another clause")?;
        list.clauses.push(FunctionArgumentClause::OrderBy(within));
    }
    Ok(())
}

/// Takes the comma out of `STRING_AGG(DISTINCT x, ',')`: SQLite puts one there by itself, and takes no separator
/// beside DISTINCT.
fn drop_separator(found: &functions::Function, list: &mut FunctionArgumentList) {
    let is_comma = |argument: &FunctionArg| {
        matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(v)))
            if matches!(&v.value, Value::SingleQuotedString(text) if text == ","))
    };
    let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
    if distinct && found.runs == "group_concat" && list.args.get(1).is_some_and(is_comma) {
        list.args.truncate(1);
    }
}

/// Refuses clauses that the kind of function does not have, before SQLite does in words of its own.
fn check(function: &Function, found: &functions::Function, list: &FunctionArgumentList) -> Result<()> {
    let name = found.name.to_uppercase();
    let fault = |what: &str| Err(Error::new(state::SYNTAX_ERROR, format!("{name} {what}.")));
    let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
    refuse(function.null_treatment.is_some(), "IGNORE NULLS and RESPECT NULLS")?;
    match found.kind {
        Kind::Window if function.over.is_none() => return fault("is a window function: it needs OVER (…)"),
        Kind::Native | Kind::Own if function.over.is_some() => {
            return fault("is neither an aggregate nor a window function: it takes no OVER");
        }
        _ => {}
    }
    if found.kind != Kind::Aggregate {
        if function.filter.is_some() || distinct || !list.clauses.is_empty() {
            return fault("is no aggregate: it takes no DISTINCT, FILTER or ORDER BY");
        }
        return Ok(());
    }
    if distinct && list.args.len() > 1 {
        let what = "take ',' as separator, or aggregate a derived table of SELECT DISTINCT";
        return Err(instead(&format!("{name}(DISTINCT …) of more than one argument"), what));
    }
    Ok(())
}

/// Turns a part of a date into the string that the engine reads.
fn date_part(e: &mut Expr, found: &functions::Function) -> Result<Part> {
    let written = match &*e {
        Expr::Identifier(ident) => ident.value.clone(),
        Expr::Value(v) => match &v.value {
            Value::SingleQuotedString(text) => text.clone(),
            other => other.to_string(),
        },
        other => other.to_string(),
    };
    let is_calculated = matches!(found.runs, "datepart" | "datename");
    let part = Part::of(&written).filter(|p| is_calculated || p.is_length()).ok_or_else(|| {
        let name = found.name.to_uppercase();
        let message = format!("{name}: {written} is no part of a date; there are {}.", Part::KNOWN);
        Error::new(state::SYNTAX_ERROR, message)
    })?;
    *e = forms::text(part.name());
    Ok(part)
}

fn is_quoted(argument: &FunctionArg) -> bool {
    matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(v)))
        if matches!(v.value, Value::SingleQuotedString(_)))
}

/// Brings an argument that is a date, time or timestamp into form; gives its type.
fn moment(e: &mut Expr, typed: &Typed, found: &functions::Function) -> Result<Option<ColumnType>> {
    use DataType::{Date, Time, Timestamp};
    let data_type = typed.column_type.map(|t| t.data_type);
    if matches!(data_type, Some(Date | Time | Timestamp)) {
        return Ok(typed.column_type);
    }
    if !matches!(data_type, None | Some(DataType::Text | DataType::Json)) {
        let message = match found.runs {
            // `x + INTERVAL …` is such a call as well.
            "dateadd" => format!("{e} is no date, time or timestamp, which DATEADD or an interval adds to."),
            _ => format!("{}: {e} is no date, time or timestamp.", found.name.to_uppercase()),
        };
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    if data_type == Some(DataType::Text)
        && let Expr::Value(v) = &mut *e
        && let Value::SingleQuotedString(text) = &v.value
    {
        // A time reads as a timestamp of today.
        let is_time = matches!(text.trim_start().find(':'), Some(1 | 2));
        let target = ColumnType::of(if is_time { Time } else { Timestamp });
        if let Ok(value::Value::Text(canonical)) = convert::canonical(text, &target) {
            let target = typing::written(target.data_type, &canonical);
            v.value = Value::SingleQuotedString(canonical);
            return Ok(Some(target));
        }
        let name = found.name.to_uppercase();
        let message = format!("{name}: '{text}'{} is no date, time or timestamp.", lex::at(v.span.start));
        return Err(Error::new(state::INVALID_DATETIME, message));
    }
    if typed.marker.is_some()
        || !matches!(found.result, Returns::Moment | Returns::Beginning)
        || is_literal(e)
    {
        return Ok(Some(ColumnType::of(Timestamp)));
    }
    // The text's form becomes the result's.
    let target = ColumnType::with_fraction(Timestamp, typing::DEFAULT_FRACTION);
    forms::wrap(e, "to_timestamp");
    Ok(Some(target))
}

/// The type of a literal that has been brought into the form of one.
fn written_as(e: &Expr, target: ColumnType) -> Option<ColumnType> {
    Some(match e {
        Expr::Value(v)
            if let (Value::SingleQuotedString(text), DataType::Time | DataType::Timestamp) =
                (&v.value, target.data_type) =>
        {
            typing::written(target.data_type, text)
        }
        _ => target,
    })
}

/// Brings an argument into the form of those beside it, if it has one there; gives its type.
fn alike(e: &mut Expr, typed: &Typed, common: Option<ColumnType>) -> Option<ColumnType> {
    if let (None, Some(_), Some(target)) = (typed.column_type, typed.marker, common)
        && matches!(
            target.data_type,
            DataType::Integer | DataType::BigInt | DataType::Decimal | DataType::Double
        )
    {
        numbers::represent(e, typed, target);
        return common;
    }
    let (Some(own), Some(target)) = (typed.column_type, common) else { return typed.column_type };
    let has_form =
        matches!(target.data_type, DataType::Date | DataType::Time | DataType::Timestamp | DataType::Boolean);
    if own.data_type == DataType::Text && has_form && is_literal(e) {
        return match coerce(e, typed, &Typed::of(common, true)) {
            Ok(()) => written_as(e, target),
            Err(_) => typed.column_type,
        };
    }
    if own.data_type == DataType::Date && target.data_type == DataType::Timestamp {
        forms::wrap(e, "to_timestamp");
        return common;
    }
    if matches!(target.data_type, DataType::Decimal | DataType::Double) && own.data_type != DataType::Text {
        numbers::represent(e, typed, target);
        return common;
    }
    typed.column_type
}
