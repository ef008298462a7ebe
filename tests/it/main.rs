//! The integration tests: conversations with a running server, one file for each feature.
//! `SKEIN_BIN=/path/to/redis-server cargo test --test it` holds the same conversations with
//! another server, which is how they are kept honest.

/// Server, client and notation that everything below stands on.
mod harness;

/// The stages of CodeCrafters, through the script.
mod codecrafters;
/// Writes that depend on the value: IFEQ, DELIFEQ, DELEX, DIGEST, MSETEX.
mod conditions;
/// CONFIG GET, SET, REWRITE and RESETSTAT.
mod config;
/// HELLO, AUTH, SELECT, RESET and the CLIENT commands.
mod connection;
/// The same random commands to us and to a real peer.
mod differential;
/// EXPIRE and its kin; how exactly deadlines are kept.
mod expiry;
/// Readers and a writer on one hot key.
mod fairness;
/// Malformed frames, lies about lengths, rubbish.
mod hostile;
/// DEL, RENAME, COPY, MOVE, KEYS, OBJECT, DUMP and RESTORE.
mod keys;
/// How many connections, and what they cost.
mod limits;
/// INCR, DECR, INCRBYFLOAT.
mod numbers;
/// The wire, byte for byte.
mod protocol;
/// Loading real RDB files.
mod rdb;
/// SCAN and its guarantee.
mod scan;
/// INFO, COMMAND, DEBUG, MEMORY and the other commands about the server.
mod server_info;
/// Flags, files, log sentences, exit codes and signals.
mod startup;
/// SET, GET, ranges, several keys at once, LCS.
mod strings;
/// redis-cli and redis-benchmark.
mod tools;
