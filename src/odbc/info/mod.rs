//! SQLGetInfo as data: one [`table`] says for each info type how wide its answer is and what it is.
//!
//! Applications decide by these answers what SQL they send, so only what is true is claimed. [`functions`] and
//! [`conversions`] hold the two claims that the SQL layer has to keep word for word.

mod conversions;
mod functions;
mod table;

use std::borrow::Cow;

pub use functions::{FunctionFamily, SCALAR_FUNCTIONS, ScalarFunction};
use table::{Answer, INFO_TYPES};

/// An answer, in the width that the application's buffer must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InfoValue {
    /// SQLUSMALLINT.
    U16(u16),
    /// SQLUINTEGER, most of them bitmasks.
    U32(u32),
    /// A character string.
    Text(Cow<'static, str>),
}

/// What differs from connection to connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct InfoContext<'a> {
    /// The DSN, or empty.
    pub data_source_name: &'a str,
    /// The API host.
    pub server_name: &'a str,
    /// The SID of the account or of the API key.
    pub user_name: &'a str,
    /// Whether writes are refused.
    pub read_only: bool,
}

/// The answer to SQLGetInfo; `None` for an id that the driver does not know (HY096).
pub fn answer(id: u16, context: &InfoContext<'_>) -> Option<InfoValue> {
    let position = INFO_TYPES.binary_search_by_key(&id, |(known, ..)| *known).ok()?;
    Some(value(&INFO_TYPES[position].2, context))
}

/// All info types by number: the number, the name less `SQL_`, and the answer.
pub fn all(context: &InfoContext<'_>) -> impl Iterator<Item = (u16, &'static str, InfoValue)> {
    INFO_TYPES.iter().map(|(id, name, answer)| (*id, *name, value(answer, context)))
}

fn value(answer: &Answer, context: &InfoContext<'_>) -> InfoValue {
    match answer {
        Answer::U16(number) => InfoValue::U16(*number),
        Answer::U32(number) => InfoValue::U32(*number),
        Answer::Text(text) => InfoValue::Text(Cow::Borrowed(text)),
        Answer::Of(text) => InfoValue::Text(Cow::Owned(text(context))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: InfoContext<'_> = InfoContext {
        data_source_name: "Twilio Test",
        server_name: "api.twilio.com",
        user_name: "AC0123",
        read_only: false,
    };

    fn text(id: u16) -> String {
        match answer(id, &CONTEXT) {
            Some(InfoValue::Text(text)) => text.into_owned(),
            other => panic!("{id}: {other:?}"),
        }
    }

    fn number(id: u16) -> u32 {
        match answer(id, &CONTEXT) {
            Some(InfoValue::U16(number)) => number.into(),
            Some(InfoValue::U32(number)) => number,
            other => panic!("{id}: {other:?}"),
        }
    }

    #[test]
    fn ids_ascend_so_that_none_is_answered_twice() {
        assert!(INFO_TYPES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let names: std::collections::HashSet<_> = INFO_TYPES.iter().map(|(_, name, _)| name).collect();
        assert_eq!(names.len(), INFO_TYPES.len());
    }

    #[test]
    fn every_answer_has_the_width_of_the_reference() {
        const SHORT: &[u16] = &[
            0, 1, 9, 12, 15, 22, 23, 24, 28, 30, 31, 32, 33, 34, 35, 46, 74, 75, 84, 85, 88, 93, 97, 98, 99,
            100, 101, 106, 107, 114, 116, 10005,
        ];
        const STRINGS: &[u16] = &[
            2, 6, 7, 10, 11, 13, 14, 16, 17, 18, 19, 20, 21, 25, 27, 29, 36, 37, 38, 39, 40, 41, 42, 45, 47,
            73, 77, 87, 89, 90, 94, 103, 111, 113, 171, 10000, 10002, 10003, 10004,
        ];
        for (id, ..) in INFO_TYPES {
            let matches = match answer(*id, &CONTEXT).unwrap() {
                InfoValue::U16(_) => SHORT.contains(id),
                InfoValue::Text(_) => STRINGS.contains(id),
                InfoValue::U32(_) => !SHORT.contains(id) && !STRINGS.contains(id),
            };
            assert!(matches, "{id}");
        }
        assert!(SHORT.iter().chain(STRINGS).all(|id| answer(*id, &CONTEXT).is_some()));
    }

    #[test]
    fn every_id_of_odbc_is_answered_but_the_driver_managers_handles() {
        const HANDLES: [u16; 5] = [3, 4, 5, 76, 135];
        for id in (0..=181).chain([10000, 10001, 10002, 10003, 10004, 10005]).chain(10021..=10025) {
            assert_eq!(answer(id, &CONTEXT).is_some(), !HANDLES.contains(&id), "{id}");
        }
        assert_eq!(answer(182, &CONTEXT), None);
        assert_eq!(answer(9999, &CONTEXT), None);
    }

    #[test]
    fn power_query_gets_an_answer_to_its_whole_probe() {
        let probe =
            [6, 7, 17, 18, 29, 91, 92, 41, 114, 118, 99, 10005, 97, 100, 90, 50, 169, 160, 161, 165, 87];
        let rest = [88, 49, 52, 51, 109, 110, 22, 10003, 42, 39, 152, 14, 48, 173, 94, 180, 77, 81];
        let convert = (53..=71).chain([122, 125, 126]);
        for id in probe.into_iter().chain(rest).chain(convert) {
            assert!(answer(id, &CONTEXT).is_some(), "{id}");
        }
    }

    #[test]
    fn ado_gets_an_answer_to_its_whole_probe() {
        let probe =
            [6, 77, 79, 83, 78, 81, 72, 82, 44, 43, 144, 145, 150, 151, 167, 168, 146, 147, 111, 16, 23];
        for id in probe.into_iter().chain([24, 46, 1, 26, 36]) {
            assert!(answer(id, &CONTEXT).is_some(), "{id}");
        }
    }

    #[test]
    fn versions_have_the_form_that_net_parses() {
        for id in [7, 18] {
            let version = text(id);
            let parts: Vec<&str> = version.split('.').collect();
            assert_eq!(parts.iter().map(|p| p.len()).collect::<Vec<_>>(), [2, 2, 4], "{version}");
            assert!(parts.iter().all(|p| p.bytes().all(|b| b.is_ascii_digit())));
        }
        assert_eq!(text(77), "03.80");
    }

    #[test]
    fn the_connection_is_named() {
        assert_eq!((text(2), text(13)), ("Twilio Test".to_owned(), "api.twilio.com".to_owned()));
        assert_eq!((text(47), text(16)), ("AC0123".to_owned(), "CData".to_owned()));
        assert_eq!(text(25), "N");
        let read_only = InfoContext { read_only: true, ..CONTEXT };
        assert_eq!(answer(25, &read_only), Some(InfoValue::Text("Y".into())));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_driver_is_named_after_its_file() {
        assert_eq!(text(6), "libtwilioodbc.so");
    }

    #[test]
    fn what_the_sql_can_do() {
        assert_eq!((number(160), number(161), number(165)), (0x3E07, 0x1DA, 0xF));
        assert_eq!((number(95), number(96), number(115), number(169)), (0x1F, 3, 0x7F, 0x7F));
        assert_eq!(number(50), SCALAR_FUNCTIONS[..24].iter().map(|f| f.bit).sum::<u32>());
    }

    #[test]
    fn columns_can_be_read_whatever_their_type() {
        // SQL_CONVERT_… of the types that columns have; the driver manager of Windows refuses SQLGetData at 0.
        for id in [126, 125, 55, 61, 53, 59, 58, 57, 66, 67, 69, 71] {
            assert_ne!(number(id), 0, "{id}");
        }
    }
}
