//! The page of the stored procedures.

use super::facts;
use super::markdown::{code, table as rows, type_name};
use super::{Place, Site};
use crate::model::{DEFAULT_SCHEMA, Parameter, Procedure};

pub(super) fn page(site: &Site) -> String {
    let mut page = "# Procedures\n\nArguments are given by name or in this order; one that answers anything answers one row. How they are called: \
                    [sql.md](../sql.md#procedures).\n\n"
        .to_owned();
    for procedure in site.model.procedures() {
        page += &section(site, procedure);
    }
    page.trim_end().to_owned() + "\n"
}

fn section(site: &Site, procedure: &Procedure) -> String {
    let name = match procedure.schema.as_str() {
        DEFAULT_SCHEMA => procedure.name.clone(),
        schema => format!("{schema}.{}", procedure.name),
    };
    let mut section = format!("## {name}\n\n{}\n\n", procedure.remarks);
    if let Some(note) = site.notes.get(&procedure.name) {
        section += &format!("{}\n\n", note.trim());
    }
    let answer = site.model.answer(procedure);
    if procedure.paid {
        section += "It costs money or reaches people.\n\n";
    }
    section += &match (answer, &procedure.returns) {
        (Some(table), Some(_)) => format!("It answers a row of {}.\n\n", site.link(Place::Top, table)),
        (Some(_), None) => "It answers a row of columns of its own.\n\n".to_owned(),
        (None, _) => "It answers no row.\n\n".to_owned(),
    };
    if !procedure.inputs.is_empty() {
        section += &rows(["input", "type", "", "what it is"], procedure.inputs.iter().map(of_input));
    }
    if let (Some(table), None) = (answer, &procedure.returns) {
        let results = table
            .columns
            .iter()
            .map(|column| [code(&column.name), type_name(column.column_type()), column.remarks.clone()]);
        section += &format!("\n{}", rows(["output", "type", "what it is"], results));
    }
    section
}

fn of_input(input: &Parameter) -> [String; 4] {
    let required = if input.required { "required" } else { "" };
    let mut words = vec![input.remarks.clone()];
    words.extend(facts::of_parameter(input));
    [code(&input.name), type_name(input.column_type()), required.to_owned(), words.join(" ")]
}
