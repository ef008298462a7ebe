//! Members one by one: ZADD, ZINCRBY, ZREM, ZSCORE, ZRANK, ZRANDMEMBER, ZSCAN.

use super::fill;
use crate::harness::{Reply, Server};

#[test]
fn zadd_and_its_options() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b                      => :2
        ZADD z 3 a 3 c                      => :1
        ZADD z CH 3 a 4 b 5 d               => :2
        ZRANGE z 0 -1 WITHSCORES            => ["a", "3", "c", "3", "b", "4", "d", "5"]
        ZADD z NX 9 a 9 e                   => :1
        ZADD z nx ch 9 a                    => :0
        ZADD z XX 1 a 1 new                 => :0
        ZADD z XX CH 2 a 1 new              => :1
        ZADD z GT CH 1 a 7 b 1 f            => :2
        ZADD z LT CH 3 a 1 b 1 g            => :2
        ZADD z GT XX CH 9 a 9 h             => :1
        ZRANGE z 0 -1 WITHSCORES            => ["b", "1", "f", "1", "g", "1", "c", "3", "d", "5", "a", "9", "e", "9"]
        ZADD z 1 twice 2 twice              => :1
        ZSCORE z twice                      => "2"
        ZADD z -0 zero                      => :1
        ZADD z CH 0 zero                    => :0
        ZADD z inf top -INF bottom +inf more => :3
        ZRANGE z 0 0                        => ["bottom"]
        ZRANGE z -2 -1                      => ["more", "top"]
        ZADD missing XX 1 a                 => :0
        EXISTS missing                      => :0
        ZADD z 1 "" 2 "\x00\xff\r\n"        => :2
        ZSCORE z ""                         => "1"
        ZSCORE z "\x00\xff\r\n"             => "2"
    "#,
    );
}

#[test]
fn zadd_incr_and_zincrby() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z INCR 1.5 a                   => "1.5"
        ZADD z INCR -0.5 a                  => "1"
        ZADD z INCR 0 a                     => "1"
        ZADD z NX INCR 1 a                  => (nil)
        ZADD z XX INCR 1 new                => (nil)
        ZADD z GT INCR -1 a                 => (nil)
        ZADD z GT INCR 0 a                  => (nil)
        ZADD z LT INCR 1 a                  => (nil)
        ZADD z LT CH INCR -3 a              => "-2"
        ZADD missing XX INCR 1 a            => (nil)
        EXISTS missing                      => :0
        ZINCRBY z 2 a                       => "0"
        skein valkey | ZINCRBY z 0.1 b      => "0.1"
        skein valkey | ZINCRBY z 0.2 b      => "0.30000000000000004"
        ZINCRBY z inf c                     => "inf"
        ZINCRBY z -inf c                    => -ERR resulting score is not a number (NaN)
        ZADD z INCR -inf c                  => -ERR resulting score is not a number (NaN)
        ZSCORE z c                          => "inf"
        ZADD z INCR 1 a 2 b                 => -ERR INCR option supports a single increment-element pair
        ZINCRBY z one a                     => -ERR value is not a valid float
        ZINCRBY z nan a                     => -ERR value is not a valid float
    "#,
    );
}

#[test]
fn zadd_refuses() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET s v                             => +OK
        ZADD s 1 a                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        ZADD s XX 1 a                       => -WRONGTYPE *
        ZADD s one a                        => -ERR value is not a valid float
        ZADD z 1                            => -ERR wrong number of arguments for 'zadd' command
        ZADD z 1 a 2                        => -ERR syntax error
        ZADD z NX 1                         => -ERR syntax error
        ZADD z NX XX 1 a                    => -ERR XX and NX options at the same time are not compatible
        ZADD z GT LT 1 a                    => -ERR GT, LT, and/or NX options at the same time are not compatible
        ZADD z GT NX 1 a                    => -ERR GT, LT, and/or NX options at the same time are not compatible
        ZADD z NX LT 1 a                    => -ERR GT, LT, and/or NX options at the same time are not compatible
        ZADD z 1 a NX b                     => -ERR value is not a valid float
        ZADD z 1 a nan b                    => -ERR value is not a valid float
        ZADD z 1 a 1e400 b                  => -ERR value is not a valid float
        EXISTS z                            => :0
        ZINCRBY z 1                         => -ERR wrong number of arguments for 'zincrby' command
        ZINCRBY s 1 a                       => -WRONGTYPE *
    "#,
    );
}

#[test]
fn zcard_zscore_zmscore_and_zrem() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZCARD z                             => :0
        ZADD z 1 a 2.25 b 3 17              => :3
        ZCARD z                             => :3
        ZSCORE z b                          => "2.25"
        ZSCORE z 17                         => "3"
        ZSCORE z 017                        => (nil)
        ZSCORE missing b                    => (nil)
        ZMSCORE z a x b a                   => ["1", (nil), "2.25", "1"]
        ZMSCORE missing a b                 => [(nil), (nil)]
        ZMSCORE z                           => -ERR wrong number of arguments for 'zmscore' command
        ZREM z x y                          => :0
        ZREM z a x a                        => :1
        ZREM missing a                      => :0
        ZREM z b 17                         => :2
        EXISTS z                            => :0
        SET s v                             => +OK
        ZCARD s                             => -WRONGTYPE *
        ZSCORE s a                          => -WRONGTYPE *
        ZMSCORE s a                         => -WRONGTYPE *
        ZREM s a                            => -WRONGTYPE *
    "#,
    );
}

#[test]
fn zrank_and_zrevrank() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 1 b 2.5 c                => :3
        ZRANK z a                           => :0
        ZRANK z c                           => :2
        ZREVRANK z a                        => :2
        ZREVRANK z c                        => :0
        ZRANK z x                           => (nil)
        ZRANK missing x                     => (nil)
        skein valkey | ZRANK z c WITHSCORE  => [:2, "2.5"]
        skein valkey | ZREVRANK z c withscore => [:0, "2.5"]
        skein valkey | ZRANK z x WITHSCORE  => (nil array)
        skein valkey | ZRANK missing x WITHSCORE => (nil array)
        skein valkey | ZRANK z a WITHSCORES => -ERR syntax error
        ZRANK z a WITHSCORE more            => -ERR wrong number of arguments for 'zrank' command
        ZREVRANK z a WITHSCORE more         => -ERR wrong number of arguments for 'zrevrank' command
        SET s v                             => +OK
        ZRANK s a                           => -WRONGTYPE *
    "#,
    );
}

#[test]
fn zrandmember() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        ZRANDMEMBER missing                 => (nil)
        ZRANDMEMBER missing 3               => []
        ZRANDMEMBER missing -3 WITHSCORES   => []
        ZADD z 1 a                          => :1
        ZRANDMEMBER z                       => "a"
        ZRANDMEMBER z -3                    => ["a", "a", "a"]
        ZRANDMEMBER z -2 withscores         => ["a", "1", "a", "1"]
        ZADD z 2 b 3 c                      => :2
        ZRANDMEMBER z 3                     => ~["a", "b", "c"]
        ZRANDMEMBER z 9223372036854775807   => ~["a", "b", "c"]
        ZRANDMEMBER z 0                     => []
        ZRANDMEMBER z x                     => -ERR value is not an integer or out of range
        ZRANDMEMBER z 1 SCORES              => -ERR syntax error
        ZRANDMEMBER z 1 WITHSCORES more     => -ERR syntax error
        ZRANDMEMBER z 9223372036854775807 WITHSCORES => -ERR value is out of range
        ZRANDMEMBER missing -4611686018427387905 WITHSCORES => -ERR value is out of range
        ZRANDMEMBER z -9223372036854775808  => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
        SET s v                             => +OK
        ZRANDMEMBER s                       => -WRONGTYPE *
        ZRANDMEMBER s 1                     => -WRONGTYPE *
    "#,
    );
    for size in [100, 1_000] {
        fill(&mut client, "big", size);
        let reply = client.cmd(&["ZRANDMEMBER", "big", "40"]);
        let mut members: Vec<String> = reply.items().iter().map(Reply::text).collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), 40);
    }
}

#[test]
fn zscan() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        ZSCAN missing 0                     => ["0", []]
        ZSCAN missing 0 WHAT                => ["0", []]
        ZADD z 1 a 2 b 3.5 bb 4 17          => :4
        ZSCAN z 0                           => ["0", ["a", "1", "b", "2", "bb", "3.5", "17", "4"]]
        ZSCAN z 0 MATCH b* COUNT 1          => ["0", ["b", "2", "bb", "3.5"]]
        ZSCAN z 0 MATCH 1?                  => ["0", ["17", "4"]]
        skein valkey | ZSCAN z 0 MATCH b* NOSCORES => ["0", ["b", "bb"]]
        ZSCAN z x                           => -ERR invalid cursor
        ZSCAN z 0 WHAT                      => -ERR syntax error
        ZSCAN z 0 COUNT 0                   => -ERR syntax error
        ZSCAN z 0 COUNT x                   => -ERR value is not an integer or out of range
        SET s v                             => +OK
        ZSCAN s 0                           => -WRONGTYPE *
    "#,
    );
    fill(&mut client, "big", 1_000);
    let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let page = client.cmd(&["ZSCAN", "big", &cursor, "COUNT", "50"]);
        let elements = page.items()[1].items();
        assert!(elements.len() <= 400, "{} elements for a count of 50", elements.len());
        seen.extend(elements.chunks(2).map(|pair| (pair[0].text(), pair[1].text())));
        cursor = page.items()[0].text();
        if cursor == "0" {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 1_000);
    assert!(seen.contains(&("member:7".to_owned(), "7".to_owned())));
}
