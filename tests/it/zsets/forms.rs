//! The forms that sorted sets take: in RESP3, in memory, in dumps.

use super::fill;
use crate::harness::{Client, Peer, Server, need};

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
