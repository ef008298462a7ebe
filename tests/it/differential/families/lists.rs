//! List commands.

use super::Family;

/// 3,000 bytes.
const LARGE: &str = {
    const BYTES: [u8; 3_000] = [b'l'; 3_000];
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

pub const LISTS: Family = Family {
    templates: &[
        "LPUSH <key> <value>",
        "LPUSH <key> <few> <few> <few>",
        "RPUSH <key> <value>",
        "RPUSH <key> <few> <number> <few> <few>",
        "RPUSH <key> <few> <few> <few> <few> <few> <few> <few> <few>",
        "LPUSH <key> <large> <large>",
        "RPUSH <key> <large>",
        "LPUSHX <key> <few> <number>",
        "RPUSHX <key> <few> <value>",
        "LPOP <key>",
        "LPOP <key> <count>",
        "RPOP <key>",
        "RPOP <key> <count>",
        "LLEN <key>",
        "LINDEX <key> <index>",
        "LINDEX <key> <index>",
        "LSET <key> <index> <few>",
        "LSET <key> <index> <value>",
        "LSET <key> <index> <large>",
        "LINSERT <key> <side> <few> <few>",
        "LINSERT <key> <side> <few> <value>",
        "LINSERT <key> <side> <few> <large>",
        "LRANGE <key> <index> <index>",
        "LRANGE <key> 0 -1",
        "LTRIM <key> <index> <index>",
        "LTRIM <key> 0 <count>",
        "LREM <key> <index> <few>",
        "LREM <key> 0 <few>",
        "LREM <key> <rank> <few>",
        "LPOS <key> <few>",
        "LPOS <key> <few> RANK <rank>",
        "LPOS <key> <few> COUNT <count>",
        "LPOS <key> <few> RANK <rank> COUNT <count>",
        "LPOS <key> <few> MAXLEN <count> COUNT <count>",
        "LPOS <key> <few> COUNT <count> RANK <rank> MAXLEN <count>",
        "LPOS <key> <few> <option> <rank> <option> <rank>",
        "LMOVE <key> <key> <end> <end>",
        "LMOVE <key> <key> <end> <end>",
        "RPOPLPUSH <key> <key>",
        "LMPOP 1 <key> <end>",
        "LMPOP 2 <key> <key> <end> COUNT <count>",
        "LMPOP <count> <key> <key> <end>",
        "BLPOP <key> <key> <timeout>",
        "BRPOP <key> <timeout>",
        "BLMOVE <key> <key> <end> <end> <timeout>",
        "BRPOPLPUSH <key> <key> <timeout>",
        "BLMPOP <timeout> 2 <key> <key> <end> COUNT <count>",
        "BLMPOP <timeout> <count> <key> <key> <end>",
    ],
    words: &[
        // Elements that are met again.
        ("<few>", &["a", "b", "c", "17", "-3", ""]),
        // A few of them make a quicklist.
        ("<large>", &[LARGE]),
        ("<count>", &["0", "1", "2", "3", "10", "100", "-1", "9223372036854775807"]),
        (
            "<rank>",
            &["1", "2", "3", "-1", "-2", "-10", "0", "9223372036854775807", "-9223372036854775807"],
        ),
        ("<end>", &["LEFT", "RIGHT", "left", "right", "middle"]),
        ("<side>", &["BEFORE", "AFTER", "before", "after", "beside"]),
        ("<option>", &["RANK", "COUNT", "MAXLEN", "rank"]),
    ],
    allowances: &[],
};
