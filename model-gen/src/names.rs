//! Names in the house's way: `date_created` is `DateCreated`, a table is a plural.

/// `date_created`, `Timers.Inactive` and `portInRequestSid` as one word in PascalCase.
pub fn pascal(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (first, rest) = part.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect()
}

/// Words that are spelt in capitals.
const ABBREVIATIONS: [&str; 15] =
    ["A2P", "AWS", "API", "BYOC", "DNS", "HTTP", "ID", "IP", "MMS", "SID", "SIP", "SMS", "TLS", "URI", "URL"];

/// The words of a PascalCase name in lower case, abbreviations in capitals: `SIP domain`, `caller IDs`.
pub fn words(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut upper_before = false;
    let letters: Vec<char> = name.chars().collect();
    for (i, &letter) in letters.iter().enumerate() {
        let upper = letter.is_ascii_uppercase();
        let ends_abbreviation = upper && letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
        match words.last_mut() {
            Some(word) if !(upper && (!upper_before || ends_abbreviation)) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        upper_before = upper;
    }
    for word in &mut words {
        *word = spelt(word);
    }
    words.join(" ")
}

fn spelt(word: &str) -> String {
    let (stem, ending) = match word.strip_suffix('s') {
        Some(stem) if !stem.is_empty() => (stem, "s"),
        _ => (word, ""),
    };
    let is = |text: &str| ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(text));
    if is(word) {
        word.to_ascii_uppercase()
    } else if is(stem) {
        stem.to_ascii_uppercase() + ending
    } else {
        word.to_ascii_lowercase()
    }
}

/// The plural of a name; a name that is a plural already, or has none, stays as it is.
pub fn plural(name: &str) -> String {
    const UNCOUNTABLE: [&str; 4] = ["Content", "Feedback", "Knowledge", "Media"];
    let ends = |endings: &[&str]| endings.iter().any(|e| name.ends_with(e));
    let is_plural = name.ends_with('s') && !ends(&["ss", "us", "is"]);
    if is_plural || ends(&UNCOUNTABLE) {
        return name.to_owned();
    }
    if let Some(stem) = name.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    let ending = if ends(&["s", "x", "ch", "sh"]) { "es" } else { "s" };
    format!("{name}{ending}")
}

/// The singular of a plural that [`plural`] gives.
pub fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let stem =
        name.strip_suffix("es").filter(|s| ["ss", "us", "x", "ch", "sh"].iter().any(|e| s.ends_with(e)));
    stem.or(name.strip_suffix('s')).unwrap_or(name).to_owned()
}

/// `a` or `an`, as `word` begins.
pub fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
        true => "an",
        false => "a",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_pascal_case() {
        for (name, expected) in [
            ("date_created", "DateCreated"),
            ("sid", "Sid"),
            ("Timers.Inactive", "TimersInactive"),
            ("portInRequestSid", "PortInRequestSid"),
            ("us_app_to_person", "UsAppToPerson"),
            ("e164", "E164"),
        ] {
            assert_eq!(pascal(name), expected);
        }
    }

    #[test]
    fn words_keep_abbreviations() {
        assert_eq!(words("FriendlyName"), "friendly name");
        assert_eq!(words("SipDomains"), "SIP domains");
        assert_eq!(words("SIPDomain"), "SIP domain");
        assert_eq!(words("OutgoingCallerIds"), "outgoing caller IDs");
        assert_eq!(words("A2pCampaigns"), "A2P campaigns");
    }

    #[test]
    fn plurals_follow_english() {
        for (name, expected) in [
            ("Service", "Services"),
            ("Activity", "Activities"),
            ("Address", "Addresses"),
            ("Key", "Keys"),
            ("Policies", "Policies"),
            ("BundleCopy", "BundleCopies"),
            ("Media", "Media"),
            ("Statistics", "Statistics"),
            ("Status", "Statuses"),
            ("Branch", "Branches"),
        ] {
            assert_eq!(plural(name), expected);
        }
        for (name, expected) in [
            ("Services", "Service"),
            ("Activities", "Activity"),
            ("Addresses", "Address"),
            ("Media", "Media"),
        ] {
            assert_eq!(singular(name), expected);
        }
    }
}
