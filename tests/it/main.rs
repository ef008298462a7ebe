//! The integration tests: conversations with a running server, one file for each feature.
//! `SKEIN_BIN=/path/to/redis-server cargo test --test it` holds the same conversations with
//! another server, which is how they are kept honest.

/// Server, client and notation that everything below stands on.
mod harness;

/// Writes that depend on the value: IFEQ, DELIFEQ, DELEX, DIGEST, MSETEX.
mod conditions;
/// INCR, DECR, INCRBYFLOAT.
mod numbers;
/// SET, GET, ranges, several keys at once, LCS.
mod strings;
/// EXPIRE and its kin; how exactly deadlines are kept.
mod expiry;
/// DEL, RENAME, COPY, MOVE, KEYS, OBJECT, DUMP and RESTORE.
mod keys;
/// SCAN and its guarantee.
mod scan;
/// HELLO, AUTH, SELECT, RESET and the CLIENT commands.
mod connection;
/// The wire, byte for byte.
mod protocol;
/// CONFIG GET, SET, REWRITE and RESETSTAT.
mod config;
/// INFO, COMMAND, DEBUG, MEMORY and the other commands about the server.
mod server_info;
/// The stages of CodeCrafters, through the script.
mod codecrafters;
/// Flags, files, log sentences, exit codes and signals.
mod startup;
/// Readers and a writer on one hot key.
mod fairness;
/// Malformed frames, lies about lengths, rubbish.
mod hostile;
/// How many connections, and what they cost.
mod limits;
/// Loading real RDB files.
mod rdb;
/// redis-cli and redis-benchmark.
mod tools;
/// The same random commands to us and to a real peer.
mod differential;
