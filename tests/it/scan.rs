//! SCAN: its options, and its guarantee under concurrent change.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{Client, Random, Reply, Server, StopOnDrop};

#[test]
fn options_and_errors() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SCAN 0                              => ["0", []]
        MSET one 1 two 2 three 3            => +OK
        (list list)
        SCAN 0 COUNT 100                    => ["0", ~["one", "two", "three", "list"]]
        SCAN 0 MATCH t* COUNT 100           => ["0", ~["two", "three"]]
        SCAN 0 TYPE string COUNT 100        => ["0", ~["one", "two", "three"]]
        SCAN 0 TYPE LIST COUNT 100          => ["0", ["list"]]
        SCAN 0 TYPE list MATCH o* COUNT 100 => ["0", []]
        SCAN 0 TYPE hash COUNT 100          => ["0", []]
        SCAN 0 MATCH *                      => *
        SCAN 0 COUNT 0                      => -ERR syntax error
        SCAN 0 COUNT -1                     => -ERR syntax error
        SCAN 0 COUNT x                      => -ERR value is not an integer or out of range
        SCAN 0 MATCH                        => -ERR syntax error
        SCAN 0 WHAT x                       => -ERR syntax error
        SCAN x                              => -ERR invalid cursor
        skein valkey | SCAN -1              => -ERR invalid cursor
        SCAN 1.5                            => -ERR invalid cursor
        SCAN 18446744073709551616           => -ERR invalid cursor
        SCAN 18446744073709551615           => *
        SCAN                                => -ERR wrong number of arguments for 'scan' command
    "#,
    );
}

#[test]
fn a_full_scan_returns_every_key_for_every_count() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let keys = fill(&mut client, "key", 5_000);
    for count in ["1", "3", "10", "100", "1000", "100000"] {
        let scanned = scan(&mut client, &["COUNT", count]);
        assert!(scanned == keys, "COUNT {count} gave {} of {} keys", scanned.len(), keys.len());
    }
}

#[test]
fn an_expired_key_is_not_returned() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let keys = fill(&mut client, "key", 100);
    for key in 0..100 {
        client.cmd(&["SET", &format!("volatile:{key}"), "v", "PX", "1"]);
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(scan(&mut client, &["COUNT", "10"]), keys);
}

/// Every key that is there from the first call to the last is returned, whatever comes and goes
/// beside it: other keys are inserted and deleted by the thousand, so that tables grow and shrink.
#[test]
fn keys_that_stay_are_returned_while_others_come_and_go() {
    let server = Server::start(&[]);
    let stay = fill(&mut server.client(), "stay", 2_000);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (server, done) = (&server, &done);
            scope.spawn(move || churn(&mut server.client(), thread, done));
        }
        let _stop = StopOnDrop(&done);
        let mut client = server.client();
        for round in 0..30 {
            let count = ["1", "7", "100"][round % 3];
            let scanned = scan(&mut client, &["COUNT", count]);
            let missed: Vec<_> = stay.difference(&scanned).take(5).collect();
            assert!(missed.is_empty(), "round {round}, COUNT {count}: missed {missed:?}");
        }
    });
}

/// Waves of up to 20,000 keys, inserted and deleted until told to stop.
fn churn(client: &mut Client, thread: u64, done: &AtomicBool) {
    let mut random = Random::seeded(thread);
    while !done.load(Ordering::Relaxed) {
        let wave = 1_000 + random.below(20_000);
        for verb in ["SET", "DEL"] {
            let commands: Vec<Vec<String>> = (0..wave)
                .map(|i| {
                    let key = format!("wave:{thread}:{i}");
                    if verb == "SET" {
                        vec![verb.into(), key, "v".into()]
                    } else {
                        vec![verb.into(), key]
                    }
                })
                .collect();
            client.pipeline(&commands);
        }
    }
}

fn fill(client: &mut Client, name: &str, count: usize) -> HashSet<String> {
    let keys: HashSet<String> = (0..count).map(|i| format!("{name}:{i}")).collect();
    let commands: Vec<Vec<&str>> = keys.iter().map(|key| vec!["SET", key, "v"]).collect();
    client.pipeline(&commands);
    keys
}

/// Follows the cursor from 0 to 0.
fn scan(client: &mut Client, options: &[&str]) -> HashSet<String> {
    let mut keys = HashSet::new();
    let mut cursor = "0".to_owned();
    for _ in 0..1_000_000 {
        let reply = client.cmd(&[&["SCAN", &cursor], options].concat());
        let [next, Reply::Array(page)] = reply.items() else { panic!("not a page: {reply}") };
        keys.extend(page.iter().map(Reply::text));
        cursor = next.text();
        if cursor == "0" {
            return keys;
        }
    }
    panic!("the scan does not end");
}
