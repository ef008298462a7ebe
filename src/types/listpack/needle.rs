//! Looking for an element by what a client sees.

use super::Element;
use crate::util::number;

/// Bytes that many elements are compared with: what integer they spell is found out once.
#[derive(Clone, Copy)]
pub struct Needle<'a> {
    bytes: &'a [u8],
    int: Option<i64>,
}

impl<'a> Needle<'a> {
    /// To look for the element that a client sees as `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Needle { bytes, int: number::parse_i64(bytes) }
    }

    /// Whether a client sees `element` as these bytes.
    #[inline]
    pub fn is(&self, element: Element<'_>) -> bool {
        match element {
            Element::Int(value) => self.int == Some(value),
            Element::Bytes(own) => own == self.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_client_sees_however_it_is_stored() {
        let seventeen = Needle::new(b"17");
        assert!(seventeen.is(Element::Int(17)) && seventeen.is(Element::Bytes(b"17")));
        assert!(!seventeen.is(Element::Int(7)) && !seventeen.is(Element::Bytes(b"017")));
        assert!(!Needle::new(b"017").is(Element::Int(17)));
    }
}
