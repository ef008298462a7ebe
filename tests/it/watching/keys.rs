//! What is told of single keys, whatever type they have: MEMORY USAGE, OBJECT FREQ, OBJECT
//! IDLETIME.

use crate::harness::{Client, Server};

/// A key of each type; the larger ones in their large encodings.
fn make_keys(client: &mut Client) {
    client.talk(
        r#"
        SET string v                       => +OK
        SET number 12                      => +OK
        RPUSH list a b                     => :2
        SADD set a b                       => :2
        SADD intset 1 2                    => :2
        ZADD zset 1 a 2 b                  => :2
        HSET hash f v                      => :1
        XADD stream 1-1 f v                => "1-1"
        PFADD hyperloglog a                => :1
        SETBIT bitmap 100 1                => :0
    "#,
    );
    for (command, with_scores) in
        [("RPUSH", false), ("SADD", false), ("ZADD", true), ("HSET", true)]
    {
        let mut args = vec![command.to_owned(), format!("large-{command}")];
        for number in 0..1000 {
            args.extend(with_scores.then(|| number.to_string()));
            args.push(format!("member:{number:020}"));
        }
        client.cmd(&args);
    }
}

const SMALL: [&str; 10] = [
    "string",
    "number",
    "list",
    "set",
    "intset",
    "zset",
    "hash",
    "stream",
    "hyperloglog",
    "bitmap",
];
const LARGE: [&str; 4] = ["large-RPUSH", "large-SADD", "large-ZADD", "large-HSET"];

#[test]
fn memory_usage_samples_values_of_all_types() {
    let server = Server::start(&[]);
    let mut client = server.client();
    make_keys(&mut client);
    let mut usage = |args: &[&str]| client.cmd(&[&["MEMORY", "USAGE"], args].concat()).int();
    for key in SMALL {
        assert!((8..20_000).contains(&usage(&[key])), "{key}");
        assert_eq!(usage(&[key]), usage(&[key, "SAMPLES", "0"]), "{key}");
    }
    for key in LARGE {
        // 1000 members of 27 bytes.
        let all = usage(&[key, "SAMPLES", "0"]);
        assert!((27_000..200_000).contains(&all), "{key}: {all}");
        for samples in ["1", "5", "1000", "99999999999"] {
            let sampled = usage(&[key, "samples", samples]);
            assert!((all / 2..all * 2).contains(&sampled), "{key}: {sampled} of {all}");
        }
    }
    client.talk(
        r#"
        MEMORY USAGE nosuch             => (nil)
        MEMORY USAGE string SAMPLES     => -ERR syntax error
        MEMORY USAGE string SAMPLES -1  => -ERR syntax error
        MEMORY USAGE string SAMPLES x   => -ERR value is not an integer or out of range
        MEMORY USAGE string nosuch 1    => -ERR syntax error
        MEMORY USAGE                    => -ERR wrong number of arguments for 'memory|usage' command
    "#,
    );
}

#[test]
fn frequency_and_idle_time_are_told_of_all_types() {
    let server = Server::start(&[]);
    let mut client = server.client();
    make_keys(&mut client);
    for key in SMALL.iter().chain(&LARGE) {
        client.check(&format!("OBJECT IDLETIME {key}"), ":0..2");
        client
            .check(&format!("OBJECT FREQ {key}"), "-ERR An LFU maxmemory policy is not selected*");
    }
    client.check("OBJECT IDLETIME nosuch", "(nil)");
    client.check("CONFIG SET maxmemory-policy allkeys-lfu", "+OK");
    client.check("FLUSHALL", "+OK");
    make_keys(&mut client);
    for key in SMALL.iter().chain(&LARGE) {
        client.check(&format!("OBJECT FREQ {key}"), ":0..10");
        client
            .check(&format!("OBJECT IDLETIME {key}"), "-ERR An LFU maxmemory policy is selected*");
    }
    (0..200).for_each(|_| client.check("LLEN list", ":2"));
    client.check("OBJECT FREQ list", ":6..100");
    client.check("OBJECT FREQ nosuch", "(nil)");
}
