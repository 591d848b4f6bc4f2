//! Whole answers, as they come.

use super::*;
use crate::model::DataType;
use crate::value::ValueRef;

/// The fields that answers are tested with.
pub(super) fn layout(items: Option<&str>) -> Layout {
    let fields = [
        ("sid", DataType::Text),
        ("duration", DataType::Integer),
        ("price", DataType::Decimal),
        ("muted", DataType::Boolean),
        ("date_created", DataType::Timestamp),
        ("capabilities", DataType::Json),
        ("capabilities.sms", DataType::Boolean),
        ("timers.inactive.at", DataType::Date),
        ("score", DataType::Double),
    ];
    Layout::new(items, fields)
}

fn list(body: &str, items: Option<&str>) -> Result<(Page, Option<String>), String> {
    read_list(body.as_bytes(), &layout(items)).map(|list| {
        let link = list.next.map(|next| match next {
            Continuation::Link(link) => link,
            other => panic!("{other:?}"),
        });
        (list.page, link)
    })
}

#[test]
fn a_text_that_is_json_has_fields() {
    use ValueRef::{Null, Text};
    let mut layout = Layout::new(None, [("attributes", DataType::Json)]);
    layout.add_field_within("attributes", "topic", DataType::Text);
    layout.add_field_within("attributes", "size", DataType::Integer);
    let row = |attributes: &str| {
        let page = read_object(format!(r#"{{"attributes": {attributes}}}"#).as_bytes(), &layout).unwrap();
        assert_eq!(page.warnings(), []);
        let text = |column| match page.value(0, column) {
            Text(text) => Some(text.to_owned()),
            Null => None,
            other => panic!("{other:?}"),
        };
        (text(0), text(1), page.value(0, 2) == ValueRef::Integer(7))
    };
    let some = |text: &str| Some(text.to_owned());
    let both = r#"{"topic": "a \"b\"", "size": 7, "deep": {"topic": "no"}}"#;
    let sent = serde_json::to_string(both).unwrap();
    assert_eq!(row(&sent), (some(both), some(r#"a "b""#), true));
    for (sent, shown) in [(r#""{}""#, "{}"), (r#""[{\"topic\": 1}]""#, r#"[{"topic": 1}]"#)] {
        assert_eq!(row(sent), (some(shown), None, false));
    }
    assert_eq!(row("null"), (None, None, false));
    // Where the text is cut nothing of it is shown.
    let mut cut = Layout::new(None, []);
    cut.add_field_within("attributes", "topic", DataType::Text);
    for sent in
        [r#"{"attributes": "{\"topic\": \"x\""}"#, r#"{"attributes": ""}"#, r#"{"attributes": 7}"#, "{}"]
    {
        let page = read_object(sent.as_bytes(), &cut).unwrap();
        assert_eq!((page.rows(), page.value(0, 0), page.warnings().len()), (1, Null, 0));
    }
}

#[test]
fn rows_become_columns() {
    let body = r#"{
        "first_page_uri": "/x", "page": 0, "uri": "/x",
        "calls": [
            {"unknown": {"deep": [1, {"sid": "no"}]}, "sid": "CA1", "duration": "12", "price": "-0.00750",
             "muted": false, "date_created": "Fri, 18 Oct 2019 17:02:00 +0000",
             "capabilities": {"SMS": true, "voice": null}, "timers": {"inactive": {"at": "2020-01-02"}},
             "score": 0.25},
            {"score": "1e2", "sid": null, "duration": "", "capabilities": [], "timers": "none"}
        ],
        "next_page_uri": "/x?Page=1"
    }"#;
    let (page, next) = list(body, Some("calls")).unwrap();
    assert_eq!((page.rows(), next.as_deref()), (2, Some("/x?Page=1")));
    let row = |row| (0..9).map(|column| page.value(row, column)).collect::<Vec<_>>();
    use ValueRef::{Integer, Null, Real, Text};
    assert_eq!(
        row(0),
        [
            Text("CA1"),
            Integer(12),
            Text("-0.00750"),
            Integer(0),
            Text("2019-10-18 17:02:00"),
            Text(r#"{"SMS": true, "voice": null}"#),
            Integer(1),
            Text("2020-01-02"),
            Real(0.25)
        ]
    );
    assert_eq!(row(1), [Null, Null, Null, Null, Null, Text("[]"), Null, Null, Real(100.0)]);
    assert_eq!(page.warnings(), []);
}

#[test]
fn what_no_column_wants_is_skipped_unread() {
    let layout = Layout::new(Some("calls"), [("sid", DataType::Text)]);
    // Neither a text nor a number could be made of these.
    let unread =
        r#"{"body": "cut \ud83d", "price": 1e999999, "deep": {"a": ["\udc00", -1e999999]}, "sid": "CA1"}"#;
    let body = format!(r#"{{"other": "\ud83d", "calls": [{unread}, {unread}], "size": 1e999999}}"#);
    let page = read_list(body.as_bytes(), &layout).unwrap().page;
    assert_eq!((page.rows(), page.value(1, 0)), (2, ValueRef::Text("CA1")));
    // Skipped is not unchecked.
    for broken in [r#""tab	""#, "01", "[1,]", "{1: 2}", r#""\x""#, "truth"] {
        let body = format!(r#"{{"calls": [{{"sid": "CA1", "body": {broken}}}]}}"#);
        assert!(read_list(body.as_bytes(), &layout).is_err(), "{broken}");
    }
}

#[test]
fn a_value_that_cannot_be_is_null_with_one_warning() {
    let long = "x".repeat(200);
    let body = format!(
        r#"{{"calls": [{{"sid": 7, "duration": "many", "date_created": "soon"}},
                       {{"duration": "{long}", "muted": {{}}}}]}}"#
    );
    let (page, _) = list(&body, Some("calls")).unwrap();
    assert_eq!((page.rows(), page.value(0, 0)), (2, ValueRef::Text("7")));
    assert_eq!((page.value(0, 1), page.value(1, 1)), (ValueRef::Null, ValueRef::Null));
    let warnings: Vec<_> = page.warnings().iter().map(|w| (w.column, w.sample.as_str())).collect();
    assert_eq!(warnings, [(1, r#""many""#), (4, r#""soon""#), (3, "{}")]);
}

#[test]
fn meta_leads_on_and_names_the_rows() {
    let body = r#"{"other": [], "services": [{"sid": "IS1"}],
                   "meta": {"key": "services", "next_page_url": "https://sync.twilio.com/v1?Page=1", "page": 0}}"#;
    for items in [Some("services"), Some("wrong"), None] {
        let (page, next) = list(body, items).unwrap();
        assert_eq!((page.rows(), next.as_deref()), (1, Some("https://sync.twilio.com/v1?Page=1")));
    }
}

#[test]
fn the_only_array_holds_the_rows() {
    let (page, next) = list(r#"{"uri": "/x", "available_phone_numbers": [{"sid": "a"}, {}]}"#, None).unwrap();
    assert_eq!((page.rows(), next), (2, None));
    assert!(list(r#"{"a": [], "b": []}"#, None).is_err());
}

#[test]
fn no_link_ends_the_scan() {
    for rest in ["", r#", "next_page_uri": null"#, r#", "next_page_uri": """#, r#", "meta": null"#] {
        let (_, next) = list(&format!(r#"{{"calls": []{rest}}}"#), Some("calls")).unwrap();
        assert_eq!(next, None, "{rest}");
    }
}

#[test]
fn what_is_no_list_is_an_error() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"calls": null}"#,
        r#"{"calls": {}}"#,
        r#"{"calls": [null]}"#,
        r#"{"calls": ["a"]}"#,
        r#"{"calls": [{"sid": "CA1"}"#,
        r#"{"calls": [{"sid": "CA1"}]"#,
        r#"{"calls": [{"sid": "CA1"}]} {}"#,
        r#"{"calls": [{"sid": "CA1"},]}"#,
        r#"{"calls": [], "calls": []}"#,
        r#"{"calls": [], "next_page_uri": 7}"#,
        "<html></html>",
        r#"{"code": 20404, "errors": []}"#,
    ] {
        assert!(list(body, Some("calls")).is_err(), "{body}");
    }
    assert!(read_list(b"{\"calls\": [{\"sid\": \"\xff\"}]}", &layout(Some("calls"))).is_err());
}

#[test]
fn nesting_without_end_is_an_error_and_not_a_crash() {
    let deep = format!(r#"{{"calls": [{{"capabilities": {}"#, "[".repeat(1 << 20));
    assert!(list(&deep, Some("calls")).is_err());
    let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
    assert_eq!(list(&format!(r#"{{"x": {deep}, "calls": []}}"#), Some("calls")).unwrap().0.rows(), 0);
}

#[test]
fn one_object_is_one_row() {
    let layout = Layout::new(None, [("sid", DataType::Text), ("", DataType::Json), ("sid", DataType::Text)]);
    let body = r#"{"sid": "CA1", "sid": "CA2"}"#;
    let page = read_object(body.as_bytes(), &layout).unwrap();
    assert_eq!(
        (page.rows(), page.value(0, 0), page.value(0, 2)),
        (1, ValueRef::Text("CA1"), ValueRef::Text("CA1"))
    );
    assert_eq!(page.value(0, 1), ValueRef::Text(body));
    for body in ["[]", "null", "", "{"] {
        assert!(read_object(body.as_bytes(), &layout).is_err(), "{body}");
    }
}
