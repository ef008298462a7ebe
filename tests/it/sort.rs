//! SORT and SORT_RO.

use std::time::Duration;

use crate::harness::Server;

#[test]
fn numbers_and_texts() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l 10 9 -1 2.5 1e2 9           => :6
        SORT l                              => ["-1", "2.5", "9", "9", "10", "1e2"]
        SORT l DESC                         => ["1e2", "10", "9", "9", "2.5", "-1"]
        SORT l DESC ASC                     => ["-1", "2.5", "9", "9", "10", "1e2"]
        SORT l ALPHA                        => ["-1", "10", "1e2", "2.5", "9", "9"]
        SORT l alpha desc                   => ["9", "9", "2.5", "1e2", "10", "-1"]
        # Numbers that are the same stand in the order of their texts.
        RPUSH same 1.0 1 01 +1 1e0          => :5
        SORT same                           => ["+1", "01", "1", "1.0", "1e0"]
        SORT same DESC                      => ["1e0", "1.0", "1", "01", "+1"]
        RPUSH texts b B a "" é ab           => :6
        SORT texts                          => -ERR One or more scores can't be converted into double
        SORT texts ALPHA                    => ["", "B", "a", "ab", "b", "é"]
        RPUSH nan 1 nan                     => :2
        SORT nan                            => -ERR One or more scores can't be converted into double
        RPUSH inf inf -inf 0                => :3
        SORT inf                            => ["-inf", "0", "inf"]
        SADD s 3 1 2                        => :3
        SORT s                              => ["1", "2", "3"]
        SORT s DESC                         => ["3", "2", "1"]
        ZADD z 1 3 2 2 3 1                  => :3
        SORT z                              => ["1", "2", "3"]
        SORT missing                        => []
        SORT missing ALPHA DESC LIMIT 1 2   => []
    "#,
    );
}

/// Nothing at all is zero, and white space before a number does no harm, for C's `strtod`.
#[test]
fn what_is_a_number() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein redis | RPUSH l " 2" "" 1 0x10 => :4
        skein redis | SORT l                => ["", "1", " 2", "0x10"]
        RPUSH trailing 1 "2 "               => :2
        SORT trailing                       => -ERR One or more scores can't be converted into double
        SORT trailing ALPHA                 => ["1", "2 "]
        RPUSH huge 1e400                    => :1
        SORT huge                           => -ERR One or more scores can't be converted into double
    "#,
    );
}

#[test]
fn limit() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l 5 3 1 4 2                   => :5
        SORT l LIMIT 0 2                    => ["1", "2"]
        SORT l LIMIT 1 2 DESC               => ["4", "3"]
        SORT l LIMIT 3 10                   => ["4", "5"]
        SORT l LIMIT 3 -1                   => ["4", "5"]
        SORT l LIMIT -5 2                   => ["1", "2"]
        SORT l LIMIT 2 0                    => []
        SORT l LIMIT 5 1                    => []
        SORT l LIMIT 9223372036854775807 9223372036854775807 => []
        SORT l LIMIT 1 9223372036854775807  => ["2", "3", "4", "5"]
        SORT l LIMIT 0 1 LIMIT 4 1          => ["5"]
        SORT l LIMIT 0 x                    => -ERR value is not an integer or out of range
        SORT l LIMIT x 0                    => -ERR value is not an integer or out of range
        SORT l LIMIT 0                      => -ERR syntax error
        SORT l LIMIT                        => -ERR syntax error
    "#,
    );
}

#[test]
fn by_and_get_read_other_keys() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l 1 2 3                       => :3
        MSET w_1 30 w_2 10 w_3 20 n_1 one n_3 three => +OK
        SORT l BY w_*                       => ["2", "3", "1"]
        SORT l BY w_* DESC                  => ["1", "3", "2"]
        SORT l BY w_* LIMIT 1 1             => ["3"]
        SORT l BY w_* GET #                 => ["2", "3", "1"]
        SORT l BY w_* GET n_*               => [(nil), "three", "one"]
        SORT l BY w_* GET # GET n_* GET w_* => ["2", (nil), "10", "3", "three", "20", "1", "one", "30"]
        SORT l GET constant                 => [(nil), (nil), (nil)]
        SORT l BY n_* ALPHA                 => ["2", "1", "3"]
        SORT l BY n_* ALPHA DESC            => ["3", "1", "2"]
        SORT l BY n_*                       => -ERR One or more scores can't be converted into double
        # A key that is not there weighs nothing; elements of the same weight stand by their bytes.
        DEL w_1                             => :1
        SORT l BY w_*                       => ["1", "2", "3"]
        SORT l BY missing_* DESC            => ["3", "2", "1"]
        HSET h_1 f 3 g a                    => :2
        HSET h_2 f 2                        => :1
        HSET h_3 f 1 g c                    => :2
        SORT l BY h_*->f GET h_*->g         => ["c", (nil), "a"]
        SORT l BY h_*->missing              => ["1", "2", "3"]
        SORT l GET h_*                      => [(nil), (nil), (nil)]
        SORT l GET w_*->f                   => [(nil), (nil), (nil)]
        # An arrow with nothing behind it belongs to the key's name.
        SET w_2-> here                      => +OK
        SORT l GET w_*->                    => [(nil), "here", (nil)]
        SET x_1_* star                      => +OK
        SORT l GET x_*_*                    => ["star", (nil), (nil)]
        SORT l GET                          => -ERR syntax error
        SORT l BY                           => -ERR syntax error
        SELECT 1                            => +OK
        RPUSH l 1 2                         => :2
        MSET w_1 b w_2 a                    => +OK
        SORT l BY w_* ALPHA GET w_*         => ["a", "b"]
        MULTI                               => +OK
        SORT l BY w_* ALPHA                 => +QUEUED
        SELECT 0                            => +QUEUED
        SORT l GET n_* STORE d              => +QUEUED
        EXEC                                => [["2", "1"], +OK, :3]
        LRANGE d 0 -1                       => ["one", "", "three"]
    "#,
    );
}

#[test]
fn a_constant_leaves_the_order_alone() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l 5 3 1 4 2                   => :5
        SORT l BY nosort                    => ["5", "3", "1", "4", "2"]
        SORT l BY nosort DESC               => ["2", "4", "1", "3", "5"]
        SORT l BY nosort LIMIT 1 3          => ["3", "1", "4"]
        SORT l BY nosort DESC LIMIT 1 3     => ["4", "1", "3"]
        SORT l BY nosort GET #              => ["5", "3", "1", "4", "2"]
        SORT l BY w_* BY nosort             => ["5", "3", "1", "4", "2"]
        ZADD z 3 a 1 b 2 c                  => :3
        SORT z BY nosort                    => ["b", "c", "a"]
        SORT z BY nosort DESC               => ["a", "c", "b"]
        SORT z BY nosort LIMIT 0 2          => ["b", "c"]
        SORT z BY nosort DESC LIMIT 0 2     => ["a", "c"]
        SORT z BY nosort LIMIT 5 5          => []
        SADD s b a c 1                      => :4
        SORT s BY nosort                    => ~["1", "a", "b", "c"]
        SORT s BY nosort LIMIT 1 2          => [*, *]
        # What is stored has an order all the same.
        SORT s BY nosort STORE d            => :4
        LRANGE d 0 -1                       => ["1", "a", "b", "c"]
        SORT s BY nosort DESC STORE d LIMIT 0 2 => :2
        LRANGE d 0 -1                       => ["c", "b"]
    "#,
    );
}

#[test]
fn store_makes_a_list() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l 3 1 2                       => :3
        SET d v EX 100                      => +OK
        SORT l STORE d                      => :3
        LRANGE d 0 -1                       => ["1", "2", "3"]
        TTL d                               => :-1
        SORT l DESC STORE l                 => :3
        LRANGE l 0 -1                       => ["3", "2", "1"]
        MSET n_1 one n_3 three              => +OK
        SORT l GET # GET n_* STORE d        => :6
        LRANGE d 0 -1                       => ["1", "one", "2", "", "3", "three"]
        SORT l STORE other STORE d LIMIT 0 1 => :1
        LRANGE d 0 -1                       => ["1"]
        EXISTS other                        => :0
        SORT l STORE d LIMIT 0 0            => :0
        EXISTS d                            => :0
        SET d v                             => +OK
        SORT missing STORE d                => :0
        EXISTS d                            => :0
        RPUSH bad x                         => :1
        SET d v                             => +OK
        SORT bad STORE d                    => -ERR One or more scores can't be converted into double
        GET d                               => "v"
        SORT l STORE                        => -ERR syntax error
    "#,
    );
}

#[test]
fn refusals() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k v                             => +OK
        SORT k                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        SORT k WHAT                         => -ERR syntax error
        SORT_RO k                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        HSET h f v                          => :1
        SORT h                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        SORT                                => -ERR wrong number of arguments for 'sort' command
        SORT_RO                             => -ERR wrong number of arguments for 'sort_ro' command
        RPUSH l 2 1                         => :2
        SORT_RO l                           => ["1", "2"]
        SORT_RO l BY nosort GET # DESC      => ["1", "2"]
        SORT_RO l STORE d                   => -ERR syntax error
        EXISTS d                            => :0
        HELLO 3                             => *
        SORT l GET missing_*                => [(nil), (nil)]
        SORT missing                        => []
    "#,
    );
}

#[test]
fn the_keys_of_a_request() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        COMMAND GETKEYS SORT k              => ["k"]
        COMMAND GETKEYS SORT k STORE d      => ["k", "d"]
        COMMAND GETKEYS SORT k STORE a STORE b => ["k", "b"]
        COMMAND GETKEYS SORT k BY STORE GET STORE STORE d LIMIT 0 1 => ["k", "d"]
        COMMAND GETKEYS SORT k BY w_* GET n_* => ["k"]
        COMMAND GETKEYSANDFLAGS SORT k STORE d => [["k", [+RO, +access]], ["d", [+OW, +update]]]
        COMMAND GETKEYS SORT_RO k GET n_*   => ["k"]
    "#,
    );
}

#[test]
fn the_page_of_a_large_collection() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let numbers: Vec<String> = (0..20_000).map(|n| (n * 7_919 % 20_000).to_string()).collect();
    let mut args = vec![&b"RPUSH"[..], b"l"];
    args.extend(numbers.iter().map(String::as_bytes));
    assert_eq!(client.cmd(&args).int(), 20_000);
    client.talk(
        r#"
        SORT l LIMIT 0 3                    => ["0", "1", "2"]
        SORT l DESC LIMIT 0 3               => ["19999", "19998", "19997"]
        SORT l LIMIT 10000 2                => ["10000", "10001"]
        SORT l ALPHA LIMIT 10000 2          => ["18999", "19"]
        SORT l STORE d                      => :20000
        LINDEX d 12345                      => "12345"
        OBJECT ENCODING d                   => "quicklist"
    "#,
    );
}

/// What a pattern names belongs to the same moment as the sorted list: each of two keys that are
/// always set together is looked up, while another client sets them.
#[test]
fn keys_by_pattern_are_of_one_moment() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk("RPUSH l 1 2 => :2\nMSET w_1 0 w_2 0 => +OK");
    let end = std::time::Instant::now() + Duration::from_millis(300);
    std::thread::scope(|scope| {
        let mut writer = server.client();
        scope.spawn(move || {
            for round in 0.. {
                let value = i32::to_string(&round);
                writer.cmd(&[&b"MSET"[..], b"w_1", value.as_bytes(), b"w_2", value.as_bytes()]);
                if std::time::Instant::now() > end {
                    break;
                }
            }
        });
        while std::time::Instant::now() < end {
            for command in ["SORT", "SORT_RO"] {
                let reply = client.cmd(&[command.as_bytes(), b"l", b"GET", b"w_*"]);
                assert_eq!(reply.items()[0], reply.items()[1], "half of an MSET");
            }
        }
    });
}
