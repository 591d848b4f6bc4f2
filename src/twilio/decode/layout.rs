//! Which fields of a row become which columns.

use crate::model::DataType;
use crate::value::Value;

/// The fields to read of a row, and the types to read them as. The same layout reads lists and single objects.
#[derive(Debug)]
pub struct Layout {
    items: Option<Box<str>>,
    types: Vec<DataType>,
    root: Node,
    /// Columns that no field fills, by their positions.
    given: Vec<(usize, Value)>,
    /// The paths of fields that are secrets.
    secrets: Vec<Box<str>>,
}

/// A field: the columns that take its value, and the fields below it that are read as well.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) columns: Vec<usize>,
    children: Vec<(Box<str>, Node)>,
    /// The object that the value, a text, is the JSON of, where fields of it are read.
    text: Option<Box<Node>>,
    /// Whether it is a secret, which no column shows.
    secret: bool,
    /// Whether a secret lies below it.
    holds_secret: bool,
}

impl Layout {
    /// A layout of `fields` (JSON path with dots, type), whose order is the order of the page's columns.
    /// `items` names the array that holds a list's rows; without it, or where an answer lacks it, the name in
    /// `meta.key` is taken, or else the only array of the answer; an empty name says that the answer is the row. An
    /// empty path stands for the whole row.
    pub fn new<'a>(items: Option<&str>, fields: impl IntoIterator<Item = (&'a str, DataType)>) -> Layout {
        let mut layout = Layout {
            items: items.map(Into::into),
            types: Vec::new(),
            root: Node::default(),
            given: Vec::new(),
            secrets: Vec::new(),
        };
        fields.into_iter().for_each(|(path, data_type)| layout.add_field(path, data_type));
        layout
    }

    /// Adds a column for the field of that path.
    pub fn add_field(&mut self, path: &str, data_type: DataType) {
        let column = self.types.len();
        self.node(path).columns.push(column);
        self.types.push(data_type);
    }

    /// Adds a column for a field of the object whose JSON is the text at that path. Where it is no such text, or the
    /// object has no such field, the column is NULL.
    pub fn add_field_within(&mut self, path: &str, field: &str, data_type: DataType) {
        let column = self.types.len();
        let text = self.node(path).text.get_or_insert_default();
        text.child_or_insert(field).columns.push(column);
        self.types.push(data_type);
    }

    fn node(&mut self, path: &str) -> &mut Node {
        let mut node = &mut self.root;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            node = node.child_or_insert(name);
        }
        node
    }

    /// Hides the field of that path, whether or not a column is for it: such a column, which is text, has
    /// [`MASK`](crate::model::MASK) where the row has a value, and so has the text of every object around the field.
    pub fn hide_field(&mut self, path: &str) {
        let mut node = &mut self.root;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            node.holds_secret = true;
            node = node.child_or_insert(name);
        }
        node.secret = true;
        self.secrets.push(path.into());
    }

    /// The paths of the fields that were hidden.
    pub fn secrets(&self) -> &[Box<str>] {
        &self.secrets
    }

    /// Adds a column that no row holds: it has this value, of that type or NULL, in each.
    pub fn add_given(&mut self, value: Value, data_type: DataType) {
        self.given.push((self.types.len(), value));
        self.types.push(data_type);
    }

    /// The name of the array that holds a list's rows.
    pub(in crate::twilio) fn items(&self) -> Option<&str> {
        self.items.as_deref()
    }

    /// Whether the answer is the row, and no list.
    pub(in crate::twilio) fn is_one(&self) -> bool {
        self.items() == Some("")
    }

    /// The columns' types.
    pub(super) fn types(&self) -> &[DataType] {
        &self.types
    }

    /// The columns that have the same value in each row, by their positions.
    pub(super) fn given(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.given.iter().map(|(position, value)| (*position, value))
    }

    /// The row itself.
    pub(super) fn root(&self) -> &Node {
        &self.root
    }
}

impl Node {
    /// The position of the field of that name. Twilio's capability maps spell their keys in either letter case,
    /// so case is ignored. Answers repeat the order of their fields: the search begins at `hint`.
    pub(super) fn position(&self, name: &str, hint: usize) -> Option<usize> {
        let (before, after) = self.children.split_at(hint.min(self.children.len()));
        let same = |(child, _): &(Box<str>, Node)| child.eq_ignore_ascii_case(name);
        after.iter().position(same).map(|i| i + before.len()).or_else(|| before.iter().position(same))
    }

    /// The field at a position that [`Self::position`] gave.
    pub(super) fn child(&self, position: usize) -> &Node {
        &self.children[position].1
    }

    /// Whether it is a secret.
    pub(super) fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether a secret lies below it.
    pub(super) fn holds_secret(&self) -> bool {
        self.holds_secret
    }

    /// The object that the value is the JSON text of, where fields of it are read.
    pub(super) fn text(&self) -> Option<&Node> {
        self.text.as_deref()
    }

    /// Whether fields below this one are read.
    pub(super) fn has_children(&self) -> bool {
        !self.children.is_empty()
    }

    fn child_or_insert(&mut self, name: &str) -> &mut Node {
        let position = self.position(name, 0).unwrap_or_else(|| {
            self.children.push((name.into(), Node::default()));
            self.children.len() - 1
        });
        &mut self.children[position].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_share_their_beginnings() {
        let fields = [("sid", DataType::Text), ("caps.voice", DataType::Boolean), ("caps", DataType::Json)];
        let layout = Layout::new(None, fields);
        assert_eq!(layout.root.children.len(), 2);
        let caps = layout.root.child(layout.root.position("CAPS", 5).unwrap());
        assert_eq!(caps.columns, [2]);
        assert_eq!(caps.child(caps.position("Voice", 0).unwrap()).columns, [1]);
        assert_eq!(layout.root.position("other", 1), None);
    }
}
