//! The primary's side and the replica's side.

use super::super::choices::*;
use super::super::param::*;
use super::super::special::Primary;
use super::INT_MAX;

params! {
    after super::persistence::END;

    /// The primary to replicate. REPLICAOF changes it while the server runs.
    REPLICAOF: Primary = special::<Primary>("replicaof").alias("slaveof").immutable();

    /// The user to authenticate as at the primary.
    MASTERUSER: Text = optional_text("masteruser").sensitive();

    /// The password for the primary.
    MASTERAUTH: Text = optional_text("masterauth").sensitive();

    /// Answer reads while the primary is out of reach.
    REPLICA_SERVE_STALE_DATA: bool =
        flag("replica-serve-stale-data", true).alias("slave-serve-stale-data");

    /// Refuse writes of clients while this server is a replica.
    REPLICA_READ_ONLY: bool = flag("replica-read-only", true).alias("slave-read-only");

    /// Send snapshots to replicas without a file in between.
    REPL_DISKLESS_SYNC: bool = flag("repl-diskless-sync", true);

    /// Seconds to wait for more replicas before a snapshot is sent.
    REPL_DISKLESS_SYNC_DELAY: i64 = int("repl-diskless-sync-delay", 5, 0..=INT_MAX);

    /// Replicas at which a snapshot is sent without waiting for more; 0 always waits.
    REPL_DISKLESS_SYNC_MAX_REPLICAS: i64 =
        int("repl-diskless-sync-max-replicas", 0, 0..=INT_MAX);

    /// When a replica loads a snapshot straight from the socket.
    REPL_DISKLESS_LOAD: ReplDisklessLoad =
        choice::<ReplDisklessLoad>("repl-diskless-load").denied_while_loading();

    /// Send the snapshot and the changes meanwhile over two connections.
    REPL_RDB_CHANNEL: bool = flag("repl-rdb-channel", false).ignored();

    /// Bytes of changes a replica keeps while it loads a snapshot; 0 is the limit for replicas
    /// of client-output-buffer-limit.
    REPLICA_FULL_SYNC_BUFFER_LIMIT: i64 =
        bytes("replica-full-sync-buffer-limit", 0, 0..=i64::MAX).ignored();

    /// Let the kernel gather the stream to replicas into fewer, larger packets.
    REPL_DISABLE_TCP_NODELAY: bool = flag("repl-disable-tcp-nodelay", false);

    /// The size of the backlog from which a replica resumes.
    REPL_BACKLOG_SIZE: i64 = bytes("repl-backlog-size", 1 << 20, 1..=i64::MAX)
        .clamped(16 * 1024, i64::MAX)
        .effect(Effect::ReplBacklog);

    /// Seconds without replicas after which the backlog is freed; 0 never.
    REPL_BACKLOG_TTL: i64 = int("repl-backlog-ttl", 3600, 0..=i64::MAX);

    /// Seconds without a word after which the other side counts as gone.
    REPL_TIMEOUT: i64 = int("repl-timeout", 60, 1..=INT_MAX);

    /// Seconds between the primary's pings to its replicas.
    REPL_PING_REPLICA_PERIOD: i64 =
        int("repl-ping-replica-period", 10, 1..=INT_MAX).alias("repl-ping-slave-period");

    /// The smaller, the sooner a failover chooses this replica; 0 never.
    REPLICA_PRIORITY: i64 = int("replica-priority", 100, 0..=INT_MAX).alias("slave-priority");

    /// Name this replica to those that ask for all replicas.
    REPLICA_ANNOUNCED: bool = flag("replica-announced", true);

    /// The address this replica names to its primary; empty is the one it connects from.
    REPLICA_ANNOUNCE_IP: Text =
        optional_text("replica-announce-ip").alias("slave-announce-ip");

    /// The port this replica names to its primary; 0 is the one it listens on.
    REPLICA_ANNOUNCE_PORT: i64 =
        int("replica-announce-port", 0, 0..=65535).alias("slave-announce-port");

    /// Replicas without which writes are refused; 0 needs none.
    MIN_REPLICAS_TO_WRITE: i64 = int("min-replicas-to-write", 0, 0..=INT_MAX)
        .alias("min-slaves-to-write")
        .effect(Effect::GoodReplicas);

    /// Seconds within which a replica must have answered to count for writes.
    MIN_REPLICAS_MAX_LAG: i64 = int("min-replicas-max-lag", 10, 0..=INT_MAX)
        .alias("min-slaves-max-lag")
        .effect(Effect::GoodReplicas);

    /// A replica does not evict: its primary does.
    REPLICA_IGNORE_MAXMEMORY: bool =
        flag("replica-ignore-maxmemory", true).alias("slave-ignore-maxmemory");

    /// Free the old data set in the background before a snapshot is loaded.
    REPLICA_LAZY_FLUSH: bool = flag("replica-lazy-flush", false).alias("slave-lazy-flush");

    /// A replica goes on when it cannot write its append-only file.
    REPLICA_IGNORE_DISK_WRITE_ERRORS: bool = flag("replica-ignore-disk-write-errors", false);

    /// What to do about a command that fails on a replica or from an append-only file.
    PROPAGATION_ERROR_BEHAVIOR: PropagationErrorBehavior =
        choice::<PropagationErrorBehavior>("propagation-error-behavior");
}
