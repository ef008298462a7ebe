//! Bad input never ends the process: malformed frames, huge lengths, half requests, early
//! disconnects and random bytes, while a healthy client keeps getting right answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{Client, Random, Server, StopOnDrop, encode, env_number};

#[test]
fn a_healthy_client_gets_right_answers_beside_hostile_ones() {
    let server = Server::start(&["--maxclients", "500"]);
    let seconds = env_number("SKEIN_HOSTILE_SECONDS", 3);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (port, done) = (server.port(), &done);
            scope.spawn(move || attack(port, thread, done));
        }
        let _stop = StopOnDrop(&done);
        let mut healthy = server.client();
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut count = 0u64;
        while Instant::now() < end {
            count += 1;
            // The attackers know some commands; they must not be able to touch this key.
            let value = count.to_string();
            let set = healthy.try_cmd(&["SET", "healthy", &value]);
            let get = healthy.try_cmd(&["GET", "healthy"]);
            let right = set.is_ok_and(|reply| reply.to_string() == "+OK")
                && get.is_ok_and(|reply| reply.bytes() == Some(value.as_bytes()));
            assert!(right, "a wrong answer in round {count}:\n{}", server.log());
        }
    });
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
    server.client().check("PING", "+PONG");
}

/// One connection after the other, each with another kind of rubbish.
fn attack(port: u16, thread: u64, done: &AtomicBool) {
    let mut random = Random::seeded(thread);
    while !done.load(Ordering::Relaxed) {
        let Ok(mut client) = Client::try_connect(port) else {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        };
        client.set_timeout(Duration::from_millis(5));
        let _ = client.try_send(&rubbish(&mut random));
        // Some leave at once, some read a little, some wait for more than comes.
        for _ in 0..random.below(3) {
            let _ = client.try_recv();
        }
    }
}

fn rubbish(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => random.bytes(2_000),
        1 => lengths(random),
        2 => {
            let mut request = a_request(random);
            request.truncate(random.below(request.len()));
            request
        }
        3 => {
            let mut request = a_request(random);
            let at = random.below(request.len());
            request[at] = random.next() as u8;
            request
        }
        4 => (0..random.below(50)).flat_map(|_| a_request(random)).collect(),
        5 => b"\r\n".repeat(random.below(1_000)),
        6 => vec![*random.pick(&[b"*", b"$", b" ", b"\"", b"\0"]).first().expect("one"); 70_000],
        _ => {
            let mut inline = random.bytes(200);
            inline.extend(b"\r\n");
            inline
        }
    }
}

/// Frames whose lengths lie: huge, negative, out of range, or longer than what follows.
fn lengths(random: &mut Random) -> Vec<u8> {
    let length = random.pick(&[
        "-1",
        "-2",
        "0",
        "1",
        "10",
        "1048576",
        "1048577",
        "536870912",
        "536870913",
        "2147483647",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "99999999999999999999",
        "",
        "1e3",
        " 1",
        "+1",
        "0x10",
        "01",
    ]);
    let marker = random.pick(&[
        "*",
        "$",
        "*1\r\n$",
        "*2\r\n$3\r\nGET\r\n$",
        "*3\r\n$3\r\nSET\r\n$1\r\nr\r\n$",
    ]);
    let mut frame = format!("{marker}{length}\r\n").into_bytes();
    frame.extend(random.bytes(100));
    frame
}

/// A well-formed request for some command, with arguments that seldom fit.
fn a_request(random: &mut Random) -> Vec<u8> {
    let command = random.pick(&[
        "GET",
        "SET",
        "GETRANGE",
        "SETRANGE",
        "MSET",
        "INCRBYFLOAT",
        "EXPIRE",
        "RESTORE",
        "COPY",
        "SCAN",
        "CONFIG",
        "CLIENT",
        "OBJECT",
        "COMMAND",
        "MEMORY",
        "HELLO",
        "AUTH",
        "LCS",
        "KEYS",
        "SELECT",
        "MOVE",
        "LOLWUT",
        "INFO",
        "MSETEX",
        "GETEX",
    ]);
    let mut args = vec![command.as_bytes().to_vec()];
    for _ in 0..random.below(6) {
        args.push(match random.below(4) {
            0 => random.bytes(20),
            1 => b"rubbish:key".to_vec(),
            2 => random.pick(&["0", "-1", "9223372036854775807", "1e400", "nan", "inf"]).into(),
            _ => random.pick(&["NX", "EX", "GET", "LIST", "COUNT", "USAGE", "*", "[", "\\"]).into(),
        });
    }
    encode(&args)
}

#[test]
fn announced_lengths_take_no_memory_before_the_bytes_come() {
    let server = Server::start(&[]);
    server.client().check("PING", "+PONG");
    let before_kib = server.proc_status("VmRSS");
    let mut waiting: Vec<Client> = (0..50).map(|_| server.client()).collect();
    for client in &mut waiting {
        client.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\nonly this");
    }
    let mut more: Vec<Client> = (0..50).map(|_| server.client()).collect();
    for client in &mut more {
        client.send(b"*1000000\r\n$3\r\nDEL\r\n$1\r\nk\r\n");
    }
    server.client().check("PING", "+PONG");
    std::thread::sleep(Duration::from_millis(100));
    let grown_kib = server.proc_status("VmRSS").saturating_sub(before_kib);
    assert!(grown_kib < 100 * 1024, "100 half requests took {grown_kib} KiB");
}

#[test]
fn a_client_that_never_reads_is_no_danger() {
    let server = Server::start(&[]);
    let mut silent = server.client();
    silent.send(&encode(&[b"SET".as_slice(), b"big", &vec![b'x'; 1_000_000]]));
    let _ = silent.recv();
    let request = b"GET big\r\n".repeat(200);
    silent.send(&request);
    // 200 MB of replies are due; the others are served all the same, at once.
    let start = Instant::now();
    for _ in 0..100 {
        server.client().check("PING", "+PONG");
    }
    assert!(start.elapsed() < Duration::from_secs(5), "PING waited {:?}", start.elapsed());
}

#[test]
fn patterns_that_explode_elsewhere_are_answered() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let key = "a".repeat(5_000);
    client.cmd(&["SET", &key, "v"]);
    for pattern in ["*a*a*a*a*a*a*a*a*b".to_owned(), "*".repeat(5_000) + "b", "[".repeat(5_000)] {
        client.set_timeout(Duration::from_secs(60));
        assert!(client.cmd(&["KEYS", &pattern]).items().is_empty());
    }
}
