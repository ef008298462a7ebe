//! The CodeCrafters stages that belong to strings, expiry and RDB files, as their tester does it:
//! `spawn_redis_server.sh` is started with flags in an empty folder, and replies are compared
//! byte by byte. Here the script runs with a target directory in which the server under test
//! stands already, so that nothing is built.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::harness::{Client, binary_under_test, encode, free_port};

/// A server started through the script; killed when dropped.
struct Stage {
    child: std::process::Child,
    port: u16,
    folder: PathBuf,
}

impl Stage {
    fn start(name: &str, rdb: Option<&[u8]>) -> Stage {
        let folder =
            std::env::temp_dir().join(format!("skein-stage-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("cwd")).expect("a temporary folder");
        let target = prebuilt(&folder);
        let data = folder.join("data");
        std::fs::create_dir_all(&data).expect("a temporary folder");
        if let Some(rdb) = rdb {
            std::fs::write(data.join("stage.rdb"), rdb).expect("a file");
        }
        let port = free_port();
        let child =
            Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("spawn_redis_server.sh"))
                .args(["--port", &port.to_string(), "--dir"])
                .arg(&data)
                .args(["--dbfilename", "stage.rdb"])
                .current_dir(folder.join("cwd"))
                .env("CARGO_TARGET_DIR", target)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the script starts");
        let stage = Stage { child, port, folder };
        let deadline = Instant::now() + Duration::from_secs(10);
        while Client::try_connect(port).is_err() {
            assert!(Instant::now() < deadline, "the port did not open within ten seconds");
            std::thread::sleep(Duration::from_millis(10));
        }
        stage
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
        let _ = std::fs::remove_dir_all(&self.folder);
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
    std::fs::create_dir_all(&release).expect("a temporary folder");
    std::fs::copy(binary_under_test(), release.join("skein")).expect("a copy");
    // Also newer than what is being edited while the tests run.
    let copy = std::fs::File::options().append(true).open(release.join("skein"));
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
