//! Sizes in bytes as people write them: `100mb`, `1g`.

const KIB: u64 = 1024;
const MIB: u64 = KIB * 1024;
const GIB: u64 = MIB * 1024;

/// The bytes that `text` names: digits and one of the units `b`, `k` (1000), `kb` (1024), `m`,
/// `mb`, `g`, `gb`, in any case. No digits are 0, as in Redis. `None` for anything else, and
/// for sizes beyond 64 bits.
pub fn parse_bytes(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => KIB,
        b"m" => 1000 * 1000,
        b"mb" => MIB,
        b"g" => 1000 * 1000 * 1000,
        b"gb" => GIB,
        _ => return None,
    };
    let mut value = 0u64;
    for digit in number {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    value.checked_mul(factor)
}

/// The shortest exact form for a configuration file: `1gb`, `100mb`, `1500`.
pub fn format_bytes(bytes: u64) -> String {
    for (unit, factor) in [("gb", GIB), ("mb", MIB), ("kb", KIB)] {
        if bytes != 0 && bytes.is_multiple_of(factor) {
            return format!("{}{unit}", bytes / factor);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        let size = |text: &str| parse_bytes(text.as_bytes());
        assert_eq!(size("0"), Some(0));
        assert_eq!(size("12b"), Some(12));
        assert_eq!(size("1k"), Some(1000));
        assert_eq!(size("1KB"), Some(1024));
        assert_eq!(size("2m"), Some(2_000_000));
        assert_eq!(size("100mb"), Some(104_857_600));
        assert_eq!(size("1g"), Some(1_000_000_000));
        assert_eq!(size("1Gb"), Some(1 << 30));
        assert_eq!(size(""), Some(0));
        for bad in ["-1", "+1", "1xb", "1 kb", "1.5gb", "1tb", "10%", "17179869184gb"] {
            assert_eq!(size(bad), None, "{bad}");
        }
        assert_eq!(size("99999999999999999999"), None);
    }

    #[test]
    fn sizes_are_written_so_that_they_read_back() {
        for (bytes, text) in
            [(0, "0"), (1500, "1500"), (1024, "1kb"), (3 << 20, "3mb"), (1 << 30, "1gb")]
        {
            assert_eq!(format_bytes(bytes), text);
            assert_eq!(parse_bytes(text.as_bytes()), Some(bytes));
        }
    }
}
