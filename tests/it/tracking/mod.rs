//! Client-side caching: who is told when a key changes that it has read. A client whose name ends
//! in `3` speaks RESP3, and gets pushes.

/// Clients that do keep a cache.
mod caches;

use crate::harness::{Client, Kind, Reply, Server, kind_under_test, play, wait_until};

/// The value of a field in the client's own line of CLIENT LIST.
fn field(client: &mut Client, field: &str) -> String {
    let line = client.cmd(&["CLIENT", "INFO"]).text();
    let value = line.split(' ').find_map(|word| word.strip_prefix(field)?.strip_prefix('='));
    value.unwrap_or_default().trim().to_owned()
}

#[test]
fn a_key_that_was_read_is_told_of_once() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a3: CLIENT TRACKING ON    => +OK
        b: MSET x 1 y 2 z 3       => +OK
        a3: GET x                 => "1"
        a3: MGET y missing        => ["2", (nil)]
        a3 is silent
        b: SET x 5                => +OK
        a3<                       => >["invalidate", ["x"]]
        b: SET x 6                => +OK
        b: SET z 6                => +OK
        a3 is silent
        b: MSET missing 1 y 1     => +OK
        a3<                       => >["invalidate", ["missing"]]
        a3<                       => >["invalidate", ["y"]]
        a3: GET x                 => "6"
        b: DEL x nosuch           => :1
        a3<                       => >["invalidate", ["x"]]
        # A key is the same in every database.
        a3: GET z                 => "6"
        b: SELECT 1               => +OK
        b: SET z 1                => +OK
        a3<                       => >["invalidate", ["z"]]
        # What fails or changes nothing, changes nothing.
        b: SELECT 0               => +OK
        a3: GET z                 => "6"
        b: LPUSH z a              => -WRONGTYPE *
        b: SETNX z 1              => :0
        b: GETEX z                => "6"
        a3 is silent
        b: INCR z                 => :7
        a3<                       => >["invalidate", ["z"]]
        # A write that reads is no read.
        a3: INCR z                => :8
        a3: GETSET z 9            => "8"
        b: SET z 10               => +OK
        a3 is silent
        "#,
    );
}

#[test]
fn ones_own_changes_are_told_behind_the_reply_unless_noloop() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a3: CLIENT TRACKING ON            => +OK
        a3: GET k                         => (nil)
        a3: SET k 1                       => +OK
        a3<                               => >["invalidate", ["k"]]
        a3: CLIENT TRACKING ON NOLOOP     => +OK
        a3: MGET k l                      => ["1", (nil)]
        a3: SET k 2                       => +OK
        a3 is silent
        b: SET l 1                        => +OK
        a3<                               => >["invalidate", ["l"]]
        # Time is nobody's own.
        a3: SET v 1 PX 60                 => +OK
        a3: GET v                         => "1"
        a3<                               => >["invalidate", ["v"]]
        a3: GET v                         => (nil)
        "#,
    );
}

#[test]
fn a_transaction_remembers_each_of_its_reads() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a3: CLIENT TRACKING ON    => +OK
        a3: MULTI                 => +OK
        a3: GET x                 => +QUEUED
        a3: SET y 1               => +QUEUED
        a3: GET y                 => +QUEUED
        a3: EXEC                  => [(nil), +OK, "1"]
        a3 is silent
        b: MULTI                  => +OK
        b: SET y 2                => +QUEUED
        b: SET x 2                => +QUEUED
        b: SET x 3                => +QUEUED
        b: EXEC                   => [+OK, +OK, +OK]
        a3<                       => >["invalidate", ["y"]]
        a3<                       => >["invalidate", ["x"]]
        # What it read before its own change is stale, what it read after is not.
        a3: MULTI                 => +OK
        a3: GET x                 => +QUEUED
        a3: SET x 4               => +QUEUED
        a3: GET x                 => +QUEUED
        a3: GET y                 => +QUEUED
        a3: SET y 4               => +QUEUED
        a3: EXEC                  => ["3", +OK, "4", "2", +OK]
        a3<                       => >["invalidate", ["x"]]
        a3<                       => >["invalidate", ["y"]]
        b: SET y 5                => +OK
        a3 is silent
        b: SET x 5                => +OK
        a3<                       => >["invalidate", ["x"]]
        # Who does not hear of its own change has to hear of the next, if it read after it.
        c3: CLIENT TRACKING ON NOLOOP   => +OK
        c3: MULTI                 => +OK
        c3: SET x 6               => +QUEUED
        c3: GET x                 => +QUEUED
        c3: EXEC                  => [+OK, "6"]
        b: SET x 7                => +OK
        c3<                       => >["invalidate", ["x"]]
        a3 is silent
        "#,
    );
}

#[test]
fn optin_and_optout_are_for_one_request_or_one_transaction() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        b: MSET x 1 y 1 z 1              => +OK
        a3: CLIENT CACHING YES           => -ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled
        a3: CLIENT TRACKING ON OPTIN     => +OK
        a3: CLIENT CACHING MAYBE         => -ERR syntax error
        a3: CLIENT CACHING NO            => -ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.
        a3: GET x                        => "1"
        a3: CLIENT CACHING YES           => +OK
        a3: CLIENT TRACKINGINFO          => {"flags": ~["on", "optin", "caching-yes"], "redirect": :0, "prefixes": []}
        a3: CLIENT ID                    => :*
        a3: GET y                        => "1"
        a3: CLIENT TRACKINGINFO          => {"flags": ~["on", "optin"], "redirect": :0, "prefixes": []}
        a3: GET z                        => "1"
        b: MSET x 2 y 2 z 2              => +OK
        a3<                              => >["invalidate", ["y"]]
        a3 is silent
        a3: CLIENT CACHING YES           => +OK
        a3: NOSUCH                       => -ERR unknown command *
        a3: GET x                        => "2"
        a3: CLIENT CACHING YES           => +OK
        a3: MULTI                        => +OK
        a3: GET y                        => +QUEUED
        a3: GET z                        => +QUEUED
        a3: EXEC                         => ["2", "2"]
        a3: MULTI                        => +OK
        a3: CLIENT CACHING YES           => +QUEUED
        a3: GET w                        => +QUEUED
        a3: EXEC                         => [+OK, (nil)]
        a3: GET x                        => "2"
        b: MSET w 3 x 3 y 3 z 3          => +OK
        a3<                              => >["invalidate", ["w"]]
        a3<                              => >["invalidate", ["y"]]
        a3<                              => >["invalidate", ["z"]]
        a3 is silent
        a3: CLIENT TRACKING ON OPTOUT    => -ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.
        a3: CLIENT TRACKING OFF          => +OK
        a3: CLIENT TRACKING ON OPTOUT    => +OK
        a3: CLIENT CACHING YES           => -ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.
        a3: CLIENT CACHING NO            => +OK
        a3: CLIENT TRACKINGINFO          => {"flags": ~["on", "optout", "caching-no"], "redirect": :0, "prefixes": []}
        a3: GET x                        => "3"
        a3: GET y                        => "3"
        b: MSET x 4 y 4                  => +OK
        a3<                              => >["invalidate", ["y"]]
        a3 is silent
        "#,
    );
}

#[test]
fn broadcasting_tells_of_all_keys_with_a_prefix() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a3: CLIENT TRACKING ON BCAST                          => +OK
        p3: CLIENT TRACKING ON BCAST PREFIX ab PREFIX b       => +OK
        n3: CLIENT TRACKING ON BCAST NOLOOP PREFIX b          => +OK
        w: SET x 1                                            => +OK
        a3<                       => >["invalidate", ["x"]]
        p3 is silent
        # One message for each prefix, with all keys of the transaction, each once, in order.
        w: MSET b2 1 abc 1 b1 1 b2 2 a 1 c 1                  => +OK
        a3<                       => >["invalidate", ["a", "abc", "b1", "b2", "c"]]
        p3<                       => >["invalidate", ["abc"]]
        p3<                       => >["invalidate", ["b1", "b2"]]
        n3<                       => >["invalidate", ["b1", "b2"]]
        # What it reads does not matter.
        p3: GET x                 => "1"
        w: SET x 2                => +OK
        a3<                       => >["invalidate", ["x"]]
        p3 is silent
        n3: SET b 1               => +OK
        p3<                       => >["invalidate", ["b"]]
        n3: SET b1 1 PX 40        => +OK
        p3<                       => >["invalidate", ["b1"]]
        # It has expired: that is nobody's own change.
        p3<                       => >["invalidate", ["b1"]]
        n3<                       => >["invalidate", ["b1"]]
        n3 is silent
        w: FLUSHALL               => +OK
        p3<                       => >["invalidate", (nil)]
        n3<                       => >["invalidate", (nil)]
        p3: CLIENT TRACKING OFF   => +OK
        w: SET b 1                => +OK
        n3<                       => >["invalidate", ["b"]]
        p3 is silent
        "#,
    );
}

#[test]
fn prefixes_must_not_overlap() {
    let server = Server::start(&[]);
    server.client3().talk(
        r#"
        CLIENT TRACKING ON PREFIX a                => -ERR PREFIX option requires BCAST mode to be enabled
        CLIENT TRACKING ON BCAST PREFIX ab PREFIX a    => -ERR Prefix 'ab' overlaps with another provided prefix 'a'. Prefixes for a single client must not overlap.
        CLIENT TRACKING ON BCAST PREFIX a PREFIX c PREFIX a  => -ERR Prefix 'a' overlaps with another provided prefix 'a'. Prefixes for a single client must not overlap.
        CLIENT TRACKINGINFO                        => {"flags": ~["off"], "redirect": :-1, "prefixes": []}
        CLIENT TRACKING ON BCAST PREFIX b PREFIX a => +OK
        CLIENT TRACKING ON BCAST PREFIX bc         => -ERR Prefix 'bc' overlaps with an existing prefix 'b'. Prefixes for a single client must not overlap.
        CLIENT TRACKING ON BCAST PREFIX c NOLOOP   => +OK
        CLIENT TRACKINGINFO                        => {"flags": ~["on", "bcast", "noloop"], "redirect": :0, "prefixes": ["a", "b", "c"]}
        CLIENT TRACKING OFF                        => +OK
        CLIENT TRACKINGINFO                        => {"flags": ~["off"], "redirect": :-1, "prefixes": []}
        CLIENT TRACKING ON BCAST PREFIX bc         => +OK
        "#,
    );
}

#[test]
fn options_that_exclude_each_other() {
    let server = Server::start(&[]);
    server.client3().talk(
        r#"
        CLIENT TRACKING                        => -ERR wrong number of arguments for 'client|tracking' command
        CLIENT TRACKING MAYBE                  => -ERR syntax error
        CLIENT TRACKING ON PREFIX              => -ERR syntax error
        CLIENT TRACKING ON REDIRECT            => -ERR syntax error
        CLIENT TRACKING ON LOOP                => -ERR syntax error
        CLIENT TRACKING ON REDIRECT x          => -ERR value is not an integer or out of range
        CLIENT TRACKING ON REDIRECT 99999999   => -ERR The client ID you want redirect to does not exist
        CLIENT TRACKING ON REDIRECT -1         => -ERR The client ID you want redirect to does not exist
        CLIENT TRACKING OFF REDIRECT 99999999  => -ERR The client ID you want redirect to does not exist
        CLIENT TRACKING ON BCAST OPTIN         => -ERR OPTIN and OPTOUT are not compatible with BCAST
        CLIENT TRACKING ON OPTIN OPTOUT        => -ERR You can't specify both OPTIN mode and OPTOUT mode
        CLIENT TRACKING OFF                    => +OK
        CLIENT GETREDIR                        => :-1
        CLIENT TRACKING ON                     => +OK
        CLIENT GETREDIR                        => :0
        CLIENT TRACKING ON BCAST               => -ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.
        CLIENT TRACKING ON NOLOOP              => +OK
        CLIENT TRACKINGINFO                    => {"flags": ~["on", "noloop"], "redirect": :0, "prefixes": []}
        CLIENT TRACKING ON                     => +OK
        CLIENT TRACKINGINFO                    => {"flags": ~["on"], "redirect": :0, "prefixes": []}
        CLIENT GETREDIR x                      => -ERR wrong number of arguments for 'client|getredir' command
        CLIENT CACHING                         => -ERR wrong number of arguments for 'client|caching' command
        "#,
    );
}

#[test]
fn every_kind_of_change_is_told() {
    let server = Server::start(&[]);
    let (mut reader, mut writer) = (server.client3(), server.client());
    reader.check("CLIENT TRACKING ON", "+OK");
    // What is there, what is read, what changes it.
    for (before, read, change) in [
        ("SET k v", "GET k", "APPEND k w"),
        ("SET k v", "STRLEN k", "SETRANGE k 3 x"),
        ("SET k v", "GETBIT k 1", "SETBIT k 1 0"),
        ("SET k v", "TYPE k", "UNLINK k"),
        ("SET k v", "EXISTS k", "RENAME k other"),
        ("SET other v", "EXISTS k", "RENAME other k"),
        ("SET k v", "TTL k", "EXPIRE k 100"),
        ("SET k v EX 100", "TTL k", "PERSIST k"),
        ("SET k v EX 100", "GET k", "EXPIRE k -1"),
        ("SET k v", "GET k", "GETDEL k"),
        ("SET other v", "GET k", "COPY other k"),
        ("SET k v", "GET k", "MOVE k 1"),
        ("RPUSH k a b", "LRANGE k 0 -1", "LPOP k"),
        ("RPUSH k a b", "LLEN k", "LSET k 0 c"),
        ("RPUSH k a b", "LINDEX k 0", "LMOVE k other LEFT LEFT"),
        ("SADD k a b", "SMEMBERS k", "SREM k a"),
        ("SADD other a b", "SCARD k", "SUNIONSTORE k other"),
        ("HSET k f v", "HGETALL k", "HINCRBY k g 1"),
        ("HSET k f v", "HGET k f", "HDEL k f"),
        ("ZADD k 1 a", "ZRANGE k 0 -1", "ZINCRBY k 1 a"),
        ("ZADD k 1 a", "ZSCORE k a", "ZPOPMIN k"),
        ("XADD k 1-1 f v", "XRANGE k - +", "XADD k 2-1 f v"),
        ("XADD k 1-1 f v", "XLEN k", "XTRIM k MAXLEN 0"),
        ("GEOADD k 1 1 a", "GEOPOS k a", "GEOADD k 2 2 a"),
        ("PFADD k a", "GET k", "PFADD k b"),
        ("RPUSH k 2 1", "LRANGE k 0 -1", "SORT k STORE k"),
    ] {
        writer.check("SET filler v", "+OK");
        writer.check("FLUSHALL", "+OK");
        reader.check("(more)", ">[\"invalidate\", (nil)]");
        writer.check(before, "*");
        reader.check(read, "*");
        writer.check(change, "*");
        let told = reader.recv().to_string();
        assert!(told.contains("invalidate") && told.contains("\"k\""), "{change}: {told}");
    }
}

#[test]
fn reads_that_change_something_are_told() {
    if kind_under_test() != Kind::Skein {
        // Neither tells that a group has read on.
        return;
    }
    play(
        &Server::start(&[]),
        r#"
        b: XADD s 1-1 f v                     => "1-1"
        b: XGROUP CREATE s g 0                => +OK
        a3: CLIENT TRACKING ON                => +OK
        a3: XPENDING s g                      => [:0, (nil), (nil), (nil)]
        b: XREADGROUP GROUP g c STREAMS s >   => *
        a3<                                   => >["invalidate", ["s"]]
        # The estimate is kept in the value. What was read with it is not stale by that.
        b: PFADD h a                          => :1
        a3: PFCOUNT h                         => :1
        a3 is silent
        b: PFADD h b                          => :1
        a3<                                   => >["invalidate", ["h"]]
        a3: GET h                             => *
        b: PFCOUNT h                          => :2
        a3<                                   => >["invalidate", ["h"]]
        "#,
    );
}

#[test]
fn what_goes_by_itself_or_with_all_others_is_told() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a3: CLIENT TRACKING ON    => +OK
        b: SET x 1 PX 50          => +OK
        a3: GET x                 => "1"
        a3<                       => >["invalidate", ["x"]]
        b: MSET x 1 y 1           => +OK
        a3: MGET x y              => ["1", "1"]
        b: FLUSHDB                => +OK
        a3<                       => >["invalidate", (nil)]
        b: SET x 1                => +OK
        a3 is silent
        a3: GET x                 => "1"
        a3: FLUSHALL              => +OK
        a3<                       => >["invalidate", (nil)]
        "#,
    );
    if kind_under_test() == Kind::Skein {
        // Redis and Valkey leave a cache as it is when databases are swapped.
        play(
            &server,
            r#"
            a3: CLIENT TRACKING ON    => +OK
            b: SET x 1                => +OK
            a3: GET x                 => "1"
            b: SWAPDB 0 1             => +OK
            a3<                       => >["invalidate", (nil)]
            b: HSET h f 1 g 2         => :2
            b: HPEXPIRE h 50 FIELDS 1 f   => [:1]
            a3: HGETALL h             => {"f": "1", "g": "2"}
            a3<                       => >["invalidate", ["h"]]
            a3: HGETALL h             => {"g": "2"}
            "#,
        );
    }
}

#[test]
fn invalidations_go_where_they_are_redirected() {
    let server = Server::start(&[]);
    let (mut reader, mut target, mut writer) = (server.client(), server.client(), server.client());
    let Reply::Int(id) = target.cmd(&["CLIENT", "ID"]) else { panic!("no id") };
    reader.check(&format!("CLIENT TRACKING ON REDIRECT {id}"), "+OK");
    reader.check("CLIENT GETREDIR", &format!(":{id}"));
    let state = format!("{{\"flags\": ~[\"on\"], \"redirect\": :{id}, \"prefixes\": []}}");
    reader.check("CLIENT TRACKINGINFO", &state);
    assert_eq!(
        (field(&mut reader, "flags"), field(&mut reader, "redir")),
        ("t".into(), id.to_string())
    );
    // In RESP2 only who is subscribed to something can take it.
    reader.check("GET k", "(nil)");
    writer.check("SET k 1", "+OK");
    target.check("SUBSCRIBE __redis__:invalidate", "[\"subscribe\", \"__redis__:invalidate\", :1]");
    reader.check("GET k", "\"1\"");
    writer.check("SET k 2", "+OK");
    target.check("(more)", "[\"message\", \"__redis__:invalidate\", [\"k\"]]");
    writer.check("FLUSHALL", "+OK");
    target.check("(more)", "[\"message\", \"__redis__:invalidate\", (nil)]");
    reader.check("PING", "+PONG");
    drop(target);
    wait_until("it has left", || {
        !writer.cmd(&["CLIENT", "LIST"]).text().contains(&format!("id={id} "))
    });
    reader.check("GET k", "(nil)");
    writer.check("SET k 3", "+OK");
    reader.check("PING", "+PONG");
    let state = format!(
        "{{\"flags\": ~[\"on\", \"broken_redirect\"], \"redirect\": :{id}, \"prefixes\": []}}"
    );
    reader.check("CLIENT TRACKINGINFO", &state);
    assert_eq!(field(&mut reader, "flags"), "tR");
    reader.check("CLIENT TRACKING ON BCAST", "-ERR You can't switch BCAST *");
    reader.check("CLIENT TRACKING OFF", "+OK");
    reader.check("CLIENT TRACKING ON BCAST", "+OK");
    assert_eq!(
        (field(&mut reader, "flags"), field(&mut reader, "redir")),
        ("tB".into(), "0".into())
    );
    reader.check("CLIENT TRACKING OFF", "+OK");
    assert_eq!(
        (field(&mut reader, "flags"), field(&mut reader, "redir")),
        ("N".into(), "-1".into())
    );
}

#[test]
fn in_resp3_an_idle_client_takes_redirected_invalidations_and_a_broken_redirection_is_told() {
    let server = Server::start(&[]);
    let (mut reader, mut target, mut writer) =
        (server.client3(), server.client3(), server.client());
    let Reply::Int(id) = target.cmd(&["CLIENT", "ID"]) else { panic!("no id") };
    reader.check(&format!("CLIENT TRACKING ON NOLOOP REDIRECT {id}"), "+OK");
    reader.check("GET k", "(nil)");
    writer.check("SET k 1", "+OK");
    target.check("(more)", ">[\"invalidate\", [\"k\"]]");
    drop(target);
    wait_until("it has left", || {
        !writer.cmd(&["CLIENT", "LIST"]).text().contains(&format!("id={id} "))
    });
    reader.check("MGET k l", "[\"1\", (nil)]");
    writer.check("MSET k 2 l 2", "+OK");
    for _ in 0..2 {
        reader.check("(more)", &format!(">[\"tracking-redir-broken\", :{id}]"));
    }
    assert_eq!(field(&mut reader, "flags"), "tR");
    reader.check("CLIENT TRACKING ON", "+OK");
    assert_eq!(field(&mut reader, "flags"), "t");
    reader.check("GET k", "\"2\"");
    writer.check("SET k 3", "+OK");
    reader.check("(more)", ">[\"invalidate\", [\"k\"]]");
}

#[test]
fn resp2_cannot_be_told_and_reset_ends_it() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        a: CLIENT TRACKING ON     => +OK
        a: GET k                  => (nil)
        b: SET k 1                => +OK
        a: PING                   => +PONG
        a: HELLO 3                => {"proto": :3, ...}
        a: GET k                  => "1"
        b: SET k 2                => +OK
        a<                        => >["invalidate", ["k"]]
        a: GET k                  => "2"
        a: HELLO 2                => *
        b: SET k 3                => +OK
        a: PING                   => +PONG
        a: HELLO 3                => {"proto": :3, ...}
        a: GET k                  => "3"
        a: RESET                  => +RESET
        a: CLIENT TRACKINGINFO    => {"flags": ~["off"], "redirect": :-1, "prefixes": []}
        b: SET k 4                => +OK
        a is silent
        c3: CLIENT TRACKING ON    => +OK
        c3: GET k                 => "4"
        c3: CLIENT TRACKING OFF   => +OK
        b: SET k 5                => +OK
        c3 is silent
        "#,
    );
}

#[test]
fn a_change_is_whose_request_made_it() {
    play(
        &Server::start(&[]),
        r#"
        # The pusher serves the waiter: what the waiter took away is the waiter's change.
        w3: CLIENT TRACKING ON NOLOOP    => +OK
        p3: CLIENT TRACKING ON NOLOOP    => +OK
        w3: LLEN l                       => :0
        p3: LLEN l                       => :0
        w3> BLPOP l 0
        (blocked 1)
        p3: RPUSH l x                    => :1
        w3<                              => >["invalidate", ["l"]]
        w3<                              => ["l", "x"]
        p3 is silent
        w3: LLEN m                       => :0
        p3: LLEN d                       => :0
        w3> BLMOVE m d LEFT LEFT 0
        (blocked 1)
        p3: RPUSH m x                    => :1
        w3<                              => >["invalidate", ["m"]]
        w3<                              => "x"
        p3<                              => >["invalidate", ["d"]]
        "#,
    );
}

#[test]
fn what_a_waiter_was_given_is_remembered() {
    play(
        &Server::start(&[]),
        r#"
        w3: CLIENT TRACKING ON           => +OK
        w3> XREAD BLOCK 0 STREAMS s t $ $
        (blocked 1)
        b: XADD s 1-1 f v                => "1-1"
        w3<                              => >["invalidate", ["s"]]
        w3<                              => {"s": [["1-1", ["f", "v"]]]}
        b: XADD s 1-2 f v                => "1-2"
        # Redis 7.0 remembers it only when it is asked for.
        w3: skein valkey | (more)        => >["invalidate", ["s"]]
        b: XADD t 1-2 f v                => "1-2"
        w3<                              => >["invalidate", ["t"]]
        "#,
    );
}
