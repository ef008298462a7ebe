//! Hashes: a conversation for each command, and how exactly their fields expire.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::harness::{Client, Kind, Peer, Server, kind_under_test, need, say, wait_until};

/// Whether the server under test lets fields expire: Redis 7.0 does not.
fn fields_expire() -> bool {
    kind_under_test() != Kind::Redis
}

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
fn hexpire_and_its_kin() {
    if !fields_expire() {
        return;
    }
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSET h a 1 b 2 c 3                  => :3
        HTTL h FIELDS 2 a x                 => [:-1, :-2]
        HTTL none FIELDS 2 a x              => [:-2, :-2]
        HEXPIRE h 100 FIELDS 2 a x          => [:1, :-2]
        HTTL h FIELDS 2 a b                 => [:99..100, :-1]
        HPTTL h FIELDS 1 a                  => [:99000..100000]
        HPEXPIRE h 1500 FIELDS 1 b          => [:1]
        HTTL h FIELDS 1 b                   => [:1..2]
        HEXPIREAT h 33177117420 FIELDS 1 a  => [:1]
        HEXPIRETIME h FIELDS 2 a c          => [:33177117420, :-1]
        HPEXPIREAT h 33177117420123 FIELDS 1 a => [:1]
        HPEXPIRETIME h FIELDS 1 a           => [:33177117420123]
        skein | HEXPIRETIME h FIELDS 1 a    => [:33177117421]
        HPERSIST h FIELDS 3 a c x           => [:1, :-1, :-2]
        HPERSIST none FIELDS 1 a            => [:-2]
        HTTL h FIELDS 1 a                   => [:-1]
        HEXPIRE none 100 FIELDS 1 a         => [:-2]
        EXISTS none                         => :0
        # A time that has passed deletes.
        HEXPIRE h 0 FIELDS 1 a              => [:2]
        HPEXPIREAT h 1 FIELDS 2 b b         => [:2, :-2]
        HGETALL h                           => ["c", "3"]
        HEXPIREAT h 1 FIELDS 1 c            => [:2]
        EXISTS h                            => :0
        # What sets a field lets it live for ever; what counts on it does not.
        HSET h a 1 b 2                      => :2
        HEXPIRE h 100 FIELDS 2 a b          => [:1, :1]
        HSET h a 1                          => :0
        HINCRBY h b 1                       => :3
        HINCRBYFLOAT h b 1                  => "4"
        HTTL h FIELDS 2 a b                 => [:-1, :99..100]
        SET s v                             => +OK
        HEXPIRE s 100 FIELDS 1 a            => -WRONGTYPE Operation against a key holding the wrong kind of value
        HTTL s FIELDS 1 a                   => -WRONGTYPE Operation against a key holding the wrong kind of value
        HPERSIST s FIELDS 1 a               => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn hexpire_with_nx_xx_gt_and_lt() {
    if !fields_expire() {
        return;
    }
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSET h a 1 b 2                      => :2
        HEXPIRE h 100 XX FIELDS 1 a         => [:0]
        HEXPIRE h 100 GT FIELDS 1 a         => [:0]
        HEXPIRE h 100 LT FIELDS 1 a         => [:1]
        HEXPIRE h 200 NX FIELDS 2 a b       => [:0, :1]
        HEXPIRE h 300 gt FIELDS 2 a b       => [:1, :1]
        HEXPIRE h 400 LT FIELDS 2 a b       => [:0, :0]
        HEXPIRE h 50 lt FIELDS 1 a          => [:1]
        HEXPIRE h 500 XX FIELDS 1 b         => [:1]
        HTTL h FIELDS 2 a b                 => [:49..50, :499..500]
        HEXPIREAT h 1 GT FIELDS 1 a         => [:0]
        HEXPIREAT h 1 LT FIELDS 1 a         => [:2]
        skein | HEXPIRE h 100 FIELDS 1 b NX => [:0]
        skein | HEXPIRE h 600 FIELDS 1 b GT => [:1]
        skein | HEXPIRE h 100 NX XX FIELDS 1 a => -ERR Multiple condition flags specified
        skein | HEXPIRE h 100 FIELDS 1 a FIELDS 1 b => -ERR FIELDS keyword specified multiple times
        skein | HEXPIRE h 100 what FIELDS 1 a => -ERR unknown argument: what
        skein | HEXPIRE h 100 FIELDS 1 a b  => -ERR unknown argument: b
        skein | HEXPIRE h 100 FIELDS 2 a    => -ERR wrong number of arguments
        skein | HEXPIRE h 100 FIELDS 0 a    => -ERR Parameter `numFields` should be greater than 0
        skein | HEXPIRE h 100 FIELDS 2147483648 a => -ERR Parameter `numFields` should be greater than 0
        skein | HEXPIRE h 100 NX NX NX NX   => -ERR Multiple condition flags specified
        HEXPIRE h ten FIELDS 1 a            => -ERR value is not an integer or out of range
        skein | HEXPIRE h -1 FIELDS 1 a     => -ERR invalid expire time, must be >= 0
        HEXPIRE h 9223372036854775807 FIELDS 1 a => -ERR invalid expire time in 'hexpire' command
        skein | HPEXPIREAT h 70368744177664 FIELDS 1 b => -ERR invalid expire time in 'hpexpireat' command
        HPEXPIREAT h 70368744177663 FIELDS 1 b => [:1]
        HEXPIRE h 100 FIELDS 1              => -ERR wrong number of arguments for 'hexpire' command
        skein | HTTL h 1 a b                => -ERR Mandatory argument FIELDS is missing or not at the right position
        skein | HTTL h FIELDS x a           => -ERR Number of fields must be a positive integer
        skein | HTTL h FIELDS 2 a           => -ERR The `numfields` parameter must match the number of arguments
        skein | HPERSIST h FIELDS 1 a b     => -ERR The `numfields` parameter must match the number of arguments
    "#,
    );
}

#[test]
fn hgetex_and_hgetdel() {
    if !fields_expire() {
        return;
    }
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSET h a 1 b 2 c 3                  => :3
        HGETEX h FIELDS 2 a x               => ["1", (nil)]
        HGETEX none FIELDS 2 a x            => [(nil), (nil)]
        HTTL h FIELDS 1 a                   => [:-1]
        HGETEX h EX 100 FIELDS 2 a x        => ["1", (nil)]
        HGETEX h px 100000 FIELDS 1 b       => ["2"]
        HTTL h FIELDS 3 a b c               => [:99..100, :99..100, :-1]
        HGETEX h PERSIST FIELDS 2 a c       => ["1", "3"]
        HTTL h FIELDS 2 a b                 => [:-1, :99..100]
        HGETEX h EXAT 33177117420 FIELDS 1 a => ["1"]
        HEXPIRETIME h FIELDS 1 a            => [:33177117420]
        HGETEX h PXAT 1 FIELDS 1 a          => ["1"]
        HEXISTS h a                         => :0
        skein | HGETEX h FIELDS 1 b EX 200  => ["2"]
        skein | HTTL h FIELDS 1 b           => [:199..200]
        skein | HGETEX h EX 1 PX 1 FIELDS 1 b => -ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
        skein | HGETEX h PERSIST EX 1 FIELDS 1 b => -ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
        skein | HGETEX h FIELDS 1 b EX      => -ERR missing expire time
        skein | HGETEX h EX 100 PERSIST     => -ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified
        skein | HGETEX h KEEPTTL FIELDS 1 b => -ERR unknown argument: KEEPTTL
        skein | HGETEX h FIELDS 0 b         => -ERR invalid number of fields
        skein | HGETEX h FIELDS 2 b         => -ERR wrong number of arguments for 'hgetex' command
        skein | HGETEX h FIELDS 1 b FIELDS 1 b => -ERR FIELDS keyword specified multiple times
        skein | HGETEX h EX -1 FIELDS 1 b   => -ERR invalid expire time, must be >= 0
        HGETDEL h FIELDS 2 b x              => ["2", (nil)]
        HGETDEL none FIELDS 1 a             => [(nil)]
        HGETDEL h FIELDS 2 c c              => ["3", (nil)]
        EXISTS h                            => :0
        skein | HGETDEL h 1 c c             => -ERR Mandatory argument FIELDS is missing or not at the right position
        skein | HGETDEL h FIELDS 0 c        => -ERR Number of fields must be a positive integer
        SET s v                             => +OK
        HGETDEL s FIELDS 1 a                => -WRONGTYPE Operation against a key holding the wrong kind of value
        HGETEX s FIELDS 1 a                 => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn hsetex() {
    if !fields_expire() {
        return;
    }
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HSETEX h FIELDS 2 a 1 b 2           => :1
        HTTL h FIELDS 2 a b                 => [:-1, :-1]
        HSETEX h EX 100 FIELDS 1 a uno      => :1
        HTTL h FIELDS 2 a b                 => [:99..100, :-1]
        HSETEX h KEEPTTL FIELDS 2 a 1 c 3   => :1
        HTTL h FIELDS 3 a b c               => [:99..100, :-1, :-1]
        HSETEX h FIELDS 1 a 2               => :1
        HTTL h FIELDS 1 a                   => [:-1]
        HSETEX h FNX FIELDS 2 a 9 new 1     => :0
        HSETEX h FXX FIELDS 2 a 9 new 1     => :0
        HSETEX h FXX PX 100000 FIELDS 2 a 9 b 9 => :1
        HSETEX h FNX EXAT 33177117420 FIELDS 1 new 1 => :1
        HMGET h a b c new                   => ["9", "9", "3", "1"]
        HEXPIRETIME h FIELDS 1 new          => [:33177117420]
        HSETEX none FXX FIELDS 1 a 1        => :0
        EXISTS none                         => :0
        HSETEX none FNX FIELDS 1 a 1        => :1
        skein | HSETEX h FIELDS 1 a 1 EX 50 FXX => :1
        skein | HTTL h FIELDS 1 a           => [:49..50]
        # A time that has passed: the fields are set, and gone.
        HSETEX gone PXAT 1 FIELDS 1 a 1     => :1
        EXISTS gone                         => :0
        HSETEX h EXAT 1 FIELDS 1 a 1        => :1
        HEXISTS h a                         => :0
        skein | HSETEX h FNX FXX FIELDS 1 a 1 => -ERR Only one of FXX or FNX arguments can be specified
        skein | HSETEX h EX 1 KEEPTTL FIELDS 1 a 1 => -ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
        skein | HSETEX h PERSIST FIELDS 1 a 1 => -ERR unknown argument: PERSIST
        skein | HSETEX h FIELDS 2 a 1 b     => -ERR wrong number of arguments for 'hsetex' command
        skein | HSETEX h FIELDS 1 a 1 b     => -ERR unknown argument: b
        skein | HSETEX h FIELDS x a 1       => -ERR invalid number of fields
        skein | HSETEX h EX 100 FNX KEEPTTL FXX => -ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified
        skein | HSETEX h EX 0 PX 0          => -ERR wrong number of arguments for 'hsetex' command
        SET s v                             => +OK
        HSETEX s FIELDS 1 a 1               => -WRONGTYPE Operation against a key holding the wrong kind of value
        HSETEX s FXX FIELDS 1 a 1           => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

/// With the reaper off only what commands do themselves hides a field.
#[test]
fn an_expired_field_is_gone_for_every_command() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    client.talk("DEBUG SET-ACTIVE-EXPIRE 0 => +OK");
    for name in ["h", "set", "nx", "incr", "float", "ex", "getdel", "setex", "copied"] {
        client.cmd(&["HSET", name, "a", "1", "b", "2"]);
        client.cmd(&["HPEXPIRE", name, "5", "FIELDS", "1", "a"]);
    }
    client.talk(
        r#"
        (wait 30 ms)
        HGET h a                            => (nil)
        HMGET h a b                         => [(nil), "2"]
        HEXISTS h a                         => :0
        HSTRLEN h a                         => :0
        HLEN h                              => :1
        HGETALL h                           => ["b", "2"]
        HKEYS h                             => ["b"]
        HVALS h                             => ["2"]
        HRANDFIELD h                        => "b"
        HRANDFIELD h 5                      => ["b"]
        HRANDFIELD h -2                     => ["b", "b"]
        HSCAN h 0                           => ["0", ["b", "2"]]
        HTTL h FIELDS 1 a                   => [:-2]
        HPEXPIRETIME h FIELDS 1 a           => [:-2]
        HPERSIST h FIELDS 1 a               => [:-2]
        HSET set a new                      => :1
        HTTL set FIELDS 1 a                 => [:-1]
        HSETNX nx a new                     => :1
        HINCRBY incr a 5                    => :5
        HTTL incr FIELDS 1 a                => [:-1]
        HINCRBYFLOAT float a 5              => "5"
        HEXPIRE ex 100 FIELDS 1 a           => [:-2]
        HGETEX ex EX 100 FIELDS 1 a         => [(nil)]
        HGETDEL getdel FIELDS 1 a           => [(nil)]
        HSETEX setex FXX FIELDS 1 a 1       => :0
        HSETEX setex FNX FIELDS 1 a 1       => :1
        HDEL h a                            => :0
        COPY copied copy                    => :1
        HGETALL copy                        => ["b", "2"]
        DEBUG SET-ACTIVE-EXPIRE 1           => +OK
    "#,
    );
}

/// A hash is there as long as one of its fields is, also for commands that know nothing of fields.
#[test]
fn a_hash_goes_with_its_last_field() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    client.talk(
        r#"
        DEBUG SET-ACTIVE-EXPIRE 0           => +OK
        HSETEX h PX 5 FIELDS 2 a 1 b 2      => :1
        HSETEX other PX 5 FIELDS 1 a 1      => :1
        (wait 30 ms)
        EXISTS h other                      => :0
        TYPE h                              => +none
        TTL h                               => :-2
        KEYS *                              => []
        SCAN 0                              => ["0", []]
        RANDOMKEY                           => (nil)
        OBJECT ENCODING h                   => (nil)
        DUMP h                              => (nil)
        RENAME h x                          => -ERR no such key
        COPY h x                            => :0
        GET h                               => (nil)
        HLEN h                              => :0
        HGETALL h                           => []
        HRANDFIELD h 3                      => []
        HTTL h FIELDS 1 a                   => [:-2]
        EXPIRE h 100                        => :0
        DEL h                               => :0
        SET other v NX                      => +OK
        HSETEX h PX 5 FIELDS 1 a 1          => :1
        (wait 30 ms)
        HSET h b 2                          => :1
        HGETALL h                           => ["b", "2"]
        DEL h other                         => :2
        HSETEX h PX 5 FIELDS 2 a 1 b 2      => :1
        DEBUG SET-ACTIVE-EXPIRE 1           => +OK
    "#,
    );
    wait_until("the reaper to take the hash", || client.cmd(&["DBSIZE"]).int() == 0);
    let stats = client.cmd(&["INFO", "stats"]).text();
    assert!(stats.contains("expired_subkeys:6\r\n"), "{stats}");
    assert!(stats.contains("expired_keys:0\r\n"), "{stats}");
}

/// However a hash comes to its place, its fields leave it in time.
#[test]
fn deadlines_of_fields_go_where_their_hash_goes() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let server = Server::start(&[]);
    let mut client = server.client();
    let add = ["HSETEX", "h", "PX", "400", "FIELDS", "2", "a", "1", "b", "2"];
    let lasting = ["HSET", "h", "lasting", "1"];
    for command in ["COPY h copied", "RENAME h renamed", "MOVE h 1", "SWAPDB 0 2"] {
        client.cmd(&add);
        client.cmd(&lasting);
        let words: Vec<&str> = command.split(' ').collect();
        assert!(!client.cmd(&words).is_error(), "{command}");
    }
    client.cmd(&["SELECT", "0"]);
    client.cmd(&add);
    client.cmd(&lasting);
    let dump = client.cmd(&["DUMP", "h"]).bytes().expect("a dump").to_vec();
    client.cmd(&[b"RESTORE".as_slice(), b"restored", b"0", &dump]);
    let fields = |client: &mut Client, db: &str, name: &str| {
        client.cmd(&["SELECT", db]);
        client.cmd(&["HLEN", name]).int()
    };
    let places =
        [("2", "copied"), ("2", "renamed"), ("1", "h"), ("2", "h"), ("0", "h"), ("0", "restored")];
    for (db, name) in places {
        assert_eq!(fields(&mut client, db, name), 3, "{name} in {db}");
    }
    let keyspace = client.cmd(&["INFO", "keyspace"]).text();
    for line in ["db0:keys=2,expires=0,avg_ttl=0,subexpiry=2", "subexpiry=1", "subexpiry=3"] {
        assert!(keyspace.contains(line), "{line}: {keyspace}");
    }
    wait_until("the fields to leave", || {
        let keyspace = client.cmd(&["INFO", "keyspace"]).text();
        keyspace.matches("subexpiry=0").count() == 3
    });
    for (db, name) in places {
        assert_eq!(fields(&mut client, db, name), 1, "{name} in {db}");
    }
    let stats = client.cmd(&["INFO", "stats"]).text();
    assert!(stats.contains("expired_subkeys:12\r\n"), "{stats}");
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

#[test]
fn dumps_of_valkey_bring_their_deadlines() {
    let Some(valkey) = need(Peer::ValkeyServer) else { return };
    let (ours, theirs) = (Server::start(&[]), Server::start_binary(&valkey, &[]));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    for (name, fields) in [("small", 10), ("large", 1_000)] {
        fill(&mut theirs, name, fields, "value");
        theirs.cmd(&["HPEXPIREAT", name, "33177117420123", "FIELDS", "2", "3", "4"]);
        let dump = theirs.cmd(&["DUMP", name]).bytes().expect("a dump").to_vec();
        let restored = ours.cmd(&[b"RESTORE".as_slice(), name.as_bytes(), b"0", &dump]);
        assert_eq!(restored.to_string(), "+OK", "{name}");
        assert_eq!(ours.cmd(&["HLEN", name]).int(), fields as i64);
        let times = ours.cmd(&["HPEXPIRETIME", name, "FIELDS", "3", "3", "4", "5"]);
        assert_eq!(times.to_string(), "[:33177117420123, :33177117420123, :-1]");
    }
}

/// Many fields of a few hashes, whose deadlines are spread over a second: none is ever seen
/// late, and none is kept for long.
#[test]
fn deadlines_of_fields_are_exact_with_100_000_of_them() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    const FIELDS: usize = 100_000;
    const HASHES: usize = 10;
    const SPREAD_MS: i64 = 1_000;
    let server = Server::start(&[]);
    let mut client = server.client();
    let first_ms = unix_ms() + 8_000;
    let deadline_ms = |n: usize| first_ms + n as i64 * SPREAD_MS / FIELDS as i64;
    let began = Instant::now();
    for from in (0..FIELDS).step_by(10_000) {
        let commands: Vec<Vec<String>> = (from..from + 10_000)
            .map(|n| {
                let (name, at_ms) = (format!("hash:{}", n % HASHES), deadline_ms(n).to_string());
                let field = n.to_string();
                ["HSETEX", &name, "PXAT", &at_ms, "FIELDS", "1", &field, "v"]
                    .map(str::to_owned)
                    .to_vec()
            })
            .collect();
        assert!(client.pipeline(&commands).iter().all(|reply| reply.to_string() == ":1"));
    }
    say(&format!("exact fields: {FIELDS} set in {:.1} s", began.elapsed().as_secs_f64()));
    assert!(unix_ms() < first_ms, "setting the fields took longer than they live");

    // Fields leave in the order of their deadlines. What INFO says is gone tells how late.
    let (mut looks, mut worst_ms) = (0usize, 0.0f64);
    while unix_ms() < first_ms + SPREAD_MS {
        let asked_ms = unix_ms();
        let due = (asked_ms - first_ms).clamp(0, SPREAD_MS) as usize * FIELDS / SPREAD_MS as usize;
        if due > 0 {
            let field = looks * 7_919 % due;
            let name = format!("hash:{}", field % HASHES);
            let seen = client.cmd(&["HGET", &name, &field.to_string()]);
            assert!(seen.is_nil(), "{field} is visible after its deadline");
            let late = due.saturating_sub(expired_fields(&mut client));
            worst_ms = worst_ms.max(late as f64 * SPREAD_MS as f64 / FIELDS as f64);
        }
        looks += 1;
    }
    wait_until("the last field to leave", || client.cmd(&["DBSIZE"]).int() == 0);
    assert_eq!(expired_fields(&mut client), FIELDS);
    let info = client.cmd(&["INFO", "stats"]).text();
    let lag = info.lines().find(|line| line.starts_with("expire_worst_lag_milliseconds:"));
    say(&format!(
        "exact fields: {looks} looks, worst lag seen {worst_ms:.1} ms; the reaper itself: {}",
        lag.unwrap_or("no figure")
    ));
    assert!(worst_ms < 500.0, "the reaper was {worst_ms:.0} ms late");
}

/// A million fields due at once leave in bites: nobody waits for all of them.
#[test]
fn a_crowd_of_fields_due_at_once_stops_nobody() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    const FIELDS: usize = 300_000;
    let server = Server::start(&[]);
    let mut client = server.client();
    fill(&mut client, "h", FIELDS, "v");
    client.cmd(&["HSET", "h", "lasting", "v"]);
    let due_ms = (unix_ms() + 5_000).to_string();
    let commands: Vec<Vec<String>> = (0..FIELDS)
        .map(|n| {
            ["HPEXPIREAT", "h", &due_ms, "FIELDS", "1", &n.to_string()].map(str::to_owned).to_vec()
        })
        .collect();
    for batch in commands.chunks(10_000) {
        client.pipeline(batch);
    }
    let mut worst = Duration::ZERO;
    let mut left = FIELDS as i64;
    while left > 0 {
        let asked = Instant::now();
        assert_eq!(client.cmd(&["HGET", "h", "lasting"]).text(), "v");
        worst = worst.max(asked.elapsed());
        left = FIELDS as i64 - expired_fields(&mut client) as i64;
    }
    say(&format!("{FIELDS} fields due at once: the longest wait for another was {worst:?}"));
    assert_eq!(client.cmd(&["HLEN", "h"]).int(), 1);
    assert!(worst < Duration::from_millis(250), "{worst:?}");
}

fn expired_fields(client: &mut Client) -> usize {
    let stats = client.cmd(&["INFO", "stats"]).text();
    let line = stats.lines().find_map(|line| line.strip_prefix("expired_subkeys:"));
    line.and_then(|count| count.trim().parse().ok()).expect("a count")
}

/// Gives a hash the fields 0, 1, 2 …
fn fill(client: &mut Client, name: &str, fields: usize, value: &str) {
    for from in (0..fields).step_by(1_000) {
        let numbers = (from..fields.min(from + 1_000)).map(|n| n.to_string());
        let pairs = numbers.flat_map(|number| [number, value.to_owned()]);
        let command: Vec<String> =
            ["HSET", name].map(str::to_owned).into_iter().chain(pairs).collect();
        assert!(!client.cmd(&command).is_error());
    }
}

fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("the clock is past 1970").as_millis() as i64
}
