//! The ini format as unixODBC reads it.
//!
//! A document is kept as the lines it came in, so whatever is not touched is written back byte for byte.
//! The rules below are unixODBC's (its `iniOpen`): a line whose first character is `#` or `;` is a comment;
//! names compare without case; the first section and the first property of a name win; spaces around a name
//! and around a value are dropped; nothing else is special in a value, neither quotes nor braces nor a later
//! `;` or `#`; a line longer than 998 bytes is cut and its rest is read as another line; and a file whose
//! first line of content is not a section is refused as a whole.

use std::fmt;
use std::ops::Range;

/// What unixODBC reads into one buffer, without the line's end.
const MAX_LINE: usize = 998;

/// An ini file's lines, each with its line end.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    lines: Vec<Vec<u8>>,
}

enum Line {
    Section(String),
    Property(String, String),
    Comment,
    Blank,
}

/// The line (counted from 1) that makes unixODBC refuse the whole file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) line: usize,
}

/// Why a name and value cannot be written so that unixODBC reads the same back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unrepresentable {
    Name,
    Control,
    OuterSpace,
    TooLong,
}

impl fmt::Display for Unrepresentable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Name => "a keyword is letters, digits and _",
            Self::Control => "an ini file cannot hold a line break or control character in a value",
            Self::OuterSpace => "an ini file loses the spaces a value starts or ends with",
            Self::TooLong => "unixODBC cuts lines of more than 998 bytes",
        })
    }
}

/// Says whether `key=value` survives the way through the file.
pub(crate) fn check_property(key: &str, value: &str) -> Result<(), Unrepresentable> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !key.starts_with(|c: char| c.is_ascii_alphanumeric()) || !key.chars().all(plain) {
        return Err(Unrepresentable::Name);
    }
    if value.chars().any(char::is_control) {
        return Err(Unrepresentable::Control);
    }
    if value.trim() != value {
        return Err(Unrepresentable::OuterSpace);
    }
    if key.len() + 1 + value.len() > MAX_LINE {
        return Err(Unrepresentable::TooLong);
    }
    Ok(())
}

impl Document {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let lines: Vec<Vec<u8>> = bytes.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        for (index, line) in lines.iter().enumerate() {
            match classify(line) {
                Line::Section(_) if line.starts_with(b"[") => break,
                Line::Section(_) | Line::Property(..) => return Err(Unreadable { line: index + 1 }),
                Line::Comment | Line::Blank => {}
            }
        }
        Ok(Self { lines })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.lines.concat()
    }

    /// The sections' names in the file's order, as written.
    pub(crate) fn sections(&self) -> Vec<String> {
        self.lines
            .iter()
            .filter_map(|line| match classify(line) {
                Line::Section(name) => Some(name),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn has(&self, section: &str) -> bool {
        self.find(section).is_some()
    }

    /// The section's properties in the file's order.
    pub(crate) fn properties(&self, section: &str) -> Vec<(String, String)> {
        let Some(range) = self.find(section) else { return Vec::new() };
        self.lines[range]
            .iter()
            .filter_map(|line| match classify(line) {
                Line::Property(key, value) => Some((key, value)),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn get(&self, section: &str, key: &str) -> Option<String> {
        self.properties(section).into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, v)| v)
    }

    /// Changes the property where it stands, or adds it after the section's last one.
    /// The section must exist; a property that already has the value is left as it is written.
    pub(crate) fn set(&mut self, section: &str, key: &str, value: &str) {
        let Some(range) = self.find(section) else { return };
        let mut last = range.start;
        for index in range {
            if let Line::Property(name, old) = classify(&self.lines[index]) {
                last = index;
                if name.eq_ignore_ascii_case(key) {
                    if old != value {
                        self.lines[index] = property(&name, value);
                    }
                    return;
                }
            }
        }
        self.end_line(last);
        self.lines.insert(last + 1, property(key, value));
    }

    /// Adds a section at the end, set off by a blank line.
    pub(crate) fn append<K: AsRef<str>, V: AsRef<str>>(&mut self, section: &str, properties: &[(K, V)]) {
        if let Some(last) = self.lines.len().checked_sub(1) {
            self.end_line(last);
            self.lines.push(b"\n".to_vec());
        }
        self.lines.push(format!("[{section}]\n").into_bytes());
        self.lines.extend(properties.iter().map(|(key, value)| property(key.as_ref(), value.as_ref())));
    }

    /// Takes out every section of that name, from its header to its last property, and one blank line that
    /// set it off. Comments after the last property stay: they mostly speak of what follows.
    pub(crate) fn remove(&mut self, section: &str) -> bool {
        let mut found = false;
        while let Some(range) = self.find(section) {
            found = true;
            let end = self.end_of_properties(&range);
            let is_blank = |line: Option<&Vec<u8>>| line.is_some_and(|l| matches!(classify(l), Line::Blank));
            if end == self.lines.len() {
                let blank_before = range.start > 0 && is_blank(self.lines.get(range.start - 1));
                self.lines.drain(range.start - usize::from(blank_before)..end);
            } else {
                let blank_after = is_blank(self.lines.get(end));
                self.lines.drain(range.start..end + usize::from(blank_after));
            }
        }
        found
    }

    /// The first section of that name: its header line up to the next header or the end.
    fn find(&self, section: &str) -> Option<Range<usize>> {
        let mut headers = self.lines.iter().enumerate().filter_map(|(index, line)| match classify(line) {
            Line::Section(name) => Some((index, name)),
            _ => None,
        });
        let start = headers.find(|(_, name)| name.eq_ignore_ascii_case(section))?.0;
        let end = headers.next().map_or(self.lines.len(), |(index, _)| index);
        Some(start..end)
    }

    fn end_of_properties(&self, range: &Range<usize>) -> usize {
        let is_property = |index: &usize| matches!(classify(&self.lines[*index]), Line::Property(..));
        range.clone().rev().find(is_property).unwrap_or(range.start) + 1
    }

    fn end_line(&mut self, index: usize) {
        if !self.lines[index].ends_with(b"\n") {
            self.lines[index].push(b'\n');
        }
    }
}

fn property(key: &str, value: &str) -> Vec<u8> {
    format!("{key}={value}\n").into_bytes()
}

fn classify(line: &[u8]) -> Line {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    match text.as_bytes().first() {
        None => Line::Blank,
        Some(b'#' | b';') => Line::Comment,
        Some(b'[') => {
            let name = text[1..].split(']').next().unwrap_or_default();
            Line::Section(name.trim().to_owned())
        }
        Some(_) => {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            Line::Property(key.trim().to_owned(), value.trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# ours\n\n[One]\nDriver = /a.so\n; inside\nUsageCount=2\n\n# about two\n[Two]\nDriver=/b.so";

    fn parse(text: &str) -> Document {
        Document::parse(text.as_bytes()).unwrap()
    }

    fn text(document: &Document) -> String {
        String::from_utf8(document.to_bytes()).unwrap()
    }

    #[test]
    fn an_untouched_file_comes_back_byte_for_byte() {
        for file in [FILE.as_bytes(), b"", b"[A]\r\nx=1\r\n", b"# caf\xe9\n[A]\nx=\xff\n"] {
            assert_eq!(Document::parse(file).unwrap().to_bytes(), file);
        }
    }

    #[test]
    fn names_compare_without_case_and_the_first_wins() {
        let document = parse("[a]\nKey=1\nkey=2\n[A]\nKEY=3\n");
        assert_eq!(document.get("A", "KEY").as_deref(), Some("1"));
    }

    #[test]
    fn only_a_leading_mark_makes_a_comment() {
        let document = parse("[a]\nx=1;2#3\n;y=1\n#z=1\nq = {a;b}=\"c\" \n");
        assert_eq!(document.get("a", "x").as_deref(), Some("1;2#3"));
        assert_eq!(document.get("a", "q").as_deref(), Some("{a;b}=\"c\""));
        assert_eq!(document.properties("a").len(), 2);
    }

    #[test]
    fn set_changes_in_place_and_adds_after_the_last_property() {
        let mut document = parse(FILE);
        document.set("one", "DRIVER", "/c.so");
        document.set("one", "Threading", "2");
        document.set("two", "Threading", "1");
        assert_eq!(
            text(&document),
            "# ours\n\n[One]\nDriver=/c.so\n; inside\nUsageCount=2\nThreading=2\n\n# about two\n[Two]\nDriver=/b.so\nThreading=1\n"
        );
    }

    #[test]
    fn set_keeps_the_spelling_of_what_already_holds() {
        let mut document = parse(FILE);
        document.set("One", "Driver", "/a.so");
        assert_eq!(text(&document), FILE);
    }

    #[test]
    fn remove_leaves_the_other_sections_and_comments() {
        let mut document = parse(FILE);
        assert!(document.remove("ONE"));
        assert_eq!(text(&document), "# ours\n\n# about two\n[Two]\nDriver=/b.so");
        assert!(!document.remove("ONE"));
    }

    #[test]
    fn remove_undoes_append() {
        for before in ["", "[A]\nx=1\n", "[A]\nx=1\n\n", "# note\n"] {
            let mut document = parse(before);
            document.append("New", &[("Driver", "/n.so")]);
            assert!(document.has("new"));
            document.remove("New");
            assert_eq!(text(&document), before);
        }
    }

    #[test]
    fn every_section_of_the_name_goes() {
        let mut document = parse("[A]\nx=1\n\n[B]\ny=1\n\n[a]\nx=2\n");
        document.remove("A");
        assert_eq!(text(&document), "[B]\ny=1\n");
    }

    #[test]
    fn content_before_the_first_section_is_refused_as_unixodbc_does() {
        assert_eq!(Document::parse(b"\n# c\njunk=1\n[A]\n").unwrap_err(), Unreadable { line: 3 });
        assert_eq!(Document::parse(b"  [A]\nx=1\n").unwrap_err(), Unreadable { line: 1 });
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        assert_eq!(check_property("Key", "a;b#c{d}=e é"), Ok(()));
        assert_eq!(check_property("Ke y", "a"), Err(Unrepresentable::Name));
        assert_eq!(check_property("", "a"), Err(Unrepresentable::Name));
        assert_eq!(check_property("Key", "a\nb"), Err(Unrepresentable::Control));
        assert_eq!(check_property("Key", " a"), Err(Unrepresentable::OuterSpace));
        assert_eq!(check_property("Key", &"a".repeat(994)), Ok(()));
        assert_eq!(check_property("Key", &"a".repeat(995)), Err(Unrepresentable::TooLong));
    }
}
