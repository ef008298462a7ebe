//! Delivery: a thread that adds messages to outboxes, often while it holds locks, keeps a list of
//! them, and sends what they hold when it has let go of everything: once for all messages of a
//! batch of requests, without ever waiting for a socket.

use super::{BATCH_MESSAGES, Message, Outbox, writer};
use crate::services::clients::{Client, add};
use crate::services::stats::Stats;
use crate::services::stream::Stream;
use crate::util::clock;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

thread_local! {
    /// Clients whose outboxes this thread has to deliver; `None` in a thread that does not.
    static LIST: RefCell<Option<Vec<Arc<Client>>>> = const { RefCell::new(None) };
}

/// While it lives, its thread delivers by itself, by calling [`deliver`] often.
pub struct Deliveries(());

impl Deliveries {
    /// The thread keeps a list from now on.
    pub fn begin() -> Deliveries {
        LIST.set(Some(Vec::new()));
        Deliveries(())
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        deliver();
        LIST.set(None);
    }
}

/// The client's outbox is due. A thread that keeps no list has a writer thread deliver it.
pub fn note(client: &Arc<Client>) {
    let listed = LIST.with_borrow_mut(|list| match list {
        Some(list) => {
            list.push(Arc::clone(client));
            true
        }
        None => false,
    });
    if let Some(outbox) = client.outbox().filter(|_| !listed) {
        writer::hand_over(client, outbox, Vec::new(), 0);
    }
}

/// Sends what this thread has added to outboxes, as far as the sockets take it now. To be called
/// without locks, and before the thread waits for anything.
pub fn deliver() {
    let take = |list: &mut Option<Vec<Arc<Client>>>| list.as_mut().map(std::mem::take);
    let list = LIST.with_borrow_mut(take).unwrap_or_default();
    let mut batch = Vec::new();
    for client in &list {
        if let Some(outbox) = client.outbox() {
            deliver_one(client, outbox, &mut batch);
        }
    }
}

fn deliver_one(client: &Arc<Client>, outbox: &Outbox, batch: &mut Vec<Message>) {
    while outbox.try_begin(batch) {
        let bytes: usize = batch.iter().map(|message| message.len()).sum();
        match send(client, &outbox.stats, batch, 0, false) {
            Ok(sent) if sent < bytes => {
                // The turn goes on, in another thread.
                return writer::hand_over(client, outbox, std::mem::take(batch), sent);
            }
            Ok(_) => {}
            Err(_) => client.kill(),
        }
        outbox.end(batch);
        batch.clear();
    }
}

/// Sends messages, but for the first `skip` bytes of them. Returns how many of all their bytes
/// are sent then: all, unless the socket takes no more now and `waits` is false.
pub fn send(
    client: &Client,
    stats: &Stats,
    messages: &[Message],
    skip: usize,
    waits: bool,
) -> io::Result<usize> {
    let mut sent = 0;
    let mut skip = skip;
    for part in messages.chunks(BATCH_MESSAGES) {
        let mut slices = [IoSlice::new(&[]); BATCH_MESSAGES];
        slices.iter_mut().zip(part).for_each(|(slice, message)| *slice = IoSlice::new(message));
        let mut left = &mut slices[..part.len()];
        let skipped = skip.min(part.iter().map(|message| message.len()).sum());
        IoSlice::advance_slices(&mut left, skipped);
        (sent, skip) = (sent + skipped, skip - skipped);
        while !left.is_empty() {
            let written = match write(&client.stream, left, waits) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(sent),
                other => other?,
            };
            count(client, stats, written);
            sent += written;
            IoSlice::advance_slices(&mut left, written);
        }
    }
    Ok(sent)
}

/// To write nothing is to be told that no more can be written.
fn write(stream: &Stream, slices: &[IoSlice<'_>], waits: bool) -> io::Result<usize> {
    match stream.send_vectored(slices, waits)? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}

/// Nobody else counts for this client at the same time: the caller has the turn.
fn count(client: &Client, stats: &Stats, written: usize) {
    let stripe = stats.stripe(client.id);
    stripe.bytes_out.fetch_add(written as u64, Relaxed);
    stripe.writes.fetch_add(1, Relaxed);
    add(&client.bytes_out, written as u64);
    client.last_active_ms.store(clock::now_ms(), Relaxed);
}
