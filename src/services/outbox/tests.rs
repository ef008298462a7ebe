//! Outboxes with a real socket behind them: order, corks, turns, and clients that do not read.

use super::Message;
use super::delivery::{self, Deliveries};
use crate::services::clients::Client;
use crate::services::config::special::{OutputLimit, OutputLimits};
use crate::services::stats::Stats;
use crate::services::stream::Stream;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A client with an open outbox, and the socket at its end.
fn client() -> (Arc<Client>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    let client = Arc::new(Client::new(1, Arc::new(Stream::Unix(ours)), "", 0));
    client.open_outbox(&Arc::new(Stats::new(0)));
    (client, theirs)
}

fn push(client: &Arc<Client>, text: impl Into<String>) {
    let message: Message = Arc::new(text.into().into_bytes());
    client.push(|_| message);
}

/// What has arrived so far.
fn arrived(socket: &mut UnixStream) -> String {
    socket.set_read_timeout(Some(Duration::from_millis(20))).expect("a timeout");
    let mut bytes = Vec::new();
    // It ends by the timeout.
    let _ = socket.read_to_end(&mut bytes);
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_cork_keeps_messages_behind_what_the_connection_writes() {
    let _deliveries = Deliveries::begin();
    let (client, mut socket) = client();
    let outbox = client.outbox().expect("just opened");
    push(&client, "one ");
    delivery::deliver();
    assert_eq!(arrived(&mut socket), "", "a new outbox is corked");
    client.uncork();
    push(&client, "two ");
    outbox.cork();
    push(&client, "three ");
    let turn = outbox.turn().expect("open");
    let before: Vec<u8> = turn.before.iter().flat_map(|message| message.iter().copied()).collect();
    assert_eq!(before, b"two ", "what was ready before the cork");
    drop(turn);
    assert_eq!(outbox.take_corked().len(), 1);
    client.uncork();
    assert_eq!(outbox.waiting(), (0, 0));
    assert_eq!(arrived(&mut socket), "one ");
}

#[test]
fn a_client_that_lags_gets_everything_in_order() {
    const MESSAGES: usize = 2_000;
    let _deliveries = Deliveries::begin();
    let (client, socket) = client();
    client.uncork();
    let padding = "x".repeat(1_000);
    for number in 0..MESSAGES {
        push(&client, format!("{number} {padding}\n"));
        if number % 7 == 0 {
            delivery::deliver();
        }
    }
    delivery::deliver();
    let outbox = client.outbox().expect("just opened");
    assert!(outbox.waiting().0 > 100, "two megabytes do not fit into a socket");
    let mut lines = BufReader::new(socket).lines();
    for number in 0..MESSAGES {
        let line = lines.next().expect("a line").expect("text");
        assert_eq!(line, format!("{number} {padding}"));
    }
}

#[test]
fn a_thread_that_does_not_deliver_needs_a_writer_thread() {
    let (client, mut socket) = client();
    assert!(!client.outbox().is_some_and(super::Outbox::uncork));
    push(&client, "one");
    let mut bytes = [0; 3];
    socket.read_exact(&mut bytes).expect("it comes by itself");
    push(&client, "two");
    socket.read_exact(&mut bytes).expect("and so does the next");
    assert_eq!(&bytes, b"two");
}

#[test]
fn a_client_that_does_not_read_is_killed_by_its_limit() {
    let _deliveries = Deliveries::begin();
    let (client, _socket) = client();
    let normal = OutputLimit { hard_bytes: 1 << 20, ..OutputLimit::default() };
    client.limit_output(&OutputLimits { normal, replica: normal, pubsub: normal });
    client.uncork();
    let mut pushed = 0;
    while !client.is_killed() {
        push(&client, "x".repeat(10_000));
        delivery::deliver();
        pushed += 1;
        assert!(pushed < 1_000);
    }
    assert!(pushed > 100, "one megabyte may wait");
    let outbox = client.outbox().expect("just opened");
    assert!(outbox.turn().is_err(), "nobody writes any more");
}

#[test]
fn replies_and_messages_do_not_mix() {
    const ROUNDS: usize = 300;
    let (client, socket) = client();
    let padding = "x".repeat(3_000);
    thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            let (client, padding) = (&client, &padding);
            scope.spawn(move || {
                let _deliveries = Deliveries::begin();
                for number in 0..ROUNDS {
                    push(client, format!("{name} {number} {padding}\n"));
                    delivery::deliver();
                }
            });
        }
        let (client, padding) = (&client, &padding);
        scope.spawn(move || {
            let _deliveries = Deliveries::begin();
            let outbox = client.outbox().expect("just opened");
            for number in 0..ROUNDS {
                let turn = outbox.turn().expect("open");
                let stats = Stats::new(0);
                delivery::send(client, &stats, &turn.before, 0, true).expect("a reader");
                let reply = format!("reply {number} {padding}\n");
                (&*client.stream).write_all(reply.as_bytes()).expect("a reader");
                drop(turn);
                client.uncork();
                outbox.cork();
            }
            client.uncork();
        });
        let mut next = std::collections::BTreeMap::new();
        for line in BufReader::new(socket).lines().take(4 * ROUNDS) {
            let line = line.expect("text");
            let mut words = line.split(' ');
            let (name, number) = (words.next().unwrap_or_default(), words.next());
            let expected: &mut usize = next.entry(name.to_owned()).or_default();
            assert_eq!(number, Some(&*expected.to_string()), "{name} is out of order");
            assert_eq!(words.next(), Some(&**padding), "torn apart");
            *expected += 1;
        }
        assert_eq!(next.len(), 4);
    });
}
