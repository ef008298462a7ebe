//! The running server: startup, listeners, a thread for each connection, the reaper, and
//! the orderly end. Everything else is called from here.

pub mod connection;
pub mod housekeeping;
pub mod listen;
pub mod load;
pub mod main;
pub mod reaper;
pub mod save;
pub mod stop;
#[cfg(test)]
mod tests;
pub mod thread;
