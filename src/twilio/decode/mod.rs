//! Reads an answer's JSON, once, into typed columns.
//!
//! A [`Layout`] says which fields to read and as what; [`read_list`] and [`read_object`] walk the text with it
//! and fill a [`Page`]. Fields that the layout does not name are skipped unread. A value that cannot be what its
//! column says becomes NULL with a [`Warning`], and its row stays; a text that is cut or malformed is an error,
//! never fewer rows.

mod cell;
mod column;
mod layout;
mod page;
#[cfg(test)]
mod tests;
mod timestamp;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use layout::Layout;
pub use page::{Page, Warning};

use layout::Node;

/// The fields of a list's answer that are arrays in none of its forms, or that hold no rows.
const NO_ITEMS: [&str; 3] = ["errors", "params", "details"];

/// Reads a list's answer: its rows and the link to the next page, as it was sent.
///
/// # Errors
/// A sentence that says where the text is not what it has to be.
pub(super) fn read_list(body: &[u8], layout: &Layout) -> Result<(Page, Option<String>), String> {
    let text = utf8(body)?;
    if let Some(items) = layout.items() {
        let list = parse(text, ListSeed { items, layout })?;
        if let Some(page) = list.page {
            return Ok((page, list.next));
        }
    }
    let items = parse(text, OutlineSeed)?.items()?;
    let list = parse(text, ListSeed { items: &items, layout })?;
    Ok((list.page.ok_or("the array of its rows is missing")?, list.next))
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
        .map_err(|e| format!("it is not the JSON that was expected: {e}"))
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
            return deserializer.deserialize_map(Fields { node: self.node, page: self.page });
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
        for &column in &node.columns {
            self.set(column, raw.get());
        }
        // Below a value that is no object there is nothing: its columns stay NULL.
        if node.has_children() && raw.get().starts_with('{') {
            serde_json::Deserializer::from_str(raw.get()).deserialize_map(Fields { node, page: self })?;
        }
        Ok(())
    }
}

/// The fields of an object.
struct Fields<'a> {
    node: &'a Node,
    page: &'a mut Page,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut hint = 0;
        while let Some(position) = map.next_key_seed(NameSeed { node: self.node, hint })? {
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
        Ok(self.node.position(name, self.hint))
    }
}

/// A list's answer. The page is `None` where the array of that name is missing.
struct List {
    page: Option<Page>,
    next: Option<String>,
}

struct ListSeed<'a> {
    items: &'a str,
    layout: &'a Layout,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = List;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<List, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = List;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that holds the rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List, A::Error> {
        let mut list = List { page: None, next: None };
        while let Some(name) = map.next_key::<String>()? {
            match &*name {
                name if name == self.items => {
                    if list.page.is_some() {
                        return Err(A::Error::custom("the rows are there twice"));
                    }
                    let mut page = Page::new(self.layout);
                    map.next_value_seed(RowsSeed { node: self.layout.root(), page: &mut page })?;
                    list.page = Some(page);
                }
                "next_page_uri" => list.next = map.next_value::<Option<String>>()?.or(list.next),
                "meta" => {
                    list.next = map.next_value::<Option<Meta>>()?.and_then(|m| m.next_page_url).or(list.next)
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        list.next = list.next.filter(|link| !link.is_empty());
        Ok(list)
    }
}

/// What paging needs of the product APIs' `meta`.
#[derive(serde::Deserialize)]
struct Meta {
    next_page_url: Option<String>,
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
