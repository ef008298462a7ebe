//! Clients that wait for keys: who is served, when, and what ends a wait. What each blocking
//! command takes and answers is told with its type.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Server, play, say};

#[test]
fn waiters_are_served_in_the_order_in_which_they_came() {
    play(
        &Server::start(&[]),
        r#"
        a> BLPOP q 0
        (blocked 1)
        b> BRPOP q other 0
        (blocked 2)
        c> BLMOVE q q2 LEFT RIGHT 0
        (blocked 3)
        p: RPUSH q 1 2     => :2
        a< => ["q", "1"]
        b< => ["q", "2"]
        c is silent
        p: RPUSH q 3       => :1
        c< => "3"
        p: EXISTS q        => :0
        p: LRANGE q2 0 -1  => ["3"]
        p: RPUSH q 4       => :1
        p: LLEN q          => :1
    "#,
    );
}

#[test]
fn a_waiter_has_its_element_before_the_pusher_has_its_reply() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a> BLPOP q 0
        (blocked 1)
        p: RPUSH q 1       => :1
        p: LLEN q          => :0
        a< => ["q", "1"]
    "#,
    );
}

#[test]
fn one_of_several_keys_ends_the_wait_for_all() {
    play(
        &Server::start(&[]),
        r#"
        a> BLPOP k1 k2 k3 k1 0
        (blocked 1)
        p: RPUSH k3 x      => :1
        a< => ["k3", "x"]
        p: RPUSH k1 y      => :1
        p: RPUSH k2 z      => :1
        a: BLPOP k3 k2 k1 0  => ["k2", "z"]
        a: BLPOP k3 k2 k1 0  => ["k1", "y"]
        a> BLPOP k1 k2 0
        (blocked 1)
        p: RPUSH other 1   => :1
        a is silent
        p: RENAME other k2 => +OK
        a< => ["k2", "1"]
    "#,
    );
}

#[test]
fn chains_of_moves_run_to_their_end() {
    play(
        &Server::start(&[]),
        r#"
        a> BLMOVE l1 l2 LEFT RIGHT 0
        (blocked 1)
        b> BLMOVE l2 l3 LEFT RIGHT 0
        (blocked 2)
        c> BLMOVE l3 l4 LEFT RIGHT 0
        (blocked 3)
        d> BLPOP l4 0
        (blocked 4)
        p: RPUSH l1 x      => :1
        p: EXISTS l1 l2 l3 l4  => :0
        a< => "x"
        b< => "x"
        c< => "x"
        d< => ["l4", "x"]
        # In a circle, each is served once.
        a> BRPOPLPUSH r1 r2 0
        (blocked 1)
        b> BRPOPLPUSH r2 r1 0
        (blocked 2)
        p: RPUSH r1 y      => :1
        a< => "y"
        b< => "y"
        p: LRANGE r1 0 -1  => ["y"]
        # Onto itself.
        a> BLMOVE s s LEFT RIGHT 0
        (blocked 1)
        p: RPUSH s 1 2     => :2
        a< => "1"
        p: LRANGE s 0 -1   => ["2", "1"]
    "#,
    );
}

#[test]
fn a_destination_of_the_wrong_type_is_told_to_who_waits() {
    play(
        &Server::start(&[]),
        r#"
        p: SET d string    => +OK
        a> BLMOVE q d LEFT RIGHT 0
        (blocked 1)
        b> BLPOP q 0
        (blocked 2)
        p: RPUSH q x       => :1
        a< => -WRONGTYPE Operation against a key holding the wrong kind of value
        b< => ["q", "x"]
    "#,
    );
}

#[test]
fn a_key_of_another_type_wakes_nobody() {
    play(
        &Server::start(&[]),
        r#"
        a> BLPOP k 0
        (blocked 1)
        p: SET k v         => +OK
        p: DEL k           => :1
        p: ZADD k 1 m      => :1
        a is silent
        p: DEL k           => :1
        b> BZPOPMIN k 0
        (blocked 2)
        p: ZADD k 1 m      => :1
        b< => ["k", "m", "1"]
        p: RPUSH k x       => :1
        a< => ["k", "x"]
    "#,
    );
}

#[test]
fn a_wait_ends_by_its_timeout() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for (command, millis) in
        [("BLPOP k 0.05", 50), ("BZPOPMIN k 0.101", 101), ("BLMOVE k d LEFT LEFT 0.02", 20)]
    {
        let began = Instant::now();
        client.check(command, "(nil array)");
        let took = began.elapsed();
        let least = Duration::from_millis(millis);
        assert!(took >= least, "{command} took {took:?}");
        assert!(took < least + Duration::from_millis(250), "{command} took {took:?}");
    }
    client.talk(
        r#"
        BLPOP k -1       => -ERR timeout is negative
        BLPOP k x        => -ERR timeout is not a float or out of range
        BLPOP k 1e300    => -ERR timeout is out of range
        BLPOP k nan      => -ERR timeout is not a float or out of range
        INFO clients     => g"*blocked_clients:0*total_blocking_keys:0*"
    "#,
    );
}

#[test]
fn client_unblock_kill_and_a_leaving_client_end_a_wait() {
    let server = Server::start(&[]);
    let mut admin = server.client();
    for (reason, expected) in [
        ("", "(nil array)"),
        ("TIMEOUT", "(nil array)"),
        ("ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK"),
    ] {
        let mut client = server.client();
        let id = client.cmd(&["CLIENT", "ID"]).int();
        client.send(b"BLPOP q 0\r\nPING\r\n");
        wait_for_blocked(&mut admin, 1);
        admin.check(&format!("CLIENT UNBLOCK {id} {reason}"), ":1");
        admin.check(&format!("CLIENT UNBLOCK {id} {reason}"), ":0");
        client.expect(expected).unwrap();
        client.expect("+PONG").unwrap();
    }
    admin.check("CLIENT UNBLOCK 123456", ":0");
    admin.check("CLIENT UNBLOCK 1 WHAT", "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");

    let mut killed = server.client();
    let id = killed.cmd(&["CLIENT", "ID"]).int();
    killed.send(b"BLPOP q 0\r\n");
    wait_for_blocked(&mut admin, 1);
    admin.check(&format!("CLIENT KILL ID {id}"), ":1");
    wait_for_blocked(&mut admin, 0);

    let mut leaving = server.client();
    leaving.send(b"BLPOP q 0\r\n");
    wait_for_blocked(&mut admin, 1);
    drop(leaving);
    wait_for_blocked(&mut admin, 0);
    // Nobody waits any more: what is pushed stays.
    admin.check("RPUSH q x", ":1");
    admin.check("LLEN q", ":1");
    admin.check("INFO clients", "g\"*total_blocking_keys:0*\"");
}

#[test]
fn a_shutdown_ends_every_wait() {
    let mut server = Server::start(&[]);
    let mut client = server.client();
    client.send(b"BLPOP q 0\r\n");
    let mut admin = server.client();
    wait_for_blocked(&mut admin, 1);
    admin.send(b"SHUTDOWN NOSAVE\r\n");
    let began = Instant::now();
    assert_eq!(server.wait_for_exit(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(client.try_recv().is_err());
}

#[test]
fn nothing_blocks_within_a_transaction() {
    play(
        &Server::start(&[]),
        r#"
        a: MULTI                         => +OK
        a: BLPOP q 0                     => +QUEUED
        a: BLMOVE q d LEFT LEFT 0        => +QUEUED
        a: XREAD BLOCK 0 STREAMS s $     => +QUEUED
        a: BZPOPMIN z 0                  => +QUEUED
        a: EXEC                          => [(nil array), (nil), (nil array), (nil array)]
        # Waiters are served when the transaction is over: they see its end, not its middle.
        b> BLPOP q 0
        (blocked 1)
        a: MULTI                         => +OK
        a: RPUSH q 1 2                   => +QUEUED
        a: LPOP q                        => +QUEUED
        a: LLEN q                        => +QUEUED
        a: EXEC                          => [:2, "1", :1]
        b< => ["q", "2"]
        b> BLPOP q 0
        (blocked 1)
        a: MULTI                         => +OK
        a: RPUSH q 1                     => +QUEUED
        a: DEL q                         => +QUEUED
        a: EXEC                          => [:1, :1]
        b is silent
    "#,
    );
}

#[test]
fn whole_databases_change_under_who_waits() {
    play(
        &Server::start(&[]),
        r#"
        a> BLPOP q 0
        (blocked 1)
        p: SELECT 1                      => +OK
        p: RPUSH q x                     => :1
        a is silent
        p: SWAPDB 0 1                    => +OK
        a< => ["q", "x"]
        g: SELECT 3                      => +OK
        g: XGROUP CREATE s g $ MKSTREAM  => +OK
        g> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
        (blocked 1)
        p: FLUSHALL                      => +OK
        g< => -NOGROUP *
        g: XGROUP CREATE s g $ MKSTREAM  => +OK
        g> XREADGROUP GROUP g c BLOCK 0 STREAMS s >
        (blocked 1)
        p: SELECT 3                      => +OK
        p: DEL s                         => :1
        g< => -NOGROUP *
    "#,
    );
}

/// Producers and consumers of the test below.
const EACH: usize = 64;
/// Elements that each producer pushes.
const PUSHES: usize = 200;

/// Every element reaches exactly one of many consumers, who wait on keys in several shards, pop at
/// either end, take several, or move what they get elsewhere.
#[test]
fn every_element_is_delivered_once() {
    let server = Server::start(&[]);
    let done = AtomicUsize::new(0);
    let began = Instant::now();
    let taken: Vec<Vec<String>> = thread::scope(|scope| {
        let consumers: Vec<_> = (0..EACH)
            .map(|n| {
                scope.spawn({
                    let (server, done) = (&server, &done);
                    move || consume(server, n, done)
                })
            })
            .collect();
        for producer in 0..EACH {
            let (server, done) = (&server, &done);
            scope.spawn(move || produce(server, producer, done));
        }
        consumers.into_iter().map(|consumer| consumer.join().expect("a consumer")).collect()
    });
    let mut client = server.client();
    let moved = client.cmd(&["LRANGE", "moved", "0", "-1"]);
    let mut all: Vec<String> = taken.into_iter().flatten().collect();
    assert_eq!(all.len(), EACH * PUSHES, "delivered");
    all.sort();
    let unique: HashSet<&String> = all.iter().collect();
    assert_eq!(unique.len(), EACH * PUSHES, "each once");
    for key in ["q0", "q1", "q2", "q3"] {
        client.check(&format!("EXISTS {key}"), ":0");
    }
    say(&format!(
        "blocking: {} elements from {EACH} producers to {EACH} consumers, {} of them moved on, in {:?}",
        all.len(),
        moved.items().len(),
        began.elapsed()
    ));
}

fn produce(server: &Server, producer: usize, done: &AtomicUsize) {
    let mut client = server.client();
    for n in 0..PUSHES {
        let key = format!("q{}", (producer + n) % 4);
        let element = format!("{producer}-{n}");
        let verb = if n % 3 == 0 { "LPUSH" } else { "RPUSH" };
        match n % 5 {
            0 => {
                // Under another name first, then all at once.
                let other = format!("{{p}}{producer}");
                client.cmd(&["RPUSH", &other, &element]);
                client.cmd(&["LMOVE", &other, &key, "LEFT", "LEFT"]);
            }
            _ => drop(client.cmd(&[verb, &key, &element])),
        }
    }
    done.fetch_add(1, Ordering::SeqCst);
}

fn consume(server: &Server, n: usize, done: &AtomicUsize) -> Vec<String> {
    let mut client = server.client();
    let mut taken = Vec::new();
    let keys = ["q0", "q1", "q2", "q3"];
    loop {
        let is_last = done.load(Ordering::SeqCst) == EACH;
        let reply = match n % 4 {
            0 => client.cmd(&["BLPOP", keys[0], keys[1], keys[2], keys[3], "0.1"]),
            1 => client.cmd(&["BRPOP", keys[3], keys[2], keys[1], keys[0], "0.1"]),
            2 => client.cmd(&["BLMPOP", "0.1", "4", "q2", "q0", "q3", "q1", "LEFT", "COUNT", "2"]),
            _ => client.cmd(&["BLMOVE", keys[n / 4 % 4], "moved", "LEFT", "RIGHT", "0.1"]),
        };
        match n % 4 {
            _ if reply.is_nil() && is_last => return taken,
            _ if reply.is_nil() => {}
            3 => taken.push(reply.text()),
            2 => taken.extend(reply.items()[1].items().iter().map(|element| element.text())),
            _ => taken.push(reply.items()[1].text()),
        }
    }
}

fn wait_for_blocked(admin: &mut crate::harness::Client, count: usize) {
    let field = format!("blocked_clients:{count}\r\n");
    crate::harness::wait_until(&field, || admin.cmd(&["INFO", "clients"]).text().contains(&field));
}
