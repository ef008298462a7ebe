//! Everything that a server holds, key by key, in words that are the same at all servers that
//! hold the same.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::harness::{Client, Reply};

/// A database's number and a key, and what it holds.
pub type Contents = BTreeMap<(usize, Vec<u8>), String>;

/// What a message shows of a value.
const LONGEST_SHOWN: usize = 1_000;

/// Reads all databases. Types, deadlines and values; of streams their groups too, which
/// `DEBUG DIGEST` leaves out.
pub fn contents(client: &mut Client) -> Contents {
    let mut contents = Contents::new();
    for database in 0..16 {
        client.cmd(&["SELECT", &database.to_string()]);
        for key in client.cmd(&["KEYS", "*"]).items() {
            let key = key.bytes().expect("a key is a string");
            if let Some(held) = held(client, key) {
                contents.insert((database, key.to_vec()), held);
            }
        }
    }
    client.cmd(&["SELECT", "0"]);
    contents
}

/// Panics with the first keys that differ.
#[track_caller]
pub fn assert_same(what: &str, before: &Contents, after: &Contents) {
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(key)));
    let differing: Vec<String> = keys
        .filter(|key| before.get(key) != after.get(key))
        .take(5)
        .map(|key| {
            let show = |held: Option<&String>| match held {
                Some(held) => held.chars().take(LONGEST_SHOWN).collect(),
                None => "nothing".to_owned(),
            };
            let (name, before, after) =
                (key.1.escape_ascii(), show(before.get(key)), show(after.get(key)));
            format!("db{} {name}\n  before: {before}\n  after:  {after}", key.0)
        })
        .collect();
    assert!(differing.is_empty(), "{what}:\n{}", differing.join("\n"));
}

/// None when the key has expired meanwhile.
fn held(client: &mut Client, key: &[u8]) -> Option<String> {
    let kind = client.cmd(&[b"TYPE", key]).text();
    let expires_at_ms = client.cmd(&[b"PEXPIRETIME", key]).int();
    let value = match kind.as_str() {
        "none" => return None,
        "hash" => hash(client, key),
        "zset" => sorted_set(client, key),
        "stream" => stream(client, key),
        "string" => string(client, key),
        _ => digest(client, key),
    };
    // A key that expired in between has no value any more.
    let is_there = client.cmd(&[b"EXISTS", key]).int() == 1;
    is_there.then(|| format!("{kind} until {expires_at_ms}: {value}"))
}

fn digest(client: &mut Client, key: &[u8]) -> String {
    client.cmd(&[b"DEBUG".as_slice(), b"DIGEST-VALUE", key]).to_string()
}

/// A HyperLogLog without the count that it keeps for the next who asks: asking is no change.
fn string(client: &mut Client, key: &[u8]) -> String {
    let value = client.cmd(&[b"GET", key]);
    let Some(rest) = value.bytes().and_then(|bytes| bytes.strip_prefix(b"HYLL")) else {
        return digest(client, key);
    };
    let (head, count_and_registers) = rest.split_at(4.min(rest.len()));
    let registers = count_and_registers.get(8..).unwrap_or_default();
    format!("HyperLogLog {} {}", head.escape_ascii(), registers.escape_ascii())
}

/// Field by field with its deadline, which not every server's digest counts.
fn hash(client: &mut Client, key: &[u8]) -> String {
    let pairs = client.cmd(&[b"HGETALL", key]);
    let pairs: Vec<&[Reply]> = pairs.items().chunks(2).collect();
    let count = pairs.len().to_string();
    let mut question = vec![b"HPEXPIRETIME".as_slice(), key, b"FIELDS", count.as_bytes()];
    question.extend(pairs.iter().filter_map(|pair| pair[0].bytes()));
    // Redis 7.0 does not know the command; its fields have no deadlines.
    let deadlines = match client.cmd(&question) {
        Reply::Array(deadlines) => deadlines,
        _ => vec![Reply::Int(-1); pairs.len()],
    };
    let fields = pairs.iter().zip(deadlines);
    let mut fields: Vec<String> =
        fields.map(|(pair, deadline)| format!("{}={}{deadline}", pair[0], pair[1])).collect();
    fields.sort_unstable();
    fields.join(" ")
}

/// Not the digest: it is of the text of its scores, which 7.0 writes with 17 digits. A zero below
/// zero counts as zero, as it does to ZADD.
fn sorted_set(client: &mut Client, key: &[u8]) -> String {
    let members = client.cmd(&[b"ZRANGE".as_slice(), key, b"0", b"-1", b"WITHSCORES"]);
    let pairs = members.items().chunks(2).map(|pair| {
        let score: f64 = pair[1].text().parse().expect("a score is a number");
        format!("{}:{:?}", pair[0], score + 0.0)
    });
    pairs.collect::<Vec<_>>().join(" ")
}

/// Its entries by the digest; what it remembers beside them, its groups and who waits for what.
/// Not when a consumer was seen, of which a log of commands tells nothing.
fn stream(client: &mut Client, key: &[u8]) -> String {
    let full = client.cmd(&[b"XINFO".as_slice(), b"STREAM", key, b"FULL", b"COUNT", b"0"]);
    let mut shown = digest(client, key);
    for name in ["length", "last-generated-id", "max-deleted-entry-id", "entries-added"] {
        let _ = write!(shown, " {name} {}", field(&full, name));
    }
    let mut untold = String::new();
    for group in field(&full, "groups").items() {
        for name in ["name", "last-delivered-id"] {
            let _ = write!(shown, " {name} {}", field(group, name));
        }
        let _ = write!(untold, " entries-read {}", field(group, "entries-read"));
        for entry in field(group, "pending").items() {
            let id = entry.items()[0].bytes().unwrap_or_default();
            let is_there = !client.cmd(&[b"XRANGE", key, id, id]).items().is_empty();
            let _ = write!(if is_there { &mut shown } else { &mut untold }, " {entry}");
        }
        for consumer in field(group, "consumers").items() {
            let _ = write!(untold, " consumer {}", field(consumer, "name"));
        }
    }
    shown + UNTOLD + &untold
}

/// Stands before what Redis's commands do not tell of a stream: how many entries a group has read,
/// pending entries that are deleted, which XCLAIM leaves out, and consumers without any.
const UNTOLD: &str = " and, beside: ";

/// What a log of commands brings back where Redis writes or replays it.
pub fn as_commands_tell(contents: &Contents) -> Contents {
    let told = |held: &String| held.split(UNTOLD).next().unwrap_or_default().to_owned();
    contents.iter().map(|(key, held)| (key.clone(), told(held))).collect()
}

/// A field of RESP2's flat form of a map.
fn field<'a>(map: &'a Reply, name: &str) -> &'a Reply {
    let pair = map.items().chunks(2).find(|pair| pair[0].text() == name);
    &pair.unwrap_or_else(|| panic!("no field {name} in {map}"))[1]
}
