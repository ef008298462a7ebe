//! What one node of a list may hold: `list-max-listpack-size` and `list-compress-depth`
//! as `quicklist.c` and `t_list.c` of Redis 7.2 and later read them.

use crate::types::limits::Limits;

/// How large nodes become, and which of them are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    max_bytes: usize,
    max_elements: usize,
    /// Whether the parameter says how many bytes a node may have, not how many elements.
    by_bytes: bool,
    /// Bytes from which an element gets a node of its own.
    plain_bytes: usize,
    /// Nodes at each end that stay as they are; 0 compresses none.
    pub compress_depth: usize,
}

/// Bytes a node may have for -1, -2, -3, -4, -5 and below.
const BYTE_LIMITS: [usize; 5] = [4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];
/// Bytes a node may have where the parameter counts elements.
const SAFE_BYTES: usize = 8 << 10;
/// What an element is taken to cost beyond its text.
const ELEMENT_OVERHEAD: usize = 8;
/// From more elements on a listpack does not know its own length. Redis lets a listpack of
/// short elements, of which it counts the text, come there; every command would walk it.
const MAX_COUNTED: usize = 65_534;
/// Greatest number of elements that the parameter can ask for.
const MAX_ELEMENTS: i64 = 32_767;

impl Policy {
    /// What the parameters say.
    pub fn new(limits: &Limits) -> Self {
        let size = limits.list_max_listpack_size;
        let by_bytes = size < 0;
        let (max_bytes, max_elements) = if by_bytes {
            let level = size.unsigned_abs().min(BYTE_LIMITS.len() as u64) as usize;
            (BYTE_LIMITS[level - 1], MAX_COUNTED)
        } else {
            (SAFE_BYTES, size.clamp(1, MAX_ELEMENTS) as usize)
        };
        let plain_bytes = match limits.list_plain_bytes {
            0 => max_bytes + 1,
            bytes => bytes,
        };
        Policy {
            max_bytes,
            max_elements,
            by_bytes,
            plain_bytes,
            compress_depth: limits.list_compress_depth as usize,
        }
    }

    /// Whether a node may have this many bytes and elements.
    pub fn allows(&self, bytes: usize, elements: usize) -> bool {
        bytes <= self.max_bytes && elements <= self.max_elements
    }

    /// Whether a node of this many bytes and elements may take one more element.
    pub fn allows_one_more(&self, bytes: usize, elements: usize, element_len: usize) -> bool {
        self.allows(
            bytes.saturating_add(element_len).saturating_add(ELEMENT_OVERHEAD),
            elements + 1,
        )
    }

    /// Whether an element gets a node of its own.
    pub fn is_large(&self, element_len: usize) -> bool {
        element_len >= self.plain_bytes
    }

    /// What a listpack may have to which a list goes back that has lost elements: half as
    /// much, so that a list at the border does not change its encoding with every command. Only
    /// what the parameter speaks of counts.
    pub fn half(self) -> Self {
        if self.by_bytes {
            Policy { max_bytes: self.max_bytes / 2, ..self }
        } else {
            Policy { max_bytes: usize::MAX, max_elements: self.max_elements / 2, ..self }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(list_max_listpack_size: i64) -> Policy {
        Policy::new(&Limits { list_max_listpack_size, ..Limits::default() })
    }

    #[test]
    fn negative_sizes_are_classes_of_bytes() {
        for (size, bytes) in [
            (-1, 4096),
            (-2, 8192),
            (-3, 16_384),
            (-4, 32_768),
            (-5, 65_536),
            (-6, 65_536),
            (i64::MIN, 65_536),
        ] {
            assert!(policy(size).allows(bytes, MAX_COUNTED), "{size}");
            assert!(!policy(size).allows(bytes, MAX_COUNTED + 1), "{size}");
            assert!(!policy(size).allows(bytes + 1, 1), "{size}");
            assert!(policy(size).is_large(bytes + 1) && !policy(size).is_large(bytes), "{size}");
            assert!(
                policy(size).half().allows(bytes / 2, 1)
                    && !policy(size).half().allows(bytes / 2 + 1, 1)
            );
        }
    }

    #[test]
    fn positive_sizes_are_elements_within_safe_bytes() {
        for (size, elements) in [(0, 1), (1, 1), (128, 128), (i64::MAX, 32_767)] {
            assert!(
                policy(size).allows(8192, elements) && !policy(size).allows(8192, elements + 1),
                "{size}"
            );
            assert!(!policy(size).allows(8193, 1) && policy(size).is_large(8193), "{size}");
            assert!(
                policy(size).half().allows(8192, elements / 2)
                    && !policy(size).half().allows(1, elements / 2 + 1)
            );
        }
    }

    #[test]
    fn large_elements_can_be_made_smaller() {
        let limits = Limits { list_plain_bytes: 100, ..Limits::default() };
        let policy = Policy::new(&limits);
        assert!(policy.is_large(100) && !policy.is_large(99));
    }
}
