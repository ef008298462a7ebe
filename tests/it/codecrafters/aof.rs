//! The stages of append-only persistence.

use std::fs;
use std::path::PathBuf;

use super::{DATA, Stage};
use crate::harness::{encode, wait_until};

/// As the tester starts the server whose files it looks into.
const FLAGS: &[&str] = &[
    "--dir",
    DATA,
    "--appendonly",
    "yes",
    "--appenddirname",
    "log",
    "--appendfilename",
    "stage.aof",
    "--appendfsync",
    "always",
];
const SELECT: &[&str] = &["SELECT", "0"];

impl Stage {
    /// Expects exactly this value of a parameter.
    #[track_caller]
    fn parameter(&self, name: &str, value: &str) {
        let reply = encode(&[name, value]);
        self.exact(&["CONFIG", "GET", name], &reply);
    }

    fn log_file(&self, name: &str) -> PathBuf {
        self.folder.join("data/log").join(name)
    }

    /// Expects exactly these commands in the first incremental file.
    #[track_caller]
    fn logged(&self, commands: &[&[&str]]) {
        let expected: Vec<u8> = commands.iter().flat_map(|command| encode(command)).collect();
        let got = fs::read(self.log_file("stage.aof.1.incr.aof")).expect("the incremental file");
        assert!(got == expected, "{}, not {}", got.escape_ascii(), expected.escape_ascii());
    }
}

#[test]
fn aof_default_options() {
    let stage = Stage::start_with("aof-default", &[], |_| {});
    let cwd = stage.folder.join("cwd");
    stage.parameter("dir", &cwd.display().to_string());
    stage.parameter("appendonly", "no");
    stage.parameter("appenddirname", "appendonlydir");
    stage.parameter("appendfilename", "appendonly.aof");
    stage.parameter("appendfsync", "everysec");
    stage.exact(&["SET", "k", "v"], b"+OK\r\n");
    assert!(!cwd.join("appendonlydir").exists(), "nothing is logged");
}

#[test]
fn aof_options_from_flags() {
    let stage = Stage::start_with("aof-flags", FLAGS, |_| {});
    stage.parameter("dir", &stage.folder.join("data").display().to_string());
    stage.parameter("appendonly", "yes");
    stage.parameter("appenddirname", "log");
    stage.parameter("appendfilename", "stage.aof");
    stage.parameter("appendfsync", "always");
}

#[test]
fn aof_the_folder_the_first_file_and_the_manifest() {
    let flags = ["--dir", DATA, "--appendonly", "yes"];
    let stage = Stage::start_with("aof-files", &flags, |_| {});
    stage.exact(&["PING"], b"+PONG\r\n");
    let log = stage.folder.join("data/appendonlydir");
    let incremental = fs::metadata(log.join("appendonly.aof.1.incr.aof")).expect("a file");
    assert_eq!(incremental.len(), 0);
    let manifest = fs::read_to_string(log.join("appendonly.aof.manifest")).expect("a manifest");
    let lines: Vec<&str> = manifest.lines().collect();
    assert!(lines.contains(&"file appendonly.aof.1.incr.aof seq 1 type i"), "{manifest}");
    // What it names, all of it, is there.
    for line in lines {
        let name = line.split(' ').nth(1).expect("a name");
        assert!(log.join(name).is_file(), "{line}");
    }
    // In time without `always` too.
    stage.exact(&["SET", "k", "v"], b"+OK\r\n");
    let expected = [encode(SELECT), encode(&["SET", "k", "v"])].concat();
    wait_until("the record in the file", || {
        fs::read(log.join("appendonly.aof.1.incr.aof")).is_ok_and(|content| content == expected)
    });
}

#[test]
fn aof_one_command_and_many_are_written() {
    let stage = Stage::start_with("aof-write", FLAGS, |_| {});
    stage.exact(&["SET", "apple", "red"], b"+OK\r\n");
    let first: &[&str] = &["SET", "apple", "red"];
    stage.logged(&[SELECT, first]);
    // As they came, in whatever case.
    stage.exact(&["set", "pear", "green"], b"+OK\r\n");
    stage.exact(&["RPUSH", "fruits", "apple", "pear"], b":2\r\n");
    stage.exact(&["INCR", "count"], b":1\r\n");
    let rest: &[&[&str]] =
        &[&["set", "pear", "green"], &["RPUSH", "fruits", "apple", "pear"], &["INCR", "count"]];
    stage.logged(&[&[SELECT, first], rest].concat());
}

#[test]
fn aof_only_writes_are_written() {
    let stage = Stage::start_with("aof-only-writes", FLAGS, |_| {});
    stage.exact(&["SET", "k", "v"], b"+OK\r\n");
    stage.exact(&["GET", "k"], b"$1\r\nv\r\n");
    stage.exact(&["PING"], b"+PONG\r\n");
    stage.exact(&["ECHO", "hey"], b"$3\r\nhey\r\n");
    stage.exact(&["KEYS", "*"], b"*1\r\n$1\r\nk\r\n");
    // What changes nothing is no write.
    stage.exact(&["DEL", "missing"], b":0\r\n");
    stage.exact(&["SET", "k", "w", "NX"], b"$-1\r\n");
    stage.exact(&["SET", "other", "v"], b"+OK\r\n");
    stage.logged(&[SELECT, &["SET", "k", "v"], &["SET", "other", "v"]]);
}

/// A folder with a manifest that names one incremental file and nothing else.
fn replayed(name: &str, commands: &[&[&str]]) -> Stage {
    Stage::start_with(name, FLAGS, |data| {
        let log = data.join("log");
        fs::create_dir(&log).expect("a temporary folder");
        let manifest = "file stage.aof.1.incr.aof seq 1 type i\n";
        fs::write(log.join("stage.aof.manifest"), manifest).expect("a file");
        let records: Vec<u8> = commands.iter().flat_map(|command| encode(command)).collect();
        fs::write(log.join("stage.aof.1.incr.aof"), records).expect("a file");
    })
}

#[test]
fn aof_one_command_is_replayed() {
    let stage = replayed("aof-replay", &[&["SET", "apple", "red"]]);
    stage.exact(&["GET", "apple"], b"$3\r\nred\r\n");
    stage.exact(&["KEYS", "*"], b"*1\r\n$5\r\napple\r\n");
}

#[test]
fn aof_many_commands_are_replayed_and_more_follow() {
    let commands: &[&[&str]] = &[
        SELECT,
        &["SET", "apple", "red"],
        &["SET", "pear", "green"],
        &["SET", "apple", "yellow"],
        &["RPUSH", "fruits", "apple", "pear"],
        &["DEL", "pear"],
    ];
    let stage = replayed("aof-replay-many", commands);
    stage.exact(&["GET", "apple"], b"$6\r\nyellow\r\n");
    stage.exact(&["GET", "pear"], b"$-1\r\n");
    stage.exact(&["LRANGE", "fruits", "0", "-1"], &encode(&["apple", "pear"]));
    stage.exact(&["SET", "plum", "blue"], b"+OK\r\n");
    stage.logged(&[commands, &[SELECT, &["SET", "plum", "blue"]]].concat());
}
