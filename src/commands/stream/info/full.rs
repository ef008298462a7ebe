//! What XINFO STREAM FULL shows beyond counters: entries, groups, and what is pending for whom.

use super::reply_progress;
use crate::commands::prelude::*;
use crate::commands::stream::entries::reply_entries;
use crate::commands::stream::id::reply_id;
use crate::types::stream::{Consumer, Group, Stream, StreamId};

/// Writes two pairs of the map: entries and groups, at most `count` of each list.
pub fn reply_content(reply: &mut Reply<'_>, stream: &Stream, count: usize) {
    reply.bulk("entries");
    reply_entries(reply, stream.iter().take(count));
    reply.bulk("groups");
    let groups = stream.groups();
    reply.array(groups.len());
    for (name, group) in groups {
        reply_group(reply, stream, name, group, count);
    }
}

fn reply_group(reply: &mut Reply<'_>, stream: &Stream, name: &[u8], group: &Group, count: usize) {
    reply.map(7);
    reply.bulk("name");
    reply.bulk(name);
    reply_progress(reply, stream, group);
    reply.bulk("pel-count");
    reply.count(group.pending_len());
    reply.bulk("pending");
    reply.array(group.pending_len().min(count));
    for (id, nack) in group.pending(StreamId::MIN..=StreamId::MAX).take(count) {
        reply.array(4);
        reply_id(reply, id);
        reply.bulk(nack.consumer());
        reply.int(nack.delivered_at_ms());
        reply.int(nack.deliveries() as i64);
    }
    reply.bulk("consumers");
    let consumers = group.consumers();
    reply.array(consumers.len());
    for (name, consumer) in consumers {
        reply_consumer(reply, group, name, consumer, count);
    }
}

fn reply_consumer(
    reply: &mut Reply<'_>,
    group: &Group,
    name: &[u8],
    consumer: &Consumer,
    count: usize,
) {
    reply.map(5);
    reply.bulk("name");
    reply.bulk(name);
    reply.bulk("seen-time");
    reply.int(consumer.seen_at_ms());
    reply.bulk("active-time");
    reply.int(consumer.active_at_ms().unwrap_or(-1));
    reply.bulk("pel-count");
    reply.count(consumer.pending_len());
    reply.bulk("pending");
    reply.array(consumer.pending_len().min(count));
    for (id, nack) in group.pending_of(name, StreamId::MIN..=StreamId::MAX).take(count) {
        reply.array(3);
        reply_id(reply, id);
        reply.int(nack.delivered_at_ms());
        reply.int(nack.deliveries() as i64);
    }
}
