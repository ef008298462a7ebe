//! The cluster.

use super::super::choices::*;
use super::super::param::*;
use super::INT_MAX;
use crate::services::config::checks;

params! {
    after super::observability::END;

    /// Run as a node of a cluster.
    CLUSTER_ENABLED: bool = flag("cluster-enabled", false).immutable();

    /// The file in which the node keeps what it knows of the cluster.
    CLUSTER_CONFIG_FILE: Text = text("cluster-config-file", "nodes.conf").immutable();

    /// The port of the cluster bus; 0 is the port plus 10000.
    CLUSTER_PORT: i64 = int("cluster-port", 0, 0..=65535).immutable();

    /// Milliseconds after which a node that is out of reach counts as failing.
    CLUSTER_NODE_TIMEOUT: i64 = int("cluster-node-timeout", 15000, 0..=i64::MAX);

    /// The larger, the older a replica's data may be for it to take over; 0 is any age.
    CLUSTER_REPLICA_VALIDITY_FACTOR: i64 =
        int("cluster-replica-validity-factor", 10, 0..=INT_MAX)
            .alias("cluster-slave-validity-factor");

    /// Replicas a primary keeps before one of them moves to a primary that has none.
    CLUSTER_MIGRATION_BARRIER: i64 = int("cluster-migration-barrier", 1, 0..=INT_MAX);

    /// Let replicas move to a primary that has none.
    CLUSTER_ALLOW_REPLICA_MIGRATION: bool = flag("cluster-allow-replica-migration", true);

    /// Refuse queries while any slot has no node.
    CLUSTER_REQUIRE_FULL_COVERAGE: bool = flag("cluster-require-full-coverage", true);

    /// This replica never takes over by itself.
    CLUSTER_REPLICA_NO_FAILOVER: bool =
        flag("cluster-replica-no-failover", false).alias("cluster-slave-no-failover");

    /// Answer reads while the cluster is down.
    CLUSTER_ALLOW_READS_WHEN_DOWN: bool = flag("cluster-allow-reads-when-down", false);

    /// Serve sharded channels while the cluster is down.
    CLUSTER_ALLOW_PUBSUBSHARD_WHEN_DOWN: bool =
        flag("cluster-allow-pubsubshard-when-down", true);

    /// Bytes waiting for another node at which its link is dropped; 0 is no limit.
    CLUSTER_LINK_SENDBUF_LIMIT: i64 =
        bytes("cluster-link-sendbuf-limit", 0, 0..=i64::MAX);

    /// The address that other nodes and clients are told; empty finds it out.
    CLUSTER_ANNOUNCE_IP: Text =
        optional_text("cluster-announce-ip").effect(Effect::ClusterAnnounce);

    /// The port that clients are told; 0 is the one listened on.
    CLUSTER_ANNOUNCE_PORT: i64 =
        int("cluster-announce-port", 0, 0..=65535).effect(Effect::ClusterAnnounce);

    /// The TLS port that clients are told; 0 is the one listened on.
    CLUSTER_ANNOUNCE_TLS_PORT: i64 =
        int("cluster-announce-tls-port", 0, 0..=65535).effect(Effect::ClusterAnnounce);

    /// The port of the cluster bus that other nodes are told; 0 is the one listened on.
    CLUSTER_ANNOUNCE_BUS_PORT: i64 =
        int("cluster-announce-bus-port", 0, 0..=65535).effect(Effect::ClusterAnnounce);

    /// The host name that clients are told.
    CLUSTER_ANNOUNCE_HOSTNAME: Text = optional_text("cluster-announce-hostname")
        .checked(checks::host_name)
        .effect(Effect::ClusterAnnounce);

    /// The name of this node that logs show.
    CLUSTER_ANNOUNCE_HUMAN_NODENAME: Text = optional_text("cluster-announce-human-nodename")
        .checked(checks::node_name)
        .effect(Effect::ClusterAnnounce);

    /// How nodes are named to clients.
    CLUSTER_PREFERRED_ENDPOINT_TYPE: EndpointType = choice::<EndpointType>("cluster-preferred-endpoint-type");

    /// Count commands and bytes for each slot.
    CLUSTER_SLOT_STATS_ENABLED: bool = flag("cluster-slot-stats-enabled", false);

    /// Percent of commands checked for what a cluster would refuse.
    CLUSTER_COMPATIBILITY_SAMPLE_RATIO: i64 =
        int("cluster-compatibility-sample-ratio", 0, 0..=100).ignored();
}
