//! Sets: a conversation for each command, the thresholds of the encodings, large sets, and what
//! is drawn by chance.

use std::collections::{HashMap, HashSet};

use crate::harness::{Client, Server};

#[test]
fn sadd_srem_and_what_is_there() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD s a b a                        => :2
        SADD s b c                          => :1
        TYPE s                              => +set
        SCARD s                             => :3
        SCARD missing                       => :0
        SMEMBERS s                          => ~["a", "b", "c"]
        SMEMBERS missing                    => []
        SISMEMBER s a                       => :1
        SISMEMBER s A                       => :0
        SISMEMBER missing a                 => :0
        SMISMEMBER s a x c a                => [:1, :0, :1, :1]
        SMISMEMBER missing a b              => [:0, :0]
        SREM s a x a                        => :1
        SREM s x                            => :0
        SREM missing a                      => :0
        SREM s b c d                        => :2
        EXISTS s                            => :0
        SADD s "" "\x00\r\n" 1 01 -0        => :5
        SISMEMBER s ""                      => :1
        SISMEMBER s "\x00\r\n"              => :1
        SISMEMBER s 0                       => :0
        SMISMEMBER s 1 01 001               => [:1, :1, :0]
        SADD s                              => -ERR wrong number of arguments for 'sadd' command
        SREM s                              => -ERR wrong number of arguments for 'srem' command
        SCARD                               => -ERR wrong number of arguments for 'scard' command
        SISMEMBER s                         => -ERR wrong number of arguments for 'sismember' command
        SMISMEMBER s                        => -ERR wrong number of arguments for 'smismember' command
        SMEMBERS s t                        => -ERR wrong number of arguments for 'smembers' command
    "#,
    );
}

#[test]
fn a_key_of_another_type_is_refused_by_all() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk("SADD s a => :1\nSET k v => +OK");
    let wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    for command in [
        "SADD k a",
        "SREM k a",
        "SCARD k",
        "SISMEMBER k a",
        "SMISMEMBER k a",
        "SMEMBERS k",
        "SMOVE k s a",
        "SMOVE s k a",
        "SMOVE s k x",
        "SPOP k",
        "SPOP k 1",
        "SPOP k 0",
        "SRANDMEMBER k",
        "SRANDMEMBER k 1",
        "SRANDMEMBER k -1",
        "SSCAN k 0",
        "SSCAN k 0 WHAT",
        "SINTER s k",
        "SINTER missing k",
        "SINTERCARD 2 missing k",
        "SINTERSTORE d missing k",
        "SUNION s k",
        "SUNIONSTORE d s k",
        "SDIFF missing k",
        "SDIFFSTORE d s k",
        "GET s",
    ] {
        client.check(command, wrong_type);
    }
    client.talk("GET k => \"v\"\nSMEMBERS s => [\"a\"]\nEXISTS d => :0\nSMOVE missing k a => :0");
}

#[test]
fn smove() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD a 1 2 x                        => :3
        SADD b 2                            => :1
        SMOVE a b 1                         => :1
        SMOVE a b 1                         => :0
        SMOVE a b 2                         => :1
        SMEMBERS b                          => ~["1", "2"]
        SMOVE a a x                         => :1
        SMOVE a a y                         => :0
        SMOVE a c x                         => :1
        EXISTS a                            => :0
        SMEMBERS c                          => ["x"]
        SMOVE missing b 1                   => :0
        SMOVE b missing 9                   => :0
        EXISTS missing                      => :0
        SMOVE a b                           => -ERR wrong number of arguments for 'smove' command
    "#,
    );
}

#[test]
fn sinter_sunion_and_sdiff() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD a 1 2 3 x y                    => :5
        SADD b 2 3 4 y                      => :4
        SADD c 3 y z                        => :3
        SINTER a                            => ~["1", "2", "3", "x", "y"]
        SINTER a b                          => ~["2", "3", "y"]
        SINTER a b c                        => ~["3", "y"]
        SINTER a a b b                      => ~["2", "3", "y"]
        SINTER a missing b                  => []
        SINTER missing                      => []
        SUNION a b c                        => ~["1", "2", "3", "4", "x", "y", "z"]
        SUNION c missing c                  => ~["3", "y", "z"]
        SUNION missing                      => []
        SDIFF a b                           => ~["1", "x"]
        SDIFF a b c                         => ~["1", "x"]
        SDIFF a missing                     => ~["1", "2", "3", "x", "y"]
        SDIFF missing a                     => []
        SDIFF a a                           => []
        SDIFF a b a                         => []
        SINTERCARD 2 a b                    => :3
        SINTERCARD 3 a b c                  => :2
        SINTERCARD 2 a b LIMIT 2            => :2
        SINTERCARD 2 a b LIMIT 0            => :3
        SINTERCARD 2 a b limit 9 LIMIT 1    => :1
        SINTERCARD 2 a missing              => :0
        SINTERCARD 0 a                      => -ERR numkeys should be greater than 0
        SINTERCARD -1 a                     => -ERR numkeys should be greater than 0
        SINTERCARD x a                      => -ERR numkeys should be greater than 0
        SINTERCARD 3 a b                    => -ERR Number of keys can't be greater than number of args
        SINTERCARD 9223372036854775807 a    => -ERR Number of keys can't be greater than number of args
        SINTERCARD 1 a b                    => -ERR syntax error
        SINTERCARD 1 a LIMIT                => -ERR syntax error
        SINTERCARD 1 a LIMIT -1             => -ERR LIMIT can't be negative
        SINTERCARD 1 a LIMIT x              => -ERR LIMIT can't be negative
        COMMAND GETKEYS SINTERCARD 2 a b    => ["a", "b"]
        SINTER                              => -ERR wrong number of arguments for 'sinter' command
        SUNION                              => -ERR wrong number of arguments for 'sunion' command
        SDIFF                               => -ERR wrong number of arguments for 'sdiff' command
    "#,
    );
}

#[test]
fn store_replaces_whatever_was_there() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD a 1 2 3                        => :3
        SADD b 2 3 4                        => :3
        SET d v EX 100                      => +OK
        SINTERSTORE d a b                   => :2
        SMEMBERS d                          => ["2", "3"]
        TTL d                               => :-1
        SUNIONSTORE d a b                   => :4
        SMEMBERS d                          => ["1", "2", "3", "4"]
        SDIFFSTORE d a b                    => :1
        SMEMBERS d                          => ["1"]
        SUNIONSTORE d d b                   => :4
        SDIFFSTORE a a b                    => :1
        SMEMBERS a                          => ["1"]
        SINTERSTORE d a b                   => :0
        EXISTS d                            => :0
        SET d v                             => +OK
        SDIFFSTORE d missing b              => :0
        EXISTS d                            => :0
        SUNIONSTORE d missing               => :0
        SINTERSTORE d                       => -ERR wrong number of arguments for 'sinterstore' command
        SUNIONSTORE d                       => -ERR wrong number of arguments for 'sunionstore' command
        SDIFFSTORE d                        => -ERR wrong number of arguments for 'sdiffstore' command
    "#,
    );
}

#[test]
fn replies_in_resp3() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HELLO 3                             => *
        SADD s 1 2 3                        => :3
        SMEMBERS s                          => ~["1", "2", "3"]
        SMEMBERS missing                    => ~[]
        SUNION s missing                    => ~["1", "2", "3"]
        SINTER s missing                    => ~[]
        SDIFF s missing                     => ~["1", "2", "3"]
        SPOP s 0                            => ~[]
        SRANDMEMBER s 0                     => []
        SRANDMEMBER s 3                     => ["1", "2", "3"]
        SRANDMEMBER missing                 => (nil)
        SRANDMEMBER missing -3              => []
        SPOP missing                        => (nil)
        SPOP missing 3                      => ~[]
        SISMEMBER s 1                       => :1
        SMISMEMBER s 1 9                    => [:1, :0]
        SSCAN s 0                           => ["0", ["1", "2", "3"]]
        SPOP s 5                            => ~["1", "2", "3"]
    "#,
    );
}

#[test]
fn encodings_change_at_their_thresholds() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        skein | CONFIG SET set-max-intset-entries 4 set-max-listpack-entries 6 set-max-listpack-value 5 => +OK
        skein | SADD s 1 2 3 4              => :4
        skein | OBJECT ENCODING s           => "intset"
        skein | SADD s 5                    => :1
        skein | OBJECT ENCODING s           => "hashtable"
        skein | SREM s 5 4 3                => :3
        skein | OBJECT ENCODING s           => "hashtable"
        skein | SADD mixed 1 2 3            => :3
        skein | SADD mixed a                => :1
        skein | OBJECT ENCODING mixed       => "listpack"
        skein | SADD mixed b c              => :2
        skein | OBJECT ENCODING mixed       => "listpack"
        skein | SADD mixed d                => :1
        skein | OBJECT ENCODING mixed       => "hashtable"
        skein | SADD long 12345             => :1
        skein | SADD long 123456            => :1
        skein | OBJECT ENCODING long        => "intset"
        skein | SADD long x                 => :1
        skein | OBJECT ENCODING long        => "hashtable"
        skein | SADD five abcde             => :1
        skein | OBJECT ENCODING five        => "listpack"
        skein | SADD five abcdef            => :1
        skein | OBJECT ENCODING five        => "hashtable"
        # So many arguments are taken for so many members.
        skein | SADD hint 1 1 1 1 1         => :1
        skein | OBJECT ENCODING hint        => "listpack"
        skein | SADD hint2 a a a a a a a    => :1
        skein | OBJECT ENCODING hint2       => "hashtable"
        # A result has the encoding that its members need.
        skein | SINTERSTORE d s s           => :2
        skein | OBJECT ENCODING d           => "intset"
        skein | SUNIONSTORE d s five        => :4
        skein | OBJECT ENCODING d           => "hashtable"
        skein | SDIFFSTORE d mixed s        => :5
        skein | OBJECT ENCODING d           => "listpack"
        skein | SUNIONSTORE d mixed         => :7
        skein | OBJECT ENCODING d           => "hashtable"
    "#,
    );
}

#[test]
fn sets_are_copied_and_serialized() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    client.talk("SADD ints 1 2 70000 => :3\nSADD small a b 1 => :3");
    fill(&mut client, "large", 600);
    for key in ["ints", "small", "large"] {
        let copy = format!("{key}:copy");
        client.check(&format!("COPY {key} {copy}"), ":1");
        let dump = client.cmd(&[&b"DUMP"[..], key.as_bytes()]);
        let dump = dump.bytes().expect("a serialized set").to_vec();
        let restored = format!("{key}:restored");
        let reply = client.cmd(&[&b"RESTORE"[..], restored.as_bytes(), b"0", &dump]);
        assert_eq!(reply.to_string(), "+OK");
        let digests = client.cmd(&[
            &b"DEBUG"[..],
            b"DIGEST-VALUE",
            key.as_bytes(),
            copy.as_bytes(),
            restored.as_bytes(),
        ]);
        let distinct: HashSet<String> = digests.items().iter().map(|d| d.text()).collect();
        assert_eq!((digests.items().len(), distinct.len()), (3, 1), "{key}");
        let encoding = client.cmd(&[&b"OBJECT"[..], b"ENCODING", key.as_bytes()]).text();
        for other in [&copy, &restored] {
            client.check(&format!("OBJECT ENCODING {other}"), &format!("\"{encoding}\""));
        }
        client.check(&format!("SADD {copy} new"), ":1");
        client.check(&format!("SISMEMBER {key} new"), ":0");
    }
}

#[test]
fn spop() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SADD s a                            => :1
        SPOP s                              => "a"
        EXISTS s                            => :0
        SPOP s                              => (nil)
        SPOP s 3                            => []
        SADD s a b c                        => :3
        SPOP s 0                            => []
        SPOP s 2                            => [*, *]
        SCARD s                             => :1
        SADD s a b c                        => :2
        SPOP s 9223372036854775807          => ~["a", "b", "c"]
        EXISTS s                            => :0
        SPOP s -1                           => -ERR value is out of range, must be positive
        SPOP s x                            => -ERR value is out of range, must be positive
        SPOP s 9223372036854775808          => -ERR value is out of range, must be positive
        SPOP s x y                          => -ERR syntax error
    "#,
    );
}

#[test]
fn spop_leaves_what_it_does_not_return() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for len in [20, 2_000] {
        for count in [1, 7, len / 2, len - 4, len - 1, len] {
            let all = fill(&mut client, "s", len);
            client.check("EXPIRE s 100", ":1");
            let popped = members(&mut client, &["SPOP", "s", &count.to_string()]);
            let left = members(&mut client, &["SMEMBERS", "s"]);
            assert_eq!(popped.len(), count);
            assert!(popped.is_disjoint(&left));
            assert_eq!(&popped | &left, all);
            let ttl = if count < len { ":99..100" } else { ":-2" };
            client.check("TTL s", ttl);
        }
    }
}

#[test]
fn srandmember() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        SADD one a                          => :1
        SRANDMEMBER one                     => "a"
        SRANDMEMBER one 5                   => ["a"]
        SRANDMEMBER one -3                  => ["a", "a", "a"]
        SRANDMEMBER one 0                   => []
        SRANDMEMBER missing                 => (nil)
        SRANDMEMBER missing 5               => []
        SRANDMEMBER missing -5              => []
        SRANDMEMBER one x                   => -ERR value is not an integer or out of range
        SRANDMEMBER one 1 2                 => -ERR syntax error
        SRANDMEMBER one -9223372036854775808 => -ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807
        skein | SRANDMEMBER one -9223372036854775807 => -ERR value is out of range
        SRANDMEMBER one 9223372036854775807 => ["a"]
        SCARD one                           => :1
    "#,
    );
    for len in [20, 2_000] {
        let all = fill(&mut client, "s", len);
        for count in [1, len / 10, len / 2, len - 1, len, len + 1] {
            let reply = client.cmd(&[&b"SRANDMEMBER"[..], b"s", count.to_string().as_bytes()]);
            let drawn: HashSet<String> = reply.items().iter().map(|m| m.text()).collect();
            assert_eq!((reply.items().len(), drawn.len()), (count.min(len), count.min(len)));
            assert!(drawn.is_subset(&all));
        }
    }
}

/// Every member comes up about as often as every other, in each encoding.
#[test]
fn chance_is_fair() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        SADD intset 1 2 3 4 5 6 7 8         => :8
        SADD listpack a b c d e f g h       => :8
        SADD hashtable a b c d e f g h      => :8
    "#,
    );
    client.cmd(&[&b"SADD"[..], b"hashtable", &[b'x'; 100]]);
    client.cmd(&[&b"SREM"[..], b"hashtable", &[b'x'; 100]]);
    for key in ["intset", "listpack", "hashtable"] {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let drawn = client.cmd(&[&b"SRANDMEMBER"[..], key.as_bytes(), b"-4000"]);
        for member in drawn.items() {
            *seen.entry(member.text()).or_default() += 1;
        }
        // 500 each, give or take 21 (a standard deviation).
        assert!(
            seen.len() == 8 && seen.values().all(|n| (380..620).contains(n)),
            "{key}: {seen:?}"
        );
    }
}

#[test]
fn sscan() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        SADD small 1 2 3                    => :3
        SSCAN small 0                       => ["0", ["1", "2", "3"]]
        SSCAN small 0 COUNT 1               => ["0", ["1", "2", "3"]]
        SSCAN small 0 MATCH [12]            => ["0", ["1", "2"]]
        SSCAN small 0 match x* count 5      => ["0", []]
        SSCAN missing 0                     => ["0", []]
        SSCAN missing 0 WHAT                => ["0", []]
        SSCAN missing x                     => -ERR invalid cursor
        SSCAN small x                       => -ERR invalid cursor
        SSCAN small 0 WHAT                  => -ERR syntax error
        SSCAN small 0 COUNT 0               => -ERR syntax error
        SSCAN small 0 COUNT x               => -ERR value is not an integer or out of range
        SSCAN small 0 COUNT                 => -ERR syntax error
        SSCAN small                         => -ERR wrong number of arguments for 'sscan' command
    "#,
    );
    let all = fill(&mut client, "large", 3_000);
    let (mut cursor, mut seen, mut calls) = ("0".to_owned(), HashSet::new(), 0);
    loop {
        let page = client.cmd(&[&b"SSCAN"[..], b"large", cursor.as_bytes(), b"COUNT", b"50"]);
        cursor = page.items()[0].text();
        seen.extend(page.items()[1].items().iter().map(|member| member.text()));
        calls += 1;
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(seen, all);
    assert!((20..200).contains(&calls), "{calls} calls for 3000 members, 50 at a time");
}

/// Operations on large sets, the first of which makes SDIFF take its other way.
#[test]
fn operations_on_large_sets() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let all = fill(&mut client, "all", 5_000);
    client.check("SUNIONSTORE all:copy all", ":5000");
    client.check("SDIFFSTORE none all all:copy", ":0");
    for start in 1..6 {
        client.check(&format!("SADD few:{start} member:{start} other:{start}"), ":2");
    }
    client.check("SDIFFSTORE d all few:1 few:2 few:3 few:4 few:5", ":4995");
    client.check("SUNIONSTORE u d few:1 few:2 few:3 few:4 few:5", ":5005");
    client.check("SINTERCARD 2 all u", ":5000");
    client.check("SINTERSTORE i u all all:copy", ":5000");
    assert_eq!(members(&mut client, &["SMEMBERS", "i"]), all);
    let left = members(&mut client, &["SDIFF", "all", "few:1", "few:2", "few:3", "few:4", "few:5"]);
    assert_eq!(left.len(), 4_995);
    assert!(left.is_subset(&all));
    let union = members(&mut client, &["SUNION", "few:1", "few:2", "all", "few:3"]);
    assert_eq!(union.len(), 5_003);
}

/// Makes a set of `len` members and returns them.
fn fill(client: &mut Client, key: &str, len: usize) -> HashSet<String> {
    let members: HashSet<String> = (0..len).map(|number| format!("member:{number}")).collect();
    client.cmd(&[b"DEL", key.as_bytes()]);
    let mut args = vec![&b"SADD"[..], key.as_bytes()];
    args.extend(members.iter().map(String::as_bytes));
    assert_eq!(client.cmd(&args).to_string(), format!(":{len}"));
    members
}

/// The members that a command answers with, each of which must come once.
fn members(client: &mut Client, args: &[&str]) -> HashSet<String> {
    let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
    let reply = client.cmd(&args);
    let members: HashSet<String> = reply.items().iter().map(|member| member.text()).collect();
    assert_eq!(members.len(), reply.items().len(), "a member twice");
    members
}
