//! Watching the server at work: MONITOR, the command logs, the latency monitor, statistics of
//! commands, the keys that cost the most.

/// SLOWLOG and COMMANDLOG.
mod commandlog;
/// HOTKEYS.
mod hotkeys;
/// What MEMORY USAGE and OBJECT tell of each type of value.
mod keys;
/// LATENCY, and INFO's statistics of commands and errors.
mod latency;
/// MONITOR.
mod monitor;
