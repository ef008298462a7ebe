//! Unions, intersections and differences.

use crate::harness::Server;

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
