//! Streams: nodes of entries, counters, and consumer groups with what is pending.

use std::io::Read;

use super::format::{Version, object_type as kind};
use super::input::{Input, Result};
use super::output::{Output, Put};
use crate::types::listpack::{Corrupt, Listpack};
use crate::types::stream::{Consumer, Group, GroupLoader, Stream, StreamId};

/// What a stream's record holds; each form has all that the ones before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Redis 5.0: entries, last ID, groups.
    First,
    /// Redis 7.0: first and greatest deleted ID, entries ever added and read.
    Second,
    /// Redis 7.2: when a consumer last got an entry.
    Third,
}

/// The number of entries a group has read, where that is not known: -1 as a length.
const UNKNOWN: u64 = u64::MAX;
/// When a consumer last got an entry, where it never did.
const NEVER_MS: i64 = -1;

const NO_ID: Corrupt = Corrupt("Stream node key entry is not the size of a stream ID");

const ANY_ID: std::ops::RangeInclusive<StreamId> = StreamId::MIN..=StreamId::MAX;

/// Count of nodes, each with its master ID and a listpack in a string; counters; groups.
pub(super) fn read<R: Read>(input: &mut Input<R>, form: Form) -> Result<Stream> {
    let mut stream = Stream::default();
    for _ in 0..input.length()? {
        let master_id = input.string()?.try_into().map(StreamId::from_be_bytes);
        let master_id = input.checked(master_id.map_err(|_| NO_ID))?;
        let bytes = input.string()?;
        let listpack = input.checked(Listpack::from_bytes(&bytes))?;
        input.checked(stream.push_node(master_id, listpack))?;
    }
    read_counters(input, &mut stream, form)?;
    for _ in 0..input.length()? {
        let name = input.string()?;
        let group = read_group(input, &stream, form)?;
        if !stream.add_group(&name, group) {
            return Err(input.corrupt("Duplicated consumer group name"));
        }
    }
    Ok(stream)
}

fn read_counters<R: Read>(input: &mut Input<R>, stream: &mut Stream, form: Form) -> Result<()> {
    let len = input.length()?;
    if len > 0 && stream.is_empty() {
        return Err(input.corrupt("Stream length inconsistent with its entries"));
    }
    let last_id = read_id(input)?;
    if !stream.set_last_id(last_id) {
        return Err(input.corrupt("Stream whose last ID is not its greatest"));
    }
    if form < Form::Second {
        // The best that can be said: nothing was ever deleted.
        stream.set_entries_added(stream.len());
        return Ok(());
    }
    // The first ID is the first entry's, which is at hand.
    read_id(input)?;
    stream.set_max_deleted_id(read_id(input)?);
    stream.set_entries_added(input.length()?);
    Ok(())
}

/// Position; pending entries of the group; consumers, each with the IDs of its own.
fn read_group<R: Read>(input: &mut Input<R>, stream: &Stream, form: Form) -> Result<Group> {
    let last_id = read_id(input)?;
    let entries_read = if form < Form::Second {
        stream.entries_added_up_to(last_id)
    } else {
        Some(input.length()?).filter(|&entries_read| entries_read != UNKNOWN)
    };
    let mut group = GroupLoader::new(last_id, entries_read);
    for _ in 0..input.length()? {
        let id = StreamId::from_be_bytes(input.array()?);
        let (delivered_at_ms, deliveries) = (input.millis()?, input.length()?);
        input.checked(group.pending(id, delivered_at_ms, deliveries))?;
    }
    for _ in 0..input.length()? {
        let name = input.string()?;
        let seen_at_ms = input.millis()?;
        // Without a word about it, the consumer got an entry when it was last seen.
        let active_at_ms = if form < Form::Third { seen_at_ms } else { input.millis()? };
        let active_at_ms = Some(active_at_ms).filter(|&at_ms| at_ms != NEVER_MS);
        input.checked(group.consumer(&name, seen_at_ms, active_at_ms))?;
        for _ in 0..input.length()? {
            let id = StreamId::from_be_bytes(input.array()?);
            input.checked(group.consumer_pending(id))?;
        }
    }
    input.checked(group.finish())
}

/// An ID as two numbers; in other places it is 16 bytes, big-endian.
fn read_id<R: Read>(input: &mut Input<R>) -> Result<StreamId> {
    Ok(StreamId::new(input.length()?, input.length()?))
}

/// The type byte for what [`write`] writes.
pub(super) fn type_of(version: Version) -> u8 {
    match form(version) {
        Form::First => kind::STREAM_LISTPACKS,
        Form::Second => kind::STREAM_LISTPACKS_2,
        Form::Third => kind::STREAM_LISTPACKS_3,
    }
}

fn form(version: Version) -> Form {
    if version >= Version::V11 { Form::Third } else { Form::Second }
}

pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    stream: &Stream,
) -> std::result::Result<(), P::Error> {
    let nodes = stream.nodes();
    output.count(nodes.len())?;
    for (master_id, listpack) in nodes {
        output.string(&master_id.to_be_bytes())?;
        output.string(listpack.as_bytes())?;
    }
    output.length(stream.len())?;
    write_id(output, stream.last_id())?;
    write_id(output, stream.iter().next().map_or(StreamId::MIN, |first| first.id))?;
    write_id(output, stream.max_deleted_id())?;
    output.length(stream.entries_added())?;

    let groups = stream.groups();
    output.count(groups.len())?;
    for (name, group) in groups {
        output.string(name)?;
        write_group(output, group)?;
    }
    Ok(())
}

fn write_group<P: Put>(output: &mut Output<P>, group: &Group) -> std::result::Result<(), P::Error> {
    write_id(output, group.last_id())?;
    output.length(group.entries_read().unwrap_or(UNKNOWN))?;
    output.count(group.pending_len())?;
    for (id, nack) in group.pending(ANY_ID) {
        output.raw(&id.to_be_bytes())?;
        output.millis(nack.delivered_at_ms())?;
        output.length(nack.deliveries())?;
    }
    let consumers = group.consumers();
    output.count(consumers.len())?;
    for (name, consumer) in consumers {
        output.string(name)?;
        write_consumer_times(output, consumer)?;
        output.count(consumer.pending_len())?;
        for (id, _) in group.pending_of(name, ANY_ID) {
            output.raw(&id.to_be_bytes())?;
        }
    }
    Ok(())
}

fn write_consumer_times<P: Put>(
    output: &mut Output<P>,
    consumer: &Consumer,
) -> std::result::Result<(), P::Error> {
    output.millis(consumer.seen_at_ms())?;
    if form(output.version) >= Form::Third {
        output.millis(consumer.active_at_ms().unwrap_or(NEVER_MS))?;
    }
    Ok(())
}

fn write_id<P: Put>(output: &mut Output<P>, id: StreamId) -> std::result::Result<(), P::Error> {
    output.length(id.ms)?;
    output.length(id.seq)
}
