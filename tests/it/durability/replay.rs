//! Append-only files are replayed to what was there: by the server that wrote them, by Redis, and
//! Redis's by us, with either form of base; and after clients have run into each other.

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::contents::{Contents, as_commands_tell, assert_same, contents};
use super::mixture::{FAMILIES, add_large, add_random, logged_command};
use super::{copy_of, random_seed};
use crate::differential::families::Family;
use crate::differential::generate::Generator;
use crate::harness::{
    Client, Folder, Kind, Peer, Server, binary_under_test, kind_under_test, need, say, wait_until,
};

/// Random commands of each family, before a rewrite and again after it.
const COMMANDS: usize = 400;

#[test]
fn logs_travel_to_and_from_redis_on_a_base_in_rdb_form() {
    travel("yes");
}

#[test]
fn logs_travel_to_and_from_redis_on_a_base_of_commands() {
    travel("no");
}

fn travel(preamble: &str) {
    if kind_under_test() == Kind::Valkey {
        return; // Redis cannot read its bases.
    }
    let Some(redis) = need(Peer::RedisServer) else { return };
    let seed = random_seed();
    let ours = write_log(&binary_under_test(), preamble, seed);
    let theirs = write_log(&redis, preamble, seed);
    for (whose, log) in [("our", &ours), ("redis's", &theirs)] {
        for (who, binary) in [("we", binary_under_test()), ("redis", redis.clone())] {
            let found = replayed(&binary, &log.folder, preamble);
            let what = format!("SKEIN_REPLAY_SEED={seed}: {whose} log as {who} replay it");
            assert_same(&what, &as_commands_tell(&log.contents), &as_commands_tell(&found));
        }
    }
    say(&format!(
        "logs with aof-use-rdb-preamble {preamble}: {} keys of ours, {} of redis's (seed {seed})",
        ours.contents.len(),
        theirs.contents.len()
    ));
}

/// A folder with a log in it, and what the server held that wrote it.
struct Log {
    folder: Folder,
    contents: Contents,
}

fn write_log(binary: &Path, preamble: &str, seed: u64) -> Log {
    let server = Server::start_binary(binary, &flags("yes", preamble));
    let mut client = server.client();
    add_random(&mut client, seed, FAMILIES, COMMANDS);
    add_large(&mut client, seed);
    rewrite(&mut client);
    add_random(&mut client, seed ^ 1, FAMILIES, COMMANDS);
    let contents = contents(&mut client);
    Log { folder: server.stop(), contents }
}

/// What a server holds that starts on a copy of the folder.
fn replayed(binary: &Path, folder: &Folder, preamble: &str) -> Contents {
    let server = Server::start_on(binary, &copy_of(folder), &flags("yes", preamble));
    contents(&mut server.client())
}

fn flags<'a>(appendonly: &'a str, preamble: &'a str) -> [&'a str; 8] {
    [
        "--appendonly",
        appendonly,
        "--appendfsync",
        "no",
        "--aof-use-rdb-preamble",
        preamble,
        "--enable-debug-command",
        "yes",
    ]
}

/// Rewrites the log and waits until that is done.
#[track_caller]
fn rewrite(client: &mut Client) {
    client.check("BGREWRITEAOF", "g\"Background append only file rewriting *\"");
    wait_for_rewrite(client);
}

#[track_caller]
fn wait_for_rewrite(client: &mut Client) {
    wait_until("the end of the rewrite", || {
        let info = client.cmd(&["INFO", "persistence"]).text();
        info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")
    });
    let info = client.cmd(&["INFO", "persistence"]).text();
    assert!(info.contains("aof_last_bgrewrite_status:ok"), "{info}");
}

/// What depends on chance or on the clock, and what moves whole databases: the log must tell what
/// came of it.
const CHANCE: Family = Family {
    templates: &[
        "SPOP <key>",
        "SPOP <key> 3",
        "SADD <key> a b c d e f g 1 2 3",
        "SADD <key> 4 5 6 7 8 9",
        "XADD <key> * f v",
        "XADD <key> * f v",
        "XADD <key> MAXLEN ~ 3 * f v",
        "SET <key> v PX 3",
        "PEXPIRE <key> 2",
        "GETEX <key> PX 2",
        "SET <key> v EX 1000",
        "GETEX <key> EX 1000",
        "BLPOP <key> <key> <timeout>",
        "BLMOVE <key> <key> LEFT RIGHT <timeout>",
        "BZPOPMIN <key> <key> <timeout>",
        "XREADGROUP GROUP g c COUNT 2 BLOCK <timeout-ms> STREAMS <key> >",
        "RPUSH <key> x y z",
        "ZADD <key> 1 a 2 b 3 c",
        "INCRBYFLOAT <key> 0.1",
        "HINCRBYFLOAT <key> a 0.1",
        "FLUSHDB",
        "SWAPDB 0 1",
    ],
    words: &[],
    allowances: &[],
};

const CLIENTS: u64 = 6;
/// Random commands of each of the clients.
const CONFLICTS: usize = 4_000;

/// The order of the records is an order in which it could all have happened.
#[test]
fn conflicting_writes_are_replayed_in_their_order() {
    replayed_after_conflicts("yes", |_| {});
}

/// What is there at that moment gets into the log by a snapshot, what follows by its record.
#[test]
fn a_log_that_begins_amid_conflicting_writes_is_whole() {
    replayed_after_conflicts("no", |client| {
        client.check("CONFIG SET appendonly yes", "+OK");
    });
}

/// Has clients run into each other, does something meanwhile, and compares what a restart brings
/// back once all are done.
#[track_caller]
fn replayed_after_conflicts(appendonly: &str, meanwhile: impl FnOnce(&mut Client)) {
    let seed = random_seed();
    let server = Server::start(&flags(appendonly, "yes"));
    let mut admin = server.client();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let server = &server;
            scope.spawn(move || run_into_each_other(server, seed ^ client << 32));
        }
        // In their midst: they take longer than this on any machine.
        thread::sleep(Duration::from_millis(20));
        meanwhile(&mut admin);
    });
    wait_for_rewrite(&mut admin);
    // What had milliseconds to live is gone.
    thread::sleep(Duration::from_millis(20));
    let before = contents(&mut admin);
    let folder = server.stop();
    let server = Server::start_on(&binary_under_test(), &folder, &flags("yes", "yes"));
    let after = contents(&mut server.client());
    let what = format!("SKEIN_REPLAY_SEED={seed}: after the replay");
    match kind_under_test() {
        Kind::Skein => assert_same(&what, &before, &after),
        _ => assert_same(&what, &as_commands_tell(&before), &as_commands_tell(&after)),
    }
    say(&format!("conflicting writes: {} keys replayed (seed {seed})", before.len()));
}

/// Random commands of all families on the same few keys, some of them in transactions, and now and
/// then a rewrite in the midst of it.
fn run_into_each_other(server: &Server, seed: u64) {
    let families: Vec<&Family> =
        FAMILIES.iter().map(|(_, family)| *family).chain([&CHANCE; 3]).collect();
    let mut generator = Generator::new(seed, &families);
    let mut client = server.client();
    let word = |word: &str| vec![word.as_bytes().to_vec()];
    for batch in 0..CONFLICTS / 20 {
        let mut commands: Vec<_> = (0..20).map(|_| logged_command(&mut generator)).collect();
        if batch % 3 == 0 {
            commands.insert(0, word("MULTI"));
            commands.push(word("EXEC"));
        }
        if batch % 60 == 30 {
            commands.push(word("BGREWRITEAOF"));
        }
        client.pipeline(&commands);
    }
}

/// Elements that each of the clients pushes.
const PUSHES: usize = 15_000;

/// One list to which everybody pushes: of any two records in the wrong order, it shows the trace.
#[test]
fn records_are_in_the_order_of_the_writes() {
    let server = Server::start(&flags("yes", "yes"));
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let mut connection = server.client();
            scope.spawn(move || {
                for round in 0..PUSHES / 50 {
                    let push = |n| {
                        let end = if n % 3 == 0 { "LPUSH" } else { "RPUSH" };
                        vec![end.to_owned(), "list".to_owned(), format!("{client}:{round}:{n}")]
                    };
                    connection.pipeline(&(0..50).map(push).collect::<Vec<_>>());
                }
            });
        }
    });
    let list = |server: &Server| server.client().cmd(&["LRANGE", "list", "0", "-1"]);
    let before = list(&server);
    let server = Server::start_on(&binary_under_test(), &server.stop(), &flags("yes", "yes"));
    let after = list(&server);
    assert_eq!(before.items().len(), CLIENTS as usize * PUSHES);
    let differs = before.items().iter().zip(after.items()).position(|(one, other)| one != other);
    assert_eq!((differs, after.items().len()), (None, before.items().len()), "where they differ");
}
