//! Hash commands.

use super::Family;
use crate::differential::compare::{Allowance, Tolerance};

/// What may stand in the angle brackets of both families. The long ones do not fit a listpack.
const WORDS: &[(&str, &[&str])] = &[
    ("<field>", &["a", "b", "c", "d", "e", "1", "2", "-1", "01", "", LONG]),
    ("<deadline-field>", &["a", "b", "c", "d", "a", "b", "c", "d", LONG]),
    ("<field-glob>", &["*", "[a-c]", "?", "1*", "-*", "nothing", "l*"]),
    ("<scan-count>", &["100000", "1", "0", "-1", "x"]),
    ("<all-fields>", &["100", "0", "9223372036854775807", "-9223372036854775808", "x"]),
    ("<one-or-two>", &["1", "2", "2", "2", "0", "3", "x"]),
    ("<field-seconds>", &["100", "1000", "100000", "0"]),
    ("<field-milliseconds>", &["100000", "1000000", "0"]),
    ("<field-unix-seconds>", &["33177117420", "43177117420", "1", "0"]),
    ("<field-unix-milliseconds>", &["33177117420000", "33177117420123", "1", "0"]),
];

const LONG: &str = "long-long-long-long-long-long-long-long-long-long-long-long-long-long";

pub const HASHES: Family = Family {
    templates: &[
        "HSET <key> <field> <value>",
        "HSET <key> <field> <value> <field> <value>",
        "HSET <key> <field> <number> <field> <float> <field> <value>",
        "HMSET <key> <field> <value> <field> <number>",
        "HSETNX <key> <field> <value>",
        "HGET <key> <field>",
        "HMGET <key> <field> <field> <field>",
        "HGETALL <key>",
        "HGETALL <key>",
        "HKEYS <key>",
        "HVALS <key>",
        "HLEN <key>",
        "HSTRLEN <key> <field>",
        "HEXISTS <key> <field>",
        "HDEL <key> <field>",
        "HDEL <key> <field> <field> <field>",
        "HINCRBY <key> <field> <number>",
        "HINCRBY <key> <field> 1",
        "HINCRBYFLOAT <key> <field> <float>",
        "HRANDFIELD <key>",
        "HRANDFIELD <key> <all-fields>",
        "HRANDFIELD <key> <all-fields> WITHVALUES",
        "HRANDFIELD <key> -3",
        "HRANDFIELD <key> -5 WITHVALUES",
        "HSCAN <key> 0 COUNT 100000",
        "HSCAN <key> 0 COUNT 100000 MATCH <field-glob>",
        "HSCAN <key> 0 COUNT <scan-count>",
        "DEBUG DIGEST-VALUE <key> <key>",
    ],
    words: WORDS,
    allowances: ALLOWANCES,
};

const ALLOWANCES: &[Allowance] = &[
    ("hgetall", "", Tolerance::Order),
    ("hkeys", "", Tolerance::Order),
    ("hvals", "", Tolerance::Order),
    ("hrandfield", "", Tolerance::Chance),
    ("hscan", "", Tolerance::Page),
];

/// What Valkey 9.1 has beyond Redis 7.0. The errors are Redis 8's.
pub const DEADLINES: Family = Family {
    templates: &[
        "HSET <key> <deadline-field> <value> <deadline-field> <value>",
        "HSET <key> <deadline-field> <value>",
        "HEXPIRE <key> <field-seconds> FIELDS 1 <deadline-field>",
        "HEXPIRE <key> <field-seconds> FIELDS <one-or-two> <deadline-field> <deadline-field>",
        "HPEXPIRE <key> <field-milliseconds> FIELDS 1 <deadline-field>",
        "HPEXPIRE <key> <field-milliseconds> <nx-or-xx> FIELDS 2 <deadline-field> <deadline-field>",
        "HEXPIREAT <key> <field-unix-seconds> FIELDS 1 <deadline-field>",
        "HEXPIREAT <key> <field-unix-seconds> <condition> FIELDS 1 <deadline-field>",
        "HPEXPIREAT <key> <field-unix-milliseconds> FIELDS 1 <deadline-field>",
        "HPEXPIREAT <key> <field-unix-milliseconds> <condition> FIELDS 1 <deadline-field>",
        "HTTL <key> FIELDS <one-or-two> <deadline-field> <deadline-field>",
        "HPTTL <key> FIELDS 2 <deadline-field> <deadline-field>",
        "HEXPIRETIME <key> FIELDS 2 <deadline-field> <deadline-field>",
        "HPEXPIRETIME <key> FIELDS <one-or-two> <deadline-field> <deadline-field>",
        "HPERSIST <key> FIELDS 2 <deadline-field> <deadline-field>",
        "HGETDEL <key> FIELDS <one-or-two> <deadline-field> <deadline-field>",
        "HGETEX <key> FIELDS 2 <deadline-field> <deadline-field>",
        "HGETEX <key> PERSIST FIELDS 1 <deadline-field>",
        "HGETEX <key> EX <field-seconds> FIELDS 2 <deadline-field> <deadline-field>",
        "HGETEX <key> PXAT <field-unix-milliseconds> FIELDS 1 <deadline-field>",
        "HSETEX <key> FIELDS 1 <deadline-field> <value>",
        "HSETEX <key> FNX FIELDS 2 <deadline-field> <value> <deadline-field> <value>",
        "HSETEX <key> FXX EX <field-seconds> FIELDS 1 <deadline-field> <value>",
        "HSETEX <key> PX <field-milliseconds> FIELDS 1 <deadline-field> <value>",
        "HSETEX <key> EXAT <field-unix-seconds> FXX FIELDS 1 <deadline-field> <value>",
        "HSETEX <key> KEEPTTL FIELDS <one-or-two> <deadline-field> <value> <deadline-field> <value>",
        "HINCRBY <key> <deadline-field> 1",
        "HDEL <key> <deadline-field>",
        "HGETALL <key>",
        "HLEN <key>",
        "COPY <key> <key> REPLACE",
        "RENAME <key> <key>",
        "DEL <key>",
        "SET <key> <value>",
    ],
    words: WORDS,
    allowances: &[
        ("hgetall", "", Tolerance::Order),
        ("hexpire", "", Tolerance::ErrorText),
        ("hpexpire", "", Tolerance::ErrorText),
        ("hexpireat", "", Tolerance::ErrorText),
        ("hpexpireat", "", Tolerance::ErrorText),
        ("hpersist", "", Tolerance::ErrorText),
        ("hgetdel", "", Tolerance::ErrorText),
        ("hgetex", "", Tolerance::ErrorText),
        ("hsetex", "", Tolerance::ErrorText),
        ("httl", "", Tolerance::Seconds),
        ("hpttl", "", Tolerance::Milliseconds),
        ("hexpiretime", "", Tolerance::Seconds),
        ("hpexpiretime", "", Tolerance::Milliseconds),
    ],
};
