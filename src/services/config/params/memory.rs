//! How much memory there is, which keys make room, and how memory is given back.

use super::super::choices::*;
use super::super::param::*;
use super::INT_MAX;

params! {
    after super::tls::END;

    /// The most memory for data; 0 is no limit.
    MAXMEMORY: i64 = bytes("maxmemory", 0, 0..=i64::MAX).effect(Effect::MaxMemory);

    /// Which keys make room when memory is full.
    MAXMEMORY_POLICY: MaxmemoryPolicy =
        choice::<MaxmemoryPolicy>("maxmemory-policy").effect(Effect::MaxMemory);

    /// Keys looked at to find one to evict: more is nearer to the policy, and slower.
    MAXMEMORY_SAMPLES: i64 = int("maxmemory-samples", 5, 1..=INT_MAX);

    /// How much time eviction may take from clients, from 0 (least) to 100 (all it needs).
    MAXMEMORY_EVICTION_TENACITY: i64 = int("maxmemory-eviction-tenacity", 10, 0..=100);

    /// The most memory for all clients' buffers; -N stands for N percent of maxmemory, 0 for
    /// no limit.
    MAXMEMORY_CLIENTS: i64 =
        number("maxmemory-clients", 0, -100..=i64::MAX, Unit::BytesOrPercent)
            .effect(Effect::OutputLimits);

    /// The larger, the more accesses it takes to count as often used.
    LFU_LOG_FACTOR: i64 = int("lfu-log-factor", 10, 0..=INT_MAX).effect(Effect::MaxMemory);

    /// Minutes after which a key counts as less often used; 0 never.
    LFU_DECAY_TIME: i64 = int("lfu-decay-time", 1, 0..=INT_MAX).effect(Effect::MaxMemory);

    /// How hard expired keys are sought, from 1 to 10. Expiry is exact here.
    ACTIVE_EXPIRE_EFFORT: i64 = int("active-expire-effort", 1, 1..=10).ignored();

    /// Expire keys on access in scripts and functions that did not declare them.
    LAZYEXPIRE_NESTED_ARBITRARY_KEYS: bool =
        flag("lazyexpire-nested-arbitrary-keys", true).hidden().ignored();

    /// Free evicted values in the background, as is always done here.
    LAZYFREE_LAZY_EVICTION: bool = flag("lazyfree-lazy-eviction", false).ignored();

    /// Free expired values in the background, as is always done here.
    LAZYFREE_LAZY_EXPIRE: bool = flag("lazyfree-lazy-expire", false).ignored();

    /// Free overwritten values in the background, as is always done here.
    LAZYFREE_LAZY_SERVER_DEL: bool = flag("lazyfree-lazy-server-del", false).ignored();

    /// Let DEL free in the background, as is always done here.
    LAZYFREE_LAZY_USER_DEL: bool = flag("lazyfree-lazy-user-del", false).ignored();

    /// Let FLUSHALL and FLUSHDB free in the background where they do not say how.
    LAZYFREE_LAZY_USER_FLUSH: bool = flag("lazyfree-lazy-user-flush", false);

    /// Give memory back to the kernel from a background thread.
    JEMALLOC_BG_THREAD: bool = flag("jemalloc-bg-thread", true).ignored();

    /// Move values to undo the fragmentation of memory.
    ACTIVEDEFRAG: bool = flag("activedefrag", false).ignored();

    /// Fragmented bytes below which nothing is moved.
    ACTIVE_DEFRAG_IGNORE_BYTES: i64 =
        bytes("active-defrag-ignore-bytes", 100 << 20, 1..=i64::MAX).ignored();

    /// Percent of fragmentation below which nothing is moved.
    ACTIVE_DEFRAG_THRESHOLD_LOWER: i64 =
        int("active-defrag-threshold-lower", 10, 0..=1000).ignored();

    /// Percent of fragmentation at which most is moved.
    ACTIVE_DEFRAG_THRESHOLD_UPPER: i64 =
        int("active-defrag-threshold-upper", 100, 0..=1000).ignored();

    /// Percent of a processor for moving at the lower threshold.
    ACTIVE_DEFRAG_CYCLE_MIN: i64 = int("active-defrag-cycle-min", 1, 1..=99).ignored();

    /// Percent of a processor for moving at the upper threshold.
    ACTIVE_DEFRAG_CYCLE_MAX: i64 = int("active-defrag-cycle-max", 25, 1..=99).ignored();

    /// Elements from which on a value is moved in several steps.
    ACTIVE_DEFRAG_MAX_SCAN_FIELDS: i64 =
        int("active-defrag-max-scan-fields", 1000, 1..=i64::MAX).ignored();
}
