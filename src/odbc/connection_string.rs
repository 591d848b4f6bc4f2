//! Connection strings: `keyword=value;…`, as SQLDriverConnect defines them.
//!
//! A value in braces may hold anything, a closing brace written twice. Keywords are told apart without their letter
//! case. Of a keyword that comes twice the first one counts.

use zeroize::Zeroizing;

use crate::error::{Error, Result, state};

/// A keyword as the application wrote it, and its value without braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub keyword: String,
    pub value: Zeroizing<String>,
}

impl Pair {
    /// A pair.
    pub fn new(keyword: impl Into<String>, value: impl Into<String>) -> Self {
        Pair { keyword: keyword.into(), value: Zeroizing::new(value.into()) }
    }
}

/// Takes a connection string apart. Values that hold nothing count as left out.
///
/// # Errors
/// HY000 for a string that is not a list of pairs. The message names the place, never a value.
pub fn parse(text: &str) -> Result<Vec<Pair>> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut rest = text.trim_end_matches('\0');
    loop {
        rest = rest.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
        if rest.is_empty() {
            return Ok(pairs);
        }
        let place = pairs.len() + 1;
        let Some((keyword, after)) = rest.split_once('=') else {
            return Err(malformed(place, "has no equals sign"));
        };
        let keyword = keyword.trim();
        if keyword.is_empty() {
            return Err(malformed(place, "has no keyword"));
        }
        if keyword.contains([';', '{', '}']) {
            return Err(malformed(place, "has no equals sign"));
        }
        let (value, after) = value(after.trim_start_matches([' ', '\t']))
            .map_err(|what| malformed(place, &format!("({keyword}) {what}")))?;
        rest = after;
        if !pairs.iter().any(|pair| pair.keyword.eq_ignore_ascii_case(keyword)) {
            pairs.push(Pair { keyword: keyword.to_owned(), value });
        }
    }
}

fn malformed(place: usize, what: &str) -> Error {
    Error::new(
        state::GENERAL_ERROR,
        format!(
            "The connection string is malformed: its part {place} {what}. It is a list of keyword=value, separated by semicolons; a value with a semicolon or a brace in it stands in braces."
        ),
    )
}

/// The value at the start of `text`, and what follows it.
fn value(text: &str) -> std::result::Result<(Zeroizing<String>, &str), &'static str> {
    let Some(braced) = text.strip_prefix('{') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return Ok((Zeroizing::new(value.trim_end().to_owned()), rest));
    };
    let mut value = Zeroizing::new(String::with_capacity(braced.len()));
    let mut rest = braced;
    loop {
        let (part, after) = rest.split_once('}').ok_or("has an opening brace without a closing one")?;
        value.push_str(part);
        match after.strip_prefix('}') {
            Some(after) => {
                value.push('}');
                rest = after;
            }
            None => {
                let after = after.trim_start();
                return match after.strip_prefix(';') {
                    Some(after) => Ok((value, after)),
                    None if after.is_empty() => Ok((value, after)),
                    None => {
                        Err("goes on after its closing brace (a closing brace in a value is written twice)")
                    }
                };
            }
        }
    }
}

/// Puts a connection string together again.
pub fn format(pairs: &[Pair]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for Pair { keyword, value } in pairs {
        text.push_str(keyword);
        text.push('=');
        let needs_braces = value.contains([';', '{', '}', '=', '[', ']', '(', ')', ',', '?', '*', '!', '@'])
            || value.trim() != value.as_str()
            || keyword.eq_ignore_ascii_case("DRIVER");
        if needs_braces {
            text.push('{');
            text.push_str(&Zeroizing::new(value.replace('}', "}}")));
            text.push('}');
        } else {
            text.push_str(value);
        }
        text.push(';');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap().into_iter().map(|p| (p.keyword, p.value.to_string())).collect()
    }

    fn one(keyword: &str, value: &str) -> (String, String) {
        (keyword.to_owned(), value.to_owned())
    }

    #[test]
    fn plain_pairs() {
        assert_eq!(pairs("DSN=x; UID = a b ;"), [one("DSN", "x"), one("UID", "a b")]);
        assert_eq!(pairs(";;"), []);
        assert_eq!(pairs("A=1;a=2"), [one("A", "1")]);
        assert_eq!(pairs("PWD=a=b"), [one("PWD", "a=b")]);
        assert_eq!(pairs("PWD="), [one("PWD", "")]);
    }

    #[test]
    fn braced_values_hold_anything() {
        assert_eq!(pairs("PWD={a;b}}c};X=1"), [one("PWD", "a;b}c"), one("X", "1")]);
        assert_eq!(pairs("PWD={}}}"), [one("PWD", "}")]);
        assert_eq!(pairs("PWD={ a } ;X={}"), [one("PWD", " a "), one("X", "")]);
    }

    #[test]
    fn malformed_strings_say_where_and_show_no_value() {
        for text in ["secret", "A=1;secret", "=secret", "A={secret", "A={secret}x"] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.state, state::GENERAL_ERROR);
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }

    #[test]
    fn a_formatted_string_parses_to_the_same() {
        let all = [Pair::new("Driver", "Twilio"), Pair::new("PWD", "a;{b}} "), Pair::new("X", "1")];
        let text = format(&all);
        assert_eq!(text.as_str(), "Driver={Twilio};PWD={a;{b}}}} };X=1;");
        assert_eq!(parse(&text).unwrap(), all);
    }

    use proptest::prelude::*;

    fn pair() -> impl Strategy<Value = Pair> {
        let value = prop_oneof!["\\PC{0,12}", "[{}; =a]{0,8}"];
        ("[A-Za-z][A-Za-z0-9_ ]{0,8}[a-z]", value).prop_map(|(keyword, value)| Pair::new(keyword, value))
    }

    proptest! {
        #![proptest_config(crate::fuzz::cases(2000))]

        #[test]
        fn fuzzed_pairs_come_back(pairs in prop::collection::vec(pair(), 0..6)) {
            let mut first: Vec<Pair> = Vec::new();
            for pair in &pairs {
                if first.iter().all(|other| !other.keyword.eq_ignore_ascii_case(&pair.keyword)) {
                    first.push(pair.clone());
                }
            }
            prop_assert_eq!(parse(&format(&pairs)), Ok(first));
        }

        #[test]
        fn fuzzed_strings_are_read_or_refused(text in prop_oneof!["(?s).{0,40}", "[{}; =a\\x00]{0,20}"]) {
            if let Ok(pairs) = parse(&text) {
                prop_assert_eq!(parse(&format(&pairs)), Ok(pairs));
            }
        }
    }
}
