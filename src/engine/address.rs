//! Phone numbers, other addresses of people, and URLs: what Twilio would certainly refuse is refused before it is sent.

use crate::error::{Error, Result, state};
use crate::model::Format;

/// Digits of a phone number in E.164 form.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// Digits of a number that is none in E.164 form, such as a short code: how many there have to be, Twilio knows.
const LOCAL_DIGITS: std::ops::RangeInclusive<usize> = 1..=15;

/// Checks the value that `name` is given. National numbers, short codes, names of senders and whatever has a channel
/// before it are Twilio's to judge.
///
/// # Errors
/// 22018 for a text that is nothing of the kind.
pub(super) fn check(name: &str, format: Format, value: &str) -> Result<()> {
    let takes = match format {
        Format::Phone if is_number(value) => return Ok(()),
        Format::Phone => "a phone number is + and up to 15 digits",
        Format::Recipient if is_recipient(value) => return Ok(()),
        Format::Recipient => {
            "it takes a phone number, which is + and up to 15 digits, or a channel and an address"
        }
        Format::Sender if is_sender(value) => return Ok(()),
        Format::Sender => "a phone number is + and up to 15 digits",
        Format::Url if is_url(value) => return Ok(()),
        Format::Url => "an address begins with https:// or http://, and has no spaces",
    };
    let shown: String = value.chars().take(60).collect();
    Err(Error::new(state::INVALID_CHARACTER_VALUE, format!("{name} is '{shown}', but {takes}.")))
}

/// A number, with what people put between its digits.
fn is_number(text: &str) -> bool {
    let (allowed, rest) = match text.trim().strip_prefix('+') {
        Some(rest) => (NUMBER_DIGITS, rest),
        None => (LOCAL_DIGITS, text.trim()),
    };
    let is_between = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    rest.chars().all(|c| c.is_ascii_digit() || is_between(c))
        && allowed.contains(&rest.chars().filter(char::is_ascii_digit).count())
}

fn is_recipient(text: &str) -> bool {
    match text.split_once(':') {
        Some((channel, address)) => is_channel(channel) && is_address(address),
        None => is_number(text) || text.contains('@'),
    }
}

fn is_sender(text: &str) -> bool {
    match text.split_once(':') {
        Some((channel, address)) => is_channel(channel) && is_address(address),
        // A name has a letter.
        None => is_number(text) || !text.starts_with('+') && text.contains(char::is_alphabetic),
    }
}

/// What stands after the channel: a number has to be one.
fn is_address(address: &str) -> bool {
    let is_phone = address.strip_prefix('+').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    !address.trim().is_empty() && (!is_phone || is_number(address))
}

fn is_channel(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'))
}

/// An absolute address: Twilio takes no other, and is the judge of its scheme.
fn is_url(text: &str) -> bool {
    let scheme = text.split_once(':').is_some_and(|(scheme, rest)| is_channel(scheme) && !rest.is_empty());
    scheme && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_twilio_may_accept_is_accepted() {
        for (format, values) in [
            (
                Format::Phone,
                &["+14155550123", "14155550123", "(415) 555-0123", "+44 20 7946 0958", "12345"][..],
            ),
            (
                Format::Recipient,
                &[
                    "+14155550123",
                    "whatsapp:+14155550123",
                    "client:joe",
                    "sip:joe@example.com",
                    "joe@example.com",
                    "messenger:123",
                    "415 555 0123",
                    "12345",
                    "rcs:+14155550123",
                    "app:AP0?a=b:c",
                ],
            ),
            (
                Format::Sender,
                &[
                    "+14155550100",
                    "12345",
                    "MyCompany",
                    "A 1",
                    "client:joe",
                    "whatsapp:+14155550100",
                    "joe",
                    "MG00000000000000000000000000000000",
                ],
            ),
            (Format::Url, &["https://example.com/a?b=c", "http://a/1", "sip:a@b", "wss://example.com"]),
        ] {
            for value in values {
                assert!(check("To", format, value).is_ok(), "{format:?} {value}");
            }
        }
    }

    #[test]
    fn what_is_nothing_of_the_kind_is_refused() {
        for (format, values) in [
            (
                Format::Phone,
                &["", "+", "+1", "+1234567890123456", "hello", "+1415555012x", "1234567890123456"][..],
            ),
            (
                Format::Recipient,
                &[
                    "",
                    "hello",
                    "+1",
                    "+1234567890123456",
                    "whatsapp:",
                    "whatsapp:+1",
                    ":x",
                    "1:2",
                    "+1415555O123",
                ],
            ),
            (Format::Sender, &["", "+", "+1415555O100", "!", "whatsapp:+"]),
            (Format::Url, &["", "example.com/a", "https://example.com/a b", "/path", "https:", "ht tp://a"]),
        ] {
            for value in values {
                let error = check("To", format, value).unwrap_err();
                assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
                assert!(error.message.starts_with(&format!("To is '{value}', but ")), "{}", error.message);
            }
        }
    }
}
