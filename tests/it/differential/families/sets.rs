//! Set commands.

use super::Family;
use crate::differential::compare::Tolerance;

/// Without SPOP and SRANDMEMBER: no two servers draw the same.
pub const SETS: Family = Family {
    templates: &[
        "SADD <key> <member>",
        "SADD <key> <member> <member>",
        "SADD <key> <member> <member> <member> <member>",
        "SADD <key> <integer> <integer> <integer> <integer> <integer>",
        "SADD <key> <value>",
        "SREM <key> <member>",
        "SREM <key> <member> <member> <integer>",
        "SCARD <key>",
        "SISMEMBER <key> <member>",
        "SMISMEMBER <key> <member> <integer> <member>",
        "SMEMBERS <key>",
        "SMEMBERS <key>",
        "SMOVE <key> <key> <member>",
        "SMOVE <key> <key> <integer>",
        "SINTER <key>",
        "SINTER <key> <key>",
        "SINTER <key> <key> <key>",
        "SINTERCARD 2 <key> <key>",
        "SINTERCARD 3 <key> <key> <key> LIMIT <limit>",
        "SINTERCARD <limit> <key> <key> LIMIT <limit>",
        "SINTERSTORE <key> <key> <key>",
        "SUNION <key>",
        "SUNION <key> <key>",
        "SUNION <key> <key> <key> <key>",
        "SUNIONSTORE <key> <key> <key>",
        "SUNIONSTORE <key> <key> <key> <key>",
        "SDIFF <key>",
        "SDIFF <key> <key>",
        "SDIFF <key> <key> <key> <key> <key>",
        "SDIFFSTORE <key> <key> <key>",
        "SDIFFSTORE <key> <key> <key> <key>",
        "SSCAN <key> 0 COUNT 100000",
        "SSCAN <key> 0 COUNT 100000 MATCH <member-glob>",
        "DEBUG DIGEST-VALUE <key> <key>",
    ],
    words: &[
        (
            "<member>",
            &["a", "b", "c", "d", "e", "1", "2", "3", "-1", "01", "", "1.5", "9223372036854775808"],
        ),
        ("<integer>", &["1", "2", "3", "4", "-1", "300", "70000", "-9223372036854775808"]),
        ("<limit>", &["0", "1", "2", "3", "100", "-1", "x"]),
        ("<member-glob>", &["*", "[a-c]", "?", "1*", "-*", "nothing"]),
    ],
    allowances: &[
        ("smembers", "", Tolerance::Order),
        ("sinter", "", Tolerance::Order),
        ("sunion", "", Tolerance::Order),
        ("sdiff", "", Tolerance::Order),
        ("sscan", "", Tolerance::Page),
    ],
};
