//! The names of module types, which RDB files hold as 64-bit numbers.

/// The type's nine characters, from the upper 54 bits, 6 bits each, the first one highest. The
/// lowest 10 bits are the encoding's version (`src/module.c` of Redis).
pub(super) fn name(id: u64) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    (0..9)
        .map(|position| {
            let six_bits = (id >> (64 - 6 * (position + 1))) & 0x3f;
            char::from(ALPHABET[six_bits as usize])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nine_characters_from_the_highest_bits() {
        assert_eq!(super::name(0), "AAAAAAAAA");
        assert_eq!(super::name(u64::MAX), "_________");
        assert_eq!(super::name(1 << 58), "BAAAAAAAA");
    }
}
