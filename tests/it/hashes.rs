//! Hashes: a conversation for each command. What is about the deadlines of fields is in
//! `field_expiry`.

use std::time::{Duration, Instant};

use crate::harness::{Client, Kind, Peer, Server, kind_under_test, need};

#[test]
fn hset_hget_hmget_and_hsetnx() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSET h a 1 b two                    => :2
        HSET h a uno c 3                    => :1
        HGET h a                            => "uno"
        HGET h x                            => (nil)
        HGET none a                         => (nil)
        HMGET h a x b a                     => ["uno", (nil), "two", "uno"]
        HMGET none a b                      => [(nil), (nil)]
        HMSET h b 2 d 4                     => +OK
        HSETNX h a one                      => :0
        HSETNX h e five                     => :1
        HSETNX new field value              => :1
        HMGET h a b c d e                   => ["uno", "2", "3", "4", "five"]
        HSET h same 1 same 2                => :1
        HGET h same                         => "2"
        HSET h "" "" "\x00\r\n" "\xff"      => :2
        HMGET h "" "\x00\r\n"               => ["", "\xff"]
        HSTRLEN h a                         => :3
        HSTRLEN h b                         => :1
        HSTRLEN h ""                        => :0
        HSTRLEN h x                         => :0
        HSTRLEN none x                      => :0
        HEXISTS h ""                        => :1
        HEXISTS h x                         => :0
        HEXISTS none x                      => :0
        HLEN h                              => :8
        HLEN none                           => :0
        HDEL h a x a b                      => :2
        HDEL none a                         => :0
        HDEL new field                      => :1
        EXISTS new                          => :0
        HSET h a                            => -ERR wrong number of arguments for 'hset' command
        HSET h a 1 b                        => -ERR wrong number of arguments for 'hset' command
        HMSET h a 1 b                       => -ERR wrong number of arguments for 'hmset' command
        HGET h                              => -ERR wrong number of arguments for 'hget' command
        (list l)
        HSET l a 1                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        HSETNX l a 1                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        HGET l a                            => -WRONGTYPE Operation against a key holding the wrong kind of value
        HMGET l a                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        HLEN l                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        HDEL l a                            => -WRONGTYPE Operation against a key holding the wrong kind of value
        GET h                               => -WRONGTYPE Operation against a key holding the wrong kind of value
        TYPE h                              => +hash
    "#,
    );
}

#[test]
fn hgetall_hkeys_and_hvals() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSET h a 1 b 2                      => :2
        HGETALL h                           => ["a", "1", "b", "2"]
        HKEYS h                             => ["a", "b"]
        HVALS h                             => ["1", "2"]
        HGETALL none                        => []
        HKEYS none                          => []
        HVALS none                          => []
        SET s v                             => +OK
        HGETALL s                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        HKEYS s                             => -WRONGTYPE Operation against a key holding the wrong kind of value
        HVALS s                             => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        HGETALL h                           => {"a": "1", "b": "2"}
        HGETALL none                        => {}
        HKEYS h                             => ["a", "b"]
        HVALS none                          => []
        HGET h x                            => (nil)
    "#,
    );
}

#[test]
fn hincrby_and_hincrbyfloat() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HINCRBY h n 5                       => :5
        HINCRBY h n -7                      => :-2
        HGET h n                            => "-2"
        HSET h max 9223372036854775807 text 1.5 padded " 1" => :3
        HINCRBY h max 1                     => -ERR increment or decrement would overflow
        HINCRBY h max -9223372036854775807  => :0
        HINCRBY h text 1                    => -ERR hash value is not an integer
        HINCRBY h padded 1                  => -ERR hash value is not an integer
        HINCRBY h n 1.5                     => -ERR value is not an integer or out of range
        HINCRBY h n                         => -ERR wrong number of arguments for 'hincrby' command
        HINCRBYFLOAT h f 10.5               => "10.5"
        HINCRBYFLOAT h f 0.1                => "10.6"
        HINCRBYFLOAT h f -5                 => "5.6"
        HINCRBYFLOAT h text 2e2             => "201.5"
        HINCRBYFLOAT h n 1                  => "-1"
        HGET h f                            => "5.6"
        HSET h word abc                     => :1
        HINCRBYFLOAT h word 1               => -ERR hash value is not a float
        HINCRBYFLOAT h f abc                => -ERR value is not a valid float
        HINCRBYFLOAT h f nan                => -ERR value is not a valid float
        HINCRBYFLOAT h f inf                => -ERR value is NaN or Infinity
        HINCRBYFLOAT h huge 1e4932          => *
        HINCRBYFLOAT h huge 1e4932          => -ERR increment would produce NaN or Infinity
        SET s v                             => +OK
        HINCRBY s n 1                       => -WRONGTYPE Operation against a key holding the wrong kind of value
        HINCRBYFLOAT s n 1                  => -WRONGTYPE Operation against a key holding the wrong kind of value
        HINCRBY none n x                    => -ERR value is not an integer or out of range
        EXISTS none                         => :0
    "#,
    );
}

#[test]
fn hrandfield() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HRANDFIELD none                     => (nil)
        HRANDFIELD none 3                   => []
        HRANDFIELD none -3 WITHVALUES       => []
        HSET one a 1                        => :1
        HRANDFIELD one                      => "a"
        HRANDFIELD one 5                    => ["a"]
        HRANDFIELD one 0                    => []
        HRANDFIELD one -3                   => ["a", "a", "a"]
        HRANDFIELD one -2 withvalues        => ["a", "1", "a", "1"]
        HSET h a 1 b 2 c 3                  => :3
        HRANDFIELD h 3                      => ~["a", "b", "c"]
        HRANDFIELD h 9223372036854775807    => ~["a", "b", "c"]
        HRANDFIELD h 2 WITHVALUES           => [*, *, *, *]
        HRANDFIELD h -9223372036854775808   => -ERR value is out of range*
        HRANDFIELD h 9223372036854775807 WITHVALUES => -ERR value is out of range
        HRANDFIELD h x                      => -ERR value is not an integer or out of range
        HRANDFIELD h 1 VALUES               => -ERR syntax error
        HRANDFIELD h 1 WITHVALUES more      => -ERR syntax error
        SET s v                             => +OK
        HRANDFIELD s                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        HRANDFIELD s 1                      => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        HRANDFIELD one 5 WITHVALUES         => [["a", "1"]]
        HRANDFIELD one -2 WITHVALUES        => [["a", "1"], ["a", "1"]]
        HRANDFIELD h 3                      => ~["a", "b", "c"]
        HRANDFIELD none                     => (nil)
    "#,
    );
}

/// Few fields of a large hash: each comes as often as the others, and takes no walk.
#[test]
fn hrandfield_is_fair_and_quick_in_a_large_hash() {
    let server = Server::start(&[]);
    let mut client = server.client();
    fill(&mut client, "h", 100_000, "v");
    let began = Instant::now();
    let commands: Vec<Vec<&str>> = vec![vec!["HRANDFIELD", "h", "10"]; 2_000];
    let mut halves = [0, 0];
    for reply in client.pipeline(&commands) {
        for field in reply.items() {
            let number: usize = field.text().parse().expect("a number");
            halves[number / 50_000] += 1;
        }
    }
    assert_eq!(halves[0] + halves[1], 20_000);
    // Give or take 71 (a standard deviation).
    assert!(halves.iter().all(|half| (9_500..10_500).contains(half)), "{halves:?}");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?} for 20,000 random fields");
}

#[test]
fn hscan() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        HSCAN none 0                        => ["0", []]
        HSET h a 1 b 2 ab 3                 => :3
        HSCAN h 0                           => ["0", ["a", "1", "b", "2", "ab", "3"]]
        HSCAN h 0 MATCH a* COUNT 1          => ["0", ["a", "1", "ab", "3"]]
        skein valkey | HSCAN h 0 NOVALUES   => ["0", ["a", "b", "ab"]]
        skein valkey | HSCAN h 0 novalues match b => ["0", ["b"]]
        HSCAN h x                           => -ERR invalid cursor
        HSCAN h 0 COUNT 0                   => -ERR syntax error
        HSCAN h 0 COUNT x                   => -ERR value is not an integer or out of range
        HSCAN h 0 NOSCORES                  => -ERR*
        HSCAN h                             => -ERR wrong number of arguments for 'hscan' command
        SET s v                             => +OK
        HSCAN s 0                           => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    fill(&mut client, "large", 5_000, "v");
    let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let page = client.cmd(&["HSCAN", "large", &cursor, "COUNT", "100"]);
        let [next, elements] = page.items() else { panic!("{page}") };
        let fields = elements.items().iter().step_by(2);
        seen.extend(fields.map(|field| field.text().to_owned()));
        assert!(elements.items().len() < 1_000, "a page of {}", elements.items().len());
        cursor = next.text().to_owned();
        if cursor == "0" {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5_000);
}

#[test]
fn encodings_and_their_thresholds() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        CONFIG SET hash-max-listpack-entries 3 hash-max-listpack-value 5 => +OK
        HSET h a 1 b 2 c 3                  => :3
        OBJECT ENCODING h                   => "listpack"
        HSET h a 12345                      => :0
        OBJECT ENCODING h                   => "listpack"
        COPY h longer                       => :1
        HSET h d 4                          => :1
        OBJECT ENCODING h                   => "hashtable"
        HDEL h d c b                        => :3
        OBJECT ENCODING h                   => "hashtable"
        OBJECT ENCODING longer              => "listpack"
        HSET longer a 123456                => :0
        OBJECT ENCODING longer              => "hashtable"
        HSETNX name longer 1                => :1
        OBJECT ENCODING name                => "hashtable"
        HINCRBY n n 12345                   => :12345
        OBJECT ENCODING n                   => "listpack"
        HINCRBY n n 123450                  => :135795
        OBJECT ENCODING n                   => "hashtable"
        HGETALL n                           => ["n", "135795"]
    "#,
    );
    if kind_under_test() == Kind::Skein {
        client.talk(
            r#"
            HSET ex a 1 b 2                 => :2
            HEXPIRE ex 100 FIELDS 1 a       => [:1]
            OBJECT ENCODING ex              => "listpackex"
            HPERSIST ex FIELDS 1 a          => [:1]
            OBJECT ENCODING ex              => "listpackex"
            HSET ex c 3 d 4                 => :2
            OBJECT ENCODING ex              => "hashtable"
        "#,
        );
    }
}

#[test]
fn digests_and_dumps_agree_with_redis() {
    let Some(redis) = need(Peer::RedisServer) else { return };
    let flags = &["--enable-debug-command", "yes"];
    let (ours, theirs) = (Server::start(flags), Server::start_binary(&redis, flags));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    let long = "long ".repeat(100);
    for client in [&mut ours, &mut theirs] {
        client.cmd(&["HSET", "small", "a", "1", "b", "text", "", ""]);
        client.cmd(&["HSET", "long", "a", &long, &long, "-1"]);
        fill(client, "large", 1_000, "value");
    }
    assert_eq!(ours.cmd(&["DEBUG", "DIGEST"]), theirs.cmd(&["DEBUG", "DIGEST"]));
    for name in ["small", "long", "large"] {
        let dump = theirs.cmd(&["DUMP", name]).bytes().expect("a dump").to_vec();
        let restore = [b"RESTORE", name.as_bytes(), b"0", &dump, b"REPLACE"];
        assert_eq!(ours.cmd(&restore).to_string(), "+OK", "{name}");
    }
    assert_eq!(ours.cmd(&["DEBUG", "DIGEST"]), theirs.cmd(&["DEBUG", "DIGEST"]));
}

/// Gives a hash the fields 0, 1, 2 …
pub fn fill(client: &mut Client, name: &str, fields: usize, value: &str) {
    for from in (0..fields).step_by(1_000) {
        let numbers = (from..fields.min(from + 1_000)).map(|n| n.to_string());
        let pairs = numbers.flat_map(|number| [number, value.to_owned()]);
        let command: Vec<String> =
            ["HSET", name].map(str::to_owned).into_iter().chain(pairs).collect();
        assert!(!client.cmd(&command).is_error());
    }
}
