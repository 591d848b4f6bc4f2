//! Procedure calls: `EXEC name a = 1, b = ?`, `EXECUTE`, `CALL`, `{call name(?, ?)}`, `{? = call name(?)}`.
//!
//! sqlparser's grammar refuses reserved words such as `From` and `To` as argument names, which is what Twilio
//! calls them, so this small grammar is ours. An argument that is no literal and no marker is an expression, which is
//! sqlparser's to read and SQLite's to calculate.

use std::ops::ControlFlow;
use std::sync::Arc;

use sqlparser::ast::{Expr, Parens, Values, visit_expressions};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use super::Names;
use super::dialect::TwilioDialect;
use super::insert::one_of;
use super::lex::at;
use super::names;
use super::parse::{MAX_NESTING, Markers, syntax_error};
use super::plan::{Calculated, CallPlan, Operand, Output, ParameterInfo, Plan, ResultColumn, Statement};
use super::resolve::{Resolver, Typed};
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType, Model, Parameter, Procedure, Table};
use crate::value::Value;

/// A call as it is written.
#[derive(Debug)]
pub(super) struct Call {
    schema: Option<String>,
    name: String,
    arguments: Vec<Argument>,
    /// With the one of the return value.
    markers: Markers,
    returns_value: bool,
}

#[derive(Debug)]
struct Argument {
    name: Option<String>,
    value: Written,
    place: String,
}

/// A value as it is written.
#[derive(Debug)]
enum Written {
    Marker(usize),
    Text(String),
    Number(String),
    Boolean(bool),
    Null,
    /// What is to be calculated, and its text.
    Expression(Box<Expr>, String),
}

impl Written {
    /// As it can be written again.
    fn text(&self) -> String {
        match self {
            Written::Marker(_) => "?".to_owned(),
            Written::Null => "NULL".to_owned(),
            Written::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Written::Number(digits) => digits.clone(),
            Written::Boolean(b) => b.to_string(),
            Written::Expression(_, text) => text.clone(),
        }
    }
}

/// Reads what follows EXEC or `call`. The marker of a return value is the first one of the statement.
pub(super) fn parse(tokens: &[TokenWithSpan], returns_value: bool) -> Result<Call> {
    let mut markers = Markers::new();
    if returns_value {
        // It stands before the tokens.
        markers.insert(Location::new(0, 0), 0);
    }
    for token in tokens.iter().filter(|t| matches!(t.token, Token::Placeholder(_))) {
        markers.insert(token.span.start, markers.len());
    }
    let (schema, name, arguments) = Reader { tokens, next: 0, markers: &markers }.call()?;
    Ok(Call { schema, name, arguments, markers, returns_value })
}

struct Reader<'t> {
    tokens: &'t [TokenWithSpan],
    next: usize,
    markers: &'t Markers,
}

impl Reader<'_> {
    /// The schema, the name and the arguments.
    fn call(mut self) -> Result<(Option<String>, String, Vec<Argument>)> {
        let mut path = vec![self.name("the name of a procedure")?];
        while self.accept(&Token::Period) {
            path.push(self.name("a name after '.'")?);
        }
        let name = path.pop().unwrap_or_default();
        let schema = path.pop();
        let parenthesised = self.accept(&Token::LParen);
        let mut arguments = Vec::new();
        let ends = |reader: &Self| match parenthesised {
            true => reader.peek() == Some(&Token::RParen),
            false => reader.peek().is_none(),
        };
        if !ends(&self) {
            loop {
                arguments.push(self.argument()?);
                if !self.accept(&Token::Comma) {
                    break;
                }
            }
        }
        if parenthesised && !self.accept(&Token::RParen) {
            return Err(self.expected("',' or ')'"));
        }
        if self.peek().is_some() {
            return Err(self.expected("',' or the end of the statement"));
        }
        Ok((schema, name, arguments))
    }

    fn argument(&mut self) -> Result<Argument> {
        let place = self.place();
        let named = matches!(self.peek(), Some(Token::Word(_)))
            && self.tokens.get(self.next + 1).is_some_and(|t| t.token == Token::Eq);
        let name = match named {
            true => {
                let name = self.name("the name of an argument")?;
                self.next += 1;
                Some(name.trim_start_matches('@').to_owned())
            }
            false => None,
        };
        let (start, end) = (self.next, self.argument_end());
        let value = match self.value() {
            Ok(value) if self.next == end => value,
            // Nothing was written, or no date.
            Err(error) if start == end || error.state != state::SYNTAX_ERROR => return Err(error),
            _ => {
                self.next = start;
                self.expression(end)?
            }
        };
        Ok(Argument { name, value, place })
    }

    /// Where the argument that begins here ends.
    fn argument_end(&self) -> usize {
        let mut depth = 0;
        let ends = |t: &TokenWithSpan| match t.token {
            Token::LParen => {
                depth += 1;
                false
            }
            Token::RParen => {
                depth -= 1;
                depth < 0
            }
            Token::Comma => depth == 0,
            _ => false,
        };
        self.tokens[self.next..].iter().position(ends).map_or(self.tokens.len(), |length| self.next + length)
    }

    /// What is to be calculated, up to the token at `end`.
    fn expression(&mut self, end: usize) -> Result<Written> {
        let tokens = &self.tokens[self.next..end];
        let mut parser = Parser::new(&TwilioDialect)
            .with_recursion_limit(MAX_NESTING)
            .with_tokens_with_locations(tokens.to_vec());
        let expr = parser.parse_expr().map_err(|e| syntax_error(&e, tokens))?;
        let next = parser.peek_token();
        if next.token != Token::EOF {
            self.next += tokens.iter().position(|t| t.span == next.span).unwrap_or_default();
            return Err(self.expected("',' or the end of the argument"));
        }
        self.next = end;
        let text: Vec<String> = tokens.iter().map(|t| t.token.to_string()).collect();
        Ok(Written::Expression(Box::new(expr), text.join(" ")))
    }

    /// A literal or a marker.
    fn value(&mut self) -> Result<Written> {
        let sign = if self.accept(&Token::Minus) { "-" } else { "" };
        let value = match self.peek() {
            Some(Token::Number(digits, _)) => Written::Number(format!("{sign}{digits}")),
            _ if !sign.is_empty() => return Err(self.expected("a number after '-'")),
            Some(Token::SingleQuotedString(text) | Token::NationalStringLiteral(text)) => {
                Written::Text(text.clone())
            }
            Some(Token::Placeholder(_)) => {
                let number = self.markers[&self.tokens[self.next].span.start];
                let direction = self.tokens.get(self.next + 1).map(|t| &t.token);
                let is_named = |word: &str| ["output", "out"].iter().any(|d| word.eq_ignore_ascii_case(d));
                // How the marker is bound says the same.
                if matches!(direction, Some(Token::Word(word)) if is_named(&word.value)) {
                    self.next += 1;
                }
                Written::Marker(number)
            }
            Some(Token::Word(word)) if word.quote_style.is_none() => {
                match word.value.to_ascii_lowercase().as_str() {
                    "null" => Written::Null,
                    "true" => Written::Boolean(true),
                    "false" => Written::Boolean(false),
                    "date" => self.moment(DataType::Date)?,
                    "time" => self.moment(DataType::Time)?,
                    "timestamp" => self.moment(DataType::Timestamp)?,
                    _ => return Err(self.expected("a literal, NULL or '?'")),
                }
            }
            _ => return Err(self.expected("a literal, NULL or '?'")),
        };
        self.next += 1;
        Ok(value)
    }

    /// `{d '…'}`, `{t '…'}` or `{ts '…'}`, of which the word stands here.
    fn moment(&mut self, data_type: DataType) -> Result<Written> {
        let Some(Token::SingleQuotedString(text)) = self.tokens.get(self.next + 1).map(|t| &t.token) else {
            return Err(self.expected("a literal, NULL or '?'"));
        };
        let read = convert::canonical(text, &ColumnType::of(data_type));
        let Value::Text(text) = read.map_err(|e| Error { state: state::INVALID_DATETIME, ..e })? else {
            return Err(self.expected("a date or time"));
        };
        self.next += 1;
        Ok(Written::Text(text))
    }

    fn name(&mut self, what: &str) -> Result<String> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let name = word.value.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.expected(what)),
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|t| &t.token)
    }

    fn accept(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.next += usize::from(found);
        found
    }

    fn place(&self) -> String {
        at(self.tokens.get(self.next).map_or(Location::new(0, 0), |t| t.span.start))
    }

    fn expected(&self, what: &str) -> Error {
        let found = self.peek().map_or("nothing".to_owned(), |t| format!("'{t}'"));
        Error::new(
            state::SYNTAX_ERROR,
            format!("Syntax error{}: expected {what}, found {found}.", self.place()),
        )
    }
}

/// The text of a call with the values of secret arguments masked; `None` for a call that is not understood.
pub(super) fn masked(model: &Model, call: &Call) -> Option<String> {
    let procedure = model.procedure(call.schema.as_deref(), &call.name)?;
    let mut text = format!("EXEC {}", procedure.name);
    for (position, argument) in call.arguments.iter().enumerate() {
        let input = match &argument.name {
            Some(name) => procedure.input(name).map(|(_, input)| input),
            None => procedure.positional().get(position),
        };
        let value = match (&argument.value, input) {
            // What is no input may be a misspelt one.
            (value, None) if !matches!(value, Written::Marker(_)) => return None,
            (value, Some(input)) if input.secret && !matches!(value, Written::Marker(_) | Written::Null) => {
                "'***'".to_owned()
            }
            (value, _) => value.text(),
        };
        let comma = if position == 0 { "" } else { "," };
        let name = input.map(|input| &input.name).or(argument.name.as_ref());
        text.push_str(&match name {
            Some(name) => format!("{comma} {name} = {value}"),
            None => format!("{comma} {value}"),
        });
    }
    Some(text)
}

/// The statement that a call stands for, if it is of a procedure that copies rows into a temporary table.
///
/// # Errors
/// 42000 for arguments that it does not have, or lacks, HYC00 for a name of the table that is no literal, and for a return
/// value.
pub(super) fn import(model: &Model, call: &Call) -> Result<Option<String>> {
    let found = model.procedure(call.schema.as_deref(), &call.name);
    let Some((procedure, import)) = found.and_then(|p| Some((p, p.imports.as_ref()?))) else {
        return Ok(None);
    };
    let unsupported = |what: &str| {
        Err(Error::new(state::NOT_IMPLEMENTED, format!("{}: {what} is not supported.", procedure.name)))
    };
    if call.returns_value {
        return unsupported("a return value");
    }
    let mut given: Vec<usize> = Vec::new();
    let (mut into, mut conditions) = (None, Vec::new());
    // In the order of the arguments, so that markers keep theirs.
    for (position, argument) in call.arguments.iter().enumerate() {
        let (index, input) = match &argument.name {
            Some(name) => {
                procedure.input(name).ok_or_else(|| unknown_input(procedure, name, &argument.place))?
            }
            None => (position, procedure.inputs.get(position).ok_or_else(|| too_many(procedure, 0))?),
        };
        if given.contains(&index) {
            let message = format!("{}: the argument {} is given twice.", procedure.name, input.name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        given.push(index);
        match &argument.value {
            Written::Text(name) if index == 0 => into = Some(quoted(name)),
            _ if index == 0 => return unsupported("a name of the table that is no text in quotes"),
            Written::Null => {}
            value => conditions.push(format!(
                "{} {} {}",
                quoted(input.sent_name()),
                import.operator(input),
                match value {
                    Written::Expression(_, text) => format!("({text})"),
                    other => other.text(),
                }
            )),
        }
    }
    if let Some(input) = procedure.inputs.iter().enumerate().find(|(i, p)| p.required && !given.contains(i)) {
        let message = format!("{} needs the argument {}.", procedure.name, input.1.name);
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    let Some(into) = into else { return unsupported("a call without the name of the table") };
    let (schema, table) = &import.table;
    let mut text =
        format!("CREATE TEMPORARY TABLE {into} AS SELECT * FROM {}.{}", quoted(schema), quoted(table));
    if !conditions.is_empty() {
        text.push_str(" WHERE ");
        text.push_str(&conditions.join(" AND "));
    }
    Ok(Some(text))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Binds a call to the model.
pub(super) fn plan(names: Names<'_>, call: Call) -> Result<Statement> {
    let model = names.model;
    let procedure = model
        .procedure(call.schema.as_deref(), &call.name)
        .ok_or_else(|| names::unknown_procedure(model, &call.name))?;
    let mut parameters = vec![ParameterInfo::untyped(); call.markers.len()];
    if call.returns_value {
        parameters[0] = ParameterInfo {
            column_type: ColumnType::of(DataType::Integer),
            typed: true,
            name: Some("RETURN_VALUE".into()),
            ..ParameterInfo::untyped()
        };
    }
    let answer = model.answer(procedure).cloned();
    let columns = answer.as_ref().map(|table| results(procedure, table)).unwrap_or_default();
    let mut outputs = vec![Output::ReturnValue; call.markers.len()];
    let mut arguments: Vec<(usize, Operand)> = Vec::with_capacity(call.arguments.len());
    let mut expressions: Vec<(usize, Expr)> = Vec::new();
    let mut by_name = false;
    for (position, argument) in call.arguments.into_iter().enumerate() {
        let is_result = |name: &str| columns.iter().position(|c| c.name.eq_ignore_ascii_case(name));
        let (index, input) = match &argument.name {
            Some(name) => {
                by_name = true;
                match (procedure.input(name), is_result(name), &argument.value) {
                    (Some(input), _, _) => input,
                    (None, Some(column), Written::Marker(number)) => {
                        outputs[*number] = Output::Column(column);
                        parameters[*number] = output_marker(&columns[column]);
                        continue;
                    }
                    (None, _, _) => return Err(unknown_input(procedure, name, &argument.place)),
                }
            }
            None if by_name => {
                let message = format!("The argument{} has no name, but one before it has.", argument.place);
                return Err(Error::new(state::SYNTAX_ERROR, message));
            }
            None => match (procedure.positional().get(position), &argument.value) {
                (Some(input), _) => (position, input),
                (None, Written::Marker(number))
                    if position < procedure.positional().len() + columns.len() =>
                {
                    outputs[*number] = Output::Next { input: false };
                    parameters[*number] = output_marker(&columns[position - procedure.positional().len()]);
                    continue;
                }
                _ => return Err(too_many(procedure, columns.len())),
            },
        };
        let is_given = |index| {
            let mut given = arguments.iter().map(|(i, _)| i).chain(expressions.iter().map(|(i, _)| i));
            given.any(|i| *i == index)
        };
        if is_given(index) {
            let name = argument.name.as_ref().unwrap_or(&input.name);
            let message = format!("{}: the argument {name} is given twice.", procedure.name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        let operand = match argument.value {
            Written::Marker(number) => {
                parameters[number] = ParameterInfo {
                    column_type: input.column_type(),
                    typed: true,
                    nullable: !input.required,
                    name: Some(input.name.clone()),
                    sid: None,
                };
                outputs[number] = match &argument.name {
                    Some(name) => Output::OfInput(is_result(name).or_else(|| is_result(&input.name))),
                    None => Output::Next { input: true },
                };
                Operand::Parameter(number)
            }
            Written::Expression(expr, _) => {
                expressions.push((index, *expr));
                continue;
            }
            literal => {
                let name = argument.name.as_deref().unwrap_or(&input.name);
                Operand::Constant(constant(procedure, name, input, literal)?)
            }
        };
        arguments.push((index, operand));
    }
    let given: Vec<usize> =
        arguments.iter().map(|(i, _)| *i).chain(expressions.iter().map(|(i, _)| *i)).collect();
    for (index, input) in procedure.inputs.iter().enumerate() {
        if input.required && !given.contains(&index) {
            let message = format!("{} needs the argument {}.", procedure.name, input.name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
    }
    let is_given = |name: &String| given.iter().any(|i| procedure.inputs[*i].is_named(name));
    if let Some(names) = procedure.one_of.iter().find(|names| !names.iter().any(is_given)) {
        let message = format!("{} needs the argument {}.", procedure.name, one_of(names));
        return Err(Error::new(state::SYNTAX_ERROR, message));
    }
    let calculated = calculated(names, procedure, expressions, &call.markers, &mut parameters, &mut outputs)?;
    let returns_value = call.returns_value;
    let procedure = procedure.clone();
    let plan =
        Plan::Call(CallPlan { procedure, arguments, calculated, answer, columns, returns_value, outputs });
    Ok(Statement { plan, parameters })
}

/// The query that calculates arguments; it tells what is known of the markers in it, which are inputs and nothing else.
///
/// # Errors
/// 42S22 for the name of a column, HYC00 for a sub-query, and what an expression is refused for.
fn calculated(
    names: Names<'_>,
    procedure: &Procedure,
    expressions: Vec<(usize, Expr)>,
    markers: &Markers,
    parameters: &mut [ParameterInfo],
    outputs: &mut [Output],
) -> Result<Option<Calculated>> {
    if expressions.is_empty() {
        return Ok(None);
    }
    let (inputs, content): (Vec<usize>, Vec<Expr>) = expressions.into_iter().unzip();
    let targets: Vec<Typed> = inputs
        .iter()
        .map(|&i| Typed::of(Some(procedure.inputs[i].column_type()), !procedure.inputs[i].required))
        .collect();
    let mut resolver = Resolver::new(names, markers);
    let rows = vec![Parens::with_empty_span(content)];
    let values = Values { explicit_row: false, value_keyword: false, rows };
    let mut within = Vec::new();
    for (place, number) in markers {
        if values.rows[0].content.iter().any(|expr| holds(expr, *place)) {
            within.push(*number);
        }
    }
    let query = resolver.assign_values(values, &targets)?;
    if !query.tables.is_empty() {
        let message = "A sub-query is not supported as an argument of a procedure: read its value first.";
        return Err(Error::new(state::NOT_IMPLEMENTED, message));
    }
    for &number in &within {
        parameters[number] = resolver.parameters[number].clone();
        outputs[number] = Output::OfInput(None);
    }
    let markers = within.into_iter().max().map_or(0, |last| last + 1);
    Ok(Some(Calculated { inputs, query, markers }))
}

/// Whether the marker of that place is in the expression.
fn holds(expr: &Expr, place: Location) -> bool {
    let found = visit_expressions(expr, |expr| match expr {
        Expr::Value(value) if value.span.start == place => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

/// The columns of the answer.
fn results(procedure: &Procedure, table: &Arc<Table>) -> Vec<ResultColumn> {
    let columns = table.shown().map(|(i, _)| ResultColumn::of_table(table, i));
    match procedure.returns {
        Some(_) => columns.collect(),
        // There is no such table.
        None => columns.map(|column| ResultColumn { base: None, ..column }).collect(),
    }
}

/// What a marker that is no input is described as.
fn output_marker(column: &ResultColumn) -> ParameterInfo {
    ParameterInfo {
        column_type: column.column_type,
        typed: true,
        nullable: true,
        name: Some(column.name.clone()),
        sid: None,
    }
}

fn too_many(procedure: &Procedure, results: usize) -> Error {
    let inputs = procedure.positional().len();
    let more = if results == 0 {
        String::new()
    } else {
        format!(", and after them at most {results} markers for its results")
    };
    let message = format!("{} takes at most {inputs} arguments{more}.", procedure.name);
    Error::new(state::SYNTAX_ERROR, message)
}

fn unknown_input(procedure: &Procedure, name: &str, place: &str) -> Error {
    let near = names::nearest(name, procedure.inputs.iter().map(|p| p.name.as_str()));
    let end = if near.is_empty() { "." } else { &near };
    let message = format!("{} has no argument {name}{place}{end}", procedure.name);
    Error::new(state::SYNTAX_ERROR, message)
}

/// The value of an argument, which errors call by the name that was written.
fn constant(procedure: &Procedure, name: &str, input: &Parameter, written: Written) -> Result<Value> {
    let text = match written {
        Written::Null | Written::Marker(_) | Written::Expression(..) => return Ok(Value::Null),
        Written::Boolean(b) => if b { "true" } else { "false" }.to_owned(),
        Written::Number(digits) => digits,
        Written::Text(text) => text,
    };
    convert::canonical(&text, &input.column_type())
        .map_err(|e| Error { message: format!("{}, argument {name}: {}", procedure.name, e.message), ..e })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql;

    fn call(sql: &str) -> Result<(CallPlan, Vec<ParameterInfo>)> {
        let statement = sql::plan(&Model::builtin(), sql)?;
        match statement.plan {
            Plan::Call(call) => Ok((call, statement.parameters)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_may_be_reserved_words_quoted_or_marked() {
        let sql = "EXEC AddParticipants ConferenceSid = 'MyConference', From = '+18149044818', \
                   [To] = '919602968074', @muted = TRUE, Timeout = 20";
        let (plan, _) = call(sql).unwrap();
        let inputs: Vec<_> =
            plan.arguments.iter().map(|(i, _)| plan.procedure.inputs[*i].name.as_str()).collect();
        assert_eq!(inputs, ["ConferenceSid", "From", "To", "Muted", "WaitTime"]);
        assert_eq!(plan.arguments[3].1, Operand::Constant(Value::Integer(1)));
        assert_eq!(plan.arguments[4].1, Operand::Constant(Value::Integer(20)));
    }

    #[test]
    fn positional_markers_are_typed_by_the_inputs() {
        let (plan, parameters) = call("{call Twilio.AddParticipants(?, ?, ?)}").unwrap();
        assert_eq!(plan.arguments.len(), 3);
        assert_eq!(parameters[1].name.as_deref(), Some("From"));
        assert!(!parameters[2].nullable);
    }

    #[test]
    fn dates_may_be_escapes() {
        let (plan, _) = call("{call AddParticipants({ts '2024-01-02 03:04:05'}, {d '2024-01-02'}, {guid '00000000-0000-0000-0000-000000000000'}, Label = {t '01:02:03'})}").unwrap();
        let texts: Vec<_> = plan.arguments.iter().map(|(_, operand)| operand.clone()).collect();
        let text = |text: &str| Operand::Constant(Value::Text(text.into()));
        assert_eq!(
            texts,
            [
                text("2024-01-02 03:04:05"),
                text("2024-01-02"),
                text("00000000-0000-0000-0000-000000000000"),
                text("01:02:03"),
            ]
        );
    }

    #[test]
    fn expressions_are_calculated() {
        let (plan, parameters) =
            call("{? = call AddParticipants({fn UCASE(?)}, ?, 'a' || ?, Label = CURRENT_DATE)}").unwrap();
        let calculated = plan.calculated.unwrap();
        let names: Vec<_> = calculated.inputs.iter().map(|i| &*plan.procedure.inputs[*i].name).collect();
        assert_eq!(names, ["ConferenceSid", "To", "Label"]);
        assert_eq!((calculated.markers, parameters.len()), (4, 4));
        assert_eq!(plan.outputs[0], Output::ReturnValue);
        assert_eq!((plan.outputs[1], plan.outputs[3]), (Output::OfInput(None), Output::OfInput(None)));
        assert_eq!(plan.arguments.len(), 1);
        let error = call("EXEC AddParticipants 'a', 'b', Sid").unwrap_err();
        assert_eq!(error.state, state::COLUMN_NOT_FOUND, "{error}");
    }

    #[test]
    fn a_return_value_is_the_first_marker() {
        let (plan, parameters) = call("{? = call AddParticipants(?, '1', '2')}").unwrap();
        assert!(plan.returns_value);
        assert_eq!(plan.arguments[0].1, Operand::Parameter(1));
        assert_eq!(parameters[0].column_type, ColumnType::of(DataType::Integer));
        assert_eq!(parameters[1].name.as_deref(), Some("ConferenceSid"));
    }

    #[test]
    fn secrets_are_masked_for_the_log() {
        let model = Model::builtin();
        let masked = |sql| sql::loggable(&model, sql);
        assert_eq!(
            masked(
                "EXEC AddParticipants 'it''s', From = ?, To='3', sipauthpassword = 'hidden', Muted = true"
            ),
            "EXEC AddParticipants ConferenceSid = 'it''s', From = ?, To = '3', SipAuthPassword = '***', Muted = true"
        );
        assert_eq!(masked("EXEC Nothing Password = 'hidden'"), "EXEC …");
        assert_eq!(masked("{call AddParticipants('hidden'"), "EXEC …");
        assert_eq!(masked("{?=call AddParticipants('hidden'"), "EXEC …");
        assert_eq!(masked("CALL Nothing('hidden')"), "EXEC …");
        assert_eq!(masked("SELECT  1 -- as it is"), "SELECT  1 -- as it is");
    }

    #[test]
    fn faults_name_the_argument() {
        for (sql, expected) in [
            ("EXEC AddParticipants ConferenceSid = 'x', From = '1'", "needs the argument To"),
            ("EXEC AddParticipants ConferenceSid = 'x', Fron = '1'", "no argument Fron"),
            ("EXEC AddParticipants 'a', 'b', 'c', Muted = 'maybe'", "argument Muted"),
            ("EXEC AddParticipants 'a', 'b', 'c', Timeout = '1.5'", "argument Timeout"),
            ("EXEC AddParticipants From = '1', 'b'", "has no name"),
            ("EXEC AddParticipants To = '1', to = 'b'", "given twice"),
            ("EXEC AddParticipant 'a'", "did you mean AddParticipants"),
            ("EXEC AddParticipants (", "expected a literal"),
            ("EXEC AddParticipants 'a', 'b', (SELECT Sid FROM Calls)", "A sub-query is not supported"),
            ("EXEC AddParticipants 'a', 'b', UPPER(Sid)", "Sid"),
            ("EXEC AddParticipants 'a', 'b', 'c' ||", "Syntax error"),
            ("{call AddParticipants({d '2024-02-30'})}", "2024-02-30"),
            ("EXEC AddParticipants 'a' 'b'", "line 1, column 26"),
        ] {
            let error = call(sql).unwrap_err();
            assert!(error.message.contains(expected), "{sql}: {}", error.message);
        }
    }
}
