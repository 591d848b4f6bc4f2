//! Paths with names in braces, as Twilio's documents write them.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// What a path gives for the names of its template.
pub(crate) type Given = BTreeMap<String, String>;

/// A path template: literal segments, and names in braces.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Template(Vec<Segment>);

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    /// A name, and what follows it in the same segment: `.json`.
    Name(String, String),
}

impl From<String> for Template {
    fn from(path: String) -> Self {
        let segments = path.trim_start_matches('/').split('/').map(|segment| {
            let name = segment.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            name.map_or_else(
                || Segment::Literal(segment.to_owned()),
                |(name, ending)| Segment::Name(name.to_owned(), ending.to_owned()),
            )
        });
        Template(segments.collect())
    }
}

impl Template {
    /// What the path gives for the names, if it fits.
    pub(crate) fn capture(&self, path: &[&str]) -> Option<Given> {
        if self.0.len() != path.len() {
            return None;
        }
        let mut given = Given::new();
        for (segment, part) in self.0.iter().zip(path) {
            match segment {
                Segment::Literal(literal) if literal == part => {}
                Segment::Name(name, ending) => {
                    let value = part.strip_suffix(ending.as_str()).filter(|value| !value.is_empty())?;
                    given.insert(name.clone(), value.to_owned());
                }
                Segment::Literal(_) => return None,
            }
        }
        Some(given)
    }

    /// How many segments are literal.
    pub(crate) fn literals(&self) -> usize {
        self.0.iter().filter(|segment| matches!(segment, Segment::Literal(_))).count()
    }

    /// Whether the template has the name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|segment| matches!(segment, Segment::Name(n, _) if n == name))
    }

    /// The names, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Name(name, _) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// The path with these values for its names; a name without a value stays away.
    pub(crate) fn path<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> String {
        let segments = self.0.iter().map(|segment| match segment {
            Segment::Literal(literal) => format!("/{literal}"),
            Segment::Name(name, ending) => format!("/{}{ending}", value(name).unwrap_or_default()),
        });
        segments.collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(literal) => write!(f, "/{literal}"),
            Segment::Name(name, ending) => write!(f, "/{{{name}}}{ending}"),
        })
    }
}
