//! Snapshots and the append-only file.

use super::super::choices::*;
use super::super::param::*;
use super::super::special::SavePoints;
use super::{INT_MAX, INT_MIN};
use crate::services::config::checks;

params! {
    after super::memory::END;

    /// After how many seconds and changes a snapshot is taken by itself.
    SAVE: SavePoints = special::<SavePoints>("save").effect(Effect::SavePoints);

    /// The snapshot's file name in the working directory.
    DBFILENAME: Text =
        text("dbfilename", "dump.rdb").checked(checks::snapshot_name).protected();

    /// Refuse writes after a snapshot failed, until one succeeds.
    STOP_WRITES_ON_BGSAVE_ERROR: bool = flag("stop-writes-on-bgsave-error", true);

    /// Compress strings in snapshots.
    RDBCOMPRESSION: bool = flag("rdbcompression", true);

    /// End snapshots with a checksum, and verify it when loading.
    RDBCHECKSUM: bool = flag("rdbchecksum", true).immutable();

    /// Delete snapshots that replication left, where nothing else persists.
    RDB_DEL_SYNC_FILES: bool = flag("rdb-del-sync-files", false);

    /// Write snapshots to the disk bit by bit.
    RDB_SAVE_INCREMENTAL_FSYNC: bool = flag("rdb-save-incremental-fsync", true);

    /// Whose RESTORE payloads are checked in depth. All are here.
    SANITIZE_DUMP_PAYLOAD: SanitizeDumpPayload = choice::<SanitizeDumpPayload>("sanitize-dump-payload").ignored();

    /// Microseconds to wait for each key saved; a negative number is keys for a microsecond.
    RDB_KEY_SAVE_DELAY: i64 = int("rdb-key-save-delay", 0, INT_MIN..=INT_MAX).hidden();

    /// Microseconds to wait for each key loaded; a negative number is keys for a microsecond.
    KEY_LOAD_DELAY: i64 = int("key-load-delay", 0, INT_MIN..=INT_MAX).hidden();

    /// Bytes loaded before clients are answered that the server is loading.
    LOADING_PROCESS_EVENTS_INTERVAL_BYTES: i64 =
        int("loading-process-events-interval-bytes", 2 << 20, 1024..=INT_MAX)
            .hidden()
            .ignored();

    /// Log every change to the append-only file, and load it at startup.
    APPENDONLY: bool =
        flag("appendonly", false).denied_while_loading().effect(Effect::AppendOnly);

    /// The name with which the append-only file's parts begin.
    APPENDFILENAME: Text =
        text("appendfilename", "appendonly.aof").checked(checks::aof_name).immutable();

    /// The directory of the append-only file's parts, in the working directory.
    APPENDDIRNAME: Text =
        text("appenddirname", "appendonlydir").checked(checks::aof_directory).immutable();

    /// When the append-only file reaches the disk.
    APPENDFSYNC: AppendFsync = choice::<AppendFsync>("appendfsync").effect(Effect::AofSettings);

    /// Do not force the append-only file to the disk while a snapshot or a rewrite runs.
    NO_APPENDFSYNC_ON_REWRITE: bool = flag("no-appendfsync-on-rewrite", false);

    /// Percent of growth since the last rewrite at which the next starts; 0 never.
    AUTO_AOF_REWRITE_PERCENTAGE: i64 = int("auto-aof-rewrite-percentage", 100, 0..=INT_MAX);

    /// The size below which the append-only file is not rewritten by itself.
    AUTO_AOF_REWRITE_MIN_SIZE: i64 =
        bytes("auto-aof-rewrite-min-size", 64 << 20, 0..=i64::MAX);

    /// Load an append-only file whose last command is cut short, without that command.
    AOF_LOAD_TRUNCATED: bool = flag("aof-load-truncated", true);

    /// Begin a rewritten append-only file with a snapshot.
    AOF_USE_RDB_PREAMBLE: bool = flag("aof-use-rdb-preamble", true);

    /// Note the time in the append-only file, for loading it up to a point in time.
    AOF_TIMESTAMP_ENABLED: bool =
        flag("aof-timestamp-enabled", false).effect(Effect::AofSettings);

    /// Write a rewritten append-only file to the disk bit by bit.
    AOF_REWRITE_INCREMENTAL_FSYNC: bool = flag("aof-rewrite-incremental-fsync", true);

    /// Keep the parts of the append-only file that a rewrite replaced.
    AOF_DISABLE_AUTO_GC: bool = flag("aof-disable-auto-gc", false).effect(Effect::AofHistory);
}
