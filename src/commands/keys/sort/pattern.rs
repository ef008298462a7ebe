//! Patterns of BY and GET: `weight_*` is the string at the key that the element completes,
//! `object_*->weight` a field of the hash there.

use crate::protocol::Key;
use crate::store::{Str, Txn, View};
use crate::types::listpack::Element;
use memchr::{memchr, memmem};
use smallvec::SmallVec;

/// A pattern with a place for the element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern<'a> {
    before: &'a [u8],
    behind: &'a [u8],
    field: Option<&'a [u8]>,
}

impl<'a> Pattern<'a> {
    /// `None` if there is no `*` in the text: then it is the same for every element. An arrow
    /// counts behind the first `*`, and only if a field's name follows.
    pub fn new(text: &'a [u8]) -> Option<Pattern<'a>> {
        let star = memchr(b'*', text)?;
        let (before, behind) = (&text[..star], &text[star + 1..]);
        let pattern = Pattern { before, behind, field: None };
        let arrow = memmem::find(behind, b"->").filter(|at| at + 2 < behind.len());
        Some(match arrow {
            Some(at) => {
                Pattern { behind: &behind[..at], field: Some(&behind[at + 2..]), ..pattern }
            }
            None => pattern,
        })
    }

    /// What stands where the element points to; nothing if there is no such key or field, or
    /// if the key holds another type. The transaction must hold the whole database.
    pub fn look_up<'t>(
        &self,
        txn: &'t mut Txn<'_>,
        db: u16,
        element: &[u8],
    ) -> Option<Element<'t>> {
        let mut name = SmallVec::<[u8; 64]>::from_slice(self.before);
        name.extend_from_slice(element);
        name.extend_from_slice(self.behind);
        let (hash, horizon_ms) = (txn.keyspace().hash(&name), txn.horizon_ms());
        match (txn.get(Key { name: &name, hash, db })?.value(), self.field) {
            (View::String(Str::Int(int)), None) => Some(Element::Int(int)),
            (View::String(Str::Bytes(bytes)), None) => Some(Element::Bytes(bytes)),
            (View::String(Str::Shared(bytes)), None) => Some(Element::Bytes(bytes)),
            (View::Hash(hash), Some(field)) => hash.at(horizon_ms).get(field),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_star_is_the_place_and_an_arrow_behind_it_names_a_field() {
        let parts = |text: &'static str| {
            let pattern = Pattern::new(text.as_bytes())?;
            let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap();
            Some((text(pattern.before), text(pattern.behind), pattern.field.map(text)))
        };
        assert_eq!(parts("w_*"), Some(("w_", "", None)));
        assert_eq!(parts("*"), Some(("", "", None)));
        assert_eq!(parts("a*b*c"), Some(("a", "b*c", None)));
        assert_eq!(parts("w_*->f"), Some(("w_", "", Some("f"))));
        assert_eq!(parts("w_*x->f->g"), Some(("w_", "x", Some("f->g"))));
        assert_eq!(parts("w_*->"), Some(("w_", "->", None)));
        assert_eq!(parts("w->*"), Some(("w->", "", None)));
        assert_eq!(parts("nosort"), None);
        assert_eq!(parts("w->f"), None);
    }
}
