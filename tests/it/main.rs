//! The integration tests: conversations with a running server, one file for each feature.
//! `SKEIN_BIN=/path/to/redis-server cargo test --test it` holds the same conversations with
//! another server, which is how they are kept honest.

/// Server, client and notation that everything below stands on.
mod harness;

/// Values of a million elements go in no time.
mod big_values;
/// SETBIT, BITCOUNT, BITPOS, BITOP, BITFIELD.
mod bitmaps;
/// Who is served when several wait for keys, and what ends a wait.
mod blocking;
/// Clients that wait while everything happens to their keys at once.
mod blocking_chaos;
/// Client libraries of Python, Node and Rust; a job queue.
mod clients;
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
/// Crashes, restarts, and files that travel between servers.
mod durability;
/// EXPIRE and its kin; how exactly deadlines are kept.
mod expiry;
/// Readers and a writer on one hot key.
mod fairness;
/// Fields of hashes that expire.
mod field_expiry;
/// GEOADD, GEOSEARCH and their kin.
mod geo;
/// Hashes.
mod hashes;
/// Malformed frames, lies about lengths, rubbish.
mod hostile;
/// PFADD, PFCOUNT, PFMERGE; the bytes of a HyperLogLog.
mod hyperloglogs;
/// DEL, RENAME, COPY, MOVE, KEYS, OBJECT, DUMP and RESTORE.
mod keys;
/// How many connections, and what they cost.
mod limits;
/// A recorded history has an order that explains it.
mod linearizability;
/// LPUSH, LRANGE, LPOS, LMOVE, and BLPOP and its kin; a list's encodings.
mod lists;
/// What is loaded at the start, by which rules; DEBUG RELOAD; `skein check`.
mod loading;
/// Keyspace notifications: which command tells what, in which order.
mod notifications;
/// INCR, DECR, INCRBYFLOAT.
mod numbers;
/// What commands look like in the append-only file.
mod propagation;
/// The wire, byte for byte.
mod protocol;
/// Channels, patterns and shard channels; order, slow subscribers, unsubscribing under fire.
mod pubsub;
/// Loading real RDB files.
mod rdb;
/// SAVE, BGSAVE, save points; what is in the file, and who waits.
mod saving;
/// SCAN and its guarantee.
mod scan;
/// INFO, COMMAND, DEBUG, MEMORY and the other commands about the server.
mod server_info;
/// Sets: SADD, SPOP, SINTER, SUNION, SDIFF and their kin.
mod sets;
/// SORT and SORT_RO.
mod sort;
/// Flags, files, log sentences, exit codes and signals.
mod startup;
/// XADD, XRANGE, XREAD, XDEL, XTRIM, XSETID.
mod streams;
/// Consumer groups: XGROUP, XREADGROUP, XACK, XPENDING, XCLAIM, XINFO.
mod streams_groups;
/// Streams as of Redis 8.2 and later: references, XDELEX, XACKDEL, CLAIM.
mod streams_newer;
/// SET, GET, ranges, several keys at once, LCS.
mod strings;
/// redis-cli and redis-benchmark.
mod tools;
/// Client-side caching.
mod tracking;
/// MULTI, EXEC, WATCH; a bank whose clients move money.
mod transactions;
/// MONITOR, SLOWLOG, COMMANDLOG, LATENCY, HOTKEYS; statistics of commands.
mod watching;
/// Sorted sets: ZADD, ZRANGE, ZPOPMIN, ZUNION and their kin.
mod zsets;
