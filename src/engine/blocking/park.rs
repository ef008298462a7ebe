//! The waiting client's own thread: it joins the queues under the guards its handler ran with,
//! lets go of them, and sleeps until its wait is over.

use super::super::Engine;
use super::super::dispatch::Call;
use super::Wait;
use super::serve::retry;
use super::waiter::{State, Waiter};
use crate::protocol::{Error, Reply, Result};
use crate::services::outbox::delivery;
use crate::services::session::Session;
use crate::util::clock;
use std::sync::Arc;

/// Joins the queues of the keys; their shards are locked.
pub fn join(
    engine: &Engine,
    session: &Session,
    call: &Call<'_>,
    row: usize,
    wait: Wait,
) -> Result<Arc<Waiter>> {
    let waiter = Waiter::new(engine.waiting.ticket(), session, call, row, wait);
    let waiter = waiter.map_err(|error| Error::msg(format!("can't wait: {error}")))?;
    let waiter = Arc::new(waiter);
    engine.waiting.join(&waiter);
    Ok(waiter)
}

/// Sleeps until the wait ends, and answers. A request that somebody ran with an error was
/// answered with it: then this returns `Ok(false)`.
pub fn park(
    engine: &Engine,
    session: &mut Session,
    waiter: &Waiter,
    reply: &mut Reply<'_>,
) -> Result<bool> {
    let client = &session.client;
    let state = waiter.state();
    // Where it has been served already, what it is told comes behind that reply.
    client.begin_wait(reply.is_empty() && matches!(*state, State::Waiting));
    drop(state);
    delivery::deliver();
    let end = sleep(engine, waiter);
    client.end_wait();
    engine.waiting.leave(waiter);
    match end {
        End::State(State::Served { output, failed, logged_to }) => {
            session.logged_to = session.logged_to.max(logged_to);
            reply.raw(&output);
            return Ok(!failed);
        }
        End::State(State::Unblocked { by_error: true }) => {
            return Err(Error::coded("UNBLOCKED client unblocked via CLIENT UNBLOCK"));
        }
        // Whatever the command answers where it finds nothing, as in Redis.
        End::State(_) => reply.null_array(),
        End::Left => session.close(),
    }
    Ok(true)
}

enum End {
    /// Somebody else ended the wait, or its time is up.
    State(State),
    /// The client has left, or the server ends.
    Left,
}

fn sleep(engine: &Engine, waiter: &Waiter) -> End {
    loop {
        let is_here = waiter.sleep() && !engine.shutdown.is_ending();
        let mut state = waiter.state();
        let is_due = waiter.wait.until_ms.is_some_and(|until_ms| clock::now_ms() >= until_ms);
        if !matches!(*state, State::Waiting) || is_due || !is_here {
            return match std::mem::replace(&mut *state, State::Over) {
                // Whoever was served just before the server's end is told.
                ended if is_here || matches!(ended, State::Served { .. }) => End::State(ended),
                _ => End::Left,
            };
        }
        drop(state);
        if waiter.is_due_again(clock::now_ms()) {
            retry(engine, engine.stats.stripe(waiter.client.id), waiter);
            // Others may have been served by that, and yet others be told of it.
            delivery::deliver();
        }
    }
}
