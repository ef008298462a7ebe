//! The running server: startup, listeners, a thread for each connection, the reaper, and
//! the orderly end. Everything else is called from here.

pub mod aof;
pub mod check;
pub mod connection;
pub mod housekeeping;
pub mod listen;
pub mod load;
pub mod main;
pub mod reaper;
pub mod rewrite;
pub mod save;
pub mod saver;
pub mod stop;
#[cfg(test)]
mod tests;
pub mod thread;
