//! Lists the model's data files, so that adding a resource is adding a file.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let data = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("src/model/data");
    let mut list = String::new();
    for (constant, folder) in [("TABLES", "tables"), ("PROCEDURES", "procedures")] {
        let folder = data.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files: Vec<_> = fs::read_dir(&folder)
            .expect("the model's folder exists")
            .map(|entry| entry.expect("a readable folder").path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        writeln!(list, "pub(super) const {constant}: &[(&str, &str)] = &[").expect("writing to a string");
        for file in files {
            let name = file.file_name().expect("a file").to_string_lossy();
            writeln!(list, "    ({name:?}, include_str!({file:?})),").expect("writing to a string");
        }
        list.push_str("];\n");
    }
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("model_files.rs");
    fs::write(out, list).expect("OUT_DIR is writable");
}
