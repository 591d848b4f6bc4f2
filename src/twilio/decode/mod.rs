//! Reads an answer's JSON, once, into typed columns.
//!
//! A [`Layout`] says which fields to read and as what; [`read_list`] and [`read_object`] walk the text with it
//! and fill a [`Page`]. Fields that the layout does not name are skipped unread. A value that cannot be what its
//! column says becomes NULL with a [`Warning`], and its row stays; a text that is cut or malformed is an error,
//! never fewer rows.

mod cell;
mod column;
#[cfg(test)]
mod fuzz;
mod layout;
mod names;
mod page;
mod secrets;
#[cfg(test)]
mod tests;
mod timestamp;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use layout::Layout;
pub use page::{Page, Warning};

use layout::Node;
use names::Names;

/// The fields of a list's answer that are arrays in none of its forms, or that hold no rows.
const NO_ITEMS: [&str; 3] = ["errors", "params", "details"];

/// The most rows of one answer: Twilio gives 1,000 at the most where it counts them, and lists without pages are short. Each
/// of millions of empty objects would take its place in every column.
pub(super) const MAX_ROWS: usize = 100_000;

/// What leads from one page to the next.
#[derive(Debug, PartialEq)]
pub enum Continuation {
    /// A link, as it was sent.
    Link(String),
    /// The query parameter that the list is asked for again with, and its value.
    Query(&'static str, String),
}

/// A list's answer, with its links as they were sent.
#[derive(Debug)]
pub struct List {
    /// Its rows.
    pub page: Page,
    /// `None` on the last page.
    pub next: Option<Continuation>,
    /// The address that the page gives as its own.
    pub own: Option<String>,
}

impl List {
    /// An answer that is the row.
    pub(super) fn of_one(page: Page) -> Self {
        List { page, next: None, own: None }
    }
}

/// Reads a list's answer: the rows that `layout` asks for, and what leads to the next page.
///
/// # Errors
/// A sentence that says where the text is not what it has to be.
pub fn read_list(body: &[u8], layout: &Layout) -> Result<List, String> {
    let text = utf8(body)?;
    if let Some(items) = layout.items()
        && let Some(list) = parse(text, ListSeed { items, layout })?
    {
        return Ok(list);
    }
    let items = parse(text, OutlineSeed)?.items()?;
    parse(text, ListSeed { items: &items, layout })?.ok_or_else(|| "the array of its rows is missing".into())
}

/// Reads an answer that is one object, as a page of one row.
///
/// # Errors
/// A sentence that says where the text is not what it has to be.
pub(super) fn read_object(body: &[u8], layout: &Layout) -> Result<Page, String> {
    let mut page = Page::new(layout);
    parse(utf8(body)?, RowSeed { node: layout.root(), page: &mut page })?;
    page.end_row();
    Ok(page)
}

fn utf8(body: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(body).map_err(|e| format!("it is not UTF-8: {e}"))
}

fn parse<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> Result<S::Value, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    seed.deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|e| format!("invalid JSON: {e}"))
}

/// A row: an object, whatever else it may be told to be.
struct RowSeed<'a> {
    node: &'a Node,
    page: &'a mut Page,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.node.columns.is_empty() {
            return deserializer.deserialize_map(Fields {
                node: self.node,
                page: self.page,
                are_of_row: true,
            });
        }
        // The whole row is a column as well.
        let raw: &RawValue = serde::Deserialize::deserialize(deserializer)?;
        if !raw.get().starts_with('{') {
            return Err(D::Error::custom("a row that is no object"));
        }
        self.page.set_all(self.node, raw).map_err(D::Error::custom)
    }
}

/// A field that the layout names.
struct FieldSeed<'a> {
    node: &'a Node,
    page: &'a mut Page,
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let raw: &RawValue = serde::Deserialize::deserialize(deserializer)?;
        self.page.set_all(self.node, raw).map_err(D::Error::custom)
    }
}

impl Page {
    /// Sets the columns that take this value, and those of the fields below it.
    fn set_all(&mut self, node: &Node, raw: &RawValue) -> Result<(), serde_json::Error> {
        if node.is_secret() {
            node.columns.iter().for_each(|&column| self.set_secret(column, raw.get()));
            return Ok(());
        }
        if node.holds_secret() && !node.columns.is_empty() {
            let text = secrets::masked(node, raw)?;
            node.columns.iter().for_each(|&column| self.set(column, &text));
        } else {
            node.columns.iter().for_each(|&column| self.set(column, raw.get()));
        }
        // Below a value that is no object there is nothing: its columns stay NULL.
        if node.has_children() && raw.get().starts_with('{') {
            serde_json::Deserializer::from_str(raw.get()).deserialize_map(Fields {
                node,
                page: self,
                are_of_row: false,
            })?;
        }
        if let Some(object) = node.text() {
            self.set_within(object, raw);
        }
        Ok(())
    }

    /// Sets the columns of the fields of an object whose JSON is a text. What is no such text has none of them: an
    /// application wrote it, and may write what it likes.
    fn set_within(&mut self, node: &Node, raw: &RawValue) {
        let Ok(text) = serde_json::from_str::<Text<'_>>(raw.get()) else { return };
        let Ok(value) = serde_json::from_str::<&RawValue>(&text.0) else { return };
        if value.get().starts_with('{') {
            // It has been read once, so that it is well-formed.
            let mut object = serde_json::Deserializer::from_str(value.get());
            let _ = object.deserialize_map(Fields { node, page: self, are_of_row: false });
        }
    }
}

/// A text, read without a copy where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The fields of an object.
struct Fields<'a> {
    node: &'a Node,
    page: &'a mut Page,
    /// Whether the object is a row: what lies within one has few fields.
    are_of_row: bool,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut hint = 0;
        for number in 0.. {
            let names = if self.are_of_row { Some((self.page.names(), number)) } else { None };
            let Some(position) = map.next_key_seed(NameSeed { node: self.node, hint, names })? else { break };
            match position {
                Some(position) => {
                    hint = position + 1;
                    map.next_value_seed(FieldSeed { node: self.node.child(position), page: self.page })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A field's name, as its position in the node; read without a copy.
struct NameSeed<'a> {
    node: &'a Node,
    hint: usize,
    /// What is known of the row's names, and the number of this one.
    names: Option<(&'a mut Names, usize)>,
}

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(match self.names {
            Some((names, number)) => names.position(self.node, number, name, self.hint),
            None => self.node.position(name, self.hint),
        })
    }
}

/// A list's answer; `None` where the array of that name is missing.
struct ListSeed<'a> {
    items: &'a str,
    layout: &'a Layout,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = Option<List>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = Option<List>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that holds the rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut rows, mut next, mut own) = (None, None, None);
        let (mut token, mut has_next, mut number) = (None, false, None);
        while let Some(name) = map.next_key::<String>()? {
            match &*name {
                name if name == self.items => {
                    if rows.is_some() {
                        return Err(A::Error::custom("the rows are there twice"));
                    }
                    let mut page = Page::new(self.layout);
                    map.next_value_seed(RowsSeed { node: self.layout.root(), page: &mut page })?;
                    rows = Some(page);
                }
                "next_page_uri" => next = map.next_value::<Option<String>>()?.or(next),
                "uri" => own = map.next_value::<Option<String>>()?.or(own),
                "meta" => {
                    if let Some(meta) = map.next_value::<Option<Meta>>()? {
                        next = meta.next_page_url.or(next);
                        own = meta.url.or(own);
                        token = meta.next_token;
                    }
                }
                "has_next" => has_next = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "current_page" => number = map.next_value::<Option<u64>>()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let next = given(next).map(Continuation::Link);
        let next = next.or(given(token).map(|token| Continuation::Query("Token", token)));
        let number = number.filter(|_| has_next).and_then(|number| number.checked_add(1));
        let next = next.or(number.map(|number| Continuation::Query("Page", number.to_string())));
        Ok(rows.map(|page| List { page, next, own }))
    }
}

/// What paging needs of the product APIs' `meta`.
#[derive(serde::Deserialize)]
struct Meta {
    next_page_url: Option<String>,
    next_token: Option<String>,
    url: Option<String>,
    key: Option<String>,
}

/// The array of a list's rows.
struct RowsSeed<'a> {
    node: &'a Node,
    page: &'a mut Page,
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(RowSeed { node: self.node, page: self.page })?.is_some() {
            self.page.end_row();
            if self.page.rows() > MAX_ROWS {
                return Err(A::Error::custom(format!("there are more than {MAX_ROWS} rows")));
            }
        }
        Ok(())
    }
}

/// The arrays of an answer whose rows are not where the layout says.
struct Outline {
    arrays: Vec<String>,
    key: Option<String>,
}

impl Outline {
    /// The array that holds the rows: the one that `meta.key` names, or else the only one.
    fn items(self) -> Result<String, String> {
        if let Some(key) = self.key.filter(|key| self.arrays.contains(key)) {
            return Ok(key);
        }
        match <[String; 1]>::try_from(self.arrays) {
            Ok([name]) => Ok(name),
            Err(arrays) if arrays.is_empty() => Err("the array of its rows is missing".into()),
            Err(arrays) => Err(format!("it has {} arrays, and none is known to hold its rows", arrays.len())),
        }
    }
}

struct OutlineSeed;

impl<'de> DeserializeSeed<'de> for OutlineSeed {
    type Value = Outline;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outline, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OutlineSeed {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that holds the rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let mut outline = Outline { arrays: Vec::new(), key: None };
        while let Some(name) = map.next_key::<String>()? {
            if name == "meta" {
                outline.key = map.next_value::<Option<Meta>>()?.and_then(|m| m.key);
            } else {
                let value: &RawValue = map.next_value()?;
                if value.get().starts_with('[') && !NO_ITEMS.contains(&&*name) {
                    outline.arrays.push(name);
                }
            }
        }
        Ok(outline)
    }
}
