//! Threads: how they are named, how much stack they get, how the kernel schedules them.
//!
//! Connections run in `std::thread::scope`. crossbeam's scope keeps the join handle of every
//! thread it ever started until the scope ends; a server whose scope lasts as long as the
//! process would keep every finished connection's stack. The standard library's scope counts
//! running threads instead, and lets finished ones go.
#![allow(unsafe_code)]

use crate::engine::panics::stop_on_panic;
use crate::services::log::Log;
use std::io;
use std::thread::{Builder, Scope};

/// Bytes of a connection thread's stack. Only pages that are touched cost memory.
const CONNECTION_STACK_BYTES: usize = 256 * 1024;

/// Starts a thread for a connection.
pub fn spawn_connection<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    id: u64,
    body: impl FnOnce() + Send + 'scope,
) -> io::Result<()> {
    let named = Builder::new().name(format!("client-{id}")).stack_size(CONNECTION_STACK_BYTES);
    named.spawn_scoped(scope, || {
        schedule_as_batch();
        body();
    })?;
    Ok(())
}

/// Starts one of the server's own threads. Without it the server would be a broken one: when
/// it panics, the process stops.
pub fn spawn_service<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    log: &'scope Log,
    name: &'static str,
    body: impl FnOnce() + Send + 'scope,
) -> io::Result<()> {
    let named = Builder::new().name(name.to_owned());
    named.spawn_scoped(scope, move || stop_on_panic(log, name, body))?;
    Ok(())
}

/// Puts the calling thread under `SCHED_BATCH`: once woken it does not preempt whoever runs,
/// so requests gather and one wake-up serves more of them.
fn schedule_as_batch() {
    let param = libc::sched_param { sched_priority: 0 };
    // SAFETY: `param` lives through the call; 0 is the calling thread. A refusal changes
    // nothing but speed, and every user is allowed this.
    unsafe {
        libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const param);
    }
}
