//! The writer thread of a client that lags behind: it blocks on the client's socket so that
//! nobody else has to, and ends once the client has kept up for a while. When the client is
//! killed its socket ends, and with it the write and the thread.

use super::{Message, Outbox, delivery};
use crate::services::clients::Client;
use crate::util::thread::{CLIENT_STACK_BYTES, schedule_as_batch};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long the thread stays without anything to do.
const LINGER: Duration = Duration::from_secs(1);

/// Leaves it to the writer thread to go on: see [`Outbox::hand_over`]. Where the system has no
/// thread left, the client ends.
pub(super) fn hand_over(client: &Arc<Client>, outbox: &Outbox, batch: Vec<Message>, sent: usize) {
    if !outbox.hand_over(batch, sent) {
        return;
    }
    let mut writer = Writer { client: Arc::clone(client), has_failed: true };
    let named = thread::Builder::new().name(format!("outbox-{}", client.id));
    let started = named.stack_size(CLIENT_STACK_BYTES).spawn(move || {
        schedule_as_batch();
        writer.run();
    });
    if started.is_err() {
        client.overflow();
    }
}

struct Writer {
    client: Arc<Client>,
    /// Until it ends as it should: it may panic.
    has_failed: bool,
}

impl Writer {
    fn run(&mut self) {
        let Some(outbox) = self.client.outbox() else { return };
        while let Some((batch, sent)) = outbox.next_turn(LINGER) {
            let outcome = delivery::send(&self.client, &outbox.stats, &batch, sent, true);
            outbox.end(&batch);
            if outcome.is_err() {
                return;
            }
        }
        self.has_failed = false;
    }
}

/// Where it has failed, nobody writes for the client any more.
impl Drop for Writer {
    fn drop(&mut self) {
        if self.has_failed {
            self.client.kill();
        }
    }
}
