//! Bitmap commands.

use super::Family;

pub const BITMAPS: Family = Family {
    templates: &[
        "SET <key> <value>",
        "SET <key> <number>",
        "SET <key> <bytes>",
        "SETBIT <key> <bit-offset> <bit>",
        "SETBIT <key> <bit-offset> <bit>",
        "GETBIT <key> <bit-offset>",
        "BITCOUNT <key>",
        "BITCOUNT <key> <bit-index> <bit-index>",
        "BITCOUNT <key> <bit-index> <bit-index> <unit>",
        "BITPOS <key> <bit>",
        "BITPOS <key> <bit> <bit-index>",
        "BITPOS <key> <bit> <bit-index> <bit-index>",
        "BITPOS <key> <bit> <bit-index> <bit-index> <unit>",
        "BITOP <operation> <key> <key>",
        "BITOP <operation> <key> <key> <key>",
        "BITOP <operation> <key> <key> <key> <key>",
        "BITFIELD <key> GET <width> <bit-offset>",
        "BITFIELD <key> GET <width> <field-offset> GET <width> <field-offset>",
        "BITFIELD <key> SET <width> <field-offset> <field-value>",
        "BITFIELD <key> INCRBY <width> <bit-offset> <field-value>",
        "BITFIELD <key> OVERFLOW <overflow> INCRBY <width> <field-offset> <field-value>",
        "BITFIELD <key> OVERFLOW <overflow> SET <width> <bit-offset> <field-value> GET <width> <bit-offset>",
        "BITFIELD <key> INCRBY <width> <bit-offset> <field-value> OVERFLOW <overflow> \
         INCRBY <width> <bit-offset> <field-value> SET <width> <bit-offset> <field-value>",
        "BITFIELD_RO <key> GET <width> <bit-offset>",
        "BITFIELD_RO <key> SET <width> <bit-offset> <field-value>",
        "GET <key>",
        "STRLEN <key>",
        "OBJECT ENCODING <key>",
    ],
    words: &[
        ("<bit>", &["0", "1", "0", "1", "0", "1", "2", "-1", "x"]),
        (
            "<bit-offset>",
            &["0", "1", "7", "8", "30", "63", "64", "100", "1000", "-1", "4294967296"],
        ),
        (
            "<field-offset>",
            &["0", "#0", "#1", "#2", "#5", "3", "12", "#-1", "#x", "#9223372036854775807"],
        ),
        (
            "<bit-index>",
            &["0", "1", "-1", "3", "-3", "7", "-9", "20", "100", "-1000", "9223372036854775807"],
        ),
        ("<unit>", &["BYTE", "BIT", "bit", "byte", "WHAT"]),
        ("<operation>", &["AND", "OR", "XOR", "NOT", "and", "xor", "NOR"]),
        (
            "<width>",
            &[
                "u1", "i1", "u2", "i5", "u8", "i8", "i16", "u31", "i32", "u63", "i64", "u64",
                "i65", "u0", "8",
            ],
        ),
        (
            "<field-value>",
            &[
                "0",
                "1",
                "-1",
                "5",
                "-3",
                "100",
                "-128",
                "255",
                "65536",
                "12345678901",
                "9223372036854775807",
                "9223372036854775800",
                "-9000000000000000000",
            ],
        ),
        ("<overflow>", &["WRAP", "SAT", "FAIL", "sat", "fail", "WHAT"]),
        (
            "<bytes>",
            &["", "\0", "\0\0\0", "\x7f", "\0\x01", "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", "ab"],
        ),
    ],
    allowances: &[],
};
