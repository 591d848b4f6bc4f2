//! The names of a row's fields, which most rows have in the order of the row before.

use super::layout::Node;

/// The most names that are remembered.
const MAX_NAMES: usize = 256;

/// The names of the last row's fields, in their order, and their positions in the layout; `None` for those that are not read.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<(Box<str>, Option<usize>)>);

impl Names {
    /// The position of the field of that name, which is the so-manieth of its row, counted from 0. Where the row before had
    /// another one, the layout is searched from `hint` on.
    pub fn position(&mut self, node: &Node, number: usize, name: &str, hint: usize) -> Option<usize> {
        match self.0.get(number) {
            Some((known, position)) if **known == *name => return *position,
            Some(_) => self.0.truncate(number),
            None => {}
        }
        let position = node.position(name, hint);
        if self.0.len() == number && number < MAX_NAMES {
            self.0.push((name.into(), position));
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Layout;
    use super::*;
    use crate::model::DataType;

    #[test]
    fn names_are_found_in_any_order_and_letter_case() {
        let layout = Layout::new(None, [("a", DataType::Text), ("b", DataType::Text), ("c", DataType::Text)]);
        let mut names = Names::default();
        let mut positions = |row: &[&str]| {
            let found = row.iter().enumerate().map(|(i, name)| names.position(layout.root(), i, name, 0));
            found.collect::<Vec<_>>()
        };
        for _ in 0..2 {
            assert_eq!(positions(&["c", "x", "A", "b"]), [Some(2), None, Some(0), Some(1)]);
        }
        assert_eq!(positions(&["c", "b", "x"]), [Some(2), Some(1), None]);
        assert_eq!(positions(&["c", "b", "x", "a", "y"]), [Some(2), Some(1), None, Some(0), None]);
        assert_eq!(positions(&["a"]), [Some(0)]);
        assert_eq!(positions(&[]), []);
    }
}
