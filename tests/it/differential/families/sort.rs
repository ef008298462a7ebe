//! SORT and SORT_RO.

use super::Family;
use crate::differential::compare::Tolerance;

/// No sorted sets: Redis makes a skip list of whichever it sorts, and nothing undoes that. And
/// what is stored was not sorted by numbers, see [`Tolerance::Sorted`].
pub const SORT: Family = Family {
    templates: &[
        "RPUSH <key> <element> <element> <element> <element>",
        "RPUSH <key> <number> <element> <number>",
        "SADD <key> <element> <element> <element> <element> <element>",
        "MSET key:1 <element> key:2 <element> key:3 <number>",
        "MSET key:1x <number> key:2x <element> key:5x <element>",
        "HSET <key> f <element> g <text>",
        "HSET key:5 f <number> g <text>",
        "SORT <key>",
        "SORT <key> DESC",
        "SORT <key> ALPHA",
        "SORT <key> ALPHA DESC LIMIT <from> <many>",
        "SORT <key> LIMIT <from> <many>",
        "SORT <key> BY <by> <direction>",
        "SORT <key> BY <by> LIMIT <all-or-none> <all-or-none>",
        "SORT <key> BY <by> GET <get> <direction> GET #",
        "SORT <key> BY nosort <direction> LIMIT <all-or-none> <all-or-none>",
        "SORT <key> BY nosort GET <get> GET #",
        "SORT <key> GET <get> GET <get> ALPHA",
        "SORT <key> ALPHA STORE <key>",
        "SORT <key> BY nosort STORE <key> LIMIT <from> <many>",
        "SORT <key> BY nosort GET <get> STORE <key>",
        "SORT <key> ALPHA STORE <key> <direction> STORE <key>",
        "SORT_RO <key>",
        "SORT_RO <key> ALPHA <direction> GET <get>",
        "SORT_RO <key> BY <by> ALPHA GET #",
        "SORT_RO <key> ALPHA STORE <key>",
    ],
    words: &[
        ("<element>", &["1", "2", "3", "4", "5", "-1", "0", "10", "2.5", "1e2", "+7", "a"]),
        ("<text>", &["b", "ab", "a", "", "B", "10", "9"]),
        ("<by>", &["key:*", "key:*x", "key:*->f", "key:5->*", "*", "nothing:*", "nosort"]),
        ("<get>", &["#", "key:*", "key:*->g", "key:*->f", "key:*x", "constant", "nothing:*"]),
        ("<direction>", &["ASC", "DESC", "desc"]),
        // Which elements of a set come first without an order, no two servers agree on.
        ("<all-or-none>", &["0", "-1", "100"]),
        ("<from>", &["0", "1", "2", "-1", "100", "9223372036854775807"]),
        ("<many>", &["0", "1", "2", "-1", "100", "-9223372036854775808"]),
    ],
    allowances: &[("sort", "", Tolerance::Sorted), ("sort_ro", "", Tolerance::Sorted)],
};
