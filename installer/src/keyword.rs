//! The driver's connection keywords: their spelling and what their values look like.

use std::net::IpAddr;

use crate::failure::Failure;

/// What a keyword's value must be.
#[derive(Clone, Copy)]
enum Kind {
    /// A Twilio SID: two letters and 32 hexadecimal digits.
    Sid(&'static str),
    Secret,
    BaseUrl,
    /// Part of a host name: letters, digits and hyphens.
    Label,
    Seconds,
    Rows,
    Switch,
    Level,
    /// A size: bytes, or a number of KB, MB or GB.
    Bytes,
    /// A number, from the first to the second.
    Number(u32, u32),
    OneOf(&'static [&'static str]),
    /// `Table=Column`, several with commas between them.
    Pairs,
    Text,
}

const KEYWORDS: &[(&str, Kind)] = &[
    ("AccountSid", Kind::Sid("AC")),
    ("AuthToken", Kind::Secret),
    ("ApiKeySid", Kind::Sid("SK")),
    ("ApiKeySecret", Kind::Secret),
    ("AuthScheme", Kind::OneOf(&["AuthToken", "ApiKey", "OAuth"])),
    ("OAuthClientId", Kind::Text),
    ("OAuthClientSecret", Kind::Secret),
    ("BaseUrl", Kind::BaseUrl),
    ("Region", Kind::Label),
    ("Edge", Kind::Label),
    ("Timeout", Kind::Seconds),
    ("ProxyServer", Kind::Text),
    ("ProxyPort", Kind::Number(1, 65_535)),
    ("ProxyUser", Kind::Text),
    ("ProxyPassword", Kind::Secret),
    ("SslServerCert", Kind::Text),
    ("MaxConcurrency", Kind::Number(1, 100)),
    ("MaxRetries", Kind::Number(0, 100)),
    ("RetryBudget", Kind::Number(0, 86_400)),
    ("ReadOnly", Kind::Switch),
    ("AllowPaid", Kind::Switch),
    ("AllowUnfiltered", Kind::Switch),
    ("DryRun", Kind::Switch),
    ("ConnectOnOpen", Kind::Switch),
    ("Logfile", Kind::Text),
    ("Verbosity", Kind::Level),
    ("MaxLogFileSize", Kind::Bytes),
    ("MaxLogFileCount", Kind::Number(1, 1000)),
    ("LogBodies", Kind::Switch),
    ("Pushdown", Kind::Switch),
    ("ParentScan", Kind::OneOf(&["Auto", "Always"])),
    ("StrictTypes", Kind::Switch),
    ("Subaccounts", Kind::OneOf(&["None", "All"])),
    ("MaxRows", Kind::Rows),
    ("BrowsableSchemas", Kind::Text),
    ("Tables", Kind::Text),
    ("Views", Kind::Text),
    ("PseudoColumns", Kind::Pairs),
    ("Location", Kind::Text),
    ("UserDefinedViews", Kind::Text),
    // Not the driver's: unixODBC and its tools read these.
    ("Description", Kind::Text),
    ("DMEnvAttr", Kind::Text),
    ("DMConnAttr", Kind::Text),
    ("DMStmtAttr", Kind::Text),
];

/// Other names of the same thing; the file gets the driver's own.
const ALIASES: &[(&str, &str)] = &[("UID", "AccountSid"), ("PWD", "AuthToken")];

/// The keyword in its own spelling and the value as it is written; or why it cannot be.
/// With `allow_unknown`, a name that is not in the list passes as it is.
pub(crate) fn check(name: &str, value: &str, allow_unknown: bool) -> Result<(String, String), Failure> {
    let name =
        ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map_or(name, |(_, own)| own);
    if name.eq_ignore_ascii_case("Driver") {
        return Err(Failure::usage("Driver is set by this command; give the other keywords only"));
    }
    match KEYWORDS.iter().find(|(keyword, _)| keyword.eq_ignore_ascii_case(name)) {
        Some(&(keyword, kind)) => {
            let value = check_value(kind, value)
                .map_err(|expected| Failure::usage(format!("{keyword} must be {expected}")))?;
            Ok((keyword.to_owned(), value))
        }
        None if allow_unknown => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::usage(format!(
            "{name} is not a keyword of the driver; did you mean {}? (--allow-unknown writes it all the same)",
            nearest(name)
        ))),
    }
}

/// Whether a value of this keyword must not be shown.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "secret", "pwd", "pass"].iter().any(|part| name.contains(part))
}

fn nearest(name: &str) -> &'static str {
    let name = name.to_ascii_lowercase();
    let near = |keyword: &str| strsim::jaro_winkler(&name, &keyword.to_ascii_lowercase());
    KEYWORDS
        .iter()
        .map(|&(keyword, _)| keyword)
        .max_by(|a, b| near(a).total_cmp(&near(b)))
        .unwrap_or_default()
}

/// The value as it is written, or what it must be ("… must be").
fn check_value(kind: Kind, value: &str) -> Result<String, String> {
    let valid = match kind {
        Kind::Sid(prefix) => {
            let digits = value.strip_prefix(prefix).unwrap_or_default();
            if digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Ok(value.to_owned());
            }
            return Err(format!("{prefix} and 32 hexadecimal digits"));
        }
        Kind::Switch => return switch(value).map(str::to_owned).ok_or("0 or 1".to_owned()),
        Kind::BaseUrl => return base_url(value).map(|()| value.to_owned()),
        Kind::Secret if value.is_empty() => return Err("more than an empty text".to_owned()),
        Kind::Label if !is_label(value) => Err("letters, digits and hyphens, such as ie1 or dublin"),
        Kind::Seconds if value.parse::<u32>().is_err() => Err("a whole number of seconds"),
        Kind::Rows if value.parse::<u32>().is_err() => Err("a number of rows, or 0 for all"),
        Kind::OneOf(words) => {
            let known = words.iter().find(|word| word.eq_ignore_ascii_case(value));
            return known.map(|&word| word.to_owned()).ok_or(words.join(" or "));
        }
        Kind::Bytes if !is_size(value) => Err("a number of bytes, which may end in KB, MB or GB"),
        Kind::Number(least, most) => {
            let is_it = value.parse().is_ok_and(|number: u32| (least..=most).contains(&number));
            return if is_it {
                Ok(value.to_owned())
            } else {
                Err(format!("a number from {least} to {most}"))
            };
        }
        Kind::Level if !matches!(value.as_bytes(), [b'0'..=b'5']) => Err("a level from 0 to 5"),
        Kind::Pairs if !value.split([',', ';']).next().is_some_and(|first| first.contains('=')) => {
            Err("Table=Column pairs with commas between them, or *=*")
        }
        Kind::Secret
        | Kind::Label
        | Kind::Seconds
        | Kind::Rows
        | Kind::Level
        | Kind::Bytes
        | Kind::Pairs
        | Kind::Text => Ok(value),
    };
    valid.map(str::to_owned).map_err(str::to_owned)
}

/// Whether it is a whole number, with a unit behind it or without.
fn is_size(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = value[digits.len()..].trim_start().to_ascii_uppercase();
    digits.parse::<u64>().is_ok() && ["", "K", "KB", "M", "MB", "G", "GB"].contains(&unit.as_str())
}

/// Whether it can be a part of a host name.
fn is_label(value: &str) -> bool {
    let is_inside = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    !value.is_empty() && value.bytes().all(is_inside) && !value.starts_with('-') && !value.ends_with('-')
}

fn switch(value: &str) -> Option<&'static str> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some("1"),
        "0" | "false" | "no" | "off" => Some("0"),
        _ => None,
    }
}

/// `https://host[:port][/path]`, with `{product}` where Twilio's hosts carry the product's name; plain
/// `http` only to this machine, because credentials would cross the network in the clear.
fn base_url(value: &str) -> Result<(), String> {
    let lower = value.to_ascii_lowercase();
    let (secure, rest) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err("a URL that starts with https://".to_owned()),
    };
    let plain = rest.replace("{product}", "product");
    if plain.contains(['{', '}', '?', '#', '@', ' ', '\\']) {
        return Err("scheme, host, port and path only, with no placeholder but {product}".to_owned());
    }
    let authority = plain.split('/').next().unwrap_or_default();
    let host = host_of(authority).ok_or("a URL with a host, and a port from 1 to 65535 if any")?;
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if secure || loopback {
        Ok(())
    } else {
        Err("an https:// URL (http:// is for 127.0.0.1, ::1 and localhost only)".to_owned())
    }
}

/// The host of `host`, `host:port` or `[v6]:port`, if both parts are sound.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6.split_once(']')?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port_is_sound = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (!host.is_empty() && port_is_sound).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, value: &str) -> Option<String> {
        check(name, value, false).ok().map(|(_, value)| value)
    }

    #[test]
    fn every_documented_keyword_is_known() {
        let documented = include_str!("../../docs/dsn.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric()));
        let missing: Vec<&str> =
            documented.filter(|name| !KEYWORDS.iter().any(|(known, _)| known == name)).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn names_take_the_drivers_spelling() {
        assert_eq!(check("readonly", "Yes", false).unwrap(), ("ReadOnly".to_owned(), "1".to_owned()));
        assert_eq!(check("pwd", "s", false).unwrap().0, "AuthToken");
        assert!(check("driver", "x", true).is_err());
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest() {
        let refusal = check("AcountSid", "x", false).unwrap_err().to_string();
        assert!(refusal.contains("did you mean AccountSid?"), "{refusal}");
        assert_eq!(check("Extra", "x", true).unwrap(), ("Extra".to_owned(), "x".to_owned()));
    }

    #[test]
    fn sids_have_their_letters_and_32_digits() {
        assert!(value("AccountSid", &format!("AC{}", "0aF9".repeat(8))).is_some());
        for wrong in ["", "AC", "AC00", &format!("SK{}", "0".repeat(32)), &format!("AC{}", "g".repeat(32))] {
            assert!(value("AccountSid", wrong).is_none(), "{wrong}");
        }
        assert!(value("ApiKeySid", &format!("SK{}", "0".repeat(32))).is_some());
    }

    #[test]
    fn base_urls_are_safe_for_credentials() {
        for right in [
            "https://api.example.com",
            "https://{product}.example.com:8443/base",
            "http://127.0.0.1:8080",
            "http://[::1]:8080/",
            "http://localhost",
        ] {
            assert!(value("BaseUrl", right).is_some(), "{right}");
        }
        for wrong in [
            "",
            "api.example.com",
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@example.com",
            "https://",
            "https://:443",
            "https://a:0",
            "https://{host}.example.com",
            "https://a/?q=1",
        ] {
            assert!(value("BaseUrl", wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn numbers_and_switches() {
        assert_eq!(value("ConnectOnOpen", "off").as_deref(), Some("0"));
        assert!(value("ReadOnly", "2").is_none());
        assert!(value("Timeout", "60").is_some() && value("Timeout", "-1").is_none());
        assert_eq!(value("ParentScan", "always").as_deref(), Some("Always"));
        assert!(value("ParentScan", "never").is_none());
        assert!(value("MaxRows", "0").is_some() && value("MaxRows", "some").is_none());
        assert!(value("PseudoColumns", "*=*").is_some() && value("PseudoColumns", "FriendlyName").is_none());
        assert!(value("Verbosity", "5").is_some() && value("Verbosity", "6").is_none());
        for (size, is_right) in
            [("0", true), ("100 mb", true), ("2G", true), ("MB", false), ("1TB", false), ("-1", false)]
        {
            assert_eq!(value("MaxLogFileSize", size).is_some(), is_right, "{size}");
        }
        assert!(value("MaxLogFileCount", "1").is_some() && value("MaxLogFileCount", "0").is_none());
    }

    #[test]
    fn secrets_are_known_by_name() {
        assert!(["AuthToken", "ApiKeySecret", "PWD", "password"].iter().all(|name| is_secret(name)));
        assert!(!is_secret("AccountSid") && !is_secret("ApiKeySid"));
    }
}
