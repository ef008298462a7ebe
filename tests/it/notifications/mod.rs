//! Keyspace notifications: which command tells what, in which order. A line is a command and the
//! events it leads to, `event(key)`, those in another database with its number in front.

/// What the commands of each family tell.
mod families;

use std::time::{Duration, Instant};

use crate::harness::{
    Client, Kind, Reply, Server, for_this_server, kind_under_test, play, split_args,
};

/// A subscriber to all events.
struct Listener {
    client: Client,
}

impl Listener {
    fn new(server: &Server) -> Listener {
        let mut client = server.client();
        client.check("PSUBSCRIBE __keyevent@*", "[\"psubscribe\", \"__keyevent@*\", :1]");
        client.check("SUBSCRIBE that-is-all", "[\"subscribe\", \"that-is-all\", :2]");
        Listener { client }
    }

    /// All events that were published before `teller` says that this is all.
    fn events(&mut self, teller: &mut Client) -> String {
        teller.check("PUBLISH that-is-all x", ":1");
        let mut events = Vec::new();
        while let Some(event) = self.next() {
            events.push(event);
        }
        events.join(" ")
    }

    /// The next event; none behind the last.
    fn next(&mut self) -> Option<String> {
        let message = self.client.recv();
        let [_, _, channel, key] = message.items() else { return None };
        let channel = channel.text();
        let (db, event) = channel.strip_prefix("__keyevent@")?.split_once("__:")?;
        let db = if db == "0" { String::new() } else { format!("{db}:") };
        Some(format!("{db}{event}({})", key.text()))
    }
}

/// Runs commands, and compares the events with those expected. What a transaction does is told
/// when it runs.
#[track_caller]
fn events(wanted: &str, script: &str) {
    let server = Server::start(&["--notify-keyspace-events", wanted]);
    let (mut client, mut listener) = (server.client(), Listener::new(&server));
    let mut failures = Vec::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some(line) = for_this_server(line).filter(|line| !line.starts_with('#')) else {
            continue;
        };
        let (command, expected) = line.split_once("=>").expect("a line needs `=>`");
        if let Some(wait) = command.trim().strip_prefix("(wait ") {
            let wait_ms = wait.trim_end_matches(" ms)").parse().expect("a number");
            std::thread::sleep(Duration::from_millis(wait_ms));
        } else {
            let args = split_args(command.trim()).expect("quotes are closed");
            if client.cmd(&args) == Reply::Simple(b"QUEUED".to_vec()) {
                continue;
            }
        }
        let told =
            if command.trim() == "MULTI" { String::new() } else { listener.events(&mut client) };
        if told != expected.split_whitespace().collect::<Vec<_>>().join(" ") {
            failures.push(format!("{}\n    told {told}", line.trim()));
        }
    }
    assert!(failures.is_empty(), "{} wrong\n{}\n", failures.len(), failures.join("\n"));
}

#[test]
fn misses_and_new_keys_are_told_on_demand() {
    events(
        "EAmn",
        r#"
        # misses and new              =>
        GET nosuch                    => keymiss(nosuch)
        MGET a b                      => keymiss(a) keymiss(b)
        EXISTS a                      => keymiss(a)
        SET a 1                       => new(a) set(a)
        SET a 2                       => set(a)
        SETNX b 1                     => new(b) set(b)
        INCR n                        => new(n) incrby(n)
        GETDEL nosuch                 => keymiss(nosuch)
        GETEX nosuch                  => keymiss(nosuch)
        LPUSH l 1                     => new(l) lpush(l)
        LPUSH l 2                     => lpush(l)
        LPOP l                        => lpop(l)
        RPOP l                        => rpop(l) del(l)
        RPOP l                        =>
        LLEN nosuch                   => keymiss(nosuch)
        SADD s a                      => new(s) sadd(s)
        SMOVE s t a                   => srem(s) del(s) new(t) sadd(t)
        SUNIONSTORE d t nosuch        => keymiss(nosuch) new(d) sunionstore(d)
        HSET h f v                    => new(h) hset(h)
        HGET h nosuch                 =>
        HGET nosuch f                 => keymiss(nosuch)
        ZADD z 1 a                    => new(z) zadd(z)
        ZRANGESTORE y z 0 -1          => new(y) zrangestore(y)
        ZINCRBY w 1 a                 => new(w) zincr(w)
        XADD x 1-1 f v                => new(x) xadd(x)
        XGROUP CREATE x2 g $ MKSTREAM => new(x2) xgroup-create(x2)
        RENAME a a2                   => new(a2) rename_from(a) rename_to(a2)
        COPY a2 a3                    => new(a3) copy_to(a3)
        MOVE a2 1                     => 1:new(a2) move_from(a2) 1:move_to(a2)
        SETRANGE sr 1 x               => new(sr) setrange(sr)
        APPEND ap x                   => new(ap) append(ap)
        SETBIT sb 1 1                 => new(sb) setbit(sb)
        BITOP AND bd sb               => new(bd) set(bd)
        PFADD p a                     => new(p) pfadd(p)
        PFMERGE pm p                  => keymiss(pm) new(pm) pfadd(pm)
        GEOADD g 1 1 a                => new(g) zadd(g)
        TTL nosuch                    => keymiss(nosuch)
        TYPE nosuch                   => keymiss(nosuch)
        STRLEN nosuch                 => keymiss(nosuch)
        DEL nosuch                    =>
        EXPIRE nosuch 1               =>
        PERSIST nosuch                =>
        OBJECT ENCODING nosuch        =>
        TOUCH nosuch                  => keymiss(nosuch)
        DUMP nosuch                   => keymiss(nosuch)
        SINTERCARD 2 t nosuch         => keymiss(nosuch)
        ZUNION 2 z nosuch             => keymiss(nosuch)
        GETRANGE nosuch 0 1           => keymiss(nosuch)
        SORT nosuch                   => keymiss(nosuch)
        LPOS nosuch a                 => keymiss(nosuch)
        LMOVE nosuch l LEFT LEFT      =>
        # They look twice.
        skein | XREAD STREAMS nosuch 0   => keymiss(nosuch)
        redis valkey | XREAD STREAMS nosuch 0   => keymiss(nosuch) keymiss(nosuch)
        HINCRBY hn f 1                => new(hn) hincrby(hn)
        INCRBYFLOAT nf 1              => new(nf) incrbyfloat(nf)
        MSET m1 1 m2 2                => new(m1) set(m1) new(m2) set(m2)
        MSETNX m3 1                   => new(m3) set(m3)
        BITFIELD bf SET u8 0 1        => new(bf) setbit(bf)
        LPUSHX nosuch 1               =>
        SPOP nosuch                   =>
        ZPOPMIN nosuch                =>
        SMISMEMBER nosuch a           => keymiss(nosuch)
        MULTI                         =>
        SET q 1                       =>
        GET nosuch                    =>
        DEL q                         =>
        EXEC                          => new(q) set(q) keymiss(nosuch) del(q)
        "#,
    );
    if kind_under_test() == Kind::Skein {
        // As of Redis 8.2.
        events(
            "Eoc",
            r#"
            SET a 1          =>
            SET a 2          => overwritten(a)
            LPUSH l a        =>
            SET l 1          => overwritten(l) type_changed(l)
            SADD s a         =>
            RENAME s a       => overwritten(a) type_changed(a)
            "#,
        );
    }
}

#[test]
fn what_is_not_asked_for_is_not_told() {
    for (wanted, expected) in [
        ("E", ""),
        ("Eg", "del(k) del(l)"),
        ("E$", "set(k)"),
        ("El$", "set(k) lpush(l) lpop(l)"),
        ("Egl", "del(k) lpush(l) lpop(l) del(l)"),
        ("K$gl", ""),
        ("", ""),
        ("A", ""),
    ] {
        let script = format!(
            "MULTI =>
             SET k v =>
             DEL k =>
             LPUSH l a =>
             LPOP l =>
             EXEC => {expected}"
        );
        events(wanted, &script);
    }
}

#[test]
fn each_event_has_two_channels() {
    let server = Server::start(&["--notify-keyspace-events", "KEA"]);
    play(
        &server,
        r#"
        s: PSUBSCRIBE __key*                  => ["psubscribe", "__key*", :1]
        a: SELECT 3                           => +OK
        a: SET "a b\x00" v EX 100             => +OK
        s<                                    => ["pmessage", "__key*", "__keyspace@3__:a b\x00", "set"]
        s<                                    => ["pmessage", "__key*", "__keyevent@3__:set", "a b\x00"]
        s<                                    => ["pmessage", "__key*", "__keyspace@3__:a b\x00", "expire"]
        s<                                    => ["pmessage", "__key*", "__keyevent@3__:expire", "a b\x00"]
        a: CONFIG SET notify-keyspace-events K$   => +OK
        a: APPEND k v                         => :1
        s<                                    => ["pmessage", "__key*", "__keyspace@3__:k", "append"]
        a: DEL k                              => :1
        a: CONFIG SET notify-keyspace-events ""   => +OK
        a: SET k v                            => +OK
        s is silent
        a: CONFIG GET notify-keyspace-events  => ["notify-keyspace-events", ""]
        "#,
    );
}

#[test]
fn ones_own_events_come_behind_the_reply() {
    if kind_under_test() == Kind::Redis {
        // They come in front of it before Redis 7.2.
        return;
    }
    play(
        &Server::start(&["--notify-keyspace-events", "EA"]),
        r#"
        a3: SUBSCRIBE __keyevent@0__:set      => >["subscribe", "__keyevent@0__:set", :1]
        a3: SET k v                           => +OK
        a3<                                   => >["message", "__keyevent@0__:set", "k"]
        "#,
    );
}

#[test]
fn what_a_waiter_takes_away_is_told_behind_what_was_brought() {
    let server = Server::start(&["--notify-keyspace-events", "EA"]);
    let (mut listener, mut client) = (Listener::new(&server), server.client());
    for (request, bring, told) in [
        ("w> BLPOP l 0", "RPUSH l a b", "rpush(l) lpop(l)"),
        ("w> BLMOVE m d LEFT RIGHT 0", "RPUSH m a", "rpush(m) rpush(d) lpop(m) del(m)"),
        ("w> BZPOPMIN z 0", "ZADD z 1 a", "zadd(z) zpopmin(z) del(z)"),
        ("w> BLMPOP 0 1 n RIGHT COUNT 2", "RPUSH n a b", "rpush(n) rpop(n) del(n)"),
    ] {
        play(&server, &format!("{request}\n(blocked 1)\na: {bring} => *\nw< => *"));
        assert_eq!(listener.events(&mut client), told, "{bring}");
    }
}

/// Redis comes by ten times a second.
#[test]
fn expirations_are_told_at_their_time() {
    const KEYS: u64 = 50;
    let server = Server::start(&["--notify-keyspace-events", "Ex"]);
    let (mut listener, mut client) = (Listener::new(&server), server.client());
    let began = Instant::now();
    for number in 0..KEYS {
        let ttl_ms = (100 + 7 * number).to_string();
        client.cmd(&["SET", &number.to_string(), "v", "PX", &ttl_ms]);
    }
    let set_within = began.elapsed();
    let mut latest = Duration::ZERO;
    for number in 0..KEYS {
        let event = listener.next().expect("an event");
        if kind_under_test() != Kind::Skein {
            continue;
        }
        assert_eq!(event, format!("expired({number})"));
        let late = began.elapsed().saturating_sub(Duration::from_millis(100 + 7 * number));
        latest = latest.max(late);
    }
    if kind_under_test() == Kind::Skein {
        let most = set_within + Duration::from_millis(200);
        assert!(latest < most, "{latest:?} late");
    }
    // A key that is replaced or removed in time does not expire.
    client.talk(
        r#"
        SET k v PX 40    => +OK
        SET k w          => +OK
        SET l v PX 40    => +OK
        PERSIST l        => :1
        SET m v PX 40    => +OK
        DEL m            => :1
        (wait 250 ms)
        "#,
    );
    assert_eq!(listener.events(&mut client), "");
}
