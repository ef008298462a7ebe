//! RDB files go through our hands, a peer's and ours again, and nothing is lost on the way.

use std::fs;
use std::path::Path;

use super::contents::{Contents, assert_same, contents};
use super::mixture::{FAMILIES, add_large, add_random};
use super::random_seed;
use crate::differential::families::{Family, hashes};
use crate::harness::{
    Folder, Kind, Peer, Server, binary_under_test, kind_under_test, need, say, shared, wait_until,
};
use crate::rdb::{is_for_this_server, table};

const FLAGS: &[&str] = &["--enable-debug-command", "yes"];
/// Random commands of each family.
const COMMANDS: usize = 500;

#[test]
fn files_travel_to_redis_and_back() {
    if kind_under_test() == Kind::Valkey {
        return; // Redis is older than its files.
    }
    let Some(redis) = need(Peer::RedisServer) else { return };
    travel(&redis);
}

#[test]
fn files_travel_to_valkey_and_back() {
    if kind_under_test() == Kind::Redis {
        return; // It is older than Valkey's files.
    }
    let Some(valkey) = need(Peer::ValkeyServer) else { return };
    travel(&valkey);
}

fn travel(peer: &Path) {
    let seed = random_seed();
    let ours = binary_under_test();
    let server = Server::start(FLAGS);
    let mut client = server.client();
    add_random(&mut client, seed, FAMILIES, COMMANDS);
    add_large(&mut client, seed);
    let first = save(server);
    let second = save(started_with(peer, &first.file));
    assert_same(
        &format!("SKEIN_REPLAY_SEED={seed}: ours at the peer's"),
        &first.contents,
        &second.contents,
    );
    let third = save(started_with(&ours, &second.file));
    assert_same(
        &format!("SKEIN_REPLAY_SEED={seed}: the peer's at ours"),
        &first.contents,
        &third.contents,
    );
    assert_eq!(first.digest, third.digest, "SKEIN_REPLAY_SEED={seed}: there and back");
    say(&format!(
        "round trip: {} keys, {} bytes of ours, {} of the peer's (seed {seed})",
        first.contents.len(),
        first.file.len(),
        second.file.len()
    ));
}

/// What only newer servers know: Redis 7.0 can read no file with it.
const NEWER: &[(&str, &Family)] = &[("deadlines", &hashes::DEADLINES), ("hash", &hashes::HASHES)];

#[test]
fn deadlines_of_fields_survive_a_save() {
    if kind_under_test() == Kind::Redis {
        return; // 7.0 has none.
    }
    let seed = random_seed();
    let server = Server::start(FLAGS);
    let mut client = server.client();
    add_random(&mut client, seed, NEWER, COMMANDS);
    client.talk(
        r#"
        HSET small a 1 b 2                            => :2
        HPEXPIREAT small 33177117420123 FIELDS 1 b    => [:1]
    "#,
    );
    for n in 0..600 {
        let (field, deadline) = (n.to_string(), (33_177_117_420_000i64 + n).to_string());
        client.cmd(&["HSET", "large", &field, "v"]);
        client.cmd(&["HPEXPIREAT", "large", &deadline, "FIELDS", "1", &field]);
    }
    let first = save(server);
    assert!(first.contents[&(0, b"small".to_vec())].ends_with("\"2\":33177117420123"));
    let second = save(started_with(&binary_under_test(), &first.file));
    assert_same(&format!("SKEIN_REPLAY_SEED={seed}"), &first.contents, &second.contents);
    assert_eq!(first.digest, second.digest, "SKEIN_REPLAY_SEED={seed}");
}

#[test]
fn valkeys_deadlines_of_fields_are_saved_as_ours() {
    if kind_under_test() == Kind::Redis {
        return; // It is older than the file.
    }
    let Some(valkey) = need(Peer::ValkeyServer) else { return };
    let seed = random_seed();
    let server = Server::start_binary(&valkey, FLAGS);
    add_random(&mut server.client(), seed, NEWER, COMMANDS);
    let first = save(server);
    let second = save(started_with(&binary_under_test(), &first.file));
    let third = save(started_with(&binary_under_test(), &second.file));
    assert_same(&format!("SKEIN_REPLAY_SEED={seed}: valkey's"), &first.contents, &second.contents);
    assert_same(&format!("SKEIN_REPLAY_SEED={seed}: ours"), &first.contents, &third.contents);
}

/// Real files in which fields of hashes have deadlines.
const NEWER_FILES: &[&str] = &["redis-7.4.1.rdb", "valkey-9.1.2.rdb"];

#[test]
fn every_real_file_is_the_same_when_saved_again() {
    let Some(folder) = shared("rdb") else { return };
    let redis = Peer::RedisServer.path().filter(|_| kind_under_test() != Kind::Valkey);
    for row in table(&folder).iter().filter(|row| is_for_this_server(row) && !row.refused) {
        let content = fs::read(folder.join(&row.file)).expect("a file that the table names");
        let first = save(started_with(&binary_under_test(), &content));
        let second = save(started_with(&binary_under_test(), &first.file));
        assert_same(&row.file, &first.contents, &second.contents);
        assert_eq!(first.digest, second.digest, "{}", row.file);
        // Nothing but fields with deadlines needs a newer version than Redis 7.0 reads.
        let is_newer = NEWER_FILES.contains(&row.file.as_str());
        let is_old = first.file.starts_with(b"REDIS0010");
        assert!(kind_under_test() == Kind::Valkey || is_old != is_newer, "{}: version", row.file);
        if let Some(redis) = redis.as_ref().filter(|_| !is_newer) {
            let theirs = save(started_with(redis, &first.file));
            assert_same(&format!("{} at redis", row.file), &first.contents, &theirs.contents);
        }
    }
}

/// A file, and what the server held that wrote it.
struct Saved {
    file: Vec<u8>,
    contents: Contents,
    digest: String,
}

/// Has the server save in the background, and looks at the file and at the server.
fn save(server: Server) -> Saved {
    let mut client = server.client();
    let path = server.folder().join("dump.rdb");
    let _ = fs::remove_file(&path);
    client.check("BGSAVE", "+Background saving started");
    wait_until("the end of the save", || {
        client.cmd(&["INFO", "persistence"]).text().contains("rdb_bgsave_in_progress:0")
    });
    let file = fs::read(&path).unwrap_or_else(|error| panic!("{error}\n{}", server.log()));
    client.check("SAVE", "+OK");
    let again = fs::read(&path).expect("the file just saved");
    assert_eq!(again.len().abs_diff(file.len()) / 100, 0, "SAVE and BGSAVE write about the same");
    let digest = client.cmd(&["DEBUG", "DIGEST"]).text();
    Saved { file, contents: contents(&mut client), digest }
}

fn started_with(binary: &Path, file: &[u8]) -> Server {
    let folder = Folder::new();
    fs::write(folder.path().join("dump.rdb"), file).expect("a file in the temporary folder");
    Server::start_on(binary, &folder, FLAGS)
}
