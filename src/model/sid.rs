//! Twilio's identifiers: two letters and 32 hexadecimal digits.

use crate::error::{Error, Result, state};

/// Between the prefixes of a column whose SIDs have several.
const BETWEEN: char = '|';

/// The prefixes that a column's `sid` names: `SM|MM` are two.
pub fn sid_prefixes(sid: &str) -> impl Iterator<Item = &str> {
    sid.split(BETWEEN)
}

/// Whether the text is a SID with the prefix, or with one of the prefixes.
pub fn is_sid(prefix: &str, text: &str) -> bool {
    let digits = sid_prefixes(prefix).find_map(|prefix| text.strip_prefix(prefix));
    digits.is_some_and(|d| d.len() == 32 && d.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Checks what `name` is given, if it takes SIDs: Twilio would answer 404, one request later.
///
/// # Errors
/// 22018.
pub fn check_sid(name: &str, prefix: Option<&str>, text: &str) -> Result<()> {
    match prefix {
        Some(prefix) if !is_sid(prefix, text) => {
            let shown: String = text.chars().take(40).collect();
            let prefixes = prefix.replace(BETWEEN, " or ");
            let message =
                format!("{name} is '{shown}', but a SID here is {prefixes} and 32 hexadecimal digits.");
            Err(Error::new(state::INVALID_CHARACTER_VALUE, message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sids_are_told_from_other_texts() {
        assert!(check_sid("Sid", Some("CF"), "CF0123456789abcdefABCDEF0123456789").is_ok());
        assert!(check_sid("Sid", None, "anything").is_ok());
        for prefix in ["SM", "MM"] {
            assert!(check_sid("Sid", Some("SM|MM"), &format!("{prefix}{}", "0a".repeat(16))).is_ok());
        }
        let error = check_sid("Sid", Some("SM|MM"), &format!("CA{}", "0a".repeat(16))).unwrap_err();
        assert!(error.message.contains("SM or MM"), "{}", error.message);
        for wrong in ["", "CF", "CA0123456789abcdef0123456789abcdef", "CF0123456789abcdef0123456789abcdeg"] {
            let error = check_sid("Sid", Some("CF"), wrong).unwrap_err();
            assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
            assert!(error.message.contains("Sid"));
        }
    }
}
