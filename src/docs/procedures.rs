//! The page of the stored procedures.

use super::facts;
use super::markdown::{code, table as rows, type_name};
use super::{Place, Site};
use crate::model::{Parameter, Procedure};

pub(super) fn page(site: &Site) -> String {
    let mut page = "# Procedures\n\nArguments are given by name or in this order; each answers one row. How they are called: \
                    [sql.md](../sql.md#procedures).\n\n"
        .to_owned();
    for procedure in site.model.procedures() {
        page += &section(site, procedure);
    }
    page.trim_end().to_owned() + "\n"
}

fn section(site: &Site, procedure: &Procedure) -> String {
    let mut section = format!("## {}\n\n{}\n\n", procedure.name, procedure.remarks);
    if let Some(note) = site.notes.get(&procedure.name) {
        section += &format!("{}\n\n", note.trim());
    }
    let returns =
        site.model.table(Some(&procedure.schema), &procedure.returns).expect("a test checks the model");
    section += &format!("It answers a row of {}.\n\n", site.link(Place::Top, returns));
    section + &rows(["input", "type", "", "what it is"], procedure.inputs.iter().map(of_input))
}

fn of_input(input: &Parameter) -> [String; 4] {
    let required = if input.required { "required" } else { "" };
    let mut words = vec![input.remarks.clone()];
    words.extend(facts::of_parameter(input));
    [code(&input.name), type_name(input.column_type()), required.to_owned(), words.join(" ")]
}
