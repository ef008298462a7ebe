//! How the server's threads are started and named, and what becomes of the server if one fails.
//!
//! Connections run in `std::thread::scope`. crossbeam's scope keeps the join handle of every
//! thread it ever started until the scope ends; a server whose scope lasts as long as the
//! process would keep every finished connection's stack. The standard library's scope counts
//! running threads instead, and lets finished ones go.

use crate::engine::panics::stop_on_panic;
use crate::services::log::Log;
use crate::util::thread::{CLIENT_STACK_BYTES, schedule_as_batch};
use std::io;
use std::thread::{Builder, Scope};

/// Starts a thread for a connection.
pub fn spawn_connection<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    id: u64,
    body: impl FnOnce() + Send + 'scope,
) -> io::Result<()> {
    let named = Builder::new().name(format!("client-{id}")).stack_size(CLIENT_STACK_BYTES);
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
