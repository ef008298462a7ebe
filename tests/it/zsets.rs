//! Sorted sets: a conversation for each command, or each subject. Replies were compared with
//! those of Redis and Valkey.

use crate::harness::{Client, Peer, Reply, Server, need, play};

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
fn ranges_by_rank() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c 4 d              => :4
        ZRANGE z 0 -1                       => ["a", "b", "c", "d"]
        ZRANGE z 1 2                        => ["b", "c"]
        ZRANGE z -2 -1                      => ["c", "d"]
        ZRANGE z -100 100                   => ["a", "b", "c", "d"]
        ZRANGE z 2 1                        => []
        ZRANGE z 4 9                        => []
        ZRANGE z 0 -1 REV                   => ["d", "c", "b", "a"]
        ZRANGE z 0 1 rev withscores         => ["d", "4", "c", "3"]
        ZREVRANGE z 0 1                     => ["d", "c"]
        ZREVRANGE z -1 -1 WITHSCORES        => ["a", "1"]
        ZREVRANGE z 9 10                    => []
        ZRANGE z -9223372036854775808 9223372036854775807 => ["a", "b", "c", "d"]
        ZRANGE missing 0 -1                 => []
        ZRANGE z 0 -1 LIMIT 2 -1            => ["a", "b", "c", "d"]
        ZRANGE z 0 -1 LIMIT 0 1             => -ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX
        ZRANGE z a b                        => -ERR value is not an integer or out of range
        ZRANGE z 0 1.5                      => -ERR value is not an integer or out of range
        ZRANGE z 0 -1 REV REV               => -ERR syntax error
        ZRANGE z 0 -1 BYLEX BYSCORE         => -ERR syntax error
        ZRANGE z 0 -1 LIMIT 0               => -ERR syntax error
        ZREVRANGE z 0 -1 REV                => -ERR syntax error
        ZREVRANGE z 0 -1 BYSCORE            => -ERR syntax error
        SET s v                             => +OK
        ZRANGE s 0 -1                       => -WRONGTYPE *
        ZRANGE s 0 x                        => -ERR value is not an integer or out of range
    "#,
    );
}

#[test]
fn ranges_by_score() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 2 c 3 d inf e        => :5
        ZRANGEBYSCORE z 2 3                 => ["b", "c", "d"]
        ZRANGEBYSCORE z (1 (3 WITHSCORES    => ["b", "2", "c", "2"]
        ZRANGEBYSCORE z -inf +inf LIMIT 1 2 => ["b", "c"]
        ZRANGEBYSCORE z -inf +inf LIMIT 3 -1 => ["d", "e"]
        ZRANGEBYSCORE z -inf +inf LIMIT -1 5 => []
        ZRANGEBYSCORE z -inf +inf LIMIT 9 5 => []
        ZRANGEBYSCORE z -inf (inf limit 0 1 withscores => ["a", "1"]
        ZRANGEBYSCORE z 3 1                 => []
        ZRANGEBYSCORE z (2 (2               => []
        ZREVRANGEBYSCORE z 3 (1             => ["d", "c", "b"]
        ZREVRANGEBYSCORE z +inf -inf WITHSCORES LIMIT 1 2 => ["d", "3", "c", "2"]
        ZRANGE z 2 3 BYSCORE                => ["b", "c", "d"]
        ZRANGE z 3 2 BYSCORE REV LIMIT 0 2  => ["d", "c"]
        ZRANGE z (2 inf byscore withscores  => ["d", "3", "e", "inf"]
        ZCOUNT z 2 3                        => :3
        ZCOUNT z (2 +inf                    => :2
        ZCOUNT z 5 1                        => :0
        ZCOUNT z "" 1e400                   => :5
        ZCOUNT missing -inf inf             => :0
        ZCOUNT z nan 5                      => -ERR min or max is not a float
        ZCOUNT z 1 five                     => -ERR min or max is not a float
        ZRANGEBYSCORE z ((1 5               => -ERR min or max is not a float
        ZRANGEBYSCORE z [1 5                => -ERR min or max is not a float
        ZRANGEBYSCORE z 1 5 LIMIT 0         => -ERR syntax error
        ZRANGEBYSCORE z 1 5 LIMIT a 1       => -ERR value is not an integer or out of range
        ZRANGEBYSCORE z 1 5 REV             => -ERR syntax error
        SET s v                             => +OK
        ZRANGEBYSCORE s 1 5                 => -WRONGTYPE *
        ZCOUNT s 1 5                        => -WRONGTYPE *
        ZCOUNT s 1 x                        => -ERR min or max is not a float
    "#,
    );
}

#[test]
fn ranges_by_name() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 0 a 0 b 0 c 0 d 0 10 0 9     => :6
        ZRANGEBYLEX z - +                   => ["10", "9", "a", "b", "c", "d"]
        ZRANGEBYLEX z [b (d                 => ["b", "c"]
        ZRANGEBYLEX z (b +                  => ["c", "d"]
        ZRANGEBYLEX z - [10                 => ["10"]
        ZRANGEBYLEX z [bb [c                => ["c"]
        ZRANGEBYLEX z - + LIMIT 1 2         => ["9", "a"]
        ZRANGEBYLEX z + -                   => []
        ZRANGEBYLEX z [c [b                 => []
        ZREVRANGEBYLEX z + (b               => ["d", "c"]
        ZREVRANGEBYLEX z [c -               => ["c", "b", "a", "9", "10"]
        ZRANGE z [b (d BYLEX                => ["b", "c"]
        ZRANGE z + - BYLEX REV LIMIT 0 2    => ["d", "c"]
        ZLEXCOUNT z - +                     => :6
        ZLEXCOUNT z [b [c                   => :2
        ZLEXCOUNT missing - +               => :0
        ZRANGEBYLEX z b c                   => -ERR min or max not valid string range item
        ZRANGEBYLEX z "" [c                 => -ERR min or max not valid string range item
        ZRANGEBYLEX z -b +                  => -ERR min or max not valid string range item
        ZLEXCOUNT z 0 -1                    => -ERR min or max not valid string range item
        ZRANGE z - + BYLEX WITHSCORES       => -ERR syntax error, WITHSCORES not supported in combination with BYLEX
        ZRANGEBYLEX z - + WITHSCORES        => -ERR syntax error, WITHSCORES not supported in combination with BYLEX
        SET s v                             => +OK
        ZRANGEBYLEX s - +                   => -WRONGTYPE *
        ZLEXCOUNT s - +                     => -WRONGTYPE *
    "#,
    );
}

#[test]
fn zrangestore() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c 4 d              => :4
        ZRANGESTORE out z 1 2               => :2
        ZRANGE out 0 -1 WITHSCORES          => ["b", "2", "c", "3"]
        ZRANGESTORE out z 0 0 REV           => :1
        ZRANGE out 0 -1                     => ["d"]
        ZRANGESTORE out z (1 +inf BYSCORE LIMIT 1 5 => :2
        ZRANGE out 0 -1                     => ["c", "d"]
        ZRANGESTORE out z [c [a BYLEX REV LIMIT 0 2 => :2
        ZRANGE out 0 -1                     => ["b", "c"]
        ZRANGESTORE z z 0 1                 => :2
        ZRANGE z 0 -1                       => ["a", "b"]
        SET s v EX 100                      => +OK
        ZRANGESTORE s z 0 -1                => :2
        TTL s                               => :-1
        ZRANGESTORE s z 5 6                 => :0
        EXISTS s                            => :0
        ZRANGESTORE out missing 0 -1        => :0
        EXISTS out                          => :0
        ZRANGESTORE out z 0 -1 WITHSCORES   => -ERR syntax error
        SET s v                             => +OK
        ZRANGESTORE out s 0 -1              => -WRONGTYPE *
    "#,
    );
}

#[test]
fn ranges_are_removed() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c 4 d 5 e          => :5
        ZREMRANGEBYRANK z 1 2               => :2
        ZRANGE z 0 -1                       => ["a", "d", "e"]
        ZREMRANGEBYRANK z 5 9               => :0
        ZREMRANGEBYRANK z -1 -1             => :1
        ZREMRANGEBYSCORE z (1 4             => :1
        ZRANGE z 0 -1                       => ["a"]
        ZREMRANGEBYSCORE z -inf +inf        => :1
        EXISTS z                            => :0
        ZADD z 0 a 0 b 0 c 0 d              => :4
        ZREMRANGEBYLEX z [b (d              => :2
        ZREMRANGEBYLEX z - (a               => :0
        ZREMRANGEBYLEX z - +                => :2
        EXISTS z                            => :0
        ZREMRANGEBYRANK z 0 -1              => :0
        ZREMRANGEBYSCORE z 0 1              => :0
        ZREMRANGEBYLEX z - +                => :0
        SET s v                             => +OK
        ZREMRANGEBYRANK s 0 x               => -ERR value is not an integer or out of range
        ZREMRANGEBYSCORE s 0 x              => -ERR min or max is not a float
        ZREMRANGEBYLEX s 0 x                => -ERR min or max not valid string range item
        ZREMRANGEBYRANK s 0 1               => -WRONGTYPE *
        ZREMRANGEBYSCORE s 0 1              => -WRONGTYPE *
        ZREMRANGEBYLEX s - +                => -WRONGTYPE *
    "#,
    );
}

#[test]
fn zpopmin_and_zpopmax() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c 4 d 5 e          => :5
        ZPOPMIN z                           => ["a", "1"]
        ZPOPMAX z                           => ["e", "5"]
        ZPOPMAX z 2                         => ["d", "4", "c", "3"]
        ZPOPMIN z 0                         => []
        ZPOPMIN z 9223372036854775807       => ["b", "2"]
        EXISTS z                            => :0
        ZPOPMIN z                           => []
        ZPOPMAX z 3                         => []
        ZPOPMIN z -1                        => -ERR value is out of range, must be positive
        ZPOPMIN z one                       => -ERR value is out of range, must be positive
        ZPOPMIN z 1 2                       => -ERR syntax error
        SET s v                             => +OK
        ZPOPMIN s                           => -WRONGTYPE *
        ZPOPMIN s -1                        => -ERR value is out of range, must be positive
    "#,
    );
}

#[test]
fn zmpop() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c                  => :3
        ZADD y 9 x                          => :1
        ZMPOP 2 missing z MIN               => ["z", [["a", "1"]]]
        ZMPOP 2 z y MAX COUNT 5             => ["z", [["c", "3"], ["b", "2"]]]
        ZMPOP 2 z y max count 9223372036854775807 => ["y", [["x", "9"]]]
        ZMPOP 2 z y MIN                     => (nil array)
        ZMPOP 0 z MIN                       => -ERR numkeys should be greater than 0
        ZMPOP one z MIN                     => -ERR numkeys should be greater than 0
        ZMPOP -9223372036854775808 z MIN    => -ERR numkeys should be greater than 0
        ZMPOP 9223372036854775807 z MIN     => -ERR syntax error
        ZMPOP 2 z MIN                       => -ERR syntax error
        ZMPOP 1 z FIRST                     => -ERR syntax error
        ZMPOP 1 z MIN COUNT                 => -ERR syntax error
        ZMPOP 1 z MIN COUNT 0               => -ERR count should be greater than 0
        ZMPOP 1 z MIN COUNT x               => -ERR count should be greater than 0
        ZMPOP 1 z MIN COUNT 1 COUNT 1       => -ERR syntax error
        ZMPOP 1 z MIN 1 COUNT               => -ERR syntax error
        SET s v                             => +OK
        ZMPOP 2 missing s MIN               => -WRONGTYPE *
    "#,
    );
}

#[test]
fn blocking_pops_that_find_something() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD z 1 a 2 b 3 c 4 d              => :4
        BZPOPMIN missing z 0                => ["z", "a", "1"]
        BZPOPMAX z 0.5                      => ["z", "d", "4"]
        BZMPOP 0 2 missing z MAX COUNT 5    => ["z", [["c", "3"], ["b", "2"]]]
        BZPOPMIN z 0.01                     => (nil array)
        BZPOPMAX z y 0.01                   => (nil array)
        BZMPOP 0.01 2 z y MIN               => (nil array)
        BZPOPMIN z one                      => -ERR timeout is not a float or out of range
        BZPOPMIN z -1                       => -ERR timeout is negative
        BZMPOP -1 1 z MIN                   => -ERR timeout is negative
        BZMPOP one 0 z MIN                  => -ERR numkeys should be greater than 0
        BZMPOP 0 2 z MIN                    => -ERR syntax error
        BZMPOP 0 1 z MIN COUNT 0            => -ERR count should be greater than 0
        SET s v                             => +OK
        BZPOPMIN missing s z 0              => -WRONGTYPE *
        BZMPOP 0 1 s MIN                    => -WRONGTYPE *
    "#,
    );
}

#[test]
fn blocked_clients_are_served_in_turn() {
    play(
        &Server::start(&[]),
        r#"
        first> BZPOPMIN k 0
        (blocked 1)
        second> BZPOPMAX other k 0
        (blocked 2)
        third3> BZMPOP 0 2 other k MIN COUNT 2
        (blocked 3)
        w: SADD k not-sorted               => :1
        w: DEL k                           => :1
        first is silent
        w: ZADD k 1 a 2 b 3 c 4 d 5 e      => :5
        first< => ["k", "a", "1"]
        second< => ["k", "e", "5"]
        third3< => ["k", [["b", ,2], ["c", ,3]]]
        w: ZRANGE k 0 -1                   => ["d"]
        first> BZPOPMIN out 0
        (blocked 1)
        w: ZUNIONSTORE out 1 k             => :1
        first< => ["out", "d", "4"]
        first> BZPOPMIN k2 0
        (blocked 1)
        w: ZINCRBY k2 7 x                  => "7"
        first< => ["k2", "x", "7"]
        w: EXISTS k2 out                   => :0
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

/// Makes a sorted set of `size` members, each with its number as score.
fn fill(client: &mut Client, key: &str, size: usize) {
    let mut args = vec!["ZADD".to_owned(), key.to_owned()];
    args.extend((0..size).flat_map(|i| [i.to_string(), format!("member:{i}")]));
    client.cmd(&["DEL", key]);
    assert_eq!(client.cmd(&args).to_string(), format!(":{size}"));
}

#[test]
fn unions() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD x 1 a 2 b 3 c                  => :3
        ZADD y 10 b 20 c 30 d               => :3
        ZUNION 2 x y                        => ["a", "b", "c", "d"]
        ZUNION 2 x y WITHSCORES             => ["a", "1", "b", "12", "c", "23", "d", "30"]
        ZUNION 2 x y WEIGHTS 2 0.5 WITHSCORES => ["a", "2", "b", "9", "d", "15", "c", "16"]
        ZUNION 2 x y AGGREGATE MIN WITHSCORES => ["a", "1", "b", "2", "c", "3", "d", "30"]
        ZUNION 2 x y aggregate max withscores => ["a", "1", "b", "10", "c", "20", "d", "30"]
        skein | ZUNION 2 x y AGGREGATE COUNT WITHSCORES => ["a", "1", "d", "1", "b", "2", "c", "2"]
        skein | ZUNION 2 x y WEIGHTS 5 7 AGGREGATE COUNT WITHSCORES => ["a", "5", "d", "7", "b", "12", "c", "12"]
        ZUNION 2 missing x                  => ["a", "b", "c"]
        ZUNION 2 x x WITHSCORES             => ["a", "2", "b", "4", "c", "6"]
        ZUNION 1 missing                    => []
        ZUNIONSTORE out 2 x y               => :4
        ZRANGE out 0 -1 WITHSCORES          => ["a", "1", "b", "12", "c", "23", "d", "30"]
        ZUNIONSTORE x 2 x y WEIGHTS 1 -1    => :4
        ZRANGE x 0 -1 WITHSCORES            => ["d", "-30", "c", "-17", "b", "-8", "a", "1"]
        SET s v EX 100                      => +OK
        ZUNIONSTORE s 1 y                   => :3
        TTL s                               => :-1
        ZUNIONSTORE s 1 missing             => :0
        EXISTS s                            => :0
    "#,
    );
}

#[test]
fn intersections() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD x 1 a 2 b 3 c 4 17             => :4
        ZADD y 10 b 20 c 30 d 40 17         => :4
        ZADD w 100 c 200 17                 => :2
        ZINTER 2 x y                        => ["b", "c", "17"]
        ZINTER 2 x y WITHSCORES             => ["b", "12", "c", "23", "17", "44"]
        ZINTER 3 x y w WEIGHTS 1 2 3 WITHSCORES => ["c", "343", "17", "684"]
        ZINTER 3 x y w AGGREGATE MIN WITHSCORES => ["c", "3", "17", "4"]
        ZINTER 3 x y w AGGREGATE MAX WITHSCORES => ["c", "100", "17", "200"]
        skein | ZINTER 3 x y w AGGREGATE COUNT WITHSCORES => ["17", "3", "c", "3"]
        ZINTER 2 x missing                  => []
        ZINTER 1 x                          => ["a", "b", "c", "17"]
        ZINTERSTORE out 2 y w               => :2
        ZRANGE out 0 -1 WITHSCORES          => ["c", "120", "17", "240"]
        ZINTERSTORE out 2 y missing         => :0
        EXISTS out                          => :0
        ZINTERCARD 2 x y                    => :3
        ZINTERCARD 2 x y LIMIT 2            => :2
        ZINTERCARD 2 x y LIMIT 0            => :3
        ZINTERCARD 2 x missing              => :0
        ZINTERCARD 2 x y LIMIT -1           => -ERR LIMIT can't be negative
        ZINTERCARD 2 x y LIMIT x            => -ERR LIMIT can't be negative
        ZINTERCARD 2 x y LIMIT              => -ERR syntax error
        ZINTERCARD 2 x y WEIGHTS 1 2        => -ERR syntax error
        ZINTERCARD 0 x                      => -ERR at least 1 input key is needed for 'zintercard' command
    "#,
    );
}

#[test]
fn differences() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD x 1 a 2 b 3 c 4 17             => :4
        ZADD y 10 b                         => :1
        ZDIFF 2 x y                         => ["a", "c", "17"]
        ZDIFF 3 x missing y WITHSCORES      => ["a", "1", "c", "3", "17", "4"]
        ZDIFF 2 x x                         => []
        ZDIFF 2 missing x                   => []
        ZDIFF 1 x                           => ["a", "b", "c", "17"]
        ZDIFFSTORE out 2 x y                => :3
        ZRANGE out 0 -1 WITHSCORES          => ["a", "1", "c", "3", "17", "4"]
        ZDIFFSTORE out 2 y x                => :0
        EXISTS out                          => :0
        ZDIFF 2 x y WEIGHTS 1 2             => -ERR syntax error
        ZDIFF 2 x y AGGREGATE SUM           => -ERR syntax error
        ZDIFFSTORE out 1 x WITHSCORES       => -ERR syntax error
    "#,
    );
}

/// Plain sets take part with the score 1; a member is the same in whatever encoding.
#[test]
fn sets_take_part() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD s 5 7 9                        => :3
        SADD t 5 7 a                        => :3
        ZADD z 10 5 20 a 30 b               => :3
        ZUNION 2 s z WITHSCORES             => ["7", "1", "9", "1", "5", "11", "a", "20", "b", "30"]
        ZUNION 2 s t WEIGHTS 2 3 WITHSCORES => ["9", "2", "a", "3", "5", "5", "7", "5"]
        ZINTER 2 z t WITHSCORES             => ["5", "11", "a", "21"]
        ZINTER 2 s t WITHSCORES             => ["5", "2", "7", "2"]
        ZINTERCARD 3 s t z                  => :1
        ZDIFF 2 s z WITHSCORES              => ["7", "1", "9", "1"]
        ZDIFF 2 z s WITHSCORES              => ["a", "20", "b", "30"]
        ZUNIONSTORE s 1 s                   => :3
        TYPE s                              => +zset
        CONFIG SET zset-max-listpack-entries 0 => +OK
        ZADD big 1 5 1 7 1 9                => :3
        OBJECT ENCODING big                 => "skiplist"
        ZINTER 3 big t s WITHSCORES         => ["5", "3", "7", "3"]
        ZUNION 2 big t WITHSCORES           => ["9", "1", "a", "1", "5", "2", "7", "2"]
    "#,
    );
}

#[test]
fn scores_that_are_no_numbers_count_as_zero() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD x inf a 1 b                    => :2
        ZADD y -inf a 2 b                   => :2
        ZUNION 2 x y WITHSCORES             => ["a", "0", "b", "3"]
        ZINTER 2 x y WITHSCORES             => ["a", "0", "b", "3"]
        ZUNION 1 x WEIGHTS 0 WITHSCORES     => ["a", "0", "b", "0"]
        ZINTER 2 x y WEIGHTS 0 1 AGGREGATE MIN WITHSCORES => ["a", "-inf", "b", "0"]
        ZUNION 2 x y WEIGHTS inf -inf WITHSCORES => ["b", "0", "a", "inf"]
    "#,
    );
}

#[test]
fn combinations_refuse() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD x 1 a                          => :1
        SET s v                             => +OK
        ZUNION 0 x                          => -ERR at least 1 input key is needed for 'zunion' command
        ZINTER -1 x                         => -ERR at least 1 input key is needed for 'zinter' command
        ZDIFFSTORE out 0 x                  => -ERR at least 1 input key is needed for 'zdiffstore' command
        ZUNION one x                        => -ERR value is not an integer or out of range
        ZUNION 2 x                          => -ERR syntax error
        ZUNIONSTORE out 9223372036854775807 x => -ERR syntax error
        ZUNION 1 x y                        => -ERR syntax error
        ZUNION 2 x y WEIGHTS 1              => -ERR syntax error
        ZUNION 2 x y WEIGHTS 1 two          => -ERR weight value is not a float
        ZUNION 2 x y WEIGHTS 1 nan          => -ERR weight value is not a float
        ZUNION 2 x y AGGREGATE              => -ERR syntax error
        ZUNION 2 x y AGGREGATE MEAN         => -ERR syntax error
        ZUNIONSTORE out 2 x y WITHSCORES    => -ERR syntax error
        ZUNION 2 x y LIMIT 1                => -ERR syntax error
        ZUNION 2 x s WHAT                   => -WRONGTYPE *
        ZINTER 2 missing s                  => -WRONGTYPE *
        ZDIFF 2 missing s                   => -WRONGTYPE *
        ZINTERCARD 2 x s                    => -WRONGTYPE *
        ZUNIONSTORE s 2 x s                 => -WRONGTYPE *
        GET s                               => "v"
    "#,
    );
}

#[test]
fn shapes_in_resp3() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HELLO 3                             => *
        ZADD z 1 a 2.5 b inf c              => :3
        ZSCORE z b                          => ,2.5
        ZSCORE z x                          => (nil)
        ZMSCORE z a x c                     => [,1, (nil), ,inf]
        ZADD z INCR 1 a                     => ,2
        ZADD z NX INCR 1 a                  => (nil)
        ZINCRBY z -1 a                      => ,1
        ZRANGE z 0 -1                       => ["a", "b", "c"]
        ZRANGE z 0 1 WITHSCORES             => [["a", ,1], ["b", ,2.5]]
        ZRANGEBYSCORE z 1 3 WITHSCORES      => [["a", ,1], ["b", ,2.5]]
        ZREVRANGE z 0 0 WITHSCORES          => [["c", ,inf]]
        ZUNION 1 z WITHSCORES               => [["a", ,1], ["b", ,2.5], ["c", ,inf]]
        ZDIFF 1 z                           => ["a", "b", "c"]
        ZRANDMEMBER z 3 WITHSCORES          => ~[["a", ,1], ["b", ,2.5], ["c", ,inf]]
        skein valkey | ZRANK z b WITHSCORE  => [:1, ,2.5]
        skein valkey | ZRANK z x WITHSCORE  => (nil)
        ZSCAN z 0                           => ["0", ["a", "1", "b", "2.5", "c", "inf"]]
        ZPOPMIN z                           => ["a", ,1]
        ZPOPMAX z 1                         => [["c", ,inf]]
        ZADD z 1 a 3 c                      => :2
        ZMPOP 1 z MIN COUNT 2               => ["z", [["a", ,1], ["b", ,2.5]]]
        BZPOPMIN z 0                        => ["z", "c", ,3]
        ZMPOP 1 z MIN                       => (nil)
        ZPOPMIN z 2                         => []
        BZPOPMIN z 0.01                     => (nil)
    "#,
    );
}

#[test]
fn encodings_and_their_thresholds() {
    let server = Server::start(&[]);
    let mut client = server.client();
    fill(&mut client, "z", 128);
    let (short, long) = ("x".repeat(64), "x".repeat(65));
    client.check("OBJECT ENCODING z", r#""listpack""#);
    client.check("ZADD z 1 one-more", ":1");
    client.check("OBJECT ENCODING z", r#""skiplist""#);
    client.check("ZREMRANGEBYRANK z 5 -1", ":124");
    client.check("OBJECT ENCODING z", r#""skiplist""#);
    client.check("ZRANGESTORE small z 0 2", ":3");
    client.check("OBJECT ENCODING small", r#""listpack""#);
    client.check(&format!("ZADD y 1 {short}"), ":1");
    client.check("OBJECT ENCODING y", r#""listpack""#);
    client.check(&format!("ZADD y 1 {long}"), ":1");
    client.check("OBJECT ENCODING y", r#""skiplist""#);
    client.check("ZUNIONSTORE out 2 small y", ":5");
    client.check("OBJECT ENCODING out", r#""skiplist""#);
    client.check("ZDIFFSTORE out 2 out y", ":3");
    client.check("OBJECT ENCODING out", r#""listpack""#);
    fill(&mut client, "a", 100);
    client.check("ZRANGESTORE b a 50 60", ":11");
    client.check("CONFIG SET zset-max-listpack-entries 10", "+OK");
    client.check("ZRANGESTORE b a 50 60", ":11");
    client.check("OBJECT ENCODING b", r#""skiplist""#);
}

/// Both encodings answer alike, in order and from either end.
#[test]
fn large_sets_keep_order() {
    let server = Server::start(&[]);
    let mut client = server.client();
    fill(&mut client, "z", 20_000);
    client.talk(
        r#"
        ZCARD z                             => :20000
        ZRANK z member:12345                => :12345
        ZREVRANK z member:12345             => :7654
        ZRANGE z 9998 10000                 => ["member:9998", "member:9999", "member:10000"]
        ZREVRANGE z 0 1 WITHSCORES          => ["member:19999", "19999", "member:19998", "19998"]
        ZRANGEBYSCORE z (500 inf LIMIT 10 2 => ["member:511", "member:512"]
        ZRANGE z (500 -inf BYSCORE REV LIMIT 2 1 => ["member:497"]
        ZCOUNT z 100 (200                   => :100
        ZINCRBY z -0.5 member:10000         => "9999.5"
        ZADD z 5 member:19999               => :0
        ZRANGE z 5 6                        => ["member:19999", "member:5"]
        ZREMRANGEBYSCORE z 1000 18999       => :18000
        ZCARD z                             => :2000
        ZRANK z member:19000                => :1001
        ZPOPMAX z                           => ["member:19998", "19998"]
        COPY z copy                         => :1
        ZREMRANGEBYRANK z 0 -1              => :1999
        ZCARD copy                          => :1999
    "#,
    );
    client.check("ZINTERCARD 2 copy copy", ":1999");
    client.check("ZDIFF 2 copy copy", "[]");
}

#[test]
fn copies_and_dumps() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        ZADD z 1 a -1.5 b inf c             => :3
        COPY z y                            => :1
        ZADD y 5 a                          => :0
        ZSCORE z a                          => "1"
    "#,
    );
    for size in [3, 500] {
        fill(&mut client, "from", size);
        let dump = client.cmd(&["DUMP", "from"]);
        let dump = dump.bytes().expect("a dump");
        client.cmd(&[&b"RESTORE"[..], b"to", b"0", dump, b"REPLACE"]);
        let digest = |client: &mut Client, key: &str| client.cmd(&["DEBUG", "DIGEST-VALUE", key]);
        assert_eq!(digest(&mut client, "from").to_string(), digest(&mut client, "to").to_string());
        let all = |client: &mut Client, key| client.cmd(&["ZRANGE", key, "0", "-1", "WITHSCORES"]);
        assert_eq!(all(&mut client, "from").to_string(), all(&mut client, "to").to_string());
    }
}

#[test]
fn dumps_come_from_redis_with_the_same_digest() {
    let Some(redis) = need(Peer::RedisServer) else { return };
    let (ours, theirs) = (Server::start(&[]), Server::start_binary(&redis, &[]));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    for (key, size) in [("small", 20), ("large", 700)] {
        fill(&mut theirs, key, size);
        theirs.check(&format!("ZADD {key} 0.1 x -1e300 y inf 17 -inf \"\" -0 zero 1e17 z"), ":6");
        let dump = theirs.cmd(&["DUMP", key]);
        let dump = dump.bytes().expect("a dump");
        let restored = ours.cmd(&[&b"RESTORE"[..], key.as_bytes(), b"0", dump]);
        assert_eq!(restored.to_string(), "+OK");
        for question in [&["DEBUG", "DIGEST-VALUE", key], &["OBJECT", "ENCODING", key]] {
            assert_eq!(ours.cmd(question).to_string(), theirs.cmd(question).to_string());
        }
        let members = ["ZRANGE", key, "0", "-1"];
        assert_eq!(ours.cmd(&members).to_string(), theirs.cmd(&members).to_string());
    }
}
