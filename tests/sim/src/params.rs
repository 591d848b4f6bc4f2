//! Typed reading of query and form parameters, with Twilio's refusals.
//!
//! Names Twilio does not know are never looked at: it ignores them in queries and forms alike.

use crate::errors::ApiError;
use crate::http::Pairs;

/// The last value given for a name.
pub(crate) fn text<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// `true` or `false` in lower case, nothing else.
pub(crate) fn boolean(pairs: &Pairs, name: &str) -> Result<Option<bool>, ApiError> {
    match text(pairs, name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => {
            Err(ApiError::invalid(format!("Invalid value for {name}: '{other}' is not true or false")))
        }
    }
}

/// What a documented parameter may hold, for those whose value the simulator does not keep.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Boolean,
    Integer(i64, i64),
    OneOf(&'static [&'static str]),
}

/// Refuses the first parameter whose value its kind does not allow.
pub(crate) fn check(pairs: &Pairs, kinds: &[(&str, Kind)]) -> Result<(), ApiError> {
    for (name, kind) in kinds {
        let Some(value) = text(pairs, name) else { continue };
        let allowed = match kind {
            Kind::Boolean => boolean(pairs, name).is_ok(),
            Kind::Integer(low, high) => value.parse().is_ok_and(|number| (*low..=*high).contains(&number)),
            Kind::OneOf(words) => words.contains(&value),
        };
        if !allowed {
            return Err(ApiError::invalid(format!("Invalid value for {name}: '{value}'")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(name: &str, value: &str) -> Pairs {
        vec![(name.to_string(), value.to_string())]
    }

    #[test]
    fn booleans_are_lower_case_words() {
        assert_eq!(boolean(&pairs("Muted", "true"), "Muted").unwrap(), Some(true));
        assert_eq!(boolean(&pairs("Muted", "false"), "Muted").unwrap(), Some(false));
        assert_eq!(boolean(&pairs("Other", "x"), "Muted").unwrap(), None);
        for value in ["True", "1", ""] {
            assert_eq!(boolean(&pairs("Muted", value), "Muted").unwrap_err().code, 20001, "{value}");
        }
    }

    #[test]
    fn integers_have_bounds_and_words_are_exact() {
        let kinds = [("Timeout", Kind::Integer(5, 600)), ("WaitMethod", Kind::OneOf(&["GET", "POST"]))];
        assert!(check(&pairs("Timeout", "5"), &kinds).is_ok());
        assert!(check(&pairs("Timeout", "601"), &kinds).is_err());
        assert!(check(&pairs("Timeout", "soon"), &kinds).is_err());
        assert!(check(&pairs("WaitMethod", "get"), &kinds).is_err());
        assert!(check(&pairs("Unheard", "of"), &kinds).is_ok());
    }
}
