//! The differential test: the same random commands to the server under test and to a real peer.
//! Every reply must be the same, and at the end every key with its type, content, encoding and
//! deadline. A difference prints the seed and the commands that led to it.
//!
//! Runs with an even seed speak RESP2, those with an odd one RESP3.
//!
//! `SKEIN_DIFF_SECONDS` says for how long (5), `SKEIN_DIFF_SEED` repeats a run.

mod compare;
pub mod families;
pub mod generate;

use std::collections::VecDeque;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::harness::{Client, Kind, Peer, Reply, Server, env_number, kind_under_test, need, say};
use compare::{Tolerance, flat, same_replies};
use families::{
    Family, bitmaps, geo, hashes, hyperloglogs, keys, lists, sets, sort, streams, strings, zsets,
};
use generate::Generator;

/// Commands sent before replies are compared; short enough to read when one differs.
const BATCH: usize = 40;

/// How a value of a type is read whole; a type without an entry is compared by its name only.
const CONTENT: &[(&str, &[&str])] = &[
    ("string", &["GET"]),
    ("list", &["LRANGE", "0", "-1"]),
    ("set", &["SMEMBERS"]),
    ("hash", &["HGETALL"]),
    ("zset", &["ZRANGE", "0", "-1", "WITHSCORES"]),
    ("stream", &["XRANGE", "-", "+"]),
];

#[test]
fn strings_and_keys() {
    as_redis(&[&strings::STRINGS, &keys::KEYS]);
}

#[test]
fn lists() {
    as_redis(&[&lists::LISTS, &keys::KEYS]);
}

#[test]
fn hashes() {
    as_redis(&[&hashes::HASHES, &keys::KEYS]);
}

#[test]
fn sets() {
    as_redis(&[&sets::SETS, &keys::KEYS]);
}

#[test]
fn zsets() {
    as_redis(&[&zsets::ZSETS, &keys::KEYS]);
}

#[test]
fn streams() {
    as_redis(&[&streams::STREAMS, &keys::KEYS]);
}

#[test]
fn bitmaps() {
    as_redis(&[&bitmaps::BITMAPS, &keys::KEYS]);
}

#[test]
fn hyperloglogs() {
    as_redis(&[&hyperloglogs::HYPERLOGLOGS, &keys::KEYS]);
}

#[test]
fn geo() {
    as_redis(&[&geo::GEO, &keys::KEYS]);
}

#[test]
fn sort() {
    as_redis(&[&sort::SORT, &keys::KEYS]);
}

#[test]
fn newer_string_commands() {
    as_valkey(&[&strings::STRINGS, &strings::CONDITIONS]);
}

#[test]
fn newer_stream_commands() {
    as_valkey(&[&streams::STREAMS, &streams::GROUPS]);
}

#[test]
fn newer_geo_commands() {
    as_valkey(&[&geo::POLYGONS]);
}

#[test]
fn newer_hash_commands() {
    as_valkey(&[&hashes::DEADLINES]);
}

#[test]
fn newer_zset_commands() {
    as_valkey(&[&zsets::SCORES]);
}

/// Beside Redis 7.0.
fn as_redis(families: &[&Family]) {
    if kind_under_test() == Kind::Valkey {
        return; // It differs from Redis in more than is listed for us.
    }
    let Some(redis) = need(Peer::RedisServer) else { return };
    run(&redis, families);
}

/// Beside Valkey 9.1, for what Redis 7.0 does not have.
fn as_valkey(families: &[&Family]) {
    if kind_under_test() == Kind::Redis {
        return; // It does not know them.
    }
    let Some(valkey) = need(Peer::ValkeyServer) else { return };
    run(&valkey, families);
}

fn run(peer: &std::path::Path, families: &[&Family]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let seed = env_number("SKEIN_DIFF_SEED", now.as_nanos() as u64);
    let end = Instant::now() + Duration::from_secs(env_number("SKEIN_DIFF_SECONDS", 5));
    let (ours, theirs) = (Server::start(&[]), Server::start_binary(peer, &[]));
    let mut pair = Pair::new(&ours, &theirs, families);
    // With one seed for all, half of the families speak the newer protocol.
    let templates: usize = families.iter().map(|family| family.templates.len()).sum();
    let is_even = (seed as usize ^ templates).is_multiple_of(2);
    let protocol = if is_even { "RESP2" } else { "RESP3" };
    pair.speak(protocol);
    let mut generator = Generator::new(seed, families);
    let mut sent = 0u64;
    while Instant::now() < end {
        let mut batch: Vec<Vec<Vec<u8>>> = (1..BATCH).map(|_| generator.command()).collect();
        batch.push(generator.short_lived());
        pair.compare_batch(&batch).unwrap_or_else(|difference| {
            panic!("SKEIN_DIFF_SEED={seed}, after {sent} commands:\n{difference}")
        });
        sent += BATCH as u64;
        // Now the key with a millisecond to live must be gone on both sides.
        std::thread::sleep(Duration::from_millis(2));
    }
    let keys = pair.compare_keyspaces().unwrap_or_else(|difference| {
        panic!("SKEIN_DIFF_SEED={seed}, at the end of {sent} commands:\n{difference}")
    });
    let peer = peer.file_name().unwrap_or_default().to_string_lossy();
    say(&format!(
        "differential: {sent} commands, {keys} keys at the end, as {peer}, {protocol} (seed {seed})"
    ));
}

/// The two servers that must not differ.
struct Pair<'a> {
    families: &'a [&'a Family],
    ours: Client,
    theirs: Client,
    /// The commands before, newest last, as far back as a difference may have its cause.
    past: VecDeque<Vec<Vec<u8>>>,
}

impl<'a> Pair<'a> {
    fn new(ours: &Server, theirs: &Server, families: &'a [&'a Family]) -> Pair<'a> {
        Pair { families, ours: ours.client(), theirs: theirs.client(), past: VecDeque::new() }
    }

    /// Has both speak a version of the protocol.
    fn speak(&mut self, protocol: &str) {
        for client in [&mut self.ours, &mut self.theirs] {
            let reply = client.cmd(&["HELLO", &protocol[4..]]);
            assert!(!reply.is_error(), "{reply}");
        }
    }

    fn compare_batch(&mut self, batch: &[Vec<Vec<u8>>]) -> Result<(), String> {
        let (ours, theirs) = (self.ours.pipeline(batch), self.theirs.pipeline(batch));
        for (command, (ours, theirs)) in batch.iter().zip(ours.iter().zip(&theirs)) {
            if !same_replies(command, self.families, ours, theirs) {
                let history = self.what_led_to(command).join("\n");
                let difference = format!("  ours:   {ours}\n  theirs: {theirs}");
                return Err(format!("{history}\n{}\n{difference}", show(command)));
            }
            self.past.push_back(command.clone());
        }
        self.past.drain(..self.past.len().saturating_sub(10_000));
        Ok(())
    }

    /// The last commands that named a key of this one, or that moved whole databases.
    fn what_led_to(&self, command: &[Vec<u8>]) -> Vec<String> {
        let is_key = |arg: &&Vec<u8>| arg.starts_with(b"key:");
        let keys: Vec<&Vec<u8>> = command.iter().filter(is_key).collect();
        let concerns = |past: &&Vec<Vec<u8>>| {
            let moves_all = past[0] == b"SELECT" || past[0] == b"SWAPDB";
            keys.is_empty() || moves_all || past.iter().any(|arg| keys.contains(&arg))
        };
        let mut lines: Vec<String> =
            self.past.iter().rev().filter(concerns).take(40).map(|past| show(past)).collect();
        lines.reverse();
        lines
    }

    /// Compares every key of every database; gives how many there are.
    fn compare_keyspaces(&mut self) -> Result<usize, String> {
        let mut count = 0;
        for database in 0..16 {
            self.both(&[b"SELECT", database.to_string().as_bytes()], Tolerance::None)?;
            let keys = self.both(&[b"KEYS", b"*"], Tolerance::Order)?;
            for key in keys.items() {
                let key = key.bytes().unwrap_or_default();
                self.compare_key(key).map_err(|why| format!("db{database}, {why}"))?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn compare_key(&mut self, key: &[u8]) -> Result<(), String> {
        let kind = self.both(&[b"TYPE", key], Tolerance::None)?.text();
        self.both(&[b"OBJECT", b"ENCODING", key], Tolerance::Encoding)?;
        self.both(&[b"PTTL", key], Tolerance::Milliseconds)?;
        let content = CONTENT.iter().find(|(name, _)| *name == kind);
        let Some((_, [verb, rest @ ..])) = content else { return Ok(()) };
        let mut args = vec![verb.as_bytes(), key];
        args.extend(rest.iter().map(|arg| arg.as_bytes()));
        self.both(&args, Tolerance::Order).map(drop)
    }

    fn both(&mut self, args: &[&[u8]], tolerance: Tolerance) -> Result<Reply, String> {
        let (ours, theirs) = (self.ours.cmd(args), self.theirs.cmd(args));
        match tolerance.allows(&flat(&ours), &flat(&theirs)) {
            true => Ok(ours),
            false => Err(format!("{}\n  ours:   {ours}\n  theirs: {theirs}", show(args))),
        }
    }
}

/// A command as redis-cli would take it.
fn show<A: AsRef<[u8]>>(args: &[A]) -> String {
    let quoted = args.iter().map(|arg| {
        let arg = arg.as_ref();
        let plain =
            !arg.is_empty() && arg.iter().all(|b| b.is_ascii_graphic() && !b"\"'\\".contains(b));
        let text = arg.escape_ascii().to_string();
        if plain { text } else { format!("\"{}\"", text.replace("\\'", "'")) }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
