//! MONITOR: the clients that watch every command, and the line each command is to them. A line
//! is encoded once and shared by all of them.
//!
//! **Lines are in the order in which commands ran, as far as a client can tell.** Whoever ran a
//! command shows it before letting go of its keys, so that of two commands on one key the first
//! is shown first; and a line gets its time under the lock that orders lines. Nothing here
//! waits for a socket or takes a lock of the keyspace.

use super::clients::{Client, flags};
use super::config::quoted;
use crate::util::clock;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Who ran a command, as its line tells.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// A client.
    Client(&'a Client),
    /// A script.
    Script,
}

/// Everyone who watches.
#[derive(Default)]
pub struct Monitors {
    /// How many, read without the lock.
    count: AtomicUsize,
    clients: Mutex<Vec<Arc<Client>>>,
}

impl Monitors {
    /// Whether anybody watches: one load on the way of every command.
    #[inline]
    pub fn are_on(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// A client that has an outbox watches from now on. It must not do so already.
    pub fn join(&self, client: &Arc<Client>) {
        client.set(flags::MONITOR, true);
        let mut clients = self.clients.lock();
        clients.push(Arc::clone(client));
        self.count.store(clients.len(), Ordering::Relaxed);
    }

    /// A client watches no longer, if it did: no line follows.
    pub fn leave(&self, client: &Client) {
        if !client.has(flags::MONITOR) {
            return;
        }
        client.set(flags::MONITOR, false);
        let mut clients = self.clients.lock();
        clients.retain(|other| other.id != client.id);
        self.count.store(clients.len(), Ordering::Relaxed);
    }

    /// Shows everybody a command with its arguments, the name first, that ran in database `db`.
    pub fn show<'a>(&self, source: Source<'_>, db: u16, args: impl Iterator<Item = &'a [u8]>) {
        let command = describe(source, db, args);
        let clients = self.clients.lock();
        let now_us = clock::now_us();
        let (seconds, micros) = (now_us.div_euclid(1_000_000), now_us.rem_euclid(1_000_000));
        let line = Arc::new(format!("+{seconds}.{micros:06} {command}\r\n").into_bytes());
        clients.iter().for_each(|client| client.push(|_| Arc::clone(&line)));
    }
}

/// A line without its time: `[0 127.0.0.1:1234] "set" "k" "v"`.
fn describe<'a>(source: Source<'_>, db: u16, args: impl Iterator<Item = &'a [u8]>) -> String {
    let mut text = match source {
        Source::Script => format!("[{db} lua]"),
        // Redis shows a Unix socket's path here without the port that stands for none elsewhere.
        Source::Client(client) if client.has(flags::UNIX_SOCKET) => {
            format!("[{db} unix:{}]", client.addr.strip_suffix(":0").unwrap_or(&client.addr))
        }
        Source::Client(client) => format!("[{db} {}]", client.addr),
    };
    for arg in args {
        text.push(' ');
        text.push_str(&quoted(arg));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::stats::Stats;
    use crate::services::stream::Stream;
    use std::os::unix::net::UnixStream;

    fn client(id: u64) -> Arc<Client> {
        let (ours, _) = UnixStream::pair().expect("a pair of sockets");
        let client = Client::new(id, Arc::new(Stream::Unix(ours)), "/run/s.sock", 0);
        client.open_outbox(&Arc::new(Stats::new(0)));
        Arc::new(client)
    }

    fn args<'a>(args: &'a [&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
        args.iter().copied()
    }

    #[test]
    fn a_line_names_source_and_arguments() {
        let words: [&[u8]; 3] = [b"set", b"a b", b"\"\x00\xff"];
        assert_eq!(
            describe(Source::Script, 9, args(&words)),
            r#"[9 lua] "set" "a b" "\"\x00\xff""#
        );
        let here = client(1);
        assert_eq!(
            describe(Source::Client(&here), 0, args(&words[..1])),
            r#"[0 unix:/run/s.sock] "set""#
        );
    }

    #[test]
    fn who_watches_gets_one_shared_line() {
        let monitors = Monitors::default();
        let (a, b) = (client(1), client(2));
        assert!(!monitors.are_on());
        monitors.join(&a);
        monitors.join(&b);
        assert!(monitors.are_on() && a.has(flags::MONITOR));
        monitors.show(Source::Script, 0, args(&[b"ping"]));
        monitors.leave(&b);
        monitors.show(Source::Script, 0, args(&[b"time"]));
        let lines =
            |client: &Client| client.outbox().map_or_else(Vec::new, |box_| box_.take_corked());
        let (of_a, of_b) = (lines(&a), lines(&b));
        assert!(of_a.len() == 2 && of_b.len() == 1);
        assert!(Arc::ptr_eq(&of_a[0], &of_b[0]));
        assert!(of_a[1].starts_with(b"+") && of_a[1].ends_with(b" [0 lua] \"time\"\r\n"));
        monitors.leave(&a);
        monitors.leave(&a);
        assert!(!monitors.are_on() && !a.has(flags::MONITOR));
    }
}
