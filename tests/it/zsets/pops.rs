//! ZPOPMIN, ZPOPMAX, ZMPOP, and those that wait.

use crate::harness::{Server, play};

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
