//! How many clients there can be, and what an idle one costs.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::harness::{Client, Kind, Server, kind_under_test, say, wait_until};

/// Ours must not cost more; see the targets for connections at rest.
const IDLE_CONNECTION_MAX_KIB: f64 = 32.0;

#[test]
fn ten_thousand_connections_and_five_thousand_idle_at_no_more_than_32_kib_each() {
    // The server needs some files of its own beside the connections, and so do we.
    let allowed = allowed_files().saturating_sub(300) as usize;
    if allowed < 10_000 {
        say(&format!("left out: 10,000 connections, {allowed} are allowed here (ulimit -n)"));
    }
    let server = Server::start(&["--maxclients", "10000"]);
    // What the server needs anyway is not counted: it has served a few already.
    for _ in 0..10 {
        server.client().check("PING", "+PONG");
    }
    let before_kib = server.proc_status("VmRSS");
    let mut idle: Vec<TcpStream> = Vec::new();
    idle.extend((0..allowed.min(5_000)).map(|_| a_connection(&server)));
    let each_kib = (server.proc_status("VmRSS") - before_kib) as f64 / idle.len() as f64;
    say(&format!("idle connections: {each_kib:.1} KiB for each of {}", idle.len()));
    if kind_under_test() == Kind::Skein {
        assert!(each_kib <= IDLE_CONNECTION_MAX_KIB, "{each_kib:.1} KiB each");
    }
    idle.extend((idle.len()..allowed.min(9_990)).map(|_| a_connection(&server)));
    let mut counted = server.client();
    let info = counted.cmd(&["INFO", "clients"]).text();
    assert!(info.contains(&format!("connected_clients:{}\r\n", idle.len() + 1)), "{info}");
    for connection in idle.iter_mut().step_by(97) {
        exchange(connection, b"GET k\r\n", b"$1\r\nv\r\n");
    }
}

/// A connection that has had a reply, without a client's buffers and second handle.
fn a_connection(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).expect("accepted");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout above zero");
    exchange(&mut stream, b"SET k v\r\n", b"+OK\r\n");
    stream
}

#[track_caller]
fn exchange(stream: &mut TcpStream, request: &[u8], reply: &[u8]) {
    stream.write_all(request).expect("the server takes what is sent");
    let mut got = vec![0; reply.len()];
    stream.read_exact(&mut got).expect("a reply comes");
    assert!(got == reply, "got {}", got.escape_ascii());
}

#[test]
fn beyond_maxclients_the_client_is_told() {
    let server = Server::start(&["--maxclients", "10"]);
    let mut within: Vec<Client> = (0..9).map(|_| server.client()).collect();
    for client in &mut within {
        client.check("PING", "+PONG");
    }
    // The harness's own probe may not have been forgotten yet.
    wait_until("nine clients", || {
        within[0].cmd(&["INFO", "clients"]).text().contains("connected_clients:9\r\n")
    });
    within.push(server.client());
    within[9].check("PING", "+PONG");
    let told = server.client().recv_to_end();
    assert_eq!(told.escape_ascii().to_string(), "-ERR max number of clients reached\\r\\n");
    within[0].talk(
        r#"
        INFO stats                          => g"*rejected_connections:1\r\n*"
        CONFIG SET maxclients 20            => +OK
    "#,
    );
    server.client().check("PING", "+PONG");
    drop(within.pop());
    server.client().check("PING", "+PONG");
}

#[test]
fn connections_come_and_go_by_the_thousand() {
    let server = Server::start(&[]);
    for _ in 0..3_000 {
        server.client().check("PING", "+PONG");
    }
    let mut client = server.client();
    wait_until("all but one to be forgotten", || {
        client.cmd(&["INFO", "clients"]).text().contains("connected_clients:1\r\n")
    });
    if kind_under_test() == Kind::Skein {
        wait_until("their threads to end", || server.proc_status("Threads") < 20);
    }
}

/// The soft limit of open files, which child processes inherit.
fn allowed_files() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX)
}
