//! The order that SORT brings elements into.

use super::elements::Elements;
use crate::protocol::{Error, Result};
use crate::types::listpack::Element;
use crate::util::number::parse_f64;
use std::cmp::Ordering;
use std::ops::Range;

/// What elements are compared by.
pub enum Weights {
    /// Their own bytes.
    Themselves,
    /// A number for each; elements with the same number compare by their bytes.
    Numbers(Vec<f64>),
    /// A text for each; those without one come first.
    Texts(Vec<Option<Box<[u8]>>>),
}

impl Weights {
    /// The elements within a window of their order. Only these are brought into order, so that
    /// a page of a large collection takes little more time than to look at all of it.
    pub fn arrange(&self, elements: Elements, window: Range<usize>, descending: bool) -> Elements {
        let mut order: Vec<usize> = (0..elements.len()).collect();
        // Elements that compare equal keep the order they came in.
        let compare = |one: &usize, other: &usize| {
            let ascending = self.compare(&elements, *one, *other);
            let ordering = if descending { ascending.reverse() } else { ascending };
            ordering.then(one.cmp(other))
        };
        if window.end < order.len() {
            order.select_nth_unstable_by(window.end, compare);
            order.truncate(window.end);
        }
        if (1..order.len()).contains(&window.start) {
            order.select_nth_unstable_by(window.start, compare);
        }
        order.drain(..window.start.min(order.len()));
        order.sort_unstable_by(compare);
        elements.pick(&order)
    }

    fn compare(&self, elements: &Elements, one: usize, other: usize) -> Ordering {
        let by_bytes = || elements.get(one).cmp(elements.get(other));
        match self {
            Weights::Themselves => by_bytes(),
            Weights::Numbers(numbers) => {
                let ordering = numbers[one].partial_cmp(&numbers[other]);
                ordering.unwrap_or(Ordering::Equal).then_with(by_bytes)
            }
            Weights::Texts(texts) => texts[one].cmp(&texts[other]),
        }
    }
}

/// The number that a text is, by the rules of C's `strtod`: white space before it is skipped,
/// nothing at all is zero, and a zero byte ends it. Never NaN.
pub fn number(text: Element<'_>) -> Result<f64> {
    let text = match text {
        Element::Int(int) => return Ok(int as f64),
        Element::Bytes(text) => text.split(|byte| *byte == 0).next().unwrap_or(text),
    };
    // `isspace` knows one character more than Rust's idea of white space: vertical tab.
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let digits = text.iter().position(|byte| !is_space(byte)).map_or(text, |at| &text[at..]);
    if text.is_empty() {
        return Ok(0.0);
    }
    parse_f64(digits).ok_or(Error::msg("One or more scores can't be converted into double"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Limits;
    use crate::types::list::List;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_what_strtod_takes() {
        let parsed = |text: &str| number(Element::Bytes(text.as_bytes())).ok();
        for (text, expected) in [
            ("", 0.0),
            ("\0x", 0.0),
            ("12", 12.0),
            (" \t\n\x0b 1.5", 1.5),
            ("2\0abc", 2.0),
            ("+5", 5.0),
            ("-inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(parsed(text), Some(expected), "{text:?}");
        }
        for text in [" ", "1 ", "x", "nan", "1e400", "1,5"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
        assert_eq!(number(Element::Int(-7)).ok(), Some(-7.0));
    }

    fn elements(texts: &[String]) -> Elements {
        let (mut list, limits) = (List::default(), Limits::default());
        texts.iter().for_each(|text| list.push_back(text.as_bytes(), &limits));
        super::super::elements::Source::List(&list).take(0..texts.len(), false)
    }

    proptest! {
        #[test]
        fn a_window_is_that_of_a_stable_sort(
            texts in prop::collection::vec("[ab]{0,2}", 0..30),
            numbers in prop::collection::vec(0u8..4, 30),
            window in (0usize..35, 0usize..35),
            kind in 0u8..3,
            descending: bool,
        ) {
            let mut expected: Vec<usize> = (0..texts.len()).collect();
            let weights = match kind {
                0 => Weights::Themselves,
                1 => Weights::Numbers(numbers.iter().copied().map(f64::from).collect()),
                _ => Weights::Texts(
                    numbers.iter().map(|n| (*n > 0).then(|| Box::from([*n].as_slice()))).collect(),
                ),
            };
            expected.sort_by(|one, other| {
                let ordering = match kind {
                    0 => texts[*one].cmp(&texts[*other]),
                    1 => numbers[*one].cmp(&numbers[*other]).then(texts[*one].cmp(&texts[*other])),
                    _ => numbers[*one].cmp(&numbers[*other]),
                };
                if descending { ordering.reverse() } else { ordering }
            });
            let (start, end) = (window.0.min(texts.len()), window.1.min(texts.len()));
            let window = start..end.max(start);
            let arranged = weights.arrange(elements(&texts), window.clone(), descending);
            let expected = expected[window].iter().map(|index| texts[*index].as_bytes());
            prop_assert!(arranged.iter().eq(expected));
        }
    }
}
