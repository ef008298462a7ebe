//! Writes under a condition on the value: SET IFEQ and its kin, DELIFEQ, DELEX, DIGEST, MSETEX.
//! Valkey has some of them, Redis 8.4 others; skein has them all.

use crate::harness::{Kind, Server, kind_under_test};

#[test]
fn set_ifeq() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein valkey | SET k v IFEQ v            => (nil)
        skein valkey | EXISTS k                  => :0
        skein valkey | SET k v                   => +OK
        skein valkey | SET k w IFEQ other        => (nil)
        skein valkey | GET k                     => "v"
        skein valkey | SET k w IFEQ v            => +OK
        skein valkey | GET k                     => "w"
        skein valkey | SET k x IFEQ w GET        => "w"
        skein valkey | SET k y IFEQ no GET       => "x"
        skein valkey | GET k                     => "x"
        skein valkey | SET k y IFEQ x EX 100     => +OK
        skein valkey | TTL k                     => :99..100
        skein valkey | SET k z IFEQ y KEEPTTL    => +OK
        skein valkey | TTL k                     => :99..100
        skein valkey | SET n 10                  => +OK
        skein valkey | SET n 11 IFEQ 10          => +OK
        skein valkey | SET k v IFEQ              => -ERR syntax error
        skein valkey | SET k v IFEQ a NX         => -ERR syntax error
        skein valkey | SET k v XX IFEQ a         => -ERR syntax error
        (list l)
        skein valkey | SET l v IFEQ a            => -WRONGTYPE Operation against a key holding the wrong kind of value
        redis        | SET k v IFEQ v            => -ERR syntax error
    "#,
    );
}

#[test]
fn set_ifne_ifdeq_and_ifdne() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein | SET k v IFNE x                   => +OK
        skein | SET k w IFNE v                   => (nil)
        skein | SET k w IFNE x                   => +OK
        skein | SET k x IFNE w GET               => "w"
        skein | GET k                            => "w"
        skein | SET k hello                      => +OK
        skein | SET k world IFDEQ 0000000000000000 => (nil)
        skein | SET k world IFDEQ 9555e8555c62dcfd => +OK
        skein | GET k                            => "world"
        skein | SET k hello                      => +OK
        skein | SET k world IFDEQ 9555E8555C62DCFD => +OK
        skein | SET k hello                      => +OK
        skein | SET k world IFDNE 9555e8555c62dcfd => (nil)
        skein | SET k world IFDNE 0000000000000000 EX 100 => +OK
        skein | TTL k                            => :99..100
        skein | SET missing v IFDEQ 9555e8555c62dcfd => (nil)
        skein | EXISTS missing                   => :0
        skein | SET missing v IFDNE 9555e8555c62dcfd => +OK
        skein | SET k v IFNE a IFEQ b            => -ERR syntax error
        skein | SET k v NX IFDEQ 9555e8555c62dcfd => -ERR syntax error
        (list l)
        skein | SET l v IFNE a                   => -WRONGTYPE Operation against a key holding the wrong kind of value
        skein | SET l v IFDEQ 9555e8555c62dcfd   => -WRONGTYPE Operation against a key holding the wrong kind of value
        skein | TYPE l                           => +list
    "#,
    );
}

#[test]
fn digest() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein | DIGEST k                         => (nil)
        skein | SET k "Hello world"              => +OK
        skein | DIGEST k                         => "b6acb9d84a38ff74"
        skein | SET k test                       => +OK
        skein | DIGEST k                         => "9ec9f7918d7dfc40"
        skein | SET k ""                         => +OK
        skein | DIGEST k                         => "2d06800538d394c2"
        (list l)
        skein | DIGEST l                         => -WRONGTYPE Operation against a key holding the wrong kind of value
        skein | DIGEST                           => -ERR wrong number of arguments for 'digest' command
    "#,
    );
}

#[test]
fn delifeq() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein valkey | DELIFEQ k v               => :0
        skein valkey | SET k v                   => +OK
        skein valkey | DELIFEQ k w               => :0
        skein valkey | DELIFEQ k v               => :1
        skein valkey | EXISTS k                  => :0
        skein valkey | SET n 10                  => +OK
        skein valkey | DELIFEQ n 10              => :1
        (list l)
        skein valkey | DELIFEQ l a               => -WRONGTYPE Operation against a key holding the wrong kind of value
        skein valkey | DELIFEQ k                 => -ERR wrong number of arguments for 'delifeq' command
    "#,
    );
}

#[test]
fn delex() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein | DELEX k                          => :0
        skein | SET k v                          => +OK
        skein | DELEX k IFEQ w                   => :0
        skein | DELEX k IFNE v                   => :0
        skein | DELEX k IFNE w                   => :1
        skein | SET k v                          => +OK
        skein | DELEX k ifeq v                   => :1
        skein | SET k hello                      => +OK
        skein | DELEX k IFDNE 9555e8555c62dcfd   => :0
        skein | DELEX k IFDEQ 0000000000000000   => :0
        skein | DELEX k IFDEQ 9555e8555c62dcfd   => :1
        skein | DELEX k IFEQ v                   => :0
        skein | DELEX k IFNE v                   => :0
        (list l)
        skein | DELEX l IFEQ a                   => -*
        skein | DELEX l                          => :1
        skein | SET k v                          => +OK
        skein | DELEX k WHAT v                   => -ERR Invalid condition*
        skein | DELEX k IFEQ                     => -ERR wrong number of arguments for 'delex' command
        skein | DELEX k IFEQ v extra             => -ERR wrong number of arguments for 'delex' command
        skein | EXISTS k                         => :1
    "#,
    );
}

#[test]
fn msetex() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein valkey | MSETEX 2 a 1 b 2               => :1
        skein valkey | MGET a b                       => ["1", "2"]
        skein valkey | MSETEX 2 a 3 b 4 EX 100        => :1
        skein valkey | TTL a                          => :99..100
        skein valkey | TTL b                          => :99..100
        skein valkey | MSETEX 1 a 5 KEEPTTL           => :1
        skein valkey | TTL a                          => :99..100
        skein valkey | MSETEX 2 a 9 c 9 NX            => :0
        skein valkey | MSETEX 2 c 1 d 1 NX PX 100000  => :1
        skein valkey | PTTL d                         => :99000..100000
        skein valkey | MSETEX 2 a 9 missing 9 XX      => :0
        skein valkey | MSETEX 2 a 9 b 9 XX EXAT 33177117420 => :1
        skein valkey | EXPIRETIME b                   => :33177117420
        skein valkey | MSETEX 1 a 9 PXAT 33177117420000 => :1
        skein valkey | MSETEX 1 a 9 EX 0              => -ERR invalid expire time in 'msetex' command
        skein valkey | MSETEX 0 a 9                   => -ERR invalid numkeys value*
        skein valkey | MSETEX x a 9                   => -ERR invalid numkeys value*
        skein        | MSETEX 2 a 9                   => -ERR wrong number of key-value pairs
        skein valkey | MSETEX 1 a 9 NX XX             => -ERR syntax error
        skein valkey | MSETEX 1 a 9 WHAT              => -ERR syntax error
        skein valkey | MSETEX 1 a                     => -ERR wrong number of arguments for 'msetex' command
        skein valkey | MSETEX 2147483647 a 9 b        => -*
    "#,
    );
}

#[test]
fn an_unlock_with_another_token_changes_nothing() {
    if kind_under_test() == Kind::Redis {
        return;
    }
    // The lock pattern: of many that hold different tokens, one deletes.
    let server = Server::start(&[]);
    server.client().check("SET lock token-3 EX 100", "+OK");
    let deleted: i64 = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|i| {
                let token = format!("token-{i}");
                let mut client = server.client();
                scope.spawn(move || client.cmd(&["DELIFEQ", "lock", &token]).int())
            })
            .collect();
        tries.into_iter().map(|handle| handle.join().expect("no panic")).sum()
    });
    assert_eq!(deleted, 1);
}
