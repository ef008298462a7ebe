//! What commands look like in the append-only file: not always as they came. What depends on the
//! time, on chance, or on who waited is logged as what it came to. A line is a command and what the
//! log gets by it, commands separated by ` ; `:
//!
//! ```text
//! SET k v EX 100               => SET k v PXAT @100000    about so many milliseconds from now
//! SPOP s                       => SREM s *                any one argument
//! GET k                        => (nothing)
//! redis | SET n v NX           => SET n v NX              only this server's way
//! (waits) BLPOP l 0            => (nothing)               another client's, who is answered later
//! (wait 50 ms)                 => DEL k                   nothing is sent
//! ```

/// What the commands of each family leave in the log.
mod families;
/// Everything at random, and a restart.
mod random;

use std::fs;
use std::panic::Location;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::harness::{
    Client, Kind, Server, encode, for_this_server, kind_under_test, split_args, wait_until,
};

/// How far off a time may be.
const TOLERANCE_MS: i64 = 10_000;

/// A server that logs, and its log.
struct Logged {
    server: Server,
    client: Client,
    waiting: Vec<Client>,
    file: PathBuf,
    read: usize,
}

impl Logged {
    fn start() -> Logged {
        let log = ["--appendonly", "yes", "--appendfsync", "always"];
        let debug = ["--enable-debug-command", "yes"];
        let server = Server::start(&[&log[..], &debug].concat());
        let file = server.folder().join("appendonlydir/appendonly.aof.1.incr.aof");
        Logged { client: server.client(), server, waiting: Vec::new(), file, read: 0 }
    }

    /// Plays the lines, and compares what comes to stand in the log.
    #[track_caller]
    fn check(&mut self, script: &str) {
        let caller = Location::caller();
        let mut failures = Vec::new();
        for (index, line) in script.lines().map(str::trim).enumerate() {
            let Some(line) = for_this_server(line).filter(|line| !line.is_empty()) else {
                continue;
            };
            if line.starts_with('#') {
                continue;
            }
            let (command, expected) = line.split_once(" => ").expect("a line needs ` => `");
            self.play(command.trim());
            let logged = self.new_commands();
            if !same(expected.trim(), &logged) {
                let at = caller.line() as usize + index;
                let logged: Vec<String> = logged.iter().map(|argv| argv.join(" ")).collect();
                failures.push(format!(
                    "{}:{at}: {line}\n    {}",
                    caller.file(),
                    logged.join(" ; ")
                ));
            }
        }
        assert!(failures.is_empty(), "{} wrong\n{}\n", failures.len(), failures.join("\n"));
    }

    fn play(&mut self, command: &str) {
        if let Some(wait) = command.strip_prefix("(wait ").and_then(|c| c.strip_suffix(" ms)")) {
            std::thread::sleep(Duration::from_millis(wait.parse().expect("a number")));
        } else if let Some(command) = command.strip_prefix("(waits) ") {
            let mut client = self.server.client();
            client.send(&encode(&split_args(command).expect("quotes in pairs")));
            self.waiting.push(client);
            let blocked = format!("blocked_clients:{}\r\n", self.waiting.len());
            let info = &mut self.client;
            wait_until("the client waits", || info.cmd(&["INFO"]).text().contains(&blocked));
        } else {
            let reply = self.client.cmd(&split_args(command).expect("quotes in pairs"));
            assert!(!reply.is_error(), "{command}\n    {reply}");
            // Whoever was served by that waits no longer.
            self.waiting.retain_mut(|client| client.is_silent_for(Duration::from_millis(1)));
        }
    }

    /// What has come to the log, but for the choice of databases and what marks transactions.
    fn new_commands(&mut self) -> Vec<Vec<String>> {
        let marks = ["SELECT", "MULTI", "EXEC"];
        let mut commands = self.all_new_commands();
        commands.retain(|argv| !marks.contains(&argv[0].to_uppercase().as_str()));
        commands
    }

    fn all_new_commands(&mut self) -> Vec<Vec<String>> {
        let bytes = fs::read(&self.file).expect("a log");
        let new = &bytes[self.read..];
        self.read = bytes.len();
        parse(&String::from_utf8_lossy(new))
    }
}

/// The commands in a log. No argument here has a line break.
fn parse(log: &str) -> Vec<Vec<String>> {
    let mut lines = log.split_terminator("\r\n");
    let mut commands = Vec::new();
    while let Some(header) = lines.next() {
        let count: Option<usize> = header.strip_prefix('*').and_then(|count| count.parse().ok());
        let args = lines.by_ref().take(2 * count.expect("the beginning of a command"));
        commands.push(args.skip(1).step_by(2).map(str::to_owned).collect());
    }
    commands
}

/// Whether these commands are as expected. Redis writes some names in lower case.
fn same(expected: &str, logged: &[Vec<String>]) -> bool {
    if expected == "(nothing)" {
        return logged.is_empty();
    }
    let expected: Vec<&str> = expected.split(" ; ").collect();
    expected.len() == logged.len()
        && expected.iter().zip(logged).all(|(expected, argv)| {
            let expected = split_args(expected).expect("quotes in pairs");
            expected.len() == argv.len()
                && expected.iter().zip(argv).all(|(expected, arg)| is_meant(expected, arg))
        })
}

/// Whether an argument is the one that was meant: `*` is any, `@1000` a time in a second.
fn is_meant(expected: &[u8], arg: &str) -> bool {
    let expected = String::from_utf8_lossy(expected);
    if let Some(from_now) = expected.strip_prefix('@') {
        let expected = now_ms() + from_now.parse::<i64>().expect("milliseconds from now");
        return arg.parse().is_ok_and(|at: i64| (at - expected).abs() < TOLERANCE_MS);
    }
    expected == "*" || arg.eq_ignore_ascii_case(&expected)
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    since.as_millis() as i64
}

/// Checks what one family's commands leave in the log.
#[track_caller]
fn logs(script: &str) {
    if kind_under_test() != Kind::Valkey {
        Logged::start().check(script);
    }
}

#[test]
fn a_database_is_chosen_where_it_is_another() {
    let mut logged = Logged::start();
    logged.client.check("SET a 1", "+OK");
    logged.client.check("SELECT 3", "+OK");
    logged.client.check("SET b 1", "+OK");
    logged.client.check("SET c 1", "+OK");
    let expected = ["SELECT 0", "SET a 1", "SELECT 3", "SET b 1", "SET c 1"];
    let commands: Vec<String> =
        logged.all_new_commands().iter().map(|argv| argv.join(" ")).collect();
    assert_eq!(commands, expected);
}

#[test]
fn what_happens_together_stands_together() {
    let mut logged = Logged::start();
    logged.client.talk(
        r#"
        SET k v         => +OK
        MULTI           => +OK
        GET k           => +QUEUED
        INCR n          => +QUEUED
        LPUSH k x       => +QUEUED
        SET k v EX 100  => +QUEUED
        EXEC            => *
        MULTI           => +OK
        GET k           => +QUEUED
        EXEC            => *
        MULTI           => +OK
        INCR n          => +QUEUED
        EXEC            => *
    "#,
    );
    let commands = logged.all_new_commands();
    let names: Vec<&str> = commands.iter().map(|argv| argv[0].as_str()).collect();
    // One command needs no transaction around it.
    assert_eq!(names, ["SELECT", "SET", "MULTI", "INCR", "SET", "EXEC", "INCR"]);
}
