//! Data of every type, in every encoding: random commands, and values that are too large for the
//! compact ones.

use crate::differential::families::{
    Family, bitmaps, geo, hashes, hyperloglogs, keys, lists, sets, sort, streams, strings, zsets,
};
use crate::differential::generate::Generator;
use crate::harness::{Client, Random, encode};

/// What Redis 7.0 knows.
pub const FAMILIES: &[(&str, &Family)] = &[
    ("string", &strings::STRINGS),
    ("list", &lists::LISTS),
    ("hash", &hashes::HASHES),
    ("set", &sets::SETS),
    ("zset", &zsets::ZSETS),
    ("stream", &streams::STREAMS),
    ("bitmap", &bitmaps::BITMAPS),
    ("hyperloglog", &hyperloglogs::HYPERLOGLOGS),
    ("geo", &geo::GEO),
    ("sort", &sort::SORT),
];

/// Random commands of a family in one pipeline.
const BATCH: usize = 50;

/// Runs so many random commands of each family, each family on keys of its own, so that many of
/// every type are there in the end; in between what moves and renames keys.
pub fn add_random(client: &mut Client, seed: u64, families: &[(&str, &Family)], commands: usize) {
    for (name, family) in families {
        let mut generator = Generator::new(seed, &[family, &keys::KEYS]);
        for _ in 0..commands.div_ceil(BATCH) {
            let batch: Vec<_> =
                (0..BATCH).map(|_| with_own_keys(name, logged_command(&mut generator))).collect();
            client.pipeline(&batch);
        }
        // The family's commands may have chosen another.
        client.check("SELECT 0", "+OK");
    }
}

/// The next command whose effect is in a log. Parameters are not, and Redis forgets a HyperLogLog's
/// encoding that PFDEBUG has changed, and a key that BITFIELD has created for nothing.
pub fn logged_command(generator: &mut Generator) -> Vec<Vec<u8>> {
    loop {
        let command = generator.command();
        let is_left_out = matches!(command[0].as_slice(), b"CONFIG" | b"PFDEBUG");
        if !is_left_out && !command.iter().any(|arg| arg.eq_ignore_ascii_case(b"FAIL")) {
            return command;
        }
    }
}

/// `key:7` of the hashes becomes `hash:7`.
fn with_own_keys(family: &str, command: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let own = |arg: Vec<u8>| match arg.strip_prefix(b"key:") {
        Some(number) => [family.as_bytes(), b":", number].concat(),
        None => arg,
    };
    command.into_iter().map(own).collect()
}

/// Adds what random commands do not grow: many elements, long ones, those that compress and those
/// that do not; consumer groups with pending entries, some of them deleted.
pub fn add_large(client: &mut Client, seed: u64) {
    let mut random = Random::seeded(seed);
    let mut batch = Vec::new();
    let mut add = |args: &[&[u8]]| batch.push(args.iter().map(|arg| arg.to_vec()).collect());
    for n in 0..700 {
        let (number, wide) = (n.to_string(), (i64::from(n) << 32).to_string());
        let (number, wide) = (number.as_bytes(), wide.as_bytes());
        let score = format!("{n}.1");
        let id = format!("{n}-1");
        add(&[b"HSET", b"large:hash", number, &random.bytes(90)]);
        add(&[b"SADD", b"large:set", number, &random.bytes(20)]);
        add(&[b"SADD", if n < 300 { b"intset:16" } else { b"large:integers" }, number]);
        add(&[b"SADD", if n < 300 { b"intset:64" } else { b"large:integers" }, wide]);
        add(&[b"ZADD", b"large:zset", score.as_bytes(), number]);
        add(&[b"RPUSH", b"large:list", &random.bytes(200), number]);
        add(&[
            b"XADD",
            b"large:stream",
            id.as_bytes(),
            b"field",
            number,
            b"other",
            &random.bytes(9),
        ]);
    }
    add(&[b"ZADD", b"large:zset", b"-inf", b"least", b"inf", b"most", b"-0.0", b"zero"]);
    add(&[b"XGROUP", b"CREATE", b"large:stream", b"group", b"5-1"]);
    add(&[b"XGROUP", b"CREATE", b"large:stream", b"idle", b"$"]);
    add(&[b"XGROUP", b"CREATECONSUMER", b"large:stream", b"group", b"nobody"]);
    for (consumer, count) in [(b"one", b"20"), (b"two", b"3 ")] {
        let count = count.trim_ascii_end();
        let read = [b"XREADGROUP".as_slice(), b"GROUP", b"group", consumer, b"COUNT", count];
        add(&[&read[..], &[b"STREAMS", b"large:stream", b">"]].concat());
    }
    add(&[b"XDEL", b"large:stream", b"7-1", b"8-1", b"699-1"]);
    add(&[b"XACK", b"large:stream", b"group", b"9-1"]);
    add(&[b"RPUSH", b"large:elements", &[b'a'; 20_000], &random.bytes(20_000), b"1"]);
    add(&[b"SET", b"large:compressible", &b"abcdefgh".repeat(20_000)]);
    add(&[b"SET", b"large:random", &(0..20).flat_map(|_| random.bytes(5_000)).collect::<Vec<_>>()]);
    add(&[b"SET", b"integer", b"-9223372036854775808", b"PXAT", b"33177117420123"]);
    add(&[b"SET", b"", b"the empty key"]);
    let bytes: Vec<u8> = batch.iter().flat_map(|args: &Vec<Vec<u8>>| encode(args)).collect();
    assert!(bytes.len() > 300_000, "random contents are large");
    for reply in client.pipeline(&batch) {
        assert!(!reply.is_error(), "{reply}");
    }
    client.talk(
        r#"
        SELECT 11                           => +OK
        SET elsewhere v                     => +OK
        EXPIREAT elsewhere 33177117420      => :1
        SELECT 0                            => +OK
    "#,
    );
}
