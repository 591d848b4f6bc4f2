//! The shape of a stored procedure's data file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::operation::{Body, Method, Operation};
use super::table::{Column, Table, placeholders};
use super::{ACCOUNT, DataType, Model, Parameter, load, remarks};

/// What the build takes out of a procedure's data file, and its text.
#[derive(Debug)]
pub(super) struct ProcedureHeader {
    pub schema: &'static str,
    pub name: &'static str,
    pub text: &'static str,
}

/// A procedure in the list of procedures: the rest of it is read when it is first used.
#[derive(Debug)]
pub(super) struct ProcedureEntry {
    pub schema: String,
    pub name: String,
    text: &'static str,
    procedure: OnceLock<Arc<Procedure>>,
}

impl ProcedureEntry {
    pub(super) fn new(header: &ProcedureHeader) -> Self {
        ProcedureEntry {
            schema: header.schema.to_owned(),
            name: header.name.to_owned(),
            text: header.text,
            procedure: OnceLock::new(),
        }
    }

    /// The whole procedure. One that is built in is an operation of the built-in tables, whatever has taken their places.
    pub(super) fn procedure(&self) -> &Arc<Procedure> {
        let whole = || {
            let model = Model::builtin();
            ProcedureFile::read(self.text)?
                .whole(|schema, name| model.table(Some(schema), name).map(|t| &**t))
        };
        self.procedure.get_or_init(|| Arc::new(whole().expect("a test reads every file that is built in")))
    }
}

/// A procedure that no file of the library holds.
impl From<Arc<Procedure>> for ProcedureEntry {
    fn from(procedure: Arc<Procedure>) -> Self {
        ProcedureEntry {
            schema: procedure.schema.clone(),
            name: procedure.name.clone(),
            text: "",
            procedure: OnceLock::from(procedure),
        }
    }
}

/// A data file: a procedure in full, an operation of a table under a name of its own, or a table that is copied.
pub(super) enum ProcedureFile {
    OfTable(TableProcedure),
    Importing(ImportProcedure),
    Whole(Procedure),
}

impl ProcedureFile {
    /// Reads a file. Which of them it is shows in its fields, so that a fault is told by its place.
    ///
    /// # Errors
    /// The field, the line, and what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Kind {
            inserts: Option<IgnoredAny>,
            updates: Option<IgnoredAny>,
            deletes: Option<IgnoredAny>,
            imports: Option<IgnoredAny>,
        }
        let kind = load::read::<Kind>(text)?;
        if kind.imports.is_some() {
            return load::read(text).map(ProcedureFile::Importing);
        }
        match kind.inserts.or(kind.updates).or(kind.deletes) {
            Some(_) => load::read(text).map(ProcedureFile::OfTable),
            None => load::read(text).map(ProcedureFile::Whole),
        }
    }

    /// The procedure in full.
    ///
    /// # Errors
    /// What the table lacks whose row is written.
    pub(super) fn whole<'a>(
        self,
        table: impl Fn(&str, &str) -> Option<&'a Table>,
    ) -> Result<Procedure, String> {
        let mut procedure = match self {
            ProcedureFile::Whole(procedure) => procedure,
            ProcedureFile::OfTable(procedure) => procedure.resolve(table)?,
            ProcedureFile::Importing(procedure) => procedure.resolve(table)?,
        };
        procedure.finish();
        Ok(procedure)
    }
}

/// A procedure whose inputs are the path columns and the parameters of a table's operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableProcedure {
    schema: String,
    name: String,
    remarks: String,
    /// The table that a row is added to, which is answered. One of these three is given.
    inserts: Option<String>,
    /// The table whose row is changed and answered.
    updates: Option<String>,
    /// The table that a row is taken from. Nothing is answered.
    deletes: Option<String>,
    /// Path columns that the procedure calls otherwise: column to input. The column's own name remains an alias.
    #[serde(default)]
    names: BTreeMap<String, String>,
    /// Words that path columns take beside SIDs.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// Parameters that have always the same value, and are no inputs.
    #[serde(default)]
    fixed: BTreeMap<String, String>,
    /// The parameters that are inputs, in their order, if not all are.
    inputs: Option<Vec<String>>,
}

impl TableProcedure {
    fn resolve<'a>(self, table: impl Fn(&str, &str) -> Option<&'a Table>) -> Result<Procedure, String> {
        let (verb, name) = match (&self.inserts, &self.updates, &self.deletes) {
            (Some(name), None, None) => ("create", name),
            (None, Some(name), None) => ("update", name),
            (None, None, Some(name)) => ("delete", name),
            _ => return Err(format!("{}: it has one of inserts, updates and deletes", self.name)),
        };
        let target =
            table(&self.schema, name).ok_or_else(|| format!("{}: there is no table {name}", self.name))?;
        let operation = match verb {
            "create" => &target.create,
            "update" => &target.update,
            _ => &target.delete,
        };
        let operation = operation.as_ref().ok_or_else(|| format!("{}: {name} has no {verb}", self.name))?;
        let path = placeholders(&operation.path).filter(|&name| name != ACCOUNT).map(|name| {
            let (_, column) = target.column(name).ok_or(format!("{}: no column {name}", target.name))?;
            let mut input = Parameter::of_path(operation, column);
            input.values = self.words.get(&column.name).cloned().unwrap_or_default();
            if let Some(other) = self.names.get(&column.name) {
                input.aliases.push(std::mem::replace(&mut input.name, other.clone()));
            }
            Ok(input)
        });
        let find = |name: &String| {
            operation.parameter(name).ok_or(format!("{}: {} has no parameter {name}", self.name, target.name))
        };
        let parameters: Vec<&Parameter> = match &self.inputs {
            Some(names) => names.iter().map(find).collect::<Result<_, String>>()?,
            None => operation.parameters.iter().filter(|p| !self.fixed.contains_key(&p.name)).collect(),
        };
        let inputs: Vec<Parameter> =
            path.chain(parameters.into_iter().cloned().map(Ok)).collect::<Result<_, String>>()?;
        let is_input = |name: &String| inputs.iter().any(|input| input.is_named(name));
        let exclusive = operation.exclusive.iter().filter(|names| names.iter().all(is_input));
        let exclusive = exclusive.cloned().collect();
        let fixed = self.fixed.iter();
        let fixed = fixed.map(|(name, value)| Ok((find(name)?.sent_name().to_owned(), value.clone())));
        Ok(Procedure {
            product: target.product.clone(),
            method: operation.method,
            path: operation.path.clone(),
            body: operation.body,
            creates: self.inserts.is_some(),
            paid: operation.paid,
            inputs,
            fixed: fixed.collect::<Result<_, String>>()?,
            one_of: operation.one_of.clone(),
            exclusive,
            file: None,
            returns: self.deletes.is_none().then(|| format!("{}.{}", target.schema, target.name)),
            results: Vec::new(),
            answer: None,
            takes_account: false,
            imports: None,
            schema: self.schema,
            name: self.name,
            remarks: self.remarks,
        })
    }
}

/// A procedure that copies rows of a table into a temporary one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportProcedure {
    schema: String,
    name: String,
    remarks: String,
    /// The table whose rows are read.
    imports: String,
    /// The first is the name of the temporary table. The others are columns, and say which rows are read.
    inputs: Vec<Parameter>,
    /// How inputs are compared, where it is not by `=`.
    #[serde(default)]
    operators: BTreeMap<String, Comparison>,
}

impl ImportProcedure {
    fn resolve<'a>(self, table: impl Fn(&str, &str) -> Option<&'a Table>) -> Result<Procedure, String> {
        let name = &self.imports;
        let target =
            table(&self.schema, name).ok_or_else(|| format!("{}: there is no table {name}", self.name))?;
        let Some((_, conditions)) = self.inputs.split_first() else {
            return Err(format!("{}: its first input is the name of the temporary table", self.name));
        };
        if let Some(input) = conditions.iter().find(|input| target.column(input.sent_name()).is_none()) {
            return Err(format!("{}: {name} has no column {}", self.name, input.sent_name()));
        }
        if let Some(name) = self.operators.keys().find(|name| !self.inputs.iter().any(|i| i.is_named(name))) {
            return Err(format!("{}: operators: {name} is no input", self.name));
        }
        Ok(Procedure {
            product: target.product.clone(),
            method: Method::Get,
            path: String::new(),
            body: Body::Form,
            creates: false,
            paid: false,
            inputs: self.inputs,
            fixed: BTreeMap::new(),
            one_of: Vec::new(),
            exclusive: Vec::new(),
            file: None,
            returns: None,
            results: Vec::new(),
            answer: None,
            takes_account: false,
            imports: Some(Import {
                table: (target.schema.clone(), target.name.clone()),
                operators: self.operators,
            }),
            schema: self.schema,
            name: self.name,
            remarks: self.remarks,
        })
    }
}

/// What a procedure copies.
#[derive(Debug)]
pub struct Import {
    /// The schema and the name of the table.
    pub table: (String, String),
    operators: BTreeMap<String, Comparison>,
}

impl Import {
    /// How the column of an input is compared with its value.
    pub fn operator(&self, input: &Parameter) -> &'static str {
        match self.operators.iter().find(|(name, _)| input.is_named(name)) {
            Some((_, Comparison::AtLeast)) => ">=",
            Some((_, Comparison::AtMost)) => "<=",
            None => "=",
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Comparison {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
}

/// One request of the API as a stored procedure. Its answer is a result set of one row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub schema: String,
    pub name: String,
    /// What it does, in one or two sentences.
    pub remarks: String,
    pub product: String,
    pub method: Method,
    /// Path template: its placeholders name inputs; all other inputs are sent in the query of a GET, or in the body.
    pub path: String,
    #[serde(default)]
    pub body: Body,
    /// Whether every execution makes something new or reaches somebody, so that it must never be sent twice.
    #[serde(default)]
    pub creates: bool,
    /// Whether it costs money or reaches people.
    #[serde(default)]
    pub paid: bool,
    /// Inputs, in the order of positional arguments. Where the path has an account that no file names, it is the last one.
    pub inputs: Vec<Parameter>,
    /// What is always sent: names as they are sent, and values.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// Sets of inputs, of each of which one at least has to be given.
    #[serde(default)]
    pub one_of: Vec<Vec<String>>,
    /// Sets of inputs, of each of which one at most may be given.
    #[serde(default)]
    pub exclusive: Vec<Vec<String>>,
    /// The input that names a file of this machine. Such a procedure brings the bytes of a file.
    pub file: Option<String>,
    /// The table whose row is answered: its columns are the outputs. It may be qualified.
    pub returns: Option<String>,
    /// The outputs, where the answer is no row of a table. They show secrets as well: a secret that is made is told
    /// only once. Without both, nothing is answered.
    #[serde(default)]
    results: Vec<Column>,
    #[serde(skip)]
    answer: Option<Arc<Table>>,
    /// Whether the last input is the account, which is no positional argument: what stands behind the others is a marker
    /// for a result.
    #[serde(skip)]
    takes_account: bool,
    /// The rows that it copies into a temporary table, instead of sending a request of its own.
    #[serde(skip)]
    pub imports: Option<Import>,
}

impl Procedure {
    /// Completes what a file need not say, and makes a table's row of the results.
    fn finish(&mut self) {
        if placeholders(&self.path).any(|name| name == ACCOUNT) && self.input(ACCOUNT).is_none() {
            self.inputs.push(Parameter::account());
            self.takes_account = true;
        }
        remarks::complete_procedure(&mut self.inputs, &mut self.results);
        let columns = std::mem::take(&mut self.results);
        if !columns.is_empty() {
            self.answer = Some(Arc::new(Table::temporary(self.name.clone(), columns, Vec::new())));
        }
    }

    /// The columns of an answer that is no row of a table.
    pub(super) fn answer(&self) -> Option<&Arc<Table>> {
        self.answer.as_ref()
    }

    /// The inputs that can be given by position, and that catalogue functions tell of.
    pub fn positional(&self) -> &[Parameter] {
        &self.inputs[..self.inputs.len() - usize::from(self.takes_account)]
    }

    /// The position and the input of that name or alias, in any letter case.
    pub fn input(&self, name: &str) -> Option<(usize, &Parameter)> {
        self.inputs.iter().enumerate().find(|(_, p)| p.is_named(name))
    }

    /// Whether it changes something at Twilio.
    pub fn writes(&self) -> bool {
        self.method != Method::Get
    }

    /// Whether the input is a part of the path.
    pub fn is_in_path(&self, input: &Parameter) -> bool {
        placeholders(&self.path).any(|name| input.is_named(name))
    }
}

impl Parameter {
    /// The account in a procedure's path, where no input of its file is it.
    fn account() -> Self {
        Parameter {
            name: ACCOUNT.to_owned(),
            sid: Some("AC".to_owned()),
            size: Some(34),
            remarks: "The account, if it is not the connection's own; given by name only.".to_owned(),
            ..Parameter::of_text()
        }
    }

    /// The input for a column of the path.
    fn of_path(operation: &Operation, column: &Column) -> Self {
        let takes_name = operation.takes_name(column);
        Parameter {
            name: column.name.clone(),
            aliases: column.aliases.clone(),
            size: if takes_name { Some(Operation::NAME_SIZE) } else { column.size },
            required: true,
            sid: column.sid.clone().filter(|_| !takes_name),
            remarks: column.remarks.clone(),
            ..Parameter::of_text()
        }
    }

    fn of_text() -> Self {
        Parameter {
            name: String::new(),
            aliases: Vec::new(),
            parameter: None,
            data_type: DataType::Text,
            size: None,
            required: false,
            array: false,
            acts: false,
            paid: false,
            header: false,
            format: None,
            secret: false,
            sid: None,
            values: Vec::new(),
            clear: false,
            default: None,
            remarks: String::new(),
        }
    }
}
