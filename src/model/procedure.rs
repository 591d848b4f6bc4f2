//! The shape of a stored procedure's data file.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::table::{Method, Table, placeholders};
use super::{ACCOUNT, DataType, Parameter, load};

/// A data file: a procedure in full, or the update of a table's row under a name of its own.
pub(super) enum ProcedureFile {
    Update(UpdateProcedure),
    Whole(Procedure),
}

impl ProcedureFile {
    /// Reads a file. Which of the two it is shows in its fields, so that a fault is told by its place.
    ///
    /// # Errors
    /// The field, the line, and what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Kind {
            updates: Option<IgnoredAny>,
        }
        match load::read::<Kind>(text)?.updates {
            Some(_) => load::read(text).map(ProcedureFile::Update),
            None => load::read(text).map(ProcedureFile::Whole),
        }
    }

    /// The procedure in full.
    ///
    /// # Errors
    /// What the table lacks whose row is updated.
    pub(super) fn whole<'a>(
        self,
        table: impl Fn(&str, &str) -> Option<&'a Table>,
    ) -> Result<Procedure, String> {
        match self {
            ProcedureFile::Whole(procedure) => Ok(procedure),
            ProcedureFile::Update(update) => update.resolve(table),
        }
    }
}

/// A procedure whose inputs are the path columns and the parameters of a table's update.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateProcedure {
    schema: String,
    name: String,
    remarks: String,
    /// The table whose row is updated and answered.
    updates: String,
}

impl UpdateProcedure {
    fn resolve<'a>(self, table: impl Fn(&str, &str) -> Option<&'a Table>) -> Result<Procedure, String> {
        let target = table(&self.schema, &self.updates).ok_or(format!("{}: updates no table", self.name))?;
        let update = target.update.as_ref().ok_or(format!("{}: {} has no update", self.name, target.name))?;
        let path = placeholders(&update.path).filter(|&name| name != ACCOUNT).map(|name| {
            let (_, column) = target.column(name).ok_or(format!("{}: no column {name}", target.name))?;
            Ok(Parameter {
                default: None,
                clear: false,
                name: column.name.clone(),
                aliases: column.aliases.clone(),
                parameter: None,
                data_type: DataType::Text,
                size: column.size,
                required: true,
                array: false,
                acts: false,
                secret: false,
                sid: column.sid.clone(),
                values: Vec::new(),
                remarks: column.remarks.clone(),
            })
        });
        let inputs = path.chain(update.parameters.iter().cloned().map(Ok)).collect::<Result<_, String>>()?;
        Ok(Procedure {
            schema: self.schema,
            name: self.name,
            remarks: self.remarks,
            product: target.product.clone(),
            method: update.method,
            path: update.path.clone(),
            creates: false,
            paid: update.paid,
            inputs,
            returns: target.name.clone(),
        })
    }
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
    /// Path template: its placeholders name inputs; all other inputs are sent as form fields.
    pub path: String,
    /// Whether every execution makes something new, so that it must never be sent twice.
    #[serde(default)]
    pub creates: bool,
    /// Whether it costs money or reaches people.
    #[serde(default)]
    pub paid: bool,
    /// Inputs, in the order of positional arguments.
    pub inputs: Vec<Parameter>,
    /// The table whose row is answered: its columns are the outputs.
    pub returns: String,
}

impl Procedure {
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
