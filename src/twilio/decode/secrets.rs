//! Secrets in rows: what stands in their place.

use std::collections::BTreeMap;

use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::layout::Node;
use crate::model::MASK;

/// The text of a value, the secrets below it masked. The fields of an object that holds some are in the order of their
/// names; all others stay as they were sent.
pub(super) fn masked(node: &Node, raw: &RawValue) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Masked { node: Some(node), raw })
}

struct Masked<'a> {
    node: Option<&'a Node>,
    raw: &'a RawValue,
}

impl Serialize for Masked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.node {
            Some(node) if node.is_secret() && self.raw.get() != "null" => serializer.serialize_str(MASK),
            Some(node) if node.holds_secret() && self.raw.get().starts_with('{') => {
                let fields: BTreeMap<String, &RawValue> =
                    serde_json::from_str(self.raw.get()).map_err(serde::ser::Error::custom)?;
                let below = |name: &str| node.position(name, 0).map(|position| node.child(position));
                serializer
                    .collect_map(fields.iter().map(|(name, raw)| (name, Masked { node: below(name), raw })))
            }
            _ => self.raw.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, Page, read_object};
    use super::*;
    use crate::model::DataType;
    use crate::value::ValueRef::{self, Null, Text};

    fn page(body: &str) -> Page {
        let fields = [("token", DataType::Text), ("auth.pin", DataType::Text), ("auth", DataType::Json)];
        let mut layout = Layout::new(None, fields);
        layout.add_field("", DataType::Json);
        for secret in ["token", "auth.pin", "auth.unread"] {
            layout.hide_field(secret);
        }
        read_object(body.as_bytes(), &layout).unwrap()
    }

    fn row(page: &Page) -> [ValueRef<'_>; 4] {
        [0, 1, 2, 3].map(|column| page.value(0, column))
    }

    #[test]
    fn a_secret_is_in_no_column() {
        let page =
            page(r#"{"Token": "s3cret", "n": 1.50, "auth": {"unread": [1], "pin": 7, "user": "\ud83d"}}"#);
        let auth = r#"{"pin":"********","unread":"********","user":"\ud83d"}"#;
        let all = format!(r#"{{"Token":"********","auth":{auth},"n":1.50}}"#);
        assert_eq!(row(&page), [Text(MASK), Text(MASK), Text(auth), Text(&all)]);
    }

    #[test]
    fn what_was_not_sent_is_no_secret() {
        let page = page(r#"{"token": null, "auth": [7]}"#);
        assert_eq!(row(&page), [Null, Null, Text("[7]"), Text(r#"{"auth":[7],"token":null}"#)]);
    }

    #[test]
    fn the_second_of_two_fields_shows_no_more_than_the_first() {
        let page = page(r#"{"token": null, "token": "s3cret"}"#);
        assert_eq!((page.value(0, 0), page.value(0, 3)), (Null, Text(r#"{"token":"********"}"#)));
    }
}
