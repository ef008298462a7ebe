//! What XTRIM, and XADD with it, ask for.

use super::StreamId;

/// Which of the oldest entries go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trim {
    /// Until when.
    pub threshold: Threshold,
    /// Only nodes all of whose entries the threshold lets go are touched, which is fast.
    pub approximate: bool,
    /// No node is begun with which more entries than this would go.
    pub limit: Option<u64>,
    /// What happens to references in consumer groups.
    pub references: References,
}

/// Where trimming stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// As soon as no more entries than this are left.
    MaxLen(u64),
    /// At the first entry with this ID or a greater one.
    MinId(StreamId),
}

/// What the consumer groups that still refer to an entry mean for its deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum References {
    /// `KEEPREF`: the entry goes, references stay.
    #[default]
    Keep,
    /// `DELREF`: the entry goes, and all references with it.
    Delete,
    /// `ACKED`: the entry stays as long as a group has yet to read it or to acknowledge it.
    Acked,
}
