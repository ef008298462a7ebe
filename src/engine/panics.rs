//! What a panic brings about. A command that is no write has left no key half done: its client
//! gets an error and loses its connection. A write may have, and so may the server's own
//! threads: the process stops before anybody sees it, and before it can be saved.

use crate::services::log::Log;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;

/// Runs what changes no keys. `None` means that it panicked.
pub fn contain<R>(log: &Log, name: &str, run: impl FnOnce() -> R) -> Option<R> {
    // What `run` was about to write (a reply, its client's session) is thrown away with its
    // connection: nobody looks at it again.
    let outcome = catch_unwind(AssertUnwindSafe(run));
    let report = |panic: Box<dyn Any + Send>| {
        log.warning(format!("Panic in {name}: {}. Its connection ends.", text(&*panic)));
    };
    outcome.map_err(report).ok()
}

/// Runs what must not end half done. A panic stops the process while whatever the caller has
/// locked is still locked.
pub fn stop_on_panic<R>(log: &Log, name: &str, run: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        log.warning(format!("Panic in {name}: {}. The process stops.", text(&*panic)));
        process::abort()
    })
}

/// What the panic said. Where it happened stands on standard error.
fn text(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}
