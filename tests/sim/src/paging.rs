//! Pages: an array with links beside it (2010 API) or in `meta` (all others), and opaque tokens.
//!
//! A token names a row, not an offset: `PA` + id goes on after that row, `PB` + id goes back
//! before it. So rows added or removed meanwhile neither repeat nor hide others.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use crate::errors::ApiError;
use crate::http::{Answer, Pairs};
use crate::params;
use crate::world::table::Rows;

const DEFAULT_SIZE: usize = 50;

/// A list that can be paged: the name of its array, and how tokens spell its rows' SIDs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListKind {
    pub(crate) array: &'static str,
    /// First two letters of the row's SID, and those its token carries instead.
    pub(crate) sid_prefix: &'static str,
    pub(crate) token_prefix: &'static str,
    /// The largest `PageSize`.
    pub(crate) max_size: usize,
    /// The product whose host stands in links; the 2010 API has none there.
    pub(crate) host: Option<&'static str>,
}

impl ListKind {
    /// A list of the 2010 API; tokens carry the whole SID.
    pub(crate) const API: ListKind =
        ListKind { array: "", sid_prefix: "", token_prefix: "", max_size: 1000, host: None };
}

enum Cursor {
    Start,
    After(u64),
    Before(u64),
}

/// What `PageSize`, `Page` and `PageToken` ask for.
struct Wanted {
    size: usize,
    page: u64,
    cursor: Cursor,
    token: Option<String>,
}

/// One page, ready to be serialised.
struct Page<V> {
    array: &'static str,
    in_meta: bool,
    rows: Vec<V>,
    page: u64,
    size: usize,
    uri: String,
    first: String,
    next: Option<String>,
    previous: Option<String>,
}

impl<V: Serialize> Serialize for Page<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.in_meta {
            let mut map = serializer.serialize_map(Some(2))?;
            map.serialize_entry(self.array, &self.rows)?;
            let meta = json!({
                "key": self.array, "page": self.page, "page_size": self.size, "url": self.uri,
                "first_page_url": self.first, "next_page_url": self.next, "previous_page_url": self.previous,
            });
            map.serialize_entry("meta", &meta)?;
            return map.end();
        }
        let start = if self.rows.is_empty() { 0 } else { self.page * self.size as u64 };
        let mut map = serializer.serialize_map(Some(9))?;
        map.serialize_entry(self.array, &self.rows)?;
        map.serialize_entry("first_page_uri", &self.first)?;
        map.serialize_entry("next_page_uri", &self.next)?;
        map.serialize_entry("previous_page_uri", &self.previous)?;
        map.serialize_entry("uri", &self.uri)?;
        map.serialize_entry("page", &self.page)?;
        map.serialize_entry("page_size", &self.size)?;
        map.serialize_entry("start", &start)?;
        map.serialize_entry("end", &(start + (self.rows.len() as u64).saturating_sub(1)))?;
        map.end()
    }
}

/// Answers the page of `table` that the query asks for, newest row first.
///
/// `path` is what links are built on; `accepts` is the list's filter, `sid` and `view` read one row.
pub(crate) fn answer<R: Rows, V: Serialize>(
    kind: ListKind,
    path: &str,
    query: &Pairs,
    table: R,
    accepts: impl Fn(&R::Row) -> bool,
    sid: impl Fn(&R::Row) -> &str,
    view: impl Fn(R::Row) -> V,
) -> Result<Answer, ApiError> {
    let wanted = Wanted::read(kind, query, table)?;
    let (mut rows, mut more) = (Vec::new(), false);
    let mut take = |row: R::Row| {
        if accepts(&row) {
            more = rows.len() == wanted.size;
            if !more {
                rows.push(row);
            }
        }
        !more
    };
    match wanted.cursor {
        Cursor::Start => table.older_than(u64::MAX).all(&mut take),
        Cursor::After(place) => table.older_than(place).all(&mut take),
        Cursor::Before(place) => table.newer_than(place).all(&mut take),
    };
    if matches!(wanted.cursor, Cursor::Before(_)) {
        // Walking back, the row the token names follows this page if it passes the filter;
        // the page that follows may be empty then, which the API allows.
        rows.reverse();
        more = true;
    }
    let filters: Pairs = query.iter().filter(|(name, _)| !is_paging(name)).cloned().collect();
    let host = kind.host.map(|product| format!("https://{product}.twilio.com")).unwrap_or_default();
    let path = format!("{host}{path}");
    let link = |page: u64, token: Option<String>| uri(&path, &filters, wanted.size, page, token.as_deref());
    let token = |direction: &str, row: &R::Row| {
        let id = sid(row).strip_prefix(kind.sid_prefix).unwrap_or(sid(row));
        Some(format!("{direction}{}{id}", kind.token_prefix))
    };
    let next = rows.last().filter(|_| more).map(|row| link(wanted.page + 1, token("PA", row)));
    let previous =
        rows.first().filter(|_| wanted.page > 0).map(|row| link(wanted.page - 1, token("PB", row)));
    let page = Page {
        array: kind.array,
        in_meta: kind.host.is_some(),
        page: wanted.page,
        size: wanted.size,
        uri: link(wanted.page, wanted.token.clone()),
        first: link(0, None),
        next,
        previous,
        rows: rows.into_iter().map(view).collect(),
    };
    Ok(Answer::json(200, &page))
}

fn is_paging(name: &str) -> bool {
    matches!(name, "PageSize" | "Page" | "PageToken")
}

fn uri(path: &str, filters: &Pairs, size: usize, page: u64, token: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters);
    query.append_pair("PageSize", &size.to_string());
    query.append_pair("Page", &page.to_string());
    if let Some(token) = token {
        query.append_pair("PageToken", token);
    }
    format!("{path}?{}", query.finish())
}

impl Wanted {
    fn read(kind: ListKind, query: &Pairs, table: impl Rows) -> Result<Self, ApiError> {
        let size = match params::text(query, "PageSize") {
            None | Some("") => DEFAULT_SIZE,
            Some(text) => match text.parse() {
                Ok(size) if (1..=kind.max_size).contains(&size) => size,
                _ => {
                    return Err(ApiError::new(
                        400,
                        20007,
                        format!("Page size must be 1 to {}", kind.max_size),
                    ));
                }
            },
        };
        let page = match params::text(query, "Page") {
            None | Some("") => 0,
            Some(text) => text.parse().map_err(|_| ApiError::invalid(format!("Invalid Page: {text}")))?,
        };
        let token = params::text(query, "PageToken").filter(|token| !token.is_empty());
        let cursor = match token {
            Some(token) => cursor(kind, token, table).ok_or_else(bad_token)?,
            None if page > 0 => return Err(bad_token()),
            None => Cursor::Start,
        };
        Ok(Wanted { size, page, cursor, token: token.map(str::to_string) })
    }
}

fn cursor(kind: ListKind, token: &str, table: impl Rows) -> Option<Cursor> {
    let back = token.strip_prefix("PB");
    let id = back.or_else(|| token.strip_prefix("PA"))?.strip_prefix(kind.token_prefix)?;
    let place = table.place(&format!("{}{id}", kind.sid_prefix))?;
    Some(if back.is_some() { Cursor::Before(place) } else { Cursor::After(place) })
}

fn bad_token() -> ApiError {
    ApiError::new(400, 21481, "Invalid PageToken")
}
