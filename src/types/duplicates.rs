//! What a packed encoding that comes from a file must not contain, though as a listpack it
//! is valid: the same member or field twice.

use super::listpack::Listpack;
use std::collections::HashSet;

/// Whether two of every `width`-th elements, from the first on, have the same text.
pub fn has_duplicates(listpack: &Listpack, width: usize) -> bool {
    let mut seen =
        HashSet::with_capacity_and_hasher(listpack.len() / width, ahash::RandomState::new());
    listpack.iter().step_by(width).any(|element| !seen.insert(element.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_same_key_in_any_encoding() {
        let mut listpack = Listpack::new();
        for text in [b"a", b"1", b"b", b"1"] {
            listpack.push_back(text);
        }
        assert!(has_duplicates(&listpack, 1));
        assert!(!has_duplicates(&listpack, 2));
    }
}
