//! `model-gen`: writes the generated tables of the model, and says what is new.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use model_gen::files::{self, PROCEDURES, TABLES};
use model_gen::generate::{Generated, generate};
use model_gen::house::House;
use model_gen::model::Table;

/// Writes the model's generated tables from Twilio's OpenAPI documents, and says what appeared, changed and vanished.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder with the documents (twilio_*.json)
    documents: PathBuf,

    /// Folder with the model's data files
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/model/data"))]
    data: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments.documents, &arguments.data) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("model-gen: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(documents: &Path, data: &Path) -> Result<(), String> {
    let sources = files::documents(documents)?;
    let curated = files::curated(data)?;
    let generated = generate(&sources, &curated, &files::curated_writes(data)?, &House::builtin()?)?;
    let kinds = [
        (TABLES, files::render(&generated.tables)),
        (PROCEDURES, files::render_procedures(&generated.procedures)),
    ];
    for (folder, new) in kinds {
        let old = files::generated(data, folder)?;
        files::write(data, folder, &old, &new)?;
        print!("{}", files::report(&old, &new));
    }
    for left_out in &generated.left_out {
        println!("left out  {} {}: {}", left_out.operation, left_out.path, left_out.reason);
    }
    println!("{}", summary(sources.len(), &generated));
    Ok(())
}

fn summary(documents: usize, generated: &Generated) -> String {
    let tables = &generated.tables;
    let sum = |count: fn(&Table) -> usize| tables.iter().map(count).sum::<usize>();
    let lists = tables.iter().filter(|t| t.paging.as_deref() != Some("one")).count();
    format!(
        "{documents} documents: {} tables ({lists} lists, {} of one row), {} columns, {} filters, {} switches, {} \
         parents, {} operations; {} made by hand; {} procedures; {} left out",
        tables.len(),
        tables.len() - lists,
        sum(|t| t.columns.len()),
        sum(|t| t.filters.len()),
        sum(|t| t.switches.len()),
        sum(|t| t.parents.len()),
        sum(|t| t.operations().count()),
        generated.curated,
        generated.procedures.len(),
        generated.left_out.len(),
    )
}
