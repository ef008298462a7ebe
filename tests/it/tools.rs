//! Redis's own tools against the server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Peer, Server, left_out, need, say};

#[test]
fn redis_cli_holds_a_session() {
    let Some(cli) = need(Peer::RedisCli) else { return };
    let server = Server::start(&[]);
    let run = |args: &[&str]| cli_output(&cli, &server, args, b"");
    assert_eq!(run(&["SET", "k", "v"]), "OK\n");
    assert_eq!(run(&["GET", "k"]), "v\n");
    assert_eq!(run(&["--no-raw", "GET", "missing"]), "(nil)\n");
    assert_eq!(
        run(&["-3", "--no-raw", "CONFIG", "GET", "maxclients"]),
        "1# \"maxclients\" => \"10000\"\n"
    );
    assert_eq!(run(&["-n", "3", "--no-raw", "DBSIZE"]), "(integer) 0\n");
    assert_eq!(run(&["--scan", "--pattern", "k*"]), "k\n");
    assert!(run(&["--bigkeys"]).contains("Biggest string found"));
    assert!(run(&["--memkeys"]).contains("Biggest string found"));
    assert_eq!(cli_output(&cli, &server, &[], b"SET a 1\nINCR a\nGET a\n"), "OK\n2\n2\n");
}

#[test]
fn redis_cli_reads_a_big_reply_and_pipes_in_bulk() {
    let Some(cli) = need(Peer::RedisCli) else { return };
    let server = Server::start(&[]);
    let mut mass = Vec::new();
    for i in 0..50_000 {
        mass.extend(format!("SET key:{i} {i}\r\n").into_bytes());
    }
    let told = cli_output(&cli, &server, &["--pipe"], &mass);
    assert!(told.contains("errors: 0, replies: 50000"), "{told}");
    let keys = cli_output(&cli, &server, &["KEYS", "*"], b"");
    assert_eq!(keys.lines().count(), 50_000);
}

#[test]
fn redis_py_holds_a_session() {
    let Some(python) = need(Peer::RedisPy) else { return };
    let server = Server::start(&[]);
    for protocol in ["2", "3"] {
        let output = Command::new(&python)
            .args(["-c", REDIS_PY_SESSION, &server.port().to_string(), protocol])
            .output()
            .expect("python3 runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "protocol {protocol}:\n{told}");
    }
}

const REDIS_PY_SESSION: &str = r#"
import sys, redis
r = redis.Redis(port=int(sys.argv[1]), protocol=int(sys.argv[2]), client_name="me")
r.flushall()
assert r.ping() is True and r.client_getname() in (b"me", "me")
assert r.set("k", b"\x00\xff") is True and r.get("k") == b"\x00\xff"
assert r.set("k", "w", nx=True) is None and r.set("k", "w", get=True) == b"\x00\xff"
assert r.get("missing") is None and r.mget("k", "missing") == [b"w", None]
assert r.set("t", 1, px=100000) and 99000 < r.pttl("t") <= 100000 and r.incrby("t", 41) == 42
assert r.incrbyfloat("f", "0.1") == 0.1 and r.getex("t", persist=True) == b"42" and r.ttl("t") == -1
pipe = r.pipeline(transaction=False)
for i in range(1000): pipe.set("p:%d" % i, i)
assert pipe.execute() == [True] * 1000
assert len(list(r.scan_iter("p:*", count=100))) >= 1000 and r.dbsize() == 1003
assert r.config_get("maxclients") == {"maxclients": "10000"} and r.config_set("timeout", 0)
info = r.info()
assert info["role"] == "master" and info["db0"]["keys"] == 1003
assert r.object("encoding", "t") in (b"int", "int") and r.type("t") in (b"string", "string")
assert r.command_count() > 50 and any(c["name"] == "me" for c in r.client_list())
assert r.delete("k", "t", "f") == 3 and r.expire("p:1", 10) and r.exists("p:1", "k") == 1
try: r.execute_command("NOSUCH")
except redis.ResponseError as error: assert "unknown command" in str(error)
else: raise AssertionError("no error")
"#;

#[test]
fn redis_benchmark_runs_its_string_tests() {
    let Some(benchmark) = need(Peer::RedisBenchmark) else { return };
    let server = Server::start(&[]);
    for pipeline in ["1", "16"] {
        let output = Command::new(&benchmark)
            .args(["-p", &server.port().to_string(), "-q", "-n", "5000", "-P", pipeline])
            .args(["-t", "ping,set,get,incr,mset"])
            .output()
            .expect("redis-benchmark runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && !told.contains("Error"), "{told}");
        assert_eq!(told.matches("requests per second").count(), 6, "{told}");
    }
}

/// Says once more, and together, what this machine cannot test.
#[test]
fn zz_list_of_what_was_left_out() {
    for line in left_out() {
        say(&line);
    }
}

/// Runs redis-cli with `input` on its standard input; gives what it printed.
fn cli_output(cli: &Path, server: &Server, args: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(cli)
        .args(["-p", &server.port().to_string()])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-cli runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().expect("redis-cli ends")
    });
    String::from_utf8_lossy(&output.stdout).into_owned()
}
