//! Ranges by rank, by score and by name: answered, counted, stored and removed.

use crate::harness::Server;

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
