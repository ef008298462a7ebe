//! HyperLogLog commands. GET compares what the key holds, byte for byte.

use super::Family;
use crate::differential::compare::Tolerance;

pub const HYPERLOGLOGS: Family = Family {
    templates: &[
        "PFADD <key>",
        "PFADD <key> <value>",
        "PFADD <key> <value> <value> <value> <value> <value>",
        "PFADD <key> <value> <value> <value> <value> <value> <value> <value> <value> <value> <value>",
        "PFADD <key> <number> <float>",
        "PFCOUNT <key>",
        "PFCOUNT <key>",
        "PFCOUNT <key> <key>",
        "PFCOUNT <key> <key> <key>",
        "PFMERGE <key>",
        "PFMERGE <key> <key>",
        "PFMERGE <key> <key> <key>",
        "PFDEBUG DECODE <key>",
        "PFDEBUG ENCODING <key>",
        "PFDEBUG GETREG <key>",
        "PFDEBUG TODENSE <key>",
        "PFDEBUG what <key>",
        "CONFIG SET hll-sparse-max-bytes <sparse-bytes>",
        "GET <key>",
        "GET <key>",
        "STRLEN <key>",
        "SET <key> <value>",
        "SET <key> <hyperloglog>",
    ],
    words: &[
        ("<sparse-bytes>", &["0", "20", "30", "60", "300", "3000", "20000"]),
        // No registers, all of them in short runs, and what is none. Two that are left out: runs
        // that are too few or too many, to which Redis adds some elements before it finds out;
        // an opcode that is cut off, which Redis reads beyond the string.
        (
            "<hyperloglog>",
            &[
                "HYLL\x01\0\0\0\0\0\0\0\0\0\0\0",
                "HYLL\x01\0\0\0\x05\0\0\0\0\0\0\0_\x7f??????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????",
                "HYLL\0\0\0\0\0\0\0\0\0\0\0\0",
                "HYLL\x02\0\0\0\0\0\0\0\0\0\0\0?",
                "HYLK\x01\0\0\0\0\0\0\0\0\0\0\0?",
            ],
        ),
    ],
    allowances: &[
        // Which of two errors a number beyond 64 bits is.
        ("config", "set", Tolerance::ErrorText),
    ],
};
