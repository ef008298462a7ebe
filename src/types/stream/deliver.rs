//! Giving entries to consumers: what needs the entries and a group at once.

use super::group::Group;
use super::log::Log;
use super::{Entry, Stream, StreamId};

/// What a consumer reads with XREADGROUP.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The group; it must exist.
    pub group: &'a [u8],
    /// The consumer; it is added where it does not exist.
    pub consumer: &'a [u8],
    /// At most that many entries.
    pub count: usize,
    /// Now, as Unix time.
    pub now_ms: i64,
}

/// How entries are claimed, by XCLAIM and XAUTOCLAIM.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The group; it must exist.
    pub group: &'a [u8],
    /// The consumer that claims; it must exist (see [`Group::consumer_seen`]).
    pub consumer: &'a [u8],
    /// Only entries that were delivered that long ago; 0 for all.
    pub min_idle_ms: i64,
    /// Now, as Unix time.
    pub now_ms: i64,
    /// The delivery time the entries get: now, unless the client says otherwise.
    pub delivered_at_ms: i64,
    /// The number of deliveries the entries get; none for one more than before.
    pub deliveries: Option<u64>,
    /// Without another number given, keep the number of deliveries.
    pub just_id: bool,
    /// Claim also what is not pending.
    pub force: bool,
}

/// What became of an entry to be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is the consumer's now.
    Yes,
    /// It is not pending, or not for long enough. Nothing changed.
    No,
    /// The stream does not have it: it is pending no longer.
    Gone,
}

/// What [`Stream::read_idle`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadIdle {
    /// How many entries were delivered again.
    pub delivered: usize,
    /// The entries that were pending but are not in the stream.
    pub gone: Vec<StreamId>,
}

/// What XAUTOCLAIM did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AutoClaimed {
    /// Where to go on; 0-0 when all was seen.
    pub next: StreamId,
    /// The entries that are the consumer's now.
    pub claimed: Vec<StreamId>,
    /// The entries that were pending but are not in the stream.
    pub gone: Vec<StreamId>,
}

impl Stream {
    /// Delivers the entries the group has not read yet, hands each to `emit`, and answers how
    /// many; `None` when there is no such group. Unless `no_ack`, they are pending then.
    pub fn read_new(
        &mut self,
        read: &Read<'_>,
        no_ack: bool,
        mut emit: impl FnMut(Entry<'_>),
    ) -> Option<usize> {
        let (log, groups) = self.parts_mut();
        let group = groups.get_mut(read.group)?;
        group.consumer_seen(read.consumer, read.now_ms);
        let Some(from) = group.last_id().next() else {
            return Some(0);
        };
        let mut delivered = 0;
        for entry in log.range(from, StreamId::MAX).take(read.count) {
            let entries_read = log.entries_read_after(group, entry.id);
            group.set_position(entry.id, entries_read);
            if !no_ack {
                // A group that was set back reads what may be pending already; that starts anew.
                group.assign(entry.id, read.consumer, read.now_ms, 1);
            }
            emit(entry);
            delivered += 1;
        }
        if delivered > 0 && !no_ack {
            group.consumer_active(read.consumer, read.now_ms);
        }
        Some(delivered)
    }

    /// Delivers again what is pending for the consumer behind `after`: hands each ID to `emit`
    /// with its entry, or without one that the stream no longer has, and answers how many; `None`
    /// when there is no such group.
    pub fn read_pending(
        &mut self,
        read: &Read<'_>,
        after: StreamId,
        mut emit: impl FnMut(StreamId, Option<Entry<'_>>),
    ) -> Option<usize> {
        let (log, groups) = self.parts_mut();
        let group = groups.get_mut(read.group)?;
        group.consumer_seen(read.consumer, read.now_ms);
        let Some(from) = after.next() else {
            return Some(0);
        };
        let pending = group.pending_of(read.consumer, from..=StreamId::MAX);
        let pending: Vec<_> =
            pending.map(|(id, nack)| (id, nack.deliveries())).take(read.count).collect();
        for &(id, deliveries) in &pending {
            let entry = log.get(id);
            if entry.is_some() {
                group.assign(id, read.consumer, read.now_ms, deliveries.saturating_add(1));
            }
            emit(id, entry);
        }
        Some(pending.len())
    }

    /// Delivers again what has been pending for at least `min_idle_ms`, for whichever consumer, the
    /// longest first: hands each entry to `emit` with how long ago it was delivered and how often.
    /// `None` when there is no such group. What the stream no longer has is pending no longer.
    pub fn read_idle(
        &mut self,
        read: &Read<'_>,
        min_idle_ms: i64,
        mut emit: impl FnMut(Entry<'_>, i64, u64),
    ) -> Option<ReadIdle> {
        let (log, groups) = self.parts_mut();
        let group = groups.get_mut(read.group)?;
        group.consumer_seen(read.consumer, read.now_ms);
        let mut delivered = Vec::new();
        let mut gone = Vec::new();
        for (id, nack) in group.pending_by_time() {
            let idle_ms = nack.idle_ms(read.now_ms);
            if delivered.len() >= read.count || idle_ms < min_idle_ms {
                break;
            }
            match log.get(id) {
                Some(entry) => {
                    emit(entry, idle_ms, nack.deliveries());
                    delivered.push((id, nack.deliveries()));
                }
                None => gone.push(id),
            }
        }
        for id in &gone {
            group.ack(*id);
        }
        for &(id, deliveries) in &delivered {
            group.assign(id, read.consumer, read.now_ms, deliveries.saturating_add(1));
        }
        if !delivered.is_empty() {
            group.consumer_active(read.consumer, read.now_ms);
        }
        Some(ReadIdle { delivered: delivered.len(), gone })
    }

    /// Makes an entry pending for another consumer. `None` when there is no such group.
    pub fn claim(&mut self, id: StreamId, claim: &Claim<'_>) -> Option<Claimed> {
        let (log, groups) = self.parts_mut();
        Some(claim_one(log, groups.get_mut(claim.group)?, id, claim))
    }

    /// Claims up to `count` pending entries from `start` on, looking at no more than ten times as
    /// many; entries that are gone count too. `None` when there is no such group.
    pub fn auto_claim(
        &mut self,
        start: StreamId,
        count: usize,
        claim: &Claim<'_>,
    ) -> Option<AutoClaimed> {
        /// So many entries are looked at for each that may be claimed, as in Redis.
        const ATTEMPTS: usize = 10;
        let (log, groups) = self.parts_mut();
        let group = groups.get_mut(claim.group)?;
        let mut result = AutoClaimed::default();
        let mut next = first_pending(group, Some(start));
        for _ in 0..count.saturating_mul(ATTEMPTS) {
            let Some(id) = next else { break };
            if result.claimed.len() + result.gone.len() >= count {
                break;
            }
            next = first_pending(group, id.next());
            match claim_one(log, group, id, claim) {
                Claimed::Yes => result.claimed.push(id),
                Claimed::Gone => result.gone.push(id),
                Claimed::No => {}
            }
        }
        result.next = next.unwrap_or_default();
        Some(result)
    }
}

fn first_pending(group: &Group, from: Option<StreamId>) -> Option<StreamId> {
    group.pending(from?..=StreamId::MAX).next().map(|(id, _)| id)
}

fn claim_one(log: &Log, group: &mut Group, id: StreamId, claim: &Claim<'_>) -> Claimed {
    if log.get(id).is_none() {
        return if group.ack(id) { Claimed::Gone } else { Claimed::No };
    }
    let before = match group.nack(id) {
        Some(nack) if nack.idle_ms(claim.now_ms) < claim.min_idle_ms => return Claimed::No,
        Some(nack) => nack.deliveries(),
        // What is claimed by force counts as delivered once before, as in Redis.
        None if claim.force => 1,
        None => return Claimed::No,
    };
    let deliveries = match claim.deliveries {
        Some(deliveries) => deliveries,
        None if claim.just_id => before,
        None => before.saturating_add(1),
    };
    if !group.assign(id, claim.consumer, claim.delivered_at_ms, deliveries) {
        return Claimed::No;
    }
    group.consumer_active(claim.consumer, claim.now_ms);
    Claimed::Yes
}
