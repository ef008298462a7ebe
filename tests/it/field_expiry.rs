//! Fields of hashes that expire: the commands that set and show their deadlines, and how exactly
//! these are kept.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::harness::{Client, Kind, Peer, Server, kind_under_test, need, say, wait_until};
use crate::hashes::fill;

/// Whether the server under test lets fields expire: Redis 7.0 does not.
fn fields_expire() -> bool {
    kind_under_test() != Kind::Redis
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
    let first_ms = unix_ms() + 4_000;
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
    std::thread::sleep(Duration::from_millis((first_ms - unix_ms()) as u64));
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

fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("the clock is past 1970").as_millis() as i64
}
