//! The CodeCrafters stages, as their tester does them:
//! `spawn_redis_server.sh` is started with flags in an empty folder, and replies are compared
//! byte by byte. Here the script runs with a target directory in which the server under test
//! stands already, so that nothing is built.

mod aof;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::harness::{Client, binary_under_test, encode, free_port};

/// Stands for the stage's data folder among the flags.
const DATA: &str = "<data>";

/// A server started through the script; killed when dropped.
struct Stage {
    child: std::process::Child,
    port: u16,
    folder: PathBuf,
}

impl Stage {
    fn start(name: &str, rdb: Option<&[u8]>) -> Stage {
        let data = |data: &Path| {
            if let Some(rdb) = rdb {
                fs::write(data.join("stage.rdb"), rdb).expect("a file");
            }
        };
        Stage::start_with(name, &["--dir", DATA, "--dbfilename", "stage.rdb"], data)
    }

    /// Starts with these flags, [`DATA`] among them standing for the data folder, once that is
    /// prepared.
    fn start_with(name: &str, flags: &[&str], prepare: impl FnOnce(&Path)) -> Stage {
        let folder =
            std::env::temp_dir().join(format!("skein-stage-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("cwd")).expect("a temporary folder");
        let target = prebuilt(&folder);
        let data = folder.join("data");
        fs::create_dir_all(&data).expect("a temporary folder");
        prepare(&data);
        let port = free_port();
        let data = data.display().to_string();
        let flags = flags.iter().map(|flag| if *flag == DATA { &data } else { *flag });
        let child =
            Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("spawn_redis_server.sh"))
                .args(["--port", &port.to_string()])
                .args(flags)
                .current_dir(folder.join("cwd"))
                .env("CARGO_TARGET_DIR", target)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the script starts");
        let stage = Stage { child, port, folder };
        let deadline = Instant::now() + Duration::from_secs(10);
        while !stage.answers() {
            assert!(Instant::now() < deadline, "no answer within ten seconds");
            std::thread::sleep(Duration::from_millis(10));
        }
        stage
    }

    /// Whether the port is open and everything loaded.
    fn answers(&self) -> bool {
        let reply = Client::try_connect(self.port).and_then(|mut client| client.try_cmd(&["PING"]));
        reply.is_ok_and(|reply| !reply.is_error())
    }

    /// Sends a request on a new connection and expects exactly these bytes.
    #[track_caller]
    fn exact(&self, request: &[&str], reply: &[u8]) {
        let mut client = Client::connect(self.port);
        exact_on(&mut client, request, reply);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[track_caller]
fn exact_on(client: &mut Client, request: &[&str], reply: &[u8]) {
    client.send(&encode(request));
    let got = client.recv_bytes(reply.len());
    assert!(got == reply, "{request:?}: {}, not {}", got.escape_ascii(), reply.escape_ascii());
}

/// A target directory with the server under test as its release build, newer than every source.
fn prebuilt(folder: &Path) -> PathBuf {
    let release = folder.join("target/release");
    fs::create_dir_all(&release).expect("a temporary folder");
    fs::copy(binary_under_test(), release.join("skein")).expect("a copy");
    // Also newer than what is being edited while the tests run.
    let copy = fs::File::options().append(true).open(release.join("skein"));
    let later = SystemTime::now() + Duration::from_secs(3_600);
    copy.and_then(|copy| copy.set_modified(later)).expect("a time can be set");
    folder.join("target")
}

#[test]
fn base_ping_once_many_times_and_concurrently() {
    let stage = Stage::start("ping", None);
    stage.exact(&["PING"], b"+PONG\r\n");
    let mut clients = [(); 3].map(|()| Client::connect(stage.port));
    for round in 0..3 {
        for client in clients.iter_mut().skip(round % 2) {
            exact_on(client, &["PING"], b"+PONG\r\n");
        }
    }
    // Three requests in one write: one reply each, whether they come in one read or in many.
    clients[0].send(&b"*1\r\n$4\r\nPING\r\n".repeat(3));
    assert_eq!(clients[0].recv_bytes(21), b"+PONG\r\n".repeat(3));
}

#[test]
fn base_echo_set_get_and_expiry() {
    let stage = Stage::start("set", None);
    stage.exact(&["ECHO", "strawberry"], b"$10\r\nstrawberry\r\n");
    stage.exact(&["SET", "pear", "mango"], b"+OK\r\n");
    stage.exact(&["GET", "pear"], b"$5\r\nmango\r\n");
    stage.exact(&["GET", "missing"], b"$-1\r\n");
    stage.exact(&["SET", "grape", "raspberry", "px", "100"], b"+OK\r\n");
    // The deadline counts from when the server saw the request: before its answer came.
    let answered = Instant::now();
    stage.exact(&["GET", "grape"], b"$9\r\nraspberry\r\n");
    std::thread::sleep(Duration::from_millis(101).saturating_sub(answered.elapsed()));
    stage.exact(&["GET", "grape"], b"$-1\r\n");
}

#[test]
fn rdb_config_get_dir_and_dbfilename() {
    let stage = Stage::start("config", None);
    let dir = stage.folder.join("data").display().to_string();
    let reply = format!("*2\r\n$3\r\ndir\r\n${}\r\n{dir}\r\n", dir.len());
    stage.exact(&["CONFIG", "GET", "dir"], reply.as_bytes());
    let reply = b"*2\r\n$10\r\ndbfilename\r\n$9\r\nstage.rdb\r\n";
    stage.exact(&["CONFIG", "GET", "dbfilename"], reply);
    // A file that is not there is an empty database.
    stage.exact(&["KEYS", "*"], b"*0\r\n");
}

/// A file as the tester writes it: version 3, with size hints, without a checksum.
fn rdb(keys: &[(&str, &str, Option<u64>)]) -> Vec<u8> {
    let mut file =
        b"REDIS0003\xfa\x09redis-ver\x057.2.0\xfa\x0aredis-bits\xc0\x40\xfe\x00\xfb".to_vec();
    let expiring = keys.iter().filter(|(_, _, expires_at_ms)| expires_at_ms.is_some()).count();
    file.extend([keys.len() as u8, expiring as u8]);
    for (key, value, expires_at_ms) in keys {
        if let Some(expires_at_ms) = expires_at_ms {
            file.push(0xfc);
            file.extend(expires_at_ms.to_le_bytes());
        }
        file.extend([0, key.len() as u8]);
        file.extend(key.as_bytes());
        file.push(value.len() as u8);
        file.extend(value.as_bytes());
    }
    file.push(0xff);
    file
}

#[test]
fn rdb_one_key() {
    let stage = Stage::start("one", Some(&rdb(&[("banana", "pineapple", None)])));
    stage.exact(&["KEYS", "*"], b"*1\r\n$6\r\nbanana\r\n");
    stage.exact(&["GET", "banana"], b"$9\r\npineapple\r\n");
}

#[test]
fn rdb_many_keys_some_with_expiry() {
    let (past, future) = (1_640_995_200_000, 1_956_528_000_000);
    let file = rdb(&[
        ("apple", "one", None),
        ("pear", "two", Some(past)),
        ("mango", "three", Some(future)),
    ]);
    let stage = Stage::start("many", Some(&file));
    let mut keys = Client::connect(stage.port).cmd(&["KEYS", "*"]).items().to_vec();
    keys.sort_by_key(|key| key.text());
    let keys: Vec<String> = keys.iter().map(|key| key.text()).collect();
    assert_eq!(keys, ["apple", "mango"]);
    stage.exact(&["GET", "apple"], b"$3\r\none\r\n");
    stage.exact(&["GET", "pear"], b"$-1\r\n");
    stage.exact(&["GET", "mango"], b"$5\r\nthree\r\n");
}

#[test]
fn geo_add_validate_and_store() {
    let stage = Stage::start("geoadd", None);
    stage.exact(&["GEOADD", "places", "-0.0884948", "51.506479", "London"], b":1\r\n");
    for (longitude, latitude, shown) in [
        ("181", "0.3", "181.000000,0.300000"),
        ("-180.5", "51.5", "-180.500000,51.500000"),
        ("11.5", "85.06", "11.500000,85.060000"),
        ("200", "100", "200.000000,100.000000"),
    ] {
        let reply = format!("-ERR invalid longitude,latitude pair {shown}\r\n");
        stage.exact(&["GEOADD", "places", longitude, latitude, "nowhere"], reply.as_bytes());
    }
    stage.exact(&["ZRANGE", "places", "0", "-1"], b"*1\r\n$6\r\nLondon\r\n");
    stage.exact(&["GEOADD", "places", "2.2944692", "48.8584625", "Paris"], b":1\r\n");
    stage.exact(&["ZSCORE", "places", "Paris"], b"$16\r\n3663832614298053\r\n");
}

#[test]
fn geo_positions_distances_and_search() {
    let stage = Stage::start("geosearch", None);
    stage.exact(&["ZADD", "places", "3663832614298053", "Paris"], b":1\r\n");
    let reply = b"*2\r\n\
        *2\r\n$19\r\n2.29447156190872192\r\n$20\r\n48.85846255040141273\r\n*-1\r\n";
    stage.exact(&["GEOPOS", "places", "Paris", "nowhere"], reply);
    stage.exact(&["GEOPOS", "missing", "Paris", "nowhere"], b"*2\r\n*-1\r\n*-1\r\n");
    stage.exact(&["GEOADD", "places", "11.5030378", "48.164271", "Munich"], b":1\r\n");
    stage.exact(&["GEODIST", "places", "Munich", "Paris"], b"$11\r\n682477.7582\r\n");
    let around = |longitude, latitude, radius, unit, reply: &[u8]| {
        let from = ["GEOSEARCH", "places", "FROMLONLAT", longitude, latitude];
        stage.exact(&[&from[..], &["BYRADIUS", radius, unit]].concat(), reply);
    };
    around("2", "48", "100000", "m", b"*1\r\n$5\r\nParis\r\n");
    around("11", "50", "300", "km", b"*1\r\n$6\r\nMunich\r\n");
    around("11", "50", "1", "mi", b"*0\r\n");
}

#[test]
fn lists_push_range_and_length() {
    let stage = Stage::start("lists", None);
    stage.exact(&["RPUSH", "fruits", "apple"], b":1\r\n");
    stage.exact(&["RPUSH", "fruits", "pear"], b":2\r\n");
    stage.exact(&["RPUSH", "fruits", "mango", "grape", "banana"], b":5\r\n");
    stage.exact(&["LRANGE", "fruits", "0", "1"], b"*2\r\n$5\r\napple\r\n$4\r\npear\r\n");
    stage.exact(&["LRANGE", "fruits", "3", "9"], b"*2\r\n$5\r\ngrape\r\n$6\r\nbanana\r\n");
    for (start, stop) in [("1", "0"), ("5", "7")] {
        stage.exact(&["LRANGE", "fruits", start, stop], b"*0\r\n");
    }
    stage.exact(&["LRANGE", "missing", "0", "1"], b"*0\r\n");
    stage.exact(&["LRANGE", "fruits", "-2", "-1"], b"*2\r\n$5\r\ngrape\r\n$6\r\nbanana\r\n");
    stage.exact(&["LRANGE", "fruits", "-9", "-5"], b"*1\r\n$5\r\napple\r\n");
    stage.exact(&["LPUSH", "letters", "c"], b":1\r\n");
    stage.exact(&["LPUSH", "letters", "b", "a"], b":3\r\n");
    let letters = b"*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n";
    stage.exact(&["LRANGE", "letters", "0", "-1"], letters);
    stage.exact(&["LLEN", "fruits"], b":5\r\n");
    stage.exact(&["LLEN", "missing"], b":0\r\n");
}

#[test]
fn lists_pop_one_and_many() {
    let stage = Stage::start("pop", None);
    stage.exact(&["RPUSH", "l", "one", "two", "three", "four"], b":4\r\n");
    stage.exact(&["LPOP", "l"], b"$3\r\none\r\n");
    stage.exact(&["LPOP", "missing"], b"$-1\r\n");
    stage.exact(&["LPOP", "l", "2"], b"*2\r\n$3\r\ntwo\r\n$5\r\nthree\r\n");
    stage.exact(&["LRANGE", "l", "0", "-1"], b"*1\r\n$4\r\nfour\r\n");
    stage.exact(&["LPOP", "l", "9"], b"*1\r\n$4\r\nfour\r\n");
    stage.exact(&["LLEN", "l"], b":0\r\n");
}

#[test]
fn lists_blocking_pop_without_timeout() {
    let stage = Stage::start("blpop", None);
    let mut waiting = [(); 2].map(|()| Client::connect(stage.port));
    for client in &mut waiting {
        client.send(&encode(&["BLPOP", "l", "0"]));
        // Whoever came first is served first: the server has to see them in this order.
        assert!(client.is_silent_for(Duration::from_millis(100)));
    }
    stage.exact(&["RPUSH", "l", "foo"], b":1\r\n");
    let [first, second] = &mut waiting;
    let reply = b"*2\r\n$1\r\nl\r\n$3\r\nfoo\r\n";
    assert_eq!(first.recv_bytes(reply.len()), reply);
    assert!(second.is_silent_for(Duration::from_millis(100)));
}

#[test]
fn lists_blocking_pop_with_timeout() {
    let stage = Stage::start("timeout", None);
    let began = Instant::now();
    stage.exact(&["BLPOP", "l", "0.1"], b"*-1\r\n");
    assert!(began.elapsed() >= Duration::from_millis(100));
    let mut waiting = Client::connect(stage.port);
    waiting.send(&encode(&["BLPOP", "l", "5"]));
    assert!(waiting.is_silent_for(Duration::from_millis(100)));
    stage.exact(&["RPUSH", "l", "foo"], b":1\r\n");
    let reply = b"*2\r\n$1\r\nl\r\n$3\r\nfoo\r\n";
    assert_eq!(waiting.recv_bytes(reply.len()), reply);
}

#[test]
fn zsets_add_and_rank() {
    let stage = Stage::start("zadd", None);
    stage.exact(&["ZADD", "racers", "8.5", "Sam"], b":1\r\n");
    stage.exact(&["ZADD", "racers", "100.0", "foo"], b":1\r\n");
    stage.exact(&["ZADD", "racers", "100.0", "bar"], b":1\r\n");
    stage.exact(&["ZADD", "racers", "20.0", "baz"], b":1\r\n");
    stage.exact(&["ZADD", "racers", "30.1", "caz"], b":1\r\n");
    stage.exact(&["ZADD", "racers", "40.2", "paz"], b":1\r\n");
    // A member that is there is no new one, whatever its score.
    stage.exact(&["ZADD", "racers", "50.25", "paz"], b":0\r\n");
    for (member, rank) in [("Sam", 0), ("baz", 1), ("caz", 2), ("paz", 3), ("bar", 4), ("foo", 5)] {
        stage.exact(&["ZRANK", "racers", member], format!(":{rank}\r\n").as_bytes());
    }
    stage.exact(&["ZRANK", "racers", "nobody"], b"$-1\r\n");
    stage.exact(&["ZRANK", "missing", "Sam"], b"$-1\r\n");
}

#[test]
fn zsets_range_count_score_and_remove() {
    let stage = Stage::start("zrange", None);
    for (score, member) in
        [("8.1", "Sam"), ("10.2", "Ford"), ("6.0", "Royce"), ("14.1", "Prickett")]
    {
        stage.exact(&["ZADD", "racers", score, member], b":1\r\n");
    }
    let range = |start, stop, members: &[&str]| {
        stage.exact(&["ZRANGE", "racers", start, stop], &encode(members));
    };
    range("0", "2", &["Royce", "Sam", "Ford"]);
    range("2", "100", &["Ford", "Prickett"]);
    range("9", "10", &[]);
    range("2", "1", &[]);
    range("-2", "-1", &["Ford", "Prickett"]);
    range("0", "-3", &["Royce", "Sam"]);
    range("-100", "1", &["Royce", "Sam"]);
    stage.exact(&["ZRANGE", "missing", "0", "-1"], b"*0\r\n");
    stage.exact(&["ZCARD", "racers"], b":4\r\n");
    stage.exact(&["ZADD", "racers", "24.34", "Sam"], b":0\r\n");
    stage.exact(&["ZCARD", "racers"], b":4\r\n");
    stage.exact(&["ZCARD", "missing"], b":0\r\n");
    stage.exact(&["ZSCORE", "racers", "Sam"], b"$5\r\n24.34\r\n");
    stage.exact(&["ZSCORE", "racers", "Royce"], b"$1\r\n6\r\n");
    stage.exact(&["ZSCORE", "racers", "nobody"], b"$-1\r\n");
    stage.exact(&["ZREM", "racers", "Ford"], b":1\r\n");
    stage.exact(&["ZREM", "racers", "Ford"], b":0\r\n");
    stage.exact(&["ZREM", "missing", "Ford"], b":0\r\n");
    range("0", "-1", &["Royce", "Prickett", "Sam"]);
}

#[test]
fn pubsub_subscribed_mode() {
    let stage = Stage::start("pubsub", None);
    let mut client = Client::connect(stage.port);
    let subscribed = |channel: &str, count: usize| {
        let length = channel.len();
        format!("*3\r\n$9\r\nsubscribe\r\n${length}\r\n{channel}\r\n:{count}\r\n").into_bytes()
    };
    exact_on(&mut client, &["SUBSCRIBE", "foo"], &subscribed("foo", 1));
    exact_on(&mut client, &["SUBSCRIBE", "bar"], &subscribed("bar", 2));
    exact_on(&mut client, &["SUBSCRIBE", "bar"], &subscribed("bar", 2));
    for (command, request) in
        [("echo", &["ECHO", "hey"][..]), ("set", &["SET", "k", "v"]), ("get", &["GET", "k"])]
    {
        let error = format!(
            "-ERR Can't execute '{command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT \
             / RESET are allowed in this context\r\n"
        );
        exact_on(&mut client, request, error.as_bytes());
    }
    exact_on(&mut client, &["PING"], b"*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    exact_on(&mut Client::connect(stage.port), &["SUBSCRIBE", "foo"], &subscribed("foo", 1));
    stage.exact(&["PING"], b"+PONG\r\n");
}

#[test]
fn pubsub_publish_and_unsubscribe() {
    let stage = Stage::start("publish", None);
    let mut clients = [(); 3].map(|()| Client::connect(stage.port));
    for (client, channel) in clients.iter_mut().zip(["foo", "bar", "foo"]) {
        let reply = format!("*3\r\n$9\r\nsubscribe\r\n$3\r\n{channel}\r\n:1\r\n");
        exact_on(client, &["SUBSCRIBE", channel], reply.as_bytes());
    }
    stage.exact(&["PUBLISH", "baz", "hi"], b":0\r\n");
    stage.exact(&["PUBLISH", "foo", "hello"], b":2\r\n");
    let message = b"*3\r\n$7\r\nmessage\r\n$3\r\nfoo\r\n$5\r\nhello\r\n";
    for index in [0, 2] {
        assert_eq!(clients[index].recv_bytes(message.len()), message);
    }
    let gone = b"*3\r\n$11\r\nunsubscribe\r\n$3\r\nfoo\r\n:0\r\n";
    exact_on(&mut clients[0], &["UNSUBSCRIBE", "foo"], gone);
    // One that was never subscribed to is confirmed all the same.
    let other = b"*3\r\n$11\r\nunsubscribe\r\n$3\r\nfoo\r\n:1\r\n";
    exact_on(&mut clients[1], &["UNSUBSCRIBE", "foo"], other);
    stage.exact(&["PUBLISH", "foo", "hello"], b":1\r\n");
    assert_eq!(clients[2].recv_bytes(message.len()), message);
    for silent in &mut clients[..2] {
        assert!(silent.is_silent_for(Duration::from_millis(50)));
    }
}

/// A stream's entry as it is answered: its ID and its fields.
fn entry(id: &str, fields: &[&str]) -> Vec<u8> {
    [format!("*2\r\n${}\r\n{id}\r\n", id.len()).into_bytes(), encode(fields)].concat()
}

/// XREAD's answer: for each stream its key and one entry.
fn streams(read: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut reply = format!("*{}\r\n", read.len()).into_bytes();
    for (key, entry) in read {
        reply.extend(format!("*2\r\n${}\r\n{key}\r\n*1\r\n", key.len()).into_bytes());
        reply.extend(entry);
    }
    reply
}

#[test]
fn streams_type_and_ids() {
    let stage = Stage::start("stream-ids", None);
    stage.exact(&["SET", "some_key", "foo"], b"+OK\r\n");
    stage.exact(&["TYPE", "some_key"], b"+string\r\n");
    stage.exact(&["TYPE", "missing_key"], b"+none\r\n");
    stage.exact(&["XADD", "stream_key", "0-1", "foo", "bar"], b"$3\r\n0-1\r\n");
    stage.exact(&["TYPE", "stream_key"], b"+stream\r\n");

    let not_greater = b"-ERR The ID specified in XADD is equal or smaller than the target stream \
        top item\r\n";
    stage.exact(&["XADD", "ids", "1-1", "foo", "bar"], b"$3\r\n1-1\r\n");
    stage.exact(&["XADD", "ids", "1-2", "bar", "baz"], b"$3\r\n1-2\r\n");
    stage.exact(&["XADD", "ids", "1-2", "baz", "foo"], not_greater);
    stage.exact(&["XADD", "ids", "0-3", "baz", "foo"], not_greater);
    let zero = b"-ERR The ID specified in XADD must be greater than 0-0\r\n";
    stage.exact(&["XADD", "ids", "0-0", "baz", "foo"], zero);

    stage.exact(&["XADD", "partly", "0-*", "foo", "bar"], b"$3\r\n0-1\r\n");
    stage.exact(&["XADD", "partly", "5-*", "foo", "bar"], b"$3\r\n5-0\r\n");
    stage.exact(&["XADD", "partly", "5-*", "bar", "baz"], b"$3\r\n5-1\r\n");
    let id = Client::connect(stage.port).cmd(&["XADD", "fully", "*", "foo", "bar"]).text();
    let (ms, seq) = id.split_once('-').expect("an ID");
    assert_eq!((ms.len(), seq), (13, "0"), "{id}");
}

#[test]
fn streams_xrange_and_xread() {
    let stage = Stage::start("stream-read", None);
    for (id, value) in [("0-1", "1"), ("0-2", "2"), ("0-3", "3")] {
        let reply = format!("$3\r\n{id}\r\n");
        stage.exact(&["XADD", "fruit", id, "kiwi", value], reply.as_bytes());
    }
    stage.exact(&["XADD", "other", "0-2", "humidity", "95"], b"$3\r\n0-2\r\n");
    let fruit = |id: &str| entry(id, &["kiwi", &id[2..]]);
    let entries = |ids: &[&str]| {
        let list: Vec<u8> = ids.iter().flat_map(|id| fruit(id)).collect();
        [format!("*{}\r\n", ids.len()).into_bytes(), list].concat()
    };
    stage.exact(&["XRANGE", "fruit", "0-2", "0-3"], &entries(&["0-2", "0-3"]));
    stage.exact(&["XRANGE", "fruit", "-", "0-2"], &entries(&["0-1", "0-2"]));
    stage.exact(&["XRANGE", "fruit", "0-2", "+"], &entries(&["0-2", "0-3"]));

    let one = streams(&[("fruit", fruit("0-3"))]);
    stage.exact(&["XREAD", "streams", "fruit", "0-2"], &one);
    let both = streams(&[("fruit", fruit("0-3")), ("other", entry("0-2", &["humidity", "95"]))]);
    stage.exact(&["XREAD", "streams", "fruit", "other", "0-2", "0-1"], &both);
}

#[test]
fn streams_xread_that_waits() {
    let stage = Stage::start("stream-block", None);
    let (mut reader, mut writer) = (Client::connect(stage.port), Client::connect(stage.port));
    let news = |id: &str| streams(&[("s", entry(id, &["temperature", "95"]))]);
    let mut wait_for = |reader: &mut Client, timeout: &str, after: &str, id: &str| {
        reader.send(&encode(&["XREAD", "block", timeout, "streams", "s", after]));
        assert!(reader.is_silent_for(Duration::from_millis(100)));
        let added = format!("$3\r\n{id}\r\n");
        exact_on(&mut writer, &["XADD", "s", id, "temperature", "95"], added.as_bytes());
        let news = news(id);
        assert_eq!(reader.recv_bytes(news.len()), news);
    };
    stage.exact(&["XADD", "s", "0-1", "temperature", "96"], b"$3\r\n0-1\r\n");
    wait_for(&mut reader, "10000", "0-1", "0-2");
    exact_on(&mut reader, &["XREAD", "block", "100", "streams", "s", "0-2"], b"*-1\r\n");
    wait_for(&mut reader, "0", "0-2", "0-3");
    wait_for(&mut reader, "0", "$", "0-4");
    exact_on(&mut reader, &["XREAD", "block", "100", "streams", "s", "$"], b"*-1\r\n");
}
