//! Twilio's identifiers: two letters and 32 hexadecimal digits.

use crate::error::{Error, Result, state};

/// Whether the text is a SID with the prefix.
pub fn is_sid(prefix: &str, text: &str) -> bool {
    let digits = text.strip_prefix(prefix);
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
            let message =
                format!("{name} is '{shown}', but a SID here is {prefix} and 32 hexadecimal digits.");
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
        for wrong in ["", "CF", "CA0123456789abcdef0123456789abcdef", "CF0123456789abcdef0123456789abcdeg"] {
            let error = check_sid("Sid", Some("CF"), wrong).unwrap_err();
            assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
            assert!(error.message.contains("Sid"));
        }
    }
}
