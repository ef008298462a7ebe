//! Strings as rows of bits: bit 0 is the highest of the first byte, and behind the last byte
//! there are zeros without end. Everything works on slices in place; what a bitmap's key is,
//! or how long it may become, is not known here.

pub mod combine;
pub mod count;
pub mod field;
pub mod find;

/// How many bytes a string needs so that the bit at `offset` is in it.
pub fn len_to_hold(offset: usize) -> usize {
    offset / 8 + 1
}

/// The bit at `offset`.
pub fn get(bytes: &[u8], offset: usize) -> bool {
    bytes.get(offset / 8).is_some_and(|byte| byte & mask(offset) != 0)
}

/// Changes the bit at `offset`, and tells what it was. A bit behind the last byte stays as it is.
pub fn set(bytes: &mut [u8], offset: usize, on: bool) -> bool {
    let Some(byte) = bytes.get_mut(offset / 8) else { return false };
    let old = *byte & mask(offset) != 0;
    *byte = if on { *byte | mask(offset) } else { *byte & !mask(offset) };
    old
}

fn mask(offset: usize) -> u8 {
    0x80 >> (offset % 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bit_comes_first() {
        let mut bytes = [0; 2];
        assert_eq!(len_to_hold(15), bytes.len());
        assert!(!set(&mut bytes, 1, true));
        assert!(!set(&mut bytes, 15, true));
        assert_eq!(bytes, [0b0100_0000, 1]);
        assert!(get(&bytes, 1) && get(&bytes, 15) && !get(&bytes, 0) && !get(&bytes, 16));
        assert!(set(&mut bytes, 1, false));
        assert!(!set(&mut bytes, 16, true));
        assert_eq!(bytes, [0, 1]);
    }
}
