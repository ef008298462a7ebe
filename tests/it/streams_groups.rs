//! Consumer groups of streams: who reads, acknowledges and claims what, and what is told about it.

use crate::harness::{Kind, Peer, Server, kind_under_test, need, play};

#[test]
fn xgroup() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XGROUP CREATE s g 0                 => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
        XGROUP CREATE s g x MKSTREAM        => -ERR Invalid stream ID specified as stream command argument
        EXISTS s                            => :0
        XGROUP CREATE s g $ MKSTREAM        => +OK
        TYPE s                              => +stream
        XLEN s                              => :0
        XGROUP CREATE s g 0                 => -BUSYGROUP Consumer Group name already exists
        XGROUP CREATE s g 0 MKSTREAM        => -BUSYGROUP Consumer Group name already exists
        XADD s 1-1 f v                      => "1-1"
        XADD s 2-1 f v                      => "2-1"
        XGROUP CREATE s h $                 => +OK
        XGROUP CREATE s i 1 ENTRIESREAD 1   => +OK
        skein | XGROUP CREATE s j 2-1 ENTRIESREAD 99 => +OK
        skein | XINFO GROUPS s              => [*, {"name": "h", "last-delivered-id": "2-1", "entries-read": (nil), "lag": :0, ...}, {"name": "i", "last-delivered-id": "1-0", "entries-read": :1, ...}, {"name": "j", "entries-read": :2, ...}]
        XGROUP CREATE s k 0 ENTRIESREAD -2  => -ERR value for ENTRIESREAD must be positive or -1
        XGROUP CREATE s k 0 ENTRIESREAD x   => -ERR value is not an integer or out of range
        XGROUP CREATE s k 0 ENTRIESREAD     => -ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.
        XGROUP create s k 0 WHAT            => -ERR unknown subcommand or wrong number of arguments for 'create'. Try XGROUP HELP.
        XGROUP SETID s h 1-1                => +OK
        XGROUP SETID s h -                  => +OK
        XGROUP SETID s h $ ENTRIESREAD 2    => +OK
        XGROUP SETID s h 0 MKSTREAM         => -ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.
        XGROUP SETID s h x                  => -ERR Invalid stream ID specified as stream command argument
        XGROUP SETID s nobody 0             => -NOGROUP No such consumer group 'nobody' for key name 's'
        XGROUP CREATECONSUMER s h alice     => :1
        XGROUP CREATECONSUMER s h alice     => :0
        XGROUP CREATECONSUMER s nobody a    => -NOGROUP No such consumer group 'nobody' for key name 's'
        XGROUP DELCONSUMER s h bob          => :0
        XGROUP SETID s h 0                  => +OK
        XREADGROUP GROUP h alice STREAMS s > => [["s", [["1-1", ["f", "v"]], ["2-1", ["f", "v"]]]]]
        XGROUP DELCONSUMER s h alice        => :2
        XPENDING s h                        => [:0, (nil), (nil), (nil array)]
        XGROUP DELCONSUMER s nobody a       => -NOGROUP No such consumer group 'nobody' for key name 's'
        XGROUP DESTROY s h                  => :1
        XGROUP DESTROY s h                  => :0
        XGROUP DESTROY missing h            => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
        XGROUP SETID missing h 0            => -ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.
        XGROUP CREATE s                     => -ERR wrong number of arguments for 'xgroup|create' command
        XGROUP WHAT s                       => -ERR unknown subcommand 'WHAT'. Try XGROUP HELP.
        (list l)
        XGROUP CREATE l g 0 MKSTREAM        => -WRONGTYPE Operation against a key holding the wrong kind of value
        XGROUP DESTROY l g                  => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xreadgroup() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f 1                      => "1-1"
        XADD s 2-1 f 2                      => "2-1"
        XADD s 3-1 f 3                      => "3-1"
        XGROUP CREATE s g 0                 => +OK
        XREADGROUP GROUP g a COUNT 1 STREAMS s > => [["s", [["1-1", ["f", "1"]]]]]
        XREADGROUP GROUP g b STREAMS s >    => [["s", [["2-1", ["f", "2"]], ["3-1", ["f", "3"]]]]]
        XREADGROUP GROUP g a STREAMS s >    => (nil array)
        XREADGROUP GROUP g a BLOCK 1 STREAMS s > => (nil array)
        # What is pending for a consumer; nothing is an answer too.
        XREADGROUP GROUP g b STREAMS s 0    => [["s", [["2-1", ["f", "2"]], ["3-1", ["f", "3"]]]]]
        XREADGROUP GROUP g b COUNT 1 STREAMS s 2-1 => [["s", [["3-1", ["f", "3"]]]]]
        XREADGROUP GROUP g c STREAMS s 0    => [["s", []]]
        XREADGROUP GROUP g b BLOCK 0 STREAMS s 3-1 => [["s", []]]
        XPENDING s g - + 10                 => [["1-1", "a", :*, :1], ["2-1", "b", :*, :2], ["3-1", "b", :*, :3]]
        XDEL s 2-1                          => :1
        XREADGROUP GROUP g b STREAMS s 0    => [["s", [["2-1", (nil array)], ["3-1", ["f", "3"]]]]]
        XADD s 4-1 f 4                      => "4-1"
        XREADGROUP NOACK GROUP g a STREAMS s > => [["s", [["4-1", ["f", "4"]]]]]
        XPENDING s g - + 10 a               => [["1-1", "a", :*, :1]]
        # A group that is set back delivers anew what is pending.
        XGROUP SETID s g 2                  => +OK
        XREADGROUP GROUP g c STREAMS s >    => [["s", [["3-1", ["f", "3"]], ["4-1", ["f", "4"]]]]]
        XPENDING s g - + 10                 => [["1-1", "a", :*, :1], ["2-1", "b", :*, :2], ["3-1", "c", :*, :1], ["4-1", "c", :*, :1]]
        XADD t 1-1 f 1                      => "1-1"
        XGROUP CREATE t g $                 => +OK
        XREADGROUP GROUP g b STREAMS t s > 0 => [["s", [["2-1", (nil array)]]]]
        XREADGROUP COUNT 1 GROUP g streams STREAMS t > => (nil array)
        XREADGROUP GROUP g a STREAMS t u > > => -NOGROUP No such key 'u' or consumer group 'g' in XREADGROUP with GROUP option
        XREADGROUP GROUP h a STREAMS s >    => -NOGROUP No such key 's' or consumer group 'h' in XREADGROUP with GROUP option
        XREADGROUP GROUP g a STREAMS s $    => -ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.
        skein valkey | XREADGROUP GROUP g a STREAMS s + => -ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.
        XREADGROUP GROUP g a STREAMS s x    => -ERR Invalid stream ID specified as stream command argument
        XREADGROUP COUNT 1 NOACK STREAMS s > => -ERR Missing GROUP option for XREADGROUP
        XREADGROUP GROUP g a COUNT 1 s >    => -ERR syntax error
        skein | XREADGROUP GROUP g a STREAMS s t > => -ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.
        XREADGROUP GROUP g STREAMS s >      => -ERR wrong number of arguments for 'xreadgroup' command
        XREADGROUP GROUP g a BLOCK -1 STREAMS s > => -ERR timeout is negative
        (list l)
        XREADGROUP GROUP g a STREAMS s l > > => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        XREADGROUP GROUP g a STREAMS s t 0 0 => {"s": [["1-1", ["f", "1"]]], "t": []}
        XREADGROUP GROUP g a STREAMS s >    => (nil)
    "#,
    );
}

#[test]
fn waiting_consumers_share_what_comes() {
    if kind_under_test() == Kind::Redis {
        return; // 7.0 adds consumers later, and says otherwise what ended a wait.
    }
    play(
        &Server::start(&[]),
        r#"
        w: XGROUP CREATE s g $ MKSTREAM         => +OK
        w: XGROUP CREATE s h $                  => +OK
        a> XREADGROUP GROUP g a BLOCK 0 STREAMS s >
        (blocked 1)
        b> XREADGROUP GROUP g b BLOCK 0 STREAMS s >
        (blocked 2)
        c3> XREADGROUP GROUP h c BLOCK 20000 COUNT 5 NOACK STREAMS s >
        (blocked 3)
        # They are known though they have nothing yet.
        w: XINFO GROUPS s                       => [{"name": "g", "consumers": :2, ...}, {"name": "h", "consumers": :1, ...}]
        w: XADD s 1-1 f 1                       => "1-1"
        a<                                      => [["s", [["1-1", ["f", "1"]]]]]
        c3<                                     => {"s": [["1-1", ["f", "1"]]]}
        b is silent
        w: XACK s g 1-1                         => :1
        b is silent
        w: XADD s 2-1 f 2                       => "2-1"
        b<                                      => [["s", [["2-1", ["f", "2"]]]]]
        w: XPENDING s g                         => [:1, "2-1", "2-1", [["b", "1"]]]
        w: XPENDING s h                         => [:0, (nil), (nil), (nil array)]
    "#,
    );
}

#[test]
fn a_waiting_consumer_is_told_that_its_group_goes() {
    if kind_under_test() == Kind::Redis {
        return; // 7.0 adds consumers later, and says otherwise what ended a wait.
    }
    play(
        &Server::start(&[]),
        r#"
        w: XGROUP CREATE s g $ MKSTREAM         => +OK
        w: XGROUP CREATE t g $ MKSTREAM         => +OK
        a> XREADGROUP GROUP g a BLOCK 0 STREAMS t s > >
        (blocked 1)
        b> XREADGROUP GROUP g b BLOCK 0 STREAMS t >
        (blocked 2)
        w: XGROUP DESTROY s g                   => :1
        a<                                      => -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option
        w: DEL t                                => :1
        b<                                      => -NOGROUP No such key 't' or consumer group 'g' in XREADGROUP with GROUP option
        w: XGROUP CREATE t g $ MKSTREAM         => +OK
        b> XREADGROUP GROUP g b BLOCK 0 STREAMS t >
        (blocked 1)
        w: SET t string                         => +OK
        b<                                      => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xack_and_xpending() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f 1                      => "1-1"
        XADD s 2-1 f 2                      => "2-1"
        XADD s 3-1 f 3                      => "3-1"
        XGROUP CREATE s g 0                 => +OK
        XREADGROUP GROUP g a COUNT 2 STREAMS s > => [["s", [*, *]]]
        XREADGROUP GROUP g b STREAMS s >    => [["s", [*]]]
        XPENDING s g                        => [:3, "1-1", "3-1", [["a", "2"], ["b", "1"]]]
        XPENDING s g - + 10                 => [["1-1", "a", :0..60000, :1], ["2-1", "a", :*, :1], ["3-1", "b", :*, :1]]
        XPENDING s g (1-1 + 1               => [["2-1", "a", :*, :1]]
        XPENDING s g - + 10 b               => [["3-1", "b", :*, :1]]
        XPENDING s g - + 10 nobody          => []
        XPENDING s g 3 1 10                 => []
        XPENDING s g - + -1                 => []
        XPENDING s g - + 9223372036854775807 => [*, *, *]
        XPENDING s g IDLE 10000000 - + 10   => []
        XPENDING s g IDLE 0 - + 10 b        => [["3-1", "b", :*, :1]]
        XPENDING s g - + 10 b ignored       => [["3-1", "b", :*, :1]]
        XPENDING s g - +                    => -ERR syntax error
        XPENDING s g IDLE 0 - +             => -ERR syntax error
        XPENDING s g IDLE x - + 10          => -ERR value is not an integer or out of range
        XPENDING s g - + ten                => -ERR value is not an integer or out of range
        XPENDING s g x + 10                 => -ERR Invalid stream ID specified as stream command argument
        XPENDING s h                        => -NOGROUP No such key 's' or consumer group 'h'
        XPENDING missing g                  => -NOGROUP No such key 'missing' or consumer group 'g'
        XACK s g 1-1 1-1 9-9                => :1
        XACK s g 2-1 x                      => -ERR Invalid stream ID specified as stream command argument
        XACK s h x                          => :0
        XACK missing g x                    => :0
        XACK s g 2-1 3-1                    => :2
        XPENDING s g                        => [:0, (nil), (nil), (nil array)]
        XPENDING s g - + 10                 => []
        XACK s g                            => -ERR wrong number of arguments for 'xack' command
        (list l)
        XACK l g 1-1                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        XPENDING l g                        => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().check("XPENDING s g", "[:0, (nil), (nil), (nil)]");
}

#[test]
fn xclaim() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f 1                      => "1-1"
        XADD s 2-1 f 2                      => "2-1"
        XADD s 3-1 f 3                      => "3-1"
        XGROUP CREATE s g 0                 => +OK
        XREADGROUP GROUP g a COUNT 2 STREAMS s > => [["s", [*, *]]]
        XCLAIM s g b 1000000 1-1 2-1        => []
        XCLAIM s g b 0 1-1 3-1 9-9          => [["1-1", ["f", "1"]]]
        XPENDING s g - + 10                 => [["1-1", "b", :*, :2], ["2-1", "a", :*, :1]]
        XCLAIM s g b 0 2-1 JUSTID           => ["2-1"]
        XCLAIM s g b 0 3-1 FORCE JUSTID     => ["3-1"]
        XPENDING s g - + 10                 => [["1-1", "b", :*, :2], ["2-1", "b", :*, :1], ["3-1", "b", :*, :1]]
        XCLAIM s g a 0 1-1 IDLE 500000 RETRYCOUNT 7 => [["1-1", ["f", "1"]]]
        XCLAIM s g a 0 2-1 TIME 1000 RETRYCOUNT -1 => [["2-1", ["f", "2"]]]
        XCLAIM s g a 0 3-1 TIME 99999999999999 => [["3-1", ["f", "3"]]]
        XPENDING s g - + 10                 => [["1-1", "a", :500000..600000, :7], ["2-1", "a", :1000000000000..9999999999999, :2], ["3-1", "a", :0..60000, :2]]
        XCLAIM s g c 400000 1-1 2-1 3-1 JUSTID => ["1-1", "2-1"]
        # What is deleted is pending no longer once it is to be claimed.
        XDEL s 1-1                          => :1
        XCLAIM s g a 0 1-1                  => []
        XPENDING s g                        => [:2, "2-1", "3-1", [["a", "1"], ["c", "1"]]]
        XCLAIM s g a 0 0-1 LASTID 9-1       => []
        XINFO GROUPS s                      => [{"last-delivered-id": "9-1", ...}]
        XCLAIM s g a 0 0-1 LASTID 8-1       => []
        XINFO GROUPS s                      => [{"last-delivered-id": "9-1", ...}]
        XCLAIM s g a x 1-1                  => -ERR Invalid min-idle-time argument for XCLAIM
        XCLAIM s g a 0 1-1 IDLE x           => -ERR Invalid IDLE option argument for XCLAIM
        XCLAIM s g a 0 1-1 TIME x           => -ERR Invalid TIME option argument for XCLAIM
        XCLAIM s g a 0 1-1 RETRYCOUNT x     => -ERR Invalid RETRYCOUNT option argument for XCLAIM
        XCLAIM s g a 0 1-1 LASTID x         => -ERR Invalid stream ID specified as stream command argument
        XCLAIM s g a 0 1-1 What             => -ERR Unrecognized XCLAIM option 'What'
        XCLAIM s g a 0 1-1 IDLE             => -ERR Unrecognized XCLAIM option 'IDLE'
        XCLAIM s g a -5 0-1 IDLE -9223372036854775808 => []
        XCLAIM s h a x 1-1                  => -NOGROUP No such key 's' or consumer group 'h'
        XCLAIM missing g a 0 1-1            => -NOGROUP No such key 'missing' or consumer group 'g'
        (list l)
        XCLAIM l g a 0 1-1                  => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xautoclaim() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f 1                      => "1-1"
        XADD s 2-1 f 2                      => "2-1"
        XADD s 3-1 f 3                      => "3-1"
        XADD s 4-1 f 4                      => "4-1"
        XGROUP CREATE s g 0                 => +OK
        XREADGROUP GROUP g a STREAMS s >    => [["s", [*, *, *, *]]]
        XAUTOCLAIM s g b 1000000 0          => ["0-0", [], []]
        XDEL s 2-1                          => :1
        XAUTOCLAIM s g b 0 0 COUNT 2        => ["3-1", [["1-1", ["f", "1"]]], ["2-1"]]
        XAUTOCLAIM s g b 0 3-1 JUSTID       => ["0-0", ["3-1", "4-1"], []]
        XAUTOCLAIM s g b 0 (3-1 COUNT 1     => ["0-0", [["4-1", ["f", "4"]]], []]
        XAUTOCLAIM s g b 0 - COUNT 1        => ["3-1", [["1-1", ["f", "1"]]], []]
        XAUTOCLAIM s g b 0 0 COUNT 1000     => ["0-0", [*, *, *], []]
        XPENDING s g - + 10                 => [["1-1", "b", :*, :4], ["3-1", "b", :*, :2], ["4-1", "b", :*, :3]]
        skein | XAUTOCLAIM s g b 0 0 COUNT 576460752303423487 => ["0-0", [*, *, *], []]
        XAUTOCLAIM s g b 0 0 COUNT 0        => -ERR COUNT must be > 0
        XAUTOCLAIM s g b 0 0 COUNT x        => -ERR COUNT must be > 0
        XAUTOCLAIM s g b 0 0 COUNT 576460752303423488 => -ERR COUNT must be > 0
        XAUTOCLAIM s g b x 0                => -ERR Invalid min-idle-time argument for XAUTOCLAIM
        XAUTOCLAIM s g b 0 x                => -ERR Invalid stream ID specified as stream command argument
        XAUTOCLAIM s g b 0 (18446744073709551615-18446744073709551615 => -ERR invalid start ID for the interval
        XAUTOCLAIM s g b 0 0 WHAT           => -ERR syntax error
        XAUTOCLAIM s h b 0 0                => -NOGROUP No such key 's' or consumer group 'h'
        XAUTOCLAIM missing g b 0 0          => -NOGROUP No such key 'missing' or consumer group 'g'
        (list l)
        XAUTOCLAIM l g b 0 0                => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xinfo() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f 1                      => "1-1"
        XADD s 2-1 f 2                      => "2-1"
        XADD s 3-1 f 3                      => "3-1"
        XGROUP CREATE s g 0                 => +OK
        XGROUP CREATECONSUMER s g idle      => :1
        XREADGROUP GROUP g busy COUNT 2 STREAMS s > => [["s", [*, *]]]
        XINFO STREAM s                      => {"length": :3, "radix-tree-keys": :1, "radix-tree-nodes": :2, "last-generated-id": "3-1", "max-deleted-entry-id": "0-0", "entries-added": :3, "recorded-first-entry-id": "1-1", "groups": :1, "first-entry": ["1-1", ["f", "1"]], "last-entry": ["3-1", ["f", "3"]]}
        XINFO GROUPS s                      => [{"name": "g", "consumers": :2, "pending": :2, "last-delivered-id": "2-1", "entries-read": :2, "lag": :1}]
        skein valkey | XINFO CONSUMERS s g  => [{"name": "busy", "pending": :2, "idle": :0..60000, "inactive": :0..60000}, {"name": "idle", "pending": :0, "idle": :0..60000, "inactive": :-1}]
        skein valkey | XINFO STREAM s FULL COUNT 1 => {"length": :3, "entries": [["1-1", ["f", "1"]]], "groups": [{"name": "g", "last-delivered-id": "2-1", "entries-read": :2, "lag": :1, "pel-count": :2, "pending": [["1-1", "busy", :*, :1]], "consumers": [{"name": "busy", "seen-time": :*, "active-time": :*, "pel-count": :2, "pending": [["1-1", :*, :1]]}, {"name": "idle", "seen-time": :*, "active-time": :-1, "pel-count": :0, "pending": []}]}], ...}
        XINFO STREAM s FULL COUNT 0         => {"entries": [*, *, *], ...}
        XINFO STREAM s FULL COUNT -1        => {"entries": [*, *, *], ...}
        XINFO STREAM s FULL COUNT x         => -ERR value is not an integer or out of range
        XINFO STREAM s FULL COUNT           => -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
        XINFO STREAM s FULL WHAT 1          => -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
        XINFO STREAM s WHAT                 => -ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.
        XINFO STREAM missing WHAT           => -ERR no such key
        XINFO GROUPS missing                => -ERR no such key
        XINFO CONSUMERS missing g           => -ERR no such key
        XINFO CONSUMERS s h                 => -NOGROUP No such consumer group 'h' for key name 's'
        XINFO CONSUMERS s                   => -ERR wrong number of arguments for 'xinfo|consumers' command
        XINFO WHAT s                        => -ERR unknown subcommand 'WHAT'. Try XINFO HELP.
        (list l)
        XINFO STREAM l                      => -WRONGTYPE Operation against a key holding the wrong kind of value
        XINFO GROUPS l                      => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        XINFO GROUPS s                      => [{"name": "g", "consumers": :2, "pending": :2, "last-delivered-id": "2-1", "entries-read": :2, "lag": :1}]
    "#,
    );
    assert_eq!(server.client().cmd(&["XINFO", "HELP"]).items().len(), 9);
    assert_eq!(server.client().cmd(&["XGROUP", "HELP"]).items().len(), 17);
}

#[test]
fn lag_is_told_where_it_is_known() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XGROUP CREATE s g 0 MKSTREAM        => +OK
        XINFO GROUPS s                      => [{"entries-read": (nil), "lag": :0, ...}]
        XADD s 1-0 f v                      => "1-0"
        XADD s 2-0 f v                      => "2-0"
        XADD s 3-0 f v                      => "3-0"
        XADD s 4-0 f v                      => "4-0"
        XADD s 5-0 f v                      => "5-0"
        XDEL s 3-0                          => :1
        XINFO GROUPS s                      => [{"entries-read": (nil), "lag": (nil), ...}]
        XREADGROUP GROUP g c COUNT 1 STREAMS s > => *
        XINFO GROUPS s                      => [{"entries-read": (nil), "lag": (nil), ...}]
        XREADGROUP GROUP g c STREAMS s >    => *
        XINFO GROUPS s                      => [{"entries-read": :5, "lag": :0, ...}]
        XADD s 6-0 f v                      => "6-0"
        XINFO GROUPS s                      => [{"entries-read": :5, "lag": :1, ...}]
        XGROUP CREATE s h 0                 => +OK
        XTRIM s MINID 5-0                   => :3
        skein | XINFO GROUPS s              => [{"entries-read": :5, "lag": :1, ...}, {"entries-read": (nil), "lag": :2, ...}]
        XTRIM s MAXLEN 0                    => :2
        skein | XINFO GROUPS s              => [{"entries-read": :5, "lag": :0, ...}, {"lag": :0, ...}]
    "#,
    );
}

#[test]
fn groups_travel_to_and_from_redis() {
    let Some(redis) = need(Peer::RedisServer) else { return };
    let (ours, theirs) = (Server::start(&[]), Server::start_binary(&redis, &[]));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    for client in [&mut ours, &mut theirs] {
        client.talk(
            r#"
            XADD s 1-1 name value number 17     => "1-1"
            XADD s 1-2 name other number -5     => "1-2"
            XADD s 7-0 different fields         => "7-0"
            XADD s 9-0 name deleted number 0    => "9-0"
            XADD s 9-9 name "\x00\xff" number 1.5 => "9-9"
            XDEL s 9-0                          => :1
            XGROUP CREATE s g 0                 => +OK
            XGROUP CREATE s h 7-0               => +OK
            XREADGROUP GROUP g a COUNT 2 STREAMS s > => *
            XREADGROUP GROUP g b STREAMS s >    => *
            XCLAIM s g a 0 1-1 TIME 1700000000000 => *
        "#,
        );
    }
    let digest = ours.cmd(&["DEBUG", "DIGEST-VALUE", "s"]).to_string();
    assert_eq!(digest, theirs.cmd(&["DEBUG", "DIGEST-VALUE", "s"]).to_string());
    let dump = theirs.cmd(&["DUMP", "s"]).bytes().expect("a dump").to_vec();
    let restored = ours.cmd(&[b"RESTORE".as_slice(), b"t", b"0", &dump]);
    assert_eq!(restored.to_string(), "+OK");
    for client in [&mut ours, &mut theirs] {
        client.check("COPY s u", ":1");
        client.check("OBJECT ENCODING u", "\"stream\"");
    }
    let questions = [
        "XRANGE {} - +",
        "XPENDING {} g",
        "XINFO GROUPS {}",
        "XREADGROUP GROUP g a STREAMS {} 0",
        "XADD {} 9-9 f v",
    ];
    for key in ["t", "u"] {
        for question in questions {
            let ask = |key| question.replace("{}", key);
            let answer = ours.cmd(&ask(key).split(' ').collect::<Vec<_>>()).to_string();
            let expected = theirs.cmd(&ask("s").split(' ').collect::<Vec<_>>()).to_string();
            assert_eq!(answer.replace(&format!("\"{key}\""), "\"s\""), expected, "{question}");
        }
    }
}
