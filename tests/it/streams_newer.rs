//! What streams have since Redis 8.2 and 8.4: KEEPREF, DELREF and ACKED, XDELEX, XACKDEL, and
//! XREADGROUP's CLAIM. No peer at hand knows them: these conversations follow Redis's documentation
//! and its own tests.

use crate::harness::{Client, Kind, Server, kind_under_test, play};

/// A client of a server that knows these commands, with a stream of the entries 1-0, 2-0, … and
/// two groups that have read what is there; `None` under another server.
fn with_groups(server: &Server, len: usize) -> Option<Client> {
    if kind_under_test() != Kind::Skein {
        return None;
    }
    let mut client = server.client();
    for ms in 1..=len {
        client.check(&format!("XADD s {ms}-0 f {ms}"), &format!("\"{ms}-0\""));
    }
    for group in ["g", "h"] {
        client.check(&format!("XGROUP CREATE s {group} 0"), "+OK");
        client.check(&format!("XREADGROUP GROUP {group} {group}1 STREAMS s >"), "*");
    }
    Some(client)
}

#[test]
fn xdelex() {
    let server = Server::start(&[]);
    let Some(mut client) = with_groups(&server, 4) else { return };
    client.talk(
        r#"
        XDELEX missing IDS 2 1-0 2-0        => [:-1, :-1]
        XDELEX s ACKED IDS 2 1-0 9-0        => [:2, :-1]
        XACK s g 1-0                        => :1
        XDELEX s ACKED IDS 1 1-0            => [:2]
        XACK s h 1-0                        => :1
        XDELEX s ids 1 1-0 acked            => [:1]
        XDELEX s IDS 1 2-0                  => [:1]
        XDELEX s KEEPREF IDS 1 2-0          => [:-1]
        XPENDING s g                        => [:3, "2-0", "4-0", [["g1", "3"]]]
        XDELEX s DELREF IDS 2 2-0 3-0       => [:-1, :1]
        XPENDING s g                        => [:1, "4-0", "4-0", [["g1", "1"]]]
        XPENDING s h                        => [:1, "4-0", "4-0", [["h1", "1"]]]
        XADD s 5-0 f v                      => "5-0"
        # What a group has yet to read is referred to as well.
        XDELEX s ACKED IDS 1 5-0            => [:2]
        XGROUP DESTROY s g                  => :1
        XGROUP DESTROY s h                  => :1
        XDELEX s ACKED IDS 2 4-0 5-0        => [:1, :1]
        XLEN s                              => :0
        EXISTS s                            => :1
        XDELEX s IDS 0 1-0                  => -ERR Number of IDs must be a positive integer
        XDELEX s IDS x 1-0                  => -ERR Number of IDs must be a positive integer
        XDELEX s IDS -9223372036854775808 1-0 => -ERR Number of IDs must be a positive integer
        XDELEX s IDS 3 1-0 2-0              => -ERR The `numids` parameter must match the number of arguments
        XDELEX s IDS 9223372036854775807 1-0 => -ERR The `numids` parameter must match the number of arguments
        XDELEX s IDS 1 1-0 2-0              => -ERR syntax error
        XDELEX s IDS 1 x                    => -ERR Invalid stream ID specified as stream command argument
        XDELEX s KEEPREF DELREF IDS 1 1-0   => -ERR syntax error
        XDELEX s WHAT IDS 1 1-0             => -ERR syntax error
        XDELEX s KEEPREF KEEPREF KEEPREF    => -ERR syntax error
        XDELEX s IDS 1                      => -ERR wrong number of arguments for 'xdelex' command
        (list l)
        XDELEX l IDS 1 1-0                  => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn xackdel() {
    let server = Server::start(&[]);
    let Some(mut client) = with_groups(&server, 6) else { return };
    client.talk(
        r#"
        XACKDEL missing g IDS 2 1-0 2-0     => [:-1, :-1]
        XACKDEL s nobody IDS 1 1-0          => [:-1]
        XACKDEL s g ACKED IDS 2 1-0 2-0     => [:2, :2]
        XLEN s                              => :6
        XACKDEL s h ACKED IDS 3 1-0 2-0 9-0 => [:1, :1, :-1]
        XLEN s                              => :4
        XACKDEL s g KEEPREF IDS 1 3-0       => [:1]
        XPENDING s h                        => [:4, "3-0", "6-0", [["h1", "4"]]]
        # Gone already, but pending for this group.
        XACKDEL s h IDS 1 3-0               => [:1]
        XACKDEL s g DELREF IDS 2 4-0 4-0    => [:1, :-1]
        XPENDING s g                        => [:2, "5-0", "6-0", [["g1", "2"]]]
        XPENDING s h                        => [:2, "5-0", "6-0", [["h1", "2"]]]
        XACKDEL s g IDS 1 1-0 2-0           => -ERR syntax error
        XACKDEL s g IDS 0 1-0               => -ERR Number of IDs must be a positive integer
        XACKDEL s g ACKED DELREF IDS 1 1-0  => -ERR syntax error
        XACKDEL s g                         => -ERR wrong number of arguments for 'xackdel' command
        (list l)
        XACKDEL l g IDS 1 1-0               => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn trimming_with_regard_to_references() {
    let server = Server::start(&[]);
    let Some(mut client) = with_groups(&server, 6) else { return };
    client.talk(
        r#"
        XACK s g 1-0 3-0                    => :2
        XACK s h 1-0 3-0                    => :2
        XTRIM s MAXLEN 3 ACKED              => :2
        XRANGE s - +                        => [["2-0", *], ["4-0", *], ["5-0", *], ["6-0", *]]
        XTRIM s DELREF MINID 5              => :2
        XPENDING s g                        => [:2, "5-0", "6-0", [["g1", "2"]]]
        XADD s KEEPREF MAXLEN 2 7-0 f v     => "7-0"
        XPENDING s g                        => [:2, "5-0", "6-0", [["g1", "2"]]]
        XADD s ACKED MAXLEN = 0 8-0 f v     => "8-0"
        XLEN s                              => :3
        XADD s NOMKSTREAM MAXLEN 0 DELREF 9-0 f v => "9-0"
        XLEN s                              => :0
        XPENDING s h                        => [:1, "5-0", "5-0", [["h1", "1"]]]
        XTRIM s MAXLEN 0 KEEPREF ACKED      => -ERR syntax error
        XTRIM s ACKED DELREF                => -ERR syntax error
    "#,
    );
}

#[test]
fn xreadgroup_claims_what_is_idle() {
    let server = Server::start(&[]);
    let Some(mut client) = with_groups(&server, 3) else { return };
    client.talk(
        r#"
        XADD s 4-0 f 4                      => "4-0"
        XCLAIM s g g1 0 1-0 IDLE 50000 JUSTID => ["1-0"]
        XCLAIM s g g1 0 2-0 IDLE 90000 JUSTID => ["2-0"]
        # The longest idle first, then what is new; with how long ago it was delivered, and how often.
        XREADGROUP GROUP g g2 CLAIM 40000 STREAMS s > => [["s", [["2-0", ["f", "2"], :90000..99999, :1], ["1-0", ["f", "1"], :50000..59999, :1], ["4-0", ["f", "4"], :0, :0]]]]
        XPENDING s g - + 10                 => [["1-0", "g2", :*, :2], ["2-0", "g2", :*, :2], ["3-0", "g1", :*, :1], ["4-0", "g2", :*, :1]]
        XREADGROUP GROUP g g2 CLAIM 40000 STREAMS s > => (nil array)
        XREADGROUP GROUP g g2 CLAIM 9223372036854775807 STREAMS s > => (nil array)
        XADD s 5-0 f 5                      => "5-0"
        XCLAIM s g g1 0 3-0 IDLE 1000 JUSTID => ["3-0"]
        XREADGROUP GROUP g g3 COUNT 1 CLAIM 0 STREAMS s > => [["s", [["3-0", ["f", "3"], :*, :1]]]]
        XREADGROUP CLAIM 40000 GROUP g g3 COUNT 1 STREAMS s > => [["s", [["5-0", ["f", "5"], :0, :0]]]]
        # Nothing is claimed for an ID, and nothing that is not there.
        XREADGROUP GROUP g g3 CLAIM 0 STREAMS s 4 => [["s", [["5-0", ["f", "5"]]]]]
        XDEL s 1-0 2-0 3-0 4-0              => :4
        XREADGROUP GROUP g g4 CLAIM 0 NOACK STREAMS s > => [["s", [["5-0", ["f", "5"], :*, :2]]]]
        XPENDING s g                        => [:1, "5-0", "5-0", [["g4", "1"]]]
        XADD s 6-0 f 6                      => "6-0"
        XREADGROUP GROUP g g4 NOACK CLAIM 40000 STREAMS s > => [["s", [["6-0", ["f", "6"], :0, :0]]]]
        XPENDING s g                        => [:1, "5-0", "5-0", [["g4", "1"]]]
        XREADGROUP GROUP g c CLAIM x STREAMS s > => -ERR min-idle-time is not an integer
        XREADGROUP GROUP g c CLAIM STREAMS s > => -ERR min-idle-time is not an integer
        XREADGROUP GROUP g c CLAIM -0 STREAMS s > => -ERR min-idle-time is not an integer
        XREADGROUP GROUP g c CLAIM -10 STREAMS s > => -ERR min-idle-time must be a positive integer
        XREADGROUP GROUP g CLAIM 50 c STREAMS s > => -ERR syntax error
    "#,
    );
    let mut client3 = server.client3();
    client3.check(
        "XREADGROUP GROUP h h2 COUNT 1 CLAIM 0 STREAMS s >",
        r#"{"s": [["5-0", ["f", "5"], :0, :0]]}"#,
    );
}

#[test]
fn a_waiting_consumer_claims_what_becomes_idle() {
    let server = Server::start(&[]);
    let Some(_) = with_groups(&server, 1) else { return };
    play(
        &server,
        r#"
        a> XREADGROUP GROUP g a BLOCK 20000 CLAIM 200 STREAMS s >
        (blocked 1)
        a<                                  => [["s", [["1-0", ["f", "1"], :200..19999, :1]]]]
        # It does not wait for that when something new comes.
        a> XREADGROUP GROUP g a BLOCK 20000 CLAIM 1000000 STREAMS s >
        (blocked 1)
        w: XADD s 2-0 f 2                   => "2-0"
        a<                                  => [["s", [["2-0", ["f", "2"], :0, :0]]]]
        a: XREADGROUP GROUP g a BLOCK 20 CLAIM 1000000 STREAMS s > => (nil array)
    "#,
    );
}
