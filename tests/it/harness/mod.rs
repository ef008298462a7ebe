//! What every integration test stands on: a server to talk to, a client of our own, and the
//! conversation notation. Nothing here uses the crate under test: a bug in skein's own parser
//! must not be able to hide itself.

mod client;
mod expect;
mod peers;
mod random;
mod reply;
mod scene;
mod script;
mod server;

pub use client::{Client, encode};
pub use peers::{Peer, clients_folder, left_out, need, shared};
pub use random::Random;
pub use reply::Reply;
pub use scene::play;
pub use script::{A_LIST, for_this_server, split_args};
pub use server::{
    Folder, Kind, Server, binary_under_test, free_port, kind_under_test, run_to_exit,
};

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Polls `done` every few milliseconds until it holds; panics with `what` after ten seconds.
#[track_caller]
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "waited ten seconds for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Tells helper threads to stop when it goes out of scope, also by a panic: a scope would
/// otherwise wait for them for ever, and the test hang instead of failing.
pub struct StopOnDrop<'a>(pub &'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A number from the environment, or its default: how CI asks for longer runs.
pub fn env_number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Shows a figure or a notice even when the test passes: libtest captures `println!`, not this.
pub fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
