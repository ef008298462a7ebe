//! Lists: a conversation for each command, the two encodings and what makes one of the other,
//! and that equal lists have equal digests and dumps that travel. Who is served when several
//! wait is in `blocking`.

use crate::harness::{Client, Peer, Server, need};

#[test]
fn push_at_both_ends() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a                           => :1
        RPUSH l b c                         => :3
        LPUSH l z y x                       => :6
        LRANGE l 0 -1                       => ["x", "y", "z", "a", "b", "c"]
        LLEN l                              => :6
        LLEN missing                        => :0
        LPUSHX l w                          => :7
        RPUSHX l d e                        => :9
        LRANGE l 0 -1                       => ["w", "x", "y", "z", "a", "b", "c", "d", "e"]
        LPUSHX missing a                    => :0
        RPUSHX missing a b                  => :0
        EXISTS missing                      => :0
        LPUSH "" "" "\x00\r\n" 17 -5 017    => :5
        LRANGE "" 0 -1                      => ["017", "-5", "17", "\x00\r\n", ""]
        TYPE l                              => +list
        SET s v                             => +OK
        LPUSH s a                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        RPUSH s a                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        LPUSHX s a                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        RPUSHX s a                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        LLEN s                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        GET l                               => -WRONGTYPE Operation against a key holding the wrong kind of value
        LPUSH l                             => -ERR wrong number of arguments for 'lpush' command
        RPUSH                               => -ERR wrong number of arguments for 'rpush' command
        LPUSHX l                            => -ERR wrong number of arguments for 'lpushx' command
        LLEN                                => -ERR wrong number of arguments for 'llen' command
        EXPIRE l 100                        => :1
        RPUSH l f                           => :10
        TTL l                               => :99..100
    "#,
    );
}

#[test]
fn pop_one_or_several() {
    let server = Server::start(&[]);
    let script = r#"
        DEL l                               => *
        RPUSH l a b c d e f                 => :6
        LPOP l                              => "a"
        RPOP l                              => "f"
        LPOP l 2                            => ["b", "c"]
        RPOP l 5                            => ["e", "d"]
        EXISTS l                            => :0
        LPOP l                              => (nil)
        RPOP l                              => (nil)
        LPOP l 3                            => (nil array)
        RPOP l 0                            => (nil array)
        RPUSH l a 17                        => :2
        LPOP l 0                            => []
        RPOP l 0                            => []
        RPOP l 1                            => ["17"]
        LPOP l 9223372036854775807          => ["a"]
        EXISTS l                            => :0
    "#;
    server.client().talk(script);
    server.client3().talk(script);
    server.client().talk(
        r#"
        RPUSH l a                           => :1
        LPOP l -1                           => -ERR value is out of range, must be positive
        RPOP l x                            => -ERR value is out of range, must be positive
        LPOP missing x                      => -ERR value is out of range, must be positive
        LPOP l 1 2                          => -ERR wrong number of arguments for 'lpop' command
        RPOP l 1 2                          => -ERR wrong number of arguments for 'rpop' command
        LPOP                                => -ERR wrong number of arguments for 'lpop' command
        LRANGE l 0 -1                       => ["a"]
        SET s v                             => +OK
        LPOP s                              => -WRONGTYPE Operation against a key holding the wrong kind of value
        RPOP s 0                            => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn ranges_and_trim() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b c d e                   => :5
        LRANGE l 0 1                        => ["a", "b"]
        LRANGE l -2 -1                      => ["d", "e"]
        LRANGE l -100 1                     => ["a", "b"]
        LRANGE l 3 100                      => ["d", "e"]
        LRANGE l 2 1                        => []
        LRANGE l 5 10                       => []
        LRANGE l 0 -6                       => []
        LRANGE l -9223372036854775808 9223372036854775807 => ["a", "b", "c", "d", "e"]
        LRANGE l 9223372036854775807 -9223372036854775808 => []
        LRANGE missing 0 -1                 => []
        LRANGE l 0 x                        => -ERR value is not an integer or out of range
        LRANGE missing x 0                  => -ERR value is not an integer or out of range
        LRANGE l 0                          => -ERR wrong number of arguments for 'lrange' command
        LTRIM l -100 100                    => +OK
        LLEN l                              => :5
        LTRIM l 1 -2                        => +OK
        LRANGE l 0 -1                       => ["b", "c", "d"]
        LTRIM l 2 2                         => +OK
        LRANGE l 0 -1                       => ["d"]
        LTRIM l 1 5                         => +OK
        EXISTS l                            => :0
        LTRIM missing 0 1                   => +OK
        EXISTS missing                      => :0
        RPUSH l a b                         => :2
        LTRIM l 1 0                         => +OK
        EXISTS l                            => :0
        LTRIM l x 0                         => -ERR value is not an integer or out of range
        SET s v                             => +OK
        LRANGE s 0 -1                       => -WRONGTYPE Operation against a key holding the wrong kind of value
        LTRIM s 0 -1                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        LTRIM s 0 x                         => -ERR value is not an integer or out of range
    "#,
    );
}

#[test]
fn elements_by_index() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b c                       => :3
        LINDEX l 0                          => "a"
        LINDEX l -1                         => "c"
        LINDEX l 3                          => (nil)
        LINDEX l -4                         => (nil)
        LINDEX l -9223372036854775808       => (nil)
        LINDEX l x                          => -ERR value is not an integer or out of range
        LINDEX missing x                    => (nil)
        LSET l 0 A                          => +OK
        LSET l -1 17                        => +OK
        LRANGE l 0 -1                       => ["A", "b", "17"]
        LINDEX l 2                          => "17"
        LSET l 3 d                          => -ERR index out of range
        LSET l -4 d                         => -ERR index out of range
        LSET l x d                          => -ERR value is not an integer or out of range
        LSET missing 0 d                    => -ERR no such key
        LSET missing x d                    => -ERR no such key
        SET s v                             => +OK
        LINDEX s x                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        LSET s x v                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        LSET l 0                            => -ERR wrong number of arguments for 'lset' command
    "#,
    );
    server.client3().check("LINDEX missing 0", "(nil)");
}

#[test]
fn insert_and_remove_by_value() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b b 17                    => :4
        LINSERT l BEFORE b x                => :5
        LINSERT l after 17 18               => :6
        LINSERT l BEFORE missing y          => :-1
        LINSERT missing BEFORE a y          => :0
        EXISTS missing                      => :0
        LRANGE l 0 -1                       => ["a", "x", "b", "b", "17", "18"]
        LINSERT l BESIDE b y                => -ERR syntax error
        LINSERT l BEFORE b                  => -ERR wrong number of arguments for 'linsert' command
        DEL l                               => :1
        RPUSH l a b a c a b a               => :7
        LREM l 1 a                          => :1
        LREM l -1 a                         => :1
        LRANGE l 0 -1                       => ["b", "a", "c", "a", "b"]
        LREM l -2 b                         => :2
        LREM l 5 missing                    => :0
        LREM l 0 a                          => :2
        LREM l 9223372036854775807 c        => :1
        EXISTS l                            => :0
        LREM missing 0 a                    => :0
        LREM l x a                          => -ERR value is not an integer or out of range
        skein valkey | LREM l -9223372036854775808 a => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
        SET s v                             => +OK
        LREM s 0 a                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        LINSERT s BEFORE a b                => -WRONGTYPE Operation against a key holding the wrong kind of value
        LINSERT s BESIDE a b                => -ERR syntax error
    "#,
    );
}

#[test]
fn positions() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b c 1 2 3 c c             => :8
        LPOS l a                            => :0
        LPOS l 3                            => :5
        LPOS l missing                      => (nil)
        LPOS l c RANK 1                     => :2
        LPOS l c rank 2                     => :6
        LPOS l c RANK 4                     => (nil)
        LPOS l c RANK -1                    => :7
        LPOS l c RANK -3                    => :2
        LPOS l c COUNT 0                    => [:2, :6, :7]
        LPOS l c COUNT 2                    => [:2, :6]
        LPOS l c COUNT 2 RANK 2             => [:6, :7]
        LPOS l c RANK -1 COUNT 2            => [:7, :6]
        LPOS l c RANK -2 COUNT 0            => [:6, :2]
        LPOS l missing COUNT 1              => []
        LPOS l c MAXLEN 2                   => (nil)
        LPOS l c MAXLEN 3                   => :2
        LPOS l c MAXLEN 2 COUNT 0           => []
        LPOS l c COUNT 0 MAXLEN 2 RANK -1   => [:7, :6]
        LPOS l c COUNT 0 MAXLEN 0           => [:2, :6, :7]
        LPOS l c RANK 9223372036854775807   => (nil)
        LPOS l c RANK -9223372036854775807 COUNT 9223372036854775807 => []
        LPOS missing c                      => (nil)
        LPOS missing c COUNT 1              => []
        LPOS l c RANK 0                     => -ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list
        LPOS l c RANK x                     => -ERR value is not an integer or out of range
        skein valkey | LPOS l c RANK -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
        LPOS l c COUNT -1                   => -ERR COUNT can't be negative
        LPOS l c COUNT x                    => -ERR COUNT can't be negative
        LPOS l c MAXLEN -1                  => -ERR MAXLEN can't be negative
        LPOS l c MAXLEN                     => -ERR syntax error
        LPOS l c FIRST                      => -ERR syntax error
        LPOS l                              => -ERR wrong number of arguments for 'lpos' command
        SET s v                             => +OK
        LPOS s c                            => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().check("LPOS l missing", "(nil)");
}

#[test]
fn elements_move_between_lists() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b c d                     => :4
        LMOVE l k LEFT RIGHT                => "a"
        LMOVE l k right left                => "d"
        RPOPLPUSH l k                       => "c"
        LRANGE k 0 -1                       => ["c", "d", "a"]
        RPOPLPUSH l k                       => "b"
        EXISTS l                            => :0
        LMOVE l k LEFT LEFT                 => (nil)
        RPOPLPUSH l k                       => (nil)
        LMOVE k k LEFT RIGHT                => "b"
        LRANGE k 0 -1                       => ["c", "d", "a", "b"]
        RPOPLPUSH k k                       => "b"
        LMOVE k k LEFT LEFT                 => "b"
        LRANGE k 0 -1                       => ["b", "c", "d", "a"]
        RPUSH one 1                         => :1
        RPOPLPUSH one one                   => "1"
        LRANGE one 0 -1                     => ["1"]
        SET s v                             => +OK
        LMOVE k s LEFT LEFT                 => -WRONGTYPE Operation against a key holding the wrong kind of value
        LMOVE s k LEFT LEFT                 => -WRONGTYPE Operation against a key holding the wrong kind of value
        RPOPLPUSH s s                       => -WRONGTYPE Operation against a key holding the wrong kind of value
        LMOVE missing s LEFT LEFT           => (nil)
        LLEN k                              => :4
        LMOVE k l LEFT MIDDLE               => -ERR syntax error
        LMOVE k l TOP LEFT                  => -ERR syntax error
        LMOVE k l LEFT                      => -ERR wrong number of arguments for 'lmove' command
        RPOPLPUSH k                         => -ERR wrong number of arguments for 'rpoplpush' command
        EXISTS l                            => :0
        EXPIRE k 100                        => :1
        RPOPLPUSH one k                     => "1"
        TTL k                               => :99..100
    "#,
    );
}

#[test]
fn pop_from_the_first_list_there_is() {
    let server = Server::start(&[]);
    let script = r#"
        DEL k l                             => *
        LMPOP 2 k l LEFT                    => (nil array)
        RPUSH l a b c d 5                   => :5
        LMPOP 2 k l LEFT                    => ["l", ["a"]]
        LMPOP 2 l k RIGHT COUNT 2           => ["l", ["5", "d"]]
        BLMPOP 0 1 l right                  => ["l", ["c"]]
        BLMPOP 0 2 k l LEFT COUNT 10        => ["l", ["b"]]
        EXISTS l                            => :0
        BLMPOP 0.01 2 k l LEFT              => (nil array)
    "#;
    server.client().talk(script);
    server.client3().talk(script);
    server.client().talk(
        r#"
        RPUSH l a                           => :1
        SET s v                             => +OK
        LMPOP 0 l LEFT                      => -ERR numkeys should be greater than 0
        LMPOP x l LEFT                      => -ERR numkeys should be greater than 0
        LMPOP -1 l LEFT                     => -ERR numkeys should be greater than 0
        LMPOP 2 l LEFT                      => -ERR syntax error
        LMPOP 9223372036854775807 l LEFT    => -ERR syntax error
        LMPOP 1 l MIDDLE                    => -ERR syntax error
        LMPOP 1 l LEFT COUNT                => -ERR syntax error
        LMPOP 1 l LEFT COUNT 0              => -ERR count should be greater than 0
        LMPOP 1 l LEFT COUNT x              => -ERR count should be greater than 0
        LMPOP 1 l LEFT COUNT 1 COUNT 1      => -ERR syntax error
        LMPOP 1 l LEFT FIRST                => -ERR syntax error
        LMPOP 1 l                           => -ERR wrong number of arguments for 'lmpop' command
        LMPOP 2 k s LEFT                    => -WRONGTYPE Operation against a key holding the wrong kind of value
        LMPOP 2 l s LEFT                    => ["l", ["a"]]
        BLMPOP x 1 l MIDDLE                 => -ERR syntax error
        BLMPOP x 0 l LEFT                   => -ERR numkeys should be greater than 0
        BLMPOP x 1 l LEFT                   => -ERR timeout is not a float or out of range
        BLMPOP -1 1 l LEFT                  => -ERR timeout is negative
        BLMPOP 0 1 s LEFT                   => -WRONGTYPE Operation against a key holding the wrong kind of value
        COMMAND GETKEYS LMPOP 2 a b LEFT    => ["a", "b"]
        COMMAND GETKEYS BLMPOP 0 2 a b LEFT => ["a", "b"]
    "#,
    );
}

#[test]
fn what_is_there_is_taken_without_waiting() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        RPUSH l a b c d e                   => :5
        BLPOP k l 0                         => ["l", "a"]
        BRPOP k l 0                         => ["l", "e"]
        BLMOVE l k LEFT RIGHT 0             => "b"
        BRPOPLPUSH l k 0                    => "d"
        LRANGE k 0 -1                       => ["d", "b"]
        BLPOP k l 0                         => ["k", "d"]
        SET s v                             => +OK
        BLPOP s l 0                         => -WRONGTYPE Operation against a key holding the wrong kind of value
        BLPOP l s 0                         => ["l", "c"]
        BLMOVE s l LEFT LEFT 0              => -WRONGTYPE Operation against a key holding the wrong kind of value
        BRPOPLPUSH k s 0                    => -WRONGTYPE Operation against a key holding the wrong kind of value
        LRANGE k 0 -1                       => ["b"]
        BLPOP l x                           => -ERR timeout is not a float or out of range
        BLPOP l ""                          => -ERR timeout is not a float or out of range
        BLPOP l nan                         => -ERR timeout is not a float or out of range
        BLPOP l -1                          => -ERR timeout is negative
        skein valkey | BRPOP l 1e300        => -ERR timeout is out of range
        skein valkey | BRPOP l inf          => -ERR timeout is out of range
        skein valkey | BRPOP l 9223372036854775807 => -ERR timeout is out of range
        BLMOVE l k LEFT x 0                 => -ERR syntax error
        BLMOVE l k LEFT LEFT x              => -ERR timeout is not a float or out of range
        BRPOPLPUSH l k x                    => -ERR timeout is not a float or out of range
        BLPOP 0                             => -ERR wrong number of arguments for 'blpop' command
        BLMOVE l k LEFT LEFT                => -ERR wrong number of arguments for 'blmove' command
        COMMAND GETKEYS BLPOP a b 0         => ["a", "b"]
        COMMAND GETKEYS BLMOVE a b LEFT LEFT 0 => ["a", "b"]
    "#,
    );
}

#[test]
fn a_wait_in_vain_ends_with_null() {
    let server = Server::start(&[]);
    let script = r#"
        BLPOP l k 0.01                      => (nil array)
        BRPOP l 0.01                        => (nil array)
        BLMOVE l k LEFT RIGHT 0.01          => (nil array)
        BRPOPLPUSH l k 0.01                 => (nil array)
        BLMPOP 0.01 1 l LEFT                => (nil array)
        MULTI                               => +OK
        BLPOP l k 0                         => +QUEUED
        BRPOP l 0                           => +QUEUED
        BLMOVE l k LEFT RIGHT 0             => +QUEUED
        BRPOPLPUSH l k 0                    => +QUEUED
        BLMPOP 0 1 l LEFT                   => +QUEUED
        EXEC                                => [(nil array), (nil array), (nil), (nil), (nil array)]
        EXISTS l k                          => :0
    "#;
    server.client().talk(script);
    server.client3().talk(script);
}

#[test]
fn encodings_follow_list_max_listpack_size() {
    let server = Server::start(&[]);
    let mut client = server.client();
    // Redis 7.0 has quicklists only.
    client.talk(
        r#"
        CONFIG SET list-max-listpack-size 4 => +OK
        RPUSH l a b c d                     => :4
        skein valkey | OBJECT ENCODING l    => "listpack"
        RPUSH l e                           => :5
        OBJECT ENCODING l                   => "quicklist"
        RPOP l                              => "e"
        LPOP l                              => "a"
        OBJECT ENCODING l                   => "quicklist"
        LPOP l                              => "b"
        skein valkey | OBJECT ENCODING l    => "listpack"
        RPUSH l f g                         => :4
        LMOVE l l LEFT RIGHT                => "c"
        skein valkey | OBJECT ENCODING l    => "listpack"
        LINSERT l BEFORE f x                => :5
        OBJECT ENCODING l                   => "quicklist"
        LREM l 0 x                          => :1
        OBJECT ENCODING l                   => "quicklist"
        LTRIM l 0 0                         => +OK
        skein valkey | OBJECT ENCODING l    => "listpack"
        LSET l 0 "a long one"               => +OK
        skein valkey | OBJECT ENCODING l    => "listpack"
        LPUSHX l 1 2 3 4                    => :5
        OBJECT ENCODING l                   => "quicklist"
        LMPOP 1 l LEFT COUNT 3              => ["l", ["4", "3", "2"]]
        skein valkey | OBJECT ENCODING l    => "listpack"
        COPY l copy                         => :1
        skein valkey | OBJECT ENCODING copy => "listpack"
        CONFIG SET list-max-listpack-size -2 => +OK
    "#,
    );
    let large = "x".repeat(9_000);
    client.cmd(&["RPUSH", "large", &large]);
    client.check("OBJECT ENCODING large", "\"quicklist\"");
    client.check("RPUSH large small", ":2");
    assert_eq!(client.cmd(&["LPOP", "large"]).text(), large);
    client.talk("skein valkey | OBJECT ENCODING large => \"listpack\"");
}

#[test]
fn long_lists_work_at_both_ends_and_in_the_middle() {
    const COUNT: usize = 30_000;
    for flags in [&[][..], &["--list-max-listpack-size", "100", "--list-compress-depth", "2"]] {
        let server = Server::start(flags);
        let mut client = server.client();
        let elements: Vec<String> = (0..COUNT).map(|i| format!("element:{i:08}")).collect();
        let mut request = vec!["RPUSH", "l"];
        request.extend(elements.iter().map(String::as_str));
        assert_eq!(client.cmd(&request).int(), COUNT as i64);
        let all = client.cmd(&["LRANGE", "l", "0", "-1"]);
        assert!(all.items().iter().map(|item| item.text()).eq(elements.iter().cloned()));
        client.talk(
            r#"
            LINDEX l 15000                      => "element:00015000"
            LINDEX l -15000                     => "element:00015000"
            LRANGE l 20000 20002                => ["element:00020000", "element:00020001", "element:00020002"]
            LPOS l element:00029999             => :29999
            LPOS l element:00000000 RANK -1     => :0
            LSET l 15000 changed                => +OK
            LINSERT l AFTER changed inserted    => :30001
            LRANGE l 15000 15002                => ["changed", "inserted", "element:00015001"]
            LREM l -1 inserted                  => :1
            LTRIM l 10000 -10001                => +OK
            LLEN l                              => :10000
            LINDEX l 0                          => "element:00010000"
            LPOP l 2                            => ["element:00010000", "element:00010001"]
            RPOP l 2                            => ["element:00019999", "element:00019998"]
            LMPOP 1 l RIGHT COUNT 1             => ["l", ["element:00019997"]]
            RPOPLPUSH l l                       => "element:00019996"
            LINDEX l 0                          => "element:00019996"
            LLEN l                              => :9995
        "#,
        );
        let popped = client.cmd(&["LPOP", "l", "10000"]);
        assert_eq!(popped.items().len(), 9_995);
        client.check("EXISTS l", ":0");
    }
}

/// Puts lists of all kinds onto a server; returns their names.
fn fill(client: &mut Client) -> Vec<String> {
    let large = "l".repeat(20_000);
    let lists: [Vec<String>; 5] = [
        vec!["a".into(), "".into(), "17".into(), "-9000000000".into(), "b\r\n".into()],
        (0..3_000).map(|i| format!("element {i}")).collect(),
        (0..3_000).map(|i| i.to_string()).collect(),
        vec!["before".into(), large.clone(), "after".into()],
        vec![large],
    ];
    let mut names = Vec::new();
    for (index, elements) in lists.iter().enumerate() {
        let name = format!("list:{index}");
        let mut request = vec!["RPUSH", &name];
        request.extend(elements.iter().map(String::as_str));
        assert_eq!(client.cmd(&request).int(), elements.len() as i64);
        names.push(name);
    }
    names
}

#[test]
fn digests_and_dumps_agree_with_redis() {
    let Some(redis) = need(Peer::RedisServer) else { return };
    let flags = &["--enable-debug-command", "yes"];
    let (ours, theirs) = (Server::start(flags), Server::start_binary(&redis, flags));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    let names = fill(&mut ours);
    fill(&mut theirs);
    assert_eq!(ours.cmd(&["DEBUG", "DIGEST"]), theirs.cmd(&["DEBUG", "DIGEST"]));
    for name in names {
        let digest = ["DEBUG", "DIGEST-VALUE", &name];
        let before = ours.cmd(&digest);
        assert_eq!(before, theirs.cmd(&digest), "{name}");
        // Redis writes a version of its own; to ours an older one is as good.
        let dump = theirs.cmd(&["DUMP", &name]).bytes().expect("a dump").to_vec();
        let restore = [b"RESTORE", name.as_bytes(), b"0", &dump, b"REPLACE"];
        assert_eq!(ours.cmd(&restore).to_string(), "+OK", "{name}");
        assert_eq!(ours.cmd(&digest), before, "{name}");
        assert_eq!(ours.cmd(&["COPY", &name, "copy", "REPLACE"]).int(), 1);
        let copied = ours.cmd(&["DEBUG", "DIGEST-VALUE", "copy"]);
        assert_eq!(copied, before, "{name}");
    }
}

#[test]
fn debug_tells_how_a_list_is_kept() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    fill(&mut client);
    client.talk(
        r#"
        skein valkey | DEBUG OBJECT list:0  => g"Value at:* refcount:1 encoding:listpack serializedlength:* lru:* lru_seconds_idle:*"
        DEBUG OBJECT list:1                 => g"Value at:* refcount:1 encoding:quicklist serializedlength:* lru:* lru_seconds_idle:* ql_nodes:* ql_avg_node:* ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:*"
        skein valkey | DEBUG LISTPACK list:0 => +Listpack structure printed on stdout
        DEBUG LISTPACK list:1               => -ERR Not a listpack encoded object.
    "#,
    );
}
