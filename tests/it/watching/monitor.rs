//! MONITOR: what is shown of each command, in which order, and who is allowed what.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{Client, Server, StopOnDrop, encode, play};

#[test]
fn commands_are_shown_with_time_database_client_and_arguments() {
    let server = Server::start(&[]);
    let mut monitor = server.client();
    monitor.check("MONITOR", "+OK");
    let mut client = server.client();
    let from = format!("[0 {}]", client.local_addr());
    client.check("SET k v", "+OK");
    assert_eq!(shown(&mut monitor), format!(r#"{from} "SET" "k" "v""#));
    client.check(r#"set k "\"\\\n\r\t\x07\x08\x00\xff z'""#, "+OK");
    assert_eq!(shown(&mut monitor), format!(r#"{from} "set" "k" "\"\\\n\r\t\a\b\x00\xff z'""#));
    client.check("LPUSH k x", "-WRONGTYPE *");
    assert_eq!(shown(&mut monitor), format!(r#"{from} "LPUSH" "k" "x""#));
    // The database is the one the client works on after it.
    client.check("SELECT 3", "+OK");
    let from = from.replace("[0", "[3");
    assert_eq!(shown(&mut monitor), format!(r#"{from} "SELECT" "3""#));
    client.check("GET k", "(nil)");
    assert_eq!(shown(&mut monitor), format!(r#"{from} "GET" "k""#));
}

/// What follows the time in the next line; the time is now.
fn shown(monitor: &mut Client) -> String {
    let line = monitor.recv().text();
    let (time, rest) = line.split_once(' ').expect("a time and a command");
    let (seconds, micros) = time.split_once('.').expect("seconds and microseconds");
    let now = std::time::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_secs();
    assert!(seconds.parse::<u64>().is_ok_and(|seconds| now - seconds < 60), "{line}");
    assert!(micros.len() == 6 && micros.parse::<u32>().is_ok(), "{line}");
    rest.to_owned()
}

#[test]
fn a_unix_socket_is_shown_by_its_path() {
    let server = Server::start(&["--unixsocket", "s.sock"]);
    let mut monitor = server.client();
    monitor.check("MONITOR", "+OK");
    let socket = UnixStream::connect(server.folder().join("s.sock")).expect("a listening socket");
    (&socket).write_all(b"PING\r\n").expect("a server that listens");
    let mut pong = String::new();
    BufReader::new(&socket).read_line(&mut pong).expect("a reply");
    assert_eq!(shown(&mut monitor), r#"[0 unix:s.sock] "PING""#);
}

#[test]
fn what_is_secret_or_administrative_is_not_shown() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        m: MONITOR                                    => +OK
        a: AUTH x                                     => -ERR *
        m<                                            => g"*] \"AUTH\" \"(redacted)\""
        a: AUTH u p                                   => -WRONGPASS *
        m<                                            => g"*] \"AUTH\" \"(redacted)\" \"(redacted)\""
        a: HELLO 3 setname auth AUTH u p              => -WRONGPASS *
        m<                                            => g"*] \"HELLO\" \"3\" \"setname\" \"auth\" \"AUTH\" \"(redacted)\" \"(redacted)\""
        a: HELLO 2 AUTH default x SETNAME n           => *
        m<                                            => g"*] \"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" \"n\""
        a: CONFIG SET requirepass ""                  => +OK
        a: CONFIG GET save                            => *
        a: CLIENT LIST                                => *
        a: SLOWLOG LEN                                => :0
        a: NOSUCH                                     => -ERR *
        a: GET                                        => -ERR *
        m is silent
        a: PING                                       => +PONG
        m<                                            => g"*] \"PING\""
    "#,
    );
}

#[test]
fn a_transaction_is_shown_as_it_runs() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        m: MONITOR             => +OK
        a: MULTI               => +OK
        m<                     => g"*] \"MULTI\""
        a: SET k v             => +QUEUED
        a: SELECT 2            => +QUEUED
        a: INCR k x            => -ERR *
        m is silent
        a: EXEC                => -EXECABORT *
        m<                     => g"*] \"EXEC\""
        a: MULTI               => +OK
        m<                     => g"*] \"MULTI\""
        a: SET k v             => +QUEUED
        a: CONFIG GET save     => +QUEUED
        a: INCR k              => +QUEUED
        a: SELECT 2            => +QUEUED
        a: EXEC                => [+OK, *, -ERR *, +OK]
        m<                     => g"* [0 *] \"SET\" \"k\" \"v\""
        m<                     => g"* [0 *] \"INCR\" \"k\""
        m<                     => g"* [2 *] \"SELECT\" \"2\""
        m<                     => g"* [2 *] \"EXEC\""
        a: MULTI               => +OK
        m<                     => g"*] \"MULTI\""
        a: DISCARD             => +OK
        m<                     => g"*] \"DISCARD\""
        a: EXEC                => -ERR EXEC without MULTI
        m<                     => g"*] \"EXEC\""
    "#,
    );
}

#[test]
fn a_blocking_command_is_shown_once_when_it_begins() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        m: MONITOR             => +OK
        a> BLPOP q 0
        m<                     => g"*] \"BLPOP\" \"q\" \"0\""
        b: RPUSH q 1           => :1
        a<                     => ["q", "1"]
        m<                     => g"*] \"RPUSH\" \"q\" \"1\""
        m is silent
    "#,
    );
}

#[test]
fn who_watches_may_not_use_keys_and_ends_it_by_reset_or_quit() {
    let server = Server::start(&[]);
    play(
        &server,
        r#"
        m: MONITOR             => +OK
        m: GET k               => -ERR Replica can't interact with the keyspace
        m: SET k v             => -ERR Replica can't interact with the keyspace
        m: PUBLISH c x         => -ERR Replica can't interact with the keyspace
        m: PING                => +PONG
        m<                     => g"*] \"PING\""
        m> MONITOR
        m is silent
        m: CLIENT INFO         => g"* flags=O *"
        m<                     => g"*] \"CLIENT\" \"INFO\""
        m: RESET               => +RESET
        m: GET k               => (nil)
        m: CLIENT INFO         => g"* flags=N *"
        m is silent
        m: MULTI               => +OK
        m: MONITOR             => +QUEUED
        m: EXEC                => [-ERR MONITOR isn't allowed for DENY BLOCKING client]
        m: GET k               => (nil)
        m3: MONITOR            => +OK
        a: PING                => +PONG
        m3<                    => g"*] \"PING\""
        m3: QUIT               => +OK
        a: PING                => +PONG
        m is silent
        s: SUBSCRIBE c         => ["subscribe", "c", :1]
        s: MONITOR             => -ERR Can't execute 'monitor': *
        s: UNSUBSCRIBE c       => ["unsubscribe", "c", :0]
        s: MONITOR extra       => -ERR wrong number of arguments for 'monitor' command
    "#,
    );
}

/// Writers change one key at the same time: each reply tells which value came before. The lines
/// must tell the same order.
#[test]
fn lines_come_in_the_order_in_which_commands_ran() {
    const WRITERS: usize = 4;
    const WRITES: usize = 300;
    let server = Server::start(&[]);
    server.client().check("SET k first", "+OK");
    let mut monitors = [server.client(), server.client()];
    monitors.iter_mut().for_each(|monitor| monitor.check("MONITOR", "+OK"));
    let mut before: HashMap<String, String> = HashMap::new();
    std::thread::scope(|scope| {
        let write = |writer: usize| {
            let mut client = server.client();
            let swap = move |number: usize| {
                let value = format!("{writer}:{number}");
                (value.clone(), client.cmd(&["SET", "k", &value, "GET"]).text())
            };
            (0..WRITES).map(swap).collect::<Vec<_>>()
        };
        let threads: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        for thread in threads {
            before.extend(thread.join().expect("no panic"));
        }
    });
    for monitor in &mut monitors {
        let mut last = "first".to_owned();
        let mut last_time = String::new();
        for _ in 0..WRITERS * WRITES {
            let line = monitor.recv().text();
            let words: Vec<&str> = line.split(' ').collect();
            assert!(words[0] >= last_time.as_str(), "{line} after {last_time}");
            last_time = words[0].to_owned();
            let value = words[5].trim_matches('"').to_owned();
            assert_eq!(before[&value], last, "{line}");
            last = value;
        }
    }
}

/// Whoever stops watching while others are busy gets no line behind the reply that says so.
#[test]
fn no_line_comes_after_the_end() {
    let server = Server::start(&[]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = StopOnDrop(&stop);
        scope.spawn(|| {
            let mut client = server.client();
            while !stop.load(Ordering::Relaxed) {
                client.cmd(&["INCR", "k"]);
            }
        });
        let mut monitor = server.client();
        for _ in 0..200 {
            monitor.check("MONITOR", "+OK");
            monitor.send(&[encode(&["PING"]), encode(&["RESET"]), encode(&["ECHO", "x"])].concat());
            while monitor.recv().text() != "RESET" {}
            assert_eq!(monitor.recv().text(), "x");
        }
    });
}
