//! The generic part: every list of a model, answered with a few synthetic rows made from its types.
//!
//! It serves what the world does not know, and only with `--model`: the model's data files are what it imitates, not
//! Twilio's documents. Reads only. The same request gives the same rows; what lies below a row that is not there is
//! not found.

mod model;
mod rows;

use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use self::model::{Paging, Table};
use crate::errors::ApiError;
use crate::http::{Answer, Request};
use crate::params;
use crate::router;
use crate::template::Given;

/// Rows of every list, and of every page but the last: few, so that each list has a page to turn.
const ROWS: usize = 3;
const PAGE: usize = 2;

/// All tables of a model.
#[derive(Debug)]
pub(crate) struct Generic {
    tables: Vec<Table>,
}

impl Generic {
    /// Reads the data files of a model.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let mut tables = model::read(folder)?;
        tables.retain(|table| !table.lists.iter().any(|list| router::has_list(&table.product, list)));
        Ok(Generic { tables })
    }

    /// How many segments of the path are literal in the best template for it.
    pub(crate) fn literals(&self, request: &Request) -> Option<usize> {
        self.find(request).map(|(literals, ..)| literals)
    }

    /// The table for a path, what the path gives, and whether it is that of a row.
    fn find(&self, request: &Request) -> Option<(usize, &Table, Given, bool)> {
        let path: Vec<String> = request.path.trim_start_matches('/').split('/').map(decoded).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let (product, path) = match path.split_first() {
            Some((first, rest)) if self.tables.iter().any(|t| t.product == *first) => (*first, rest),
            _ => ("api", &path[..]),
        };
        let found = self.tables.iter().filter(|t| t.product == product).filter_map(|table| {
            let mut lists = table.lists.iter();
            let list = lists.find_map(|list| Some((list.literals(), table, list.capture(path)?, false)));
            let fetch = || {
                let template = table.fetch.as_ref()?;
                template.capture(path).map(|given| (template.literals(), table, given, true))
            };
            list.or_else(fetch)
        });
        // `/Operators/Custom` is a list, though `/Operators/{Sid}` fits as well; and what is one table's row by its path may
        // be another's list.
        found.max_by_key(|(literals, .., is_fetch)| (*literals, !is_fetch))
    }

    /// Answers a request, or says that there is no such resource. `path` has the product in front, or belongs to
    /// the product `api`.
    pub(crate) fn answer(&self, request: &Request, account: &str) -> Result<Answer, ApiError> {
        let found = self.find(request).ok_or_else(|| ApiError::not_found(&request.path))?;
        let (_, table, mut given, is_fetch) = found;
        if request.method != "GET" {
            return Err(ApiError::method_not_allowed());
        }
        given.entry("AccountSid".into()).or_insert_with(|| account.to_owned());
        let not_found = || ApiError::not_found(&request.path);
        if !self.has_parents(table, &given) {
            return Err(not_found());
        }
        if is_fetch {
            let mut above = given.clone();
            above.retain(|name, _| name == "AccountSid" || table.list.has(name));
            let rows = (0..ROWS).map(|i| rows::row(table, &above, i));
            let wanted = rows.into_iter().find(|row| rows::is_row(table, row, &given));
            return wanted.map(|row| Answer::json(200, &row)).ok_or_else(not_found);
        }
        list(table, request, &given)
    }

    /// Whether the rows that the path names are there. Rows of the world are left to the world.
    fn has_parents(&self, table: &Table, given: &Given) -> bool {
        table.parents.iter().all(|parent| {
            let (schema, name) = parent.table.split_once('.').unwrap_or((&table.schema, &parent.table));
            let above = self.tables.iter().find(|t| t.schema == schema && t.name == name);
            let (Some(above), Some(key)) = (above, given.get(&parent.column)) else { return true };
            let mut path: Given = parent
                .with
                .iter()
                .filter_map(|(theirs, own)| Some((theirs.clone(), given.get(own)?.clone())))
                .collect();
            path.insert("AccountSid".into(), given["AccountSid"].clone());
            (0..ROWS)
                .any(|i| rows::text(above, &rows::row(above, &path, i), &parent.key).as_ref() == Some(key))
        })
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// One page of a list, with what leads to the next one as the product does it.
fn list(table: &Table, request: &Request, given: &Given) -> Result<Answer, ApiError> {
    if table.paging == Some(Paging::One) {
        return Ok(Answer::json(200, &rows::row(table, given, 0)));
    }
    let query = &request.query;
    if let Some(size) = params::text(query, "PageSize") {
        match size.parse::<u32>() {
            Ok(rows) if (1..=table.page_size).contains(&rows) => {}
            _ => {
                return Err(ApiError::new(400, 20007, format!("Page size must be 1 to {}", table.page_size)));
            }
        }
    }
    let token = if table.paging == Some(Paging::Token) { "Token" } else { "Page" };
    let page: usize = params::text(query, token).and_then(|page| page.parse().ok()).unwrap_or(0);
    let size = if table.paging == Some(Paging::None) { ROWS } else { PAGE };
    let rows: Vec<Value> =
        (0..ROWS).skip(page * size).take(size).map(|i| rows::row(table, given, i)).collect();
    let more = (page + 1) * size < ROWS;
    let mut answer = Map::from_iter([(table.items.clone(), Value::from(rows))]);
    let path = match request.path.trim_start_matches('/').split_once('/') {
        Some((first, rest)) if first == table.product => format!("/{rest}"),
        _ => request.path.clone(),
    };
    let link = more.then(|| format!("{path}?Page={}&PageToken=PA{page}", page + 1));
    match table.paging {
        Some(Paging::None | Paging::One) => {}
        Some(Paging::Token) => {
            let token = more.then(|| (page + 1).to_string());
            answer.insert("meta".into(), json!({"next_token": token, "previous_token": null}));
        }
        Some(Paging::Number) => {
            answer.extend([("has_next".into(), json!(more)), ("current_page".into(), json!(page))]);
        }
        None if table.product == "api" => {
            answer.insert("next_page_uri".into(), json!(link));
        }
        None => {
            let link = link.map(|path| format!("https://{}.twilio.com{path}", table.product));
            answer.insert("meta".into(), json!({"key": table.items, "next_page_url": link}));
        }
    }
    Ok(Answer::json(200, &answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic() -> Generic {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/model/data");
        Generic::read(&folder).unwrap()
    }

    fn get(generic: &Generic, target: &str) -> Result<Value, ApiError> {
        let (path, raw) = target.split_once('?').unwrap_or((target, ""));
        let (method, path, query) = ("GET".to_owned(), path.to_owned(), crate::http::decode(raw.as_bytes()));
        let request = Request { method, path, query, ..Request::default() };
        let answer = generic.answer(&request, "AC00000000000000000000000000000001")?;
        Ok(serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn pages_and_children_belong_together() {
        let generic = generic();
        let first = get(&generic, "/sync/v1/Services?PageSize=100").unwrap();
        let rows = first["services"].as_array().unwrap();
        assert_eq!(rows.len(), PAGE);
        let next = first["meta"]["next_page_url"].as_str().unwrap();
        let next = next.replace("https://sync.twilio.com", "/sync");
        let last = get(&generic, &next).unwrap();
        assert_eq!(last["services"].as_array().unwrap().len(), ROWS - PAGE);
        assert!(last["meta"]["next_page_url"].is_null());

        let sid = rows[1]["sid"].as_str().unwrap();
        assert!(sid.starts_with("IS") && sid.len() == 34, "{sid}");
        assert_eq!(get(&generic, &format!("/sync/v1/Services/{sid}")).unwrap(), rows[1]);
        let below = get(&generic, &format!("/sync/v1/Services/{sid}/Lists")).unwrap();
        assert_eq!(below["lists"][0]["service_sid"], sid);
        let nobody = format!("/sync/v1/Services/IS{}/Lists", "f".repeat(32));
        assert_eq!(get(&generic, &nobody).unwrap_err().code, 20404);
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let generic = generic();
        assert_eq!(get(&generic, "/sync/v1/Services?PageSize=101").unwrap_err().code, 20007);
        assert_eq!(get(&generic, "/verify/v2/Nothing").unwrap_err().code, 20404);
    }

    #[test]
    fn a_longer_literal_path_wins() {
        let custom = get(&generic(), "/intelligence/v2/Operators/Custom").unwrap();
        assert!(custom["operators"].is_array());
    }
}
