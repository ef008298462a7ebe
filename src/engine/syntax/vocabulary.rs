//! The words of syntax texts: which type a placeholder has, and what Redis's argument
//! specifications call tokens, choices and blocks, whose names the text does not show.

use super::{Argument, Kind};
use std::borrow::Cow;

/// Whether a word is to be sent as it stands: `NX`, `=`, `""`; placeholders are in lower case.
pub fn is_token(word: &str) -> bool {
    !word.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// The type of the placeholder `word` of the command `command`.
pub fn kind(command: &str, group: &str, word: &str) -> Kind {
    match word {
        "key" | "key1" | "key2" | "newkey" => Kind::Key,
        "source" | "sourcekey" | "src" | "destination" | "destkey" | "dst" => Kind::Key,
        "pattern" => Kind::Pattern,
        "unix-time-seconds" | "unix-time-milliseconds" => Kind::UnixTime,
        "longitude" | "latitude" | "radius" | "width" | "height" | "score" => Kind::Double,
        "increment" if command.ends_with("float") => Kind::Double,
        "min" | "max" if command.ends_with("byscore") || command == "zcount" => Kind::Double,
        "timeout" if command.starts_with('b') => Kind::Double,
        "start" | "end" | "stop" if group == "stream" || command == "zrange" => Kind::String,
        "min-idle-time" if matches!(command, "xclaim" | "xautoclaim") => Kind::String,
        "value" if matches!(command, "setbit" | "bitfield") => Kind::Integer,
        word if INTEGERS.contains(&word) => Kind::Integer,
        _ => Kind::String,
    }
}

/// Placeholders that stand for integers, as far as [`kind`] knows no exception.
const INTEGERS: &[&str] = &[
    "bit",
    "bits",
    "client-id",
    "cluster-bus-port",
    "config-epoch",
    "count",
    "cursor",
    "db",
    "decrement",
    "destination-db",
    "end",
    "end-slot",
    "entries-added",
    "entries-read",
    "frequency",
    "idle",
    "increment",
    "index",
    "index1",
    "index2",
    "len",
    "limit",
    "maxage",
    "milliseconds",
    "min-idle-time",
    "min-match-len",
    "ms",
    "num-matches",
    "num-vertices",
    "numfields",
    "numids",
    "numkeys",
    "numlocal",
    "numreplicas",
    "offset",
    "port",
    "protover",
    "rank",
    "seconds",
    "slot",
    "start",
    "start-slot",
    "stop",
    "timeout",
    "ttl",
    "version",
    "weight",
];

/// Whether a token belongs to the first of the placeholders behind it, rather than to all.
pub fn belongs_to_first(token: &str) -> bool {
    matches!(token, "BYBOX" | "BYPOLYGON")
}

/// The name of a token that takes no value.
pub fn token_name(token: &'static str) -> Cow<'static, str> {
    match token {
        "CH" => "change".into(),
        "INCR" => "increment".into(),
        "ALPHA" => "sorting".into(),
        "=" => "equal".into(),
        "~" => "approximately".into(),
        "*" => "auto-id".into(),
        "$" => "new-id".into(),
        "\"\"" => "empty-string".into(),
        _ => token.to_ascii_lowercase().into(),
    }
}

/// The name of a choice, by the token (or name) that its first alternative begins with.
pub fn choice_name(token: Option<&'static str>, alternatives: &[Argument]) -> Cow<'static, str> {
    let words: Vec<&str> = alternatives.iter().map(Argument::leading_word).collect();
    match words.as_slice() {
        ["NX" | "KEEPREF", ..] => "condition".into(),
        ["WRAP", ..] => "overflow-block".into(),
        ["GT", "LT"] => "comparison".into(),
        ["FNX", ..] => "fields-condition".into(),
        ["EX", ..] => "expiration".into(),
        ["M", ..] | ["BYTE", ..] => "unit".into(),
        ["ASC", ..] => "order".into(),
        ["LEFT" | "BEFORE" | "MIN", _] => "where".into(),
        ["ASYNC", ..] => "flush-type".into(),
        ["BYSCORE", ..] => "sortby".into(),
        ["FROMMEMBER", ..] => "from".into(),
        ["BYRADIUS", ..] => "by".into(),
        ["STORE", ..] => "store".into(),
        ["MAXLEN", ..] => "strategy".into(),
        ["=", "~"] => "operator".into(),
        ["*", "id"] | ["id", "$"] => "id-selector".into(),
        ["key", "\"\""] => "key-selector".into(),
        ["AUTH", ..] => "authentication".into(),
        ["ON", "OFF"] => "enabled".into(),
        ["ON", "OFF", "SKIP"] => "action".into(),
        ["WRITE", "ALL"] => "mode".into(),
        ["YES", ..] if token.is_none() => "mode".into(),
        ["TIMEOUT", "ERROR"] => "unblock-type".into(),
        ["LIB-NAME", ..] => "attr".into(),
        ["MODULE", ..] => "filterby".into(),
        ["NOSAVE", ..] => "save-selector".into(),
        ["AND" | "SCHEDULE" | "GET", ..] | ["count", "RESET"] => "operation".into(),
        ["SET", "INCRBY"] => "write-operation".into(),
        ["IMPORTING", ..] => "subcommand".into(),
        ["HARD", "SOFT"] => "reset-type".into(),
        ["host" | "node-id", "NO"] => "args".into(),
        ["FLUSH", ..] => "policy".into(),
        ["NORMAL", ..] => "client-type".into(),
        ["SLOW", ..] => "type".into(),
        _ => token.map_or("options".into(), |token| token.to_ascii_lowercase().into()),
    }
}

/// The name of a block: several arguments that go together.
pub fn block_name(token: Option<&'static str>, arguments: &[Argument]) -> Cow<'static, str> {
    match (token, arguments.first().map_or("", Argument::leading_word)) {
        (Some(token @ ("GROUP" | "GET" | "SET" | "INCRBY")), _) => {
            format!("{}-block", token.to_ascii_lowercase()).into()
        }
        (Some("TO"), _) => "target".into(),
        (None, "BYBOX") => "box".into(),
        (None, "BYPOLYGON") => "polygon".into(),
        (Some(token), _) => token.to_ascii_lowercase().into(),
        (None, "BYRADIUS") => "circle".into(),
        (None, "longitude") if arguments.len() == 2 => "vertices".into(),
        (None, "COUNT") => "count-block".into(),
        (None, "FULL") => "full-block".into(),
        (None, "MAXLEN") => "trim".into(),
        (None, "NO") => "no-one".into(),
        (None, "IDLE") => "filters".into(),
        (None, "OVERFLOW") => "write".into(),
        (None, "host") => "host-port".into(),
        (None, "protover") => "arguments".into(),
        (None, "start" | "start-slot") => "range".into(),
        (None, "end") => "end-unit-block".into(),
        (None, "count") => "options".into(),
        (None, _) => "data".into(),
    }
}
