//! Strings as numbers: INCR and its kin, with Redis's own number text.

use crate::harness::Server;

#[test]
fn incr_decr_incrby_and_decrby() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        INCR n                              => :1
        INCR n                              => :2
        INCRBY n 40                         => :42
        DECR n                              => :41
        DECRBY n 50                         => :-9
        INCRBY n -1                         => :-10
        DECRBY n -10                        => :0
        GET n                               => "0"
        OBJECT ENCODING n                   => "int"
        SET n 9223372036854775807           => +OK
        INCR n                              => -ERR increment or decrement would overflow
        DECRBY n -1                         => -ERR increment or decrement would overflow
        SET n -9223372036854775808          => +OK
        DECR n                              => -ERR increment or decrement would overflow
        INCRBY n -1                         => -ERR increment or decrement would overflow
        DECRBY n -9223372036854775808       => -ERR decrement would overflow
        GET n                               => "-9223372036854775808"
        INCRBY n 9223372036854775808        => -ERR value is not an integer or out of range
        INCRBY n 1.5                        => -ERR value is not an integer or out of range
        INCRBY n ""                         => -ERR value is not an integer or out of range
        SET n " 11"                         => +OK
        INCR n                              => -ERR value is not an integer or out of range
        SET n "11 "                         => +OK
        INCR n                              => -ERR value is not an integer or out of range
        SET n 011                           => +OK
        INCR n                              => -ERR value is not an integer or out of range
        SET n ""                            => +OK
        INCR n                              => -ERR value is not an integer or out of range
        SET n 5 EX 100                      => +OK
        INCR n                              => :6
        TTL n                               => :99..100
        (list l)
        INCR l                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        INCR                                => -ERR wrong number of arguments for 'incr' command
    "#,
    );
}

#[test]
fn incrbyfloat_writes_numbers_as_redis_does() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        INCRBYFLOAT f 10.5                  => "10.5"
        INCRBYFLOAT f 0.1                   => "10.6"
        INCRBYFLOAT f -5                    => "5.6"
        INCRBYFLOAT f -5.6                  => "0"
        SET f 5.0e3                         => +OK
        INCRBYFLOAT f 2.0e2                 => "5200"
        SET f 3                             => +OK
        INCRBYFLOAT f 1.000000000000000005  => "4.00000000000000001"
        SET f 0.1                           => +OK
        INCRBYFLOAT f 0.2                   => "0.3"
        SET f 1                             => +OK
        INCRBYFLOAT f 1e17                  => "100000000000000001"
        SET f 0                             => +OK
        INCRBYFLOAT f 1e-10                 => "0.0000000001"
        SET f 0                             => +OK
        INCRBYFLOAT f 1e-20                 => "0"
        SET f -0.0                          => +OK
        INCRBYFLOAT f 0                     => "0"
        SET f 3.0                           => +OK
        INCRBYFLOAT f 0x10                  => "19"
        INCRBYFLOAT f abc                   => -ERR value is not a valid float
        INCRBYFLOAT f ""                    => -ERR value is not a valid float
        INCRBYFLOAT f " 1"                  => -ERR value is not a valid float
        INCRBYFLOAT f "1 "                  => -ERR value is not a valid float
        INCRBYFLOAT f nan                   => -ERR value is not a valid float
        INCRBYFLOAT f inf                   => -ERR increment would produce NaN or Infinity
        INCRBYFLOAT f -inf                  => -ERR increment would produce NaN or Infinity
        SET f text                          => +OK
        INCRBYFLOAT f 1                     => -ERR value is not a valid float
        SET f 1 EX 100                      => +OK
        INCRBYFLOAT f 1.5                   => "2.5"
        TTL f                               => :99..100
        (list l)
        INCRBYFLOAT l 1                     => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn counters_lose_nothing_under_concurrency() {
    let server = Server::start(&[]);
    let (threads, each) = (8, 2_000);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let commands = vec![vec!["INCR", "n"]; each];
                server.client().pipeline(&commands);
            });
        }
    });
    let total = server.client().cmd(&["GET", "n"]);
    assert_eq!(total.text(), (threads * each).to_string());
}
