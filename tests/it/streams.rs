//! Streams without groups: a conversation for each command that adds, reads or deletes entries.

use crate::harness::{Server, encode, play};

#[test]
fn xadd_takes_ids_in_every_form() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f v                      => "1-1"
        XADD s 1-* f v                      => "1-2"
        XADD s 5 f v                        => "5-0"
        XADD s 5-* f v g w                  => "5-1"
        XADD s " +007-+1" f v               => "7-1"
        XADD s 7-1 f v                      => -ERR The ID specified in XADD is equal or smaller than the target stream top item
        XADD s 6-* f v                      => -ERR The ID specified in XADD is equal or smaller than the target stream top item
        XADD s 0-0 f v                      => -ERR The ID specified in XADD must be greater than 0-0
        XADD new 0-0 f v                    => -ERR The ID specified in XADD must be greater than 0-0
        EXISTS new                          => :0
        XADD new 0-* f v                    => "0-1"
        TYPE new                            => +stream
        OBJECT ENCODING new                 => "stream"
        XADD s - f v                        => -ERR Invalid stream ID specified as stream command argument
        XADD s 8-1-1 f v                    => -ERR Invalid stream ID specified as stream command argument
        XADD s -1-0 f v                     => -ERR Invalid stream ID specified as stream command argument
        XADD s *-1 f v                      => -ERR Invalid stream ID specified as stream command argument
        XADD s 18446744073709551616 f v     => -ERR Invalid stream ID specified as stream command argument
        XADD s 8-1 f                        => -ERR wrong number of arguments for 'xadd' command
        XADD s 8-1 f v g                    => -ERR wrong number of arguments for 'xadd' command
        XADD s MAXLEN 5 NOMKSTREAM          => -ERR wrong number of arguments for 'xadd' command
        XADD s NOMKSTREAM 8-1 f v           => "8-1"
        XADD missing NOMKSTREAM 8-1 f v     => (nil)
        XADD missing NOMKSTREAM * f v       => (nil)
        EXISTS missing                      => :0
        XADD s 18446744073709551615-* f v   => "18446744073709551615-0"
        XADD s 18446744073709551615-18446744073709551615 f v => "18446744073709551615-18446744073709551615"
        XADD s * f v                        => -ERR The stream has exhausted the last possible ID, unable to add more items
        XLEN s                              => :8
        XLEN missing                        => :0
        (list l)
        XADD l * f v                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        XADD l NOMKSTREAM * f v             => -WRONGTYPE Operation against a key holding the wrong kind of value
        XLEN l                              => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn generated_ids_ascend_with_the_clock() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let mut last = (0, 0);
    for _ in 0..200 {
        let id = client.cmd(&["XADD", "s", "*", "f", "v"]).text();
        let (ms, seq) = id.split_once('-').expect("an ID");
        let id: (u64, u64) = (ms.parse().expect("a time"), seq.parse().expect("a number"));
        assert!(id > last, "{id:?} after {last:?}");
        last = id;
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now_ms = now.expect("the clock is past 1970").as_millis() as u64;
    assert!(last.0.abs_diff(now_ms) < 60_000, "{last:?} at {now_ms}");
    // The clock may be behind the last ID.
    client.check(&format!("XADD s {}-5 f v", now_ms + 10_000_000), "*");
    client.check("XADD s * f v", &format!("\"{}-6\"", now_ms + 10_000_000));
}

#[test]
fn xrange_and_xrevrange() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 a 1                      => "1-1"
        XADD s 1-2 a 2                      => "1-2"
        XADD s 2-0 b 3 a 17                 => "2-0"
        XADD s 3-5 c "\x00\xff"             => "3-5"
        XRANGE s - +                        => [["1-1", ["a", "1"]], ["1-2", ["a", "2"]], ["2-0", ["b", "3", "a", "17"]], ["3-5", ["c", "\x00\xff"]]]
        XRANGE s 1 1                        => [["1-1", ["a", "1"]], ["1-2", ["a", "2"]]]
        XRANGE s (1-1 (3-5                  => [["1-2", ["a", "2"]], ["2-0", ["b", "3", "a", "17"]]]
        XRANGE s (1 (3                      => [["1-1", ["a", "1"]], ["1-2", ["a", "2"]], ["2-0", ["b", "3", "a", "17"]], ["3-5", ["c", "\x00\xff"]]]
        XRANGE s - + COUNT 1                => [["1-1", ["a", "1"]]]
        XRANGE s - + COUNT 5 COUNT 1        => [["1-1", ["a", "1"]]]
        XRANGE s - + COUNT 9223372036854775807 => [*, *, *, *]
        XRANGE s - + COUNT 0                => (nil array)
        XRANGE s - + COUNT -5               => (nil array)
        XRANGE s 3 2                        => []
        XRANGE s + -                        => []
        XRANGE missing - +                  => []
        XRANGE missing - + COUNT 0          => []
        XREVRANGE s + -                     => [["3-5", ["c", "\x00\xff"]], ["2-0", ["b", "3", "a", "17"]], ["1-2", ["a", "2"]], ["1-1", ["a", "1"]]]
        XREVRANGE s (3-5 1-2                => [["2-0", ["b", "3", "a", "17"]], ["1-2", ["a", "2"]]]
        XREVRANGE s + - COUNT 1             => [["3-5", ["c", "\x00\xff"]]]
        XREVRANGE s + - COUNT 0             => (nil array)
        XREVRANGE s 1 2                     => []
        XRANGE s (- +                       => -ERR Invalid stream ID specified as stream command argument
        XRANGE s (18446744073709551615-18446744073709551615 + => -ERR invalid start ID for the interval
        XRANGE s - (0-0                     => -ERR invalid end ID for the interval
        XRANGE s 1-x +                      => -ERR Invalid stream ID specified as stream command argument
        XRANGE s - + COUNT                  => -ERR syntax error
        XRANGE s - + COUNT x                => -ERR value is not an integer or out of range
        XRANGE s - + WHAT 1                 => -ERR syntax error
        XREVRANGE s + - COUNT               => -ERR syntax error
        (list l)
        XRANGE l - +                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        XREVRANGE l + -                     => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        XRANGE s 1-1 1-1                    => [["1-1", ["a", "1"]]]
        XRANGE s - + COUNT 0                => (nil)
    "#,
    );
}

#[test]
fn xtrim_and_the_trimming_of_xadd() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for ms in 1..=10 {
        client.check(&format!("XADD s {ms}-1 n {ms}"), &format!("\"{ms}-1\""));
    }
    client.talk(
        r#"
        XTRIM s MAXLEN 8                    => :2
        XTRIM s MAXLEN = 8                  => :0
        XTRIM s MAXLEN ~ 1                  => :0
        XTRIM s MINID 4                     => :1
        XTRIM s MINID = 5-1                 => :1
        XTRIM s MINID ~ 9 LIMIT 0           => :0
        XTRIM missing MAXLEN 0              => :0
        XADD s MAXLEN 3 11-1 n 11           => "11-1"
        XRANGE s - +                        => [["9-1", ["n", "9"]], ["10-1", ["n", "10"]], ["11-1", ["n", "11"]]]
        XADD s MINID 11 12-1 n 12           => "12-1"
        XLEN s                              => :2
        XADD s MAXLEN 0 13-1 n 13           => "13-1"
        XLEN s                              => :0
        EXISTS s                            => :1
        XADD s MAXLEN ~ 5 LIMIT 10 14-1 f v => "14-1"
        XTRIM s MAXLEN -1                   => -ERR The MAXLEN argument must be >= 0.
        XTRIM s MAXLEN x                    => -ERR value is not an integer or out of range
        XTRIM s MAXLEN ~ 5 LIMIT -1         => -ERR The LIMIT argument must be >= 0.
        XTRIM s MAXLEN 5 LIMIT 5            => -ERR syntax error, LIMIT cannot be used without the special ~ option
        XTRIM s MAXLEN 5 LIMIT 0            => -ERR syntax error, LIMIT cannot be used without the special ~ option
        XTRIM s LIMIT 5                     => -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
        XTRIM s MAXLEN 5 MINID 5            => -ERR syntax error, MAXLEN and MINID options at the same time are not compatible
        XTRIM s MINID x                     => -ERR Invalid stream ID specified as stream command argument
        XTRIM s WHAT 5                      => -ERR syntax error
        XTRIM s MAXLEN                      => -ERR wrong number of arguments for 'xtrim' command
        XADD s LIMIT 5 * f v                => -ERR syntax error, LIMIT cannot be used without specifying a trimming strategy
        XADD s MAXLEN 5 MINID 5 * f v       => -ERR syntax error, MAXLEN and MINID options at the same time are not compatible
        XADD s MAXLEN 5 LIMIT 5 * f v       => -ERR syntax error, LIMIT cannot be used without the special ~ option
        XADD s MAXLEN ~ 5 MAXLEN            => -ERR Invalid stream ID specified as stream command argument
        (list l)
        XTRIM l MAXLEN 0                    => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn approximate_trimming_takes_whole_nodes_within_its_limit() {
    let server = Server::start(&["--stream-node-max-entries", "10"]);
    let mut client = server.client();
    for ms in 1..=100 {
        client.check(&format!("XADD s {ms}-1 n {ms}"), "*");
    }
    client.talk(
        r#"
        XTRIM s MAXLEN ~ 55                 => :40
        XTRIM s MINID ~ 75 LIMIT 20         => :20
        XTRIM s MAXLEN ~ 0 LIMIT 15         => :10
        XTRIM s MAXLEN ~ 0 LIMIT 5          => :0
        XTRIM s MAXLEN 29                   => :1
        XINFO STREAM s                      => {"length": :29, "radix-tree-keys": :3, "first-entry": ["72-1", ["n", "72"]], "recorded-first-entry-id": "72-1", "entries-added": :100, ...}
    "#,
    );
}

#[test]
fn xdel_leaves_the_counters() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 f v                      => "1-1"
        XADD s 2-1 f v                      => "2-1"
        XADD s 3-1 f v                      => "3-1"
        XDEL s 2-1 2-1 9-9                  => :1
        XDEL s 3-1 1-1                      => :2
        XLEN s                              => :0
        EXISTS s                            => :1
        XINFO STREAM s                      => {"length": :0, "radix-tree-keys": :0, "radix-tree-nodes": :1, "last-generated-id": "3-1", "max-deleted-entry-id": "3-1", "entries-added": :3, "recorded-first-entry-id": "0-0", "groups": :0, "first-entry": (nil), "last-entry": (nil)}
        XADD s 3-1 f v                      => -ERR The ID specified in XADD is equal or smaller than the target stream top item
        XADD s 3-* f v                      => "3-2"
        XDEL s 3-2 x                        => -ERR Invalid stream ID specified as stream command argument
        XLEN s                              => :1
        XDEL missing x                      => :0
        XDEL s                              => -ERR wrong number of arguments for 'xdel' command
        (list l)
        XDEL l 1-1                          => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xsetid() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XSETID s 1-1                        => -ERR no such key
        XADD s 5-1 f v                      => "5-1"
        XADD s 6-1 f v                      => "6-1"
        XSETID s 7-1                        => +OK
        XADD s 7-1 f v                      => -ERR The ID specified in XADD is equal or smaller than the target stream top item
        XSETID s 6-0                        => -ERR The ID specified in XSETID is smaller than the target stream top item
        XSETID s 8-1 ENTRIESADDED 20 MAXDELETEDID 4-1 => +OK
        XINFO STREAM s                      => {"last-generated-id": "8-1", "max-deleted-entry-id": "4-1", "entries-added": :20, ...}
        XSETID s 9-1 ENTRIESADDED 1         => -ERR The entries_added specified in XSETID is smaller than the target stream length
        XSETID s 9-1 ENTRIESADDED -1        => -ERR entries_added must be positive
        XSETID s 9-1 ENTRIESADDED x         => -ERR value is not an integer or out of range
        XSETID s 9-1 MAXDELETEDID 9-2       => -ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id
        XSETID s x                          => -ERR Invalid stream ID specified as stream command argument
        XSETID s 9-1 WHAT                   => -ERR syntax error
        XDEL s 6-1                          => :1
        skein valkey | XSETID s 5-5         => -ERR The ID specified in XSETID is smaller than current max_deleted_entry_id
        (list l)
        XSETID l 1-1                        => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xread() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        XADD s 1-1 a 1                      => "1-1"
        XADD s 2-1 a 2                      => "2-1"
        XADD t 1-5 b 3                      => "1-5"
        XREAD STREAMS s 0                   => [["s", [["1-1", ["a", "1"]], ["2-1", ["a", "2"]]]]]
        XREAD STREAMS s 1-1                 => [["s", [["2-1", ["a", "2"]]]]]
        XREAD STREAMS s 1                   => [["s", [["1-1", ["a", "1"]], ["2-1", ["a", "2"]]]]]
        XREAD STREAMS s 2-1                 => (nil array)
        XREAD STREAMS s $                   => (nil array)
        XREAD STREAMS missing 0             => (nil array)
        XREAD STREAMS s 18446744073709551615-18446744073709551615 => (nil array)
        XREAD COUNT 1 STREAMS s t 0 0       => [["s", [["1-1", ["a", "1"]]]], ["t", [["1-5", ["b", "3"]]]]]
        XREAD COUNT 0 STREAMS s t 2-1 0     => [["t", [["1-5", ["b", "3"]]]]]
        XREAD COUNT -1 streams missing s $ 1-1 => [["s", [["2-1", ["a", "2"]]]]]
        XREAD STREAMS streams s 0 1-1       => [["s", [["2-1", ["a", "2"]]]]]
        XREAD BLOCK 1 STREAMS s $           => (nil array)
        XREAD BLOCK 100000 STREAMS s 1-1    => [["s", [["2-1", ["a", "2"]]]]]
        skein valkey | XREAD STREAMS s +    => [["s", [["2-1", ["a", "2"]]]]]
        skein valkey | XREAD COUNT 5 STREAMS s t missing + + + => [["s", [["2-1", ["a", "2"]]]], ["t", [["1-5", ["b", "3"]]]]]
        XDEL s 2-1                          => :1
        XREAD STREAMS s 1-1                 => (nil array)
        # The last entry, though its ID is not the last.
        skein | XREAD STREAMS s +           => [["s", [["1-1", ["a", "1"]]]]]
        skein | XREAD STREAMS a b 0         => -ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must be specified.
        XREAD STREAMS s                     => -ERR wrong number of arguments for 'xread' command
        XREAD COUNT 1 STREAMS               => -ERR syntax error
        XREAD COUNT 1 s 0                   => -ERR syntax error
        XREAD COUNT x STREAMS s 0           => -ERR value is not an integer or out of range
        XREAD BLOCK -1 STREAMS s 0          => -ERR timeout is negative
        XREAD BLOCK 1.5 STREAMS s 0         => -ERR timeout is not an integer or out of range
        XREAD STREAMS s >                   => -ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.
        XREAD STREAMS s x                   => -ERR Invalid stream ID specified as stream command argument
        XREAD STREAMS s -                   => -ERR Invalid stream ID specified as stream command argument
        XREAD GROUP g c STREAMS s 0         => -ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.
        XREAD NOACK STREAMS s 0             => -ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.
        skein | XREAD CLAIM 5 STREAMS s 0   => -ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.
        (list l)
        XREAD STREAMS s l 0 0               => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
    server.client3().talk(
        r#"
        XREAD STREAMS s t 0 0               => {"s": [["1-1", ["a", "1"]]], "t": [["1-5", ["b", "3"]]]}
        XREAD STREAMS missing 0             => (nil)
    "#,
    );
}

#[test]
fn a_waiting_reader_gets_what_comes() {
    play(
        &Server::start(&[]),
        r#"
        w: XADD s 1-1 a 1                       => "1-1"
        r> XREAD BLOCK 0 STREAMS t s $ $
        (blocked 1)
        r3> XREAD BLOCK 20000 COUNT 1 STREAMS s 1-1
        (blocked 2)
        r is silent
        # A new group is no news.
        w: XGROUP CREATE s g 0                  => +OK
        (blocked 2)
        w: XADD s MAXLEN 5 1-3 a 3              => "1-3"
        r<                                      => [["s", [["1-3", ["a", "3"]]]]]
        r3<                                     => {"s": [["1-3", ["a", "3"]]]}
        r: XREAD BLOCK 10 STREAMS s 1-3         => (nil array)
        r3: XREAD BLOCK 10 STREAMS s $          => (nil)
        # `+` waits like `$` where there is no last entry.
        r> XREAD BLOCK 0 STREAMS new $
        (blocked 1)
        w: XADD new 1-1 a 1                     => "1-1"
        r<                                      => [["new", [["1-1", ["a", "1"]]]]]
    "#,
    );
}

#[test]
fn a_waiting_reader_survives_that_its_stream_goes() {
    play(
        &Server::start(&[]),
        r#"
        w: XADD s 5-1 a 1                       => "5-1"
        r> XREAD BLOCK 20000 STREAMS s $
        (blocked 1)
        w: DEL s                                => :1
        w: SET s string                         => +OK
        w: DEL s                                => :1
        # It waits for what is behind 5-1.
        w: XADD s 4-1 a 2                       => "4-1"
        (blocked 1)
        w: XADD t 6-1 a 3                       => "6-1"
        w: RENAME t s                           => +OK
        r<                                      => [["s", [["6-1", ["a", "3"]]]]]
    "#,
    );
}

#[test]
fn entries_of_every_size_come_back_whole() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let sizes = [0, 1, 63, 64, 4095, 4096, 16_384, 70_000, 1_000_000];
    for (i, size) in sizes.iter().enumerate() {
        let value = "x".repeat(*size);
        let id = format!("{}-1", i + 1);
        client.cmd(&["XADD", "s", &id, "field", &value, &value, "number"]);
        let entry = client.cmd(&["XRANGE", "s", &id, &id]);
        let fields = entry.items()[0].items()[1].items().to_vec();
        assert_eq!(fields[1].bytes().map(<[u8]>::len), Some(*size));
        assert_eq!(fields[2].bytes(), Some(value.as_bytes()));
    }
    client.check("XLEN s", ":9");
    for i in 0..10_000 {
        client.send(&encode(&["XADD", "many", &format!("1-{}", i + 1), "n", "1"]));
    }
    (0..10_000).for_each(|_| drop(client.recv()));
    assert_eq!(client.cmd(&["XRANGE", "many", "-", "+"]).items().len(), 10_000);
    client.check("XREVRANGE many + - COUNT 1", r#"[["1-10000", ["n", "1"]]]"#);
}
