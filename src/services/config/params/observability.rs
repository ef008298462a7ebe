//! Slow log, latency, keyspace events and client-side caching.

use super::super::param::*;
use super::super::special::{Events, Percentiles};

params! {
    after super::encodings::END;

    /// Microseconds from which on a command is logged as slow; 0 logs all, -1 none.
    SLOWLOG_LOG_SLOWER_THAN: i64 = int("slowlog-log-slower-than", 10000, -1..=i64::MAX)
        .alias("commandlog-execution-slower-than");

    /// Entries that the slow log keeps.
    SLOWLOG_MAX_LEN: i64 = int("slowlog-max-len", 128, 0..=i64::MAX)
        .alias("commandlog-slow-execution-max-len");

    /// Bytes from which on a request is logged as large; -1 logs none.
    COMMANDLOG_REQUEST_LARGER_THAN: i64 =
        int("commandlog-request-larger-than", 1024 * 1024, -1..=i64::MAX);

    /// Entries that the log of large requests keeps.
    COMMANDLOG_LARGE_REQUEST_MAX_LEN: i64 =
        int("commandlog-large-request-max-len", 128, 0..=i64::MAX);

    /// Bytes from which on a reply is logged as large; -1 logs none.
    COMMANDLOG_REPLY_LARGER_THAN: i64 =
        int("commandlog-reply-larger-than", 1024 * 1024, -1..=i64::MAX);

    /// Entries that the log of large replies keeps.
    COMMANDLOG_LARGE_REPLY_MAX_LEN: i64 =
        int("commandlog-large-reply-max-len", 128, 0..=i64::MAX);

    /// Milliseconds from which on the latency monitor samples an event; 0 samples none.
    LATENCY_MONITOR_THRESHOLD: i64 = int("latency-monitor-threshold", 0, 0..=i64::MAX);

    /// Count the latencies of each command.
    LATENCY_TRACKING: bool = flag("latency-tracking", true);

    /// The percentiles of each command's latency that INFO shows.
    LATENCY_TRACKING_INFO_PERCENTILES: Percentiles =
        special::<Percentiles>("latency-tracking-info-percentiles");

    /// Which changes of keys are published, and on which channels.
    NOTIFY_KEYSPACE_EVENTS: Events = special::<Events>("notify-keyspace-events").effect(Effect::Notify);

    /// Keys remembered for clients that cache; 0 is no limit.
    TRACKING_TABLE_MAX_KEYS: i64 = int("tracking-table-max-keys", 1_000_000, 0..=i64::MAX);
}
