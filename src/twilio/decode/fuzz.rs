//! Any answer is either rows or an error.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Layout, read_list, read_object};
use crate::fuzz::cases;
use crate::model::DataType;

fn layout(items: Option<&str>) -> Layout {
    let mut layout = super::tests::layout(items);
    layout.add_field_within("attributes", "topic", DataType::Text);
    layout.hide_field("secret");
    layout
}

/// Reads the answer in each way, and every value of what it holds.
fn check(body: &[u8]) {
    for items in [Some("calls"), None] {
        let layout = layout(items);
        let pages = [read_list(body, &layout).map(|list| list.page), read_object(body, &layout)];
        for page in pages.into_iter().flatten() {
            for row in 0..page.rows() {
                for column in 0..10 {
                    let _ = page.value(row, column);
                }
            }
        }
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(
            &[
                "",
                "-0.0075",
                "1e400",
                "Fri, 18 Oct 2019 17:02:00 +0000",
                "2020-02-30",
                "9999-12-31T23:59:60Z",
                "{\"topic\": 1",
                "true"
            ][..]
        )
        .prop_map(Value::from),
    ]
}

/// A value whose objects have the fields that the layout knows, and others.
fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 6, |inner| {
        let name = prop::sample::select(
            &[
                "sid",
                "duration",
                "price",
                "muted",
                "date_created",
                "capabilities",
                "sms",
                "timers",
                "inactive",
                "at",
                "score",
                "attributes",
                "topic",
                "secret",
                "calls",
                "next_page_uri",
                "meta",
                "key",
                "x",
            ][..],
        ); // fmt: skip
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn fuzzed_bytes_are_rows_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&body);
    }

    #[test]
    fn fuzzed_json_is_rows_or_an_error(value in value(), rows in prop::collection::vec(value(), 0..4)) {
        check(value.to_string().as_bytes());
        check(json!({"calls": rows, "next_page_uri": value}).to_string().as_bytes());
    }

    #[test]
    fn fuzzed_pages_are_rows_or_an_error(at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..4), cut in 0..4usize) {
        let page = json!({
            "calls": [
                {"sid": "CA1", "duration": "12", "price": "-0.00750", "muted": false, "capabilities": {"sms": true},
                 "date_created": "Fri, 18 Oct 2019 17:02:00 +0000", "timers": {"inactive": {"at": "2020-01-02"}},
                 "attributes": "{\"topic\": \"x\"}", "score": 0.25, "secret": "s"},
            ],
            "next_page_uri": "/x?Page=1",
        });
        let mut body = page.to_string().into_bytes();
        let at = at.index(body.len());
        let end = (at + cut).min(body.len());
        body.splice(at..end, with);
        check(&body);
    }
}
