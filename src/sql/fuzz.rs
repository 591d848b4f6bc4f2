//! Any text is either planned or refused, and soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{changes_data, loggable, plan};
use crate::fuzz::cases;
use crate::model::Model;

/// What statements are made of; together they come to more of the resolver than any text.
const WORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "BETWEEN",
    "IS",
    "NULL",
    "JOIN",
    "LEFT",
    "ON",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "UNION ALL",
    "WITH",
    "AS",
    "EXISTS",
    "CASE",
    "WHEN",
    "THEN",
    "END",
    "CAST",
    "INSERT INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE FROM",
    "RETURNING",
    "EXEC",
    "CALL",
    "CREATE TEMP TABLE",
    "DROP TABLE",
    "EXPLAIN",
    "DISTINCT",
    "OVER",
    "PARTITION BY",
    "Conferences",
    "ConferenceParticipants",
    "Messages",
    "Calls",
    "AddParticipants",
    "UsageRecords",
    "sys_tables",
    "Sid",
    "Status",
    "Name",
    "ConferenceSid",
    "DateCreated",
    "Price",
    "Body",
    "*",
    ",",
    "(",
    ")",
    "=",
    "<>",
    "<",
    ">=",
    "+",
    "-",
    "/",
    "||",
    "?",
    ".",
    ";",
    "'x'",
    "''",
    "'in-progress'",
    "1",
    "0",
    "-1",
    "1.5e3",
    "99999999999999999999999",
    "N'ü'",
    "X'00'",
    "\"a\"",
    "[a]",
    "`a`",
    "{fn",
    "{ts '2020-01-01 00:00:00'}",
    "{d 'x'}",
    "{oj",
    "{?=",
    "{",
    "}",
    "UCASE",
    "TIMESTAMPDIFF",
    "SQL_TSI_DAY",
    "COUNT",
    "SUM",
    "NOW",
    "--",
    "/*",
    "*/",
    "'",
    "\"",
    "\u{0}",
    "a",
    "b",
    "TRUE",
    "DATE",
    "INTERVAL",
    "TOP",
    "OFFSET",
    "FETCH FIRST",
    "ROWS ONLY",
    "CROSS",
    "USING",
    "ALL",
    "ANY",
    "%",
]; // fmt: skip

fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![20 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
    prop::collection::vec((word, prop::bool::weighted(0.9)), 0..40).prop_map(|words| {
        let spaced = words.into_iter().map(|(word, is_apart)| word + if is_apart { " " } else { "" });
        spaced.collect()
    })
}

/// Statements that are right.
const STATEMENTS: &[&str] = &[
    "SELECT c.Sid, COUNT(*) FROM Conferences c JOIN ConferenceParticipants p ON p.ConferenceSid = c.Sid WHERE c.Status = 'in-progress' GROUP BY c.Sid HAVING COUNT(*) > 1 ORDER BY 2 DESC LIMIT 3",
    "WITH m AS (SELECT * FROM Messages WHERE DateSent BETWEEN {d '2024-01-01'} AND ?) SELECT {fn UCASE(m.Body)} FROM m WHERE NOT EXISTS (SELECT 1 FROM Media WHERE Media.MessageSid = m.Sid)",
    "INSERT INTO ConferenceParticipants (ConferenceSid, \"From\", \"To\") VALUES ('Room', '+14155550100', ?) RETURNING CallSid",
    "UPDATE ConferenceParticipants SET Muted = true WHERE ConferenceSid = ? AND CallSid IN ('CA1', 'CA2')",
    "{? = CALL AddParticipants(ConferenceSid = 'Room', From = ?, To = ?)}",
    "SELECT CAST(Price AS DECIMAL(10, 4)) * 2, CASE WHEN Status LIKE 'd\\_%' ESCAPE '\\' THEN 1 ELSE NULL END FROM Calls UNION ALL SELECT 1, 2",
];

/// Statements that are right but for a word or two.
fn nearly_right() -> impl Strategy<Value = String> {
    let place = (any::<prop::sample::Index>(), prop::sample::select(WORDS), 0..3u8);
    (prop::sample::select(STATEMENTS).prop_map(str::to_owned), prop::collection::vec(place, 1..4)).prop_map(
        |(text, places)| {
            let mut words: Vec<&str> = text.split(' ').collect();
            for (place, word, how) in &places {
                let place = place.index(words.len());
                match how {
                    0 => words[place] = word,
                    1 => words.insert(place, word),
                    _ if words.len() > 1 => drop(words.remove(place)),
                    _ => {}
                }
            }
            words.join(" ")
        },
    )
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let model = Model::builtin();
    let started = Instant::now();
    let _ = plan(&model, text);
    let _ = loggable(&model, text);
    let _ = changes_data(text);
    prop_assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn fuzzed_words_are_planned_or_refused(text in words()) {
        check(&text)?;
    }

    #[test]
    fn fuzzed_statements_are_planned_or_refused(text in nearly_right()) {
        check(&text)?;
    }

    #[test]
    fn fuzzed_text_is_planned_or_refused(text in "(?s).{0,60}") {
        check(&text)?;
    }
}

#[test]
fn deep_nesting_is_refused_or_planned_within_the_stack() {
    for (open, close) in [
        ("(", ")"),
        ("{fn ABS(", ")}"),
        ("CASE WHEN 1 = 1 THEN ", " END"),
        ("NOT ", ""),
        ("- ", ""),
        ("[", "]"),
    ] {
        for depth in [10, 100, 1000, 20_000] {
            check(&format!("SELECT {}1{}", open.repeat(depth), close.repeat(depth))).unwrap();
            check(&format!("SELECT {}", open.repeat(depth))).unwrap();
        }
    }
}
