//! Numbers of bytes as settings have them: `100MB`.

/// The units, the largest first.
const UNITS: [(&str, u64); 4] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10), ("", 1)];

/// A whole number, with K, KB, M, MB, G or GB behind it or without, in any letter case.
pub fn parse(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = unit.trim_start().to_ascii_uppercase();
    let is_meant = |name: &str| name == unit || (unit.len() == 1 && name.starts_with(&unit));
    let (_, size) = UNITS.iter().find(|(name, _)| is_meant(name))?;
    digits.parse::<u64>().ok()?.checked_mul(*size)
}

/// The number in the largest unit that it is a whole number of.
pub fn shown(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size));
    unit.map_or("0".to_owned(), |(name, size)| format!("{}{name}", bytes / size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes, again) in [
            ("0", 0, "0"),
            ("1000", 1000, "1000"),
            ("4K", 4 << 10, "4KB"),
            ("100 mb", 100 << 20, "100MB"),
            ("1024MB", 1 << 30, "1GB"),
            ("2g", 2 << 30, "2GB"),
        ] {
            assert_eq!(parse(text), Some(bytes), "{text}");
            assert_eq!(shown(bytes), again);
        }
        for text in ["", "MB", "-1", "1.5MB", "1TB", "1B", "99999999999GB"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
