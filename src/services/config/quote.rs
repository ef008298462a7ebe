//! Values in double quotes, so that a configuration file reads them back byte by byte.

use std::fmt::Write;

/// `value` in double quotes, with everything that is not printable ASCII escaped.
pub fn quoted(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for byte in value {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            b' '..=b'~' => text.push(*byte as char),
            // Writing to a String cannot fail.
            _ => _ = write!(text, "\\x{byte:02x}"),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::split::split_args;

    #[test]
    fn every_byte_survives() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = quoted(&bytes);
        assert!(text.is_ascii());
        assert_eq!(split_args(text.as_bytes()), Some(vec![bytes]));
        assert_eq!(quoted(b"x\"\\n\n\x01"), r#""x\"\\n\n\x01""#);
    }
}
