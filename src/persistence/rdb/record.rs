//! One key's record: what a file has for it, also when it is made away from the file.

use std::io::{self, Write};

use super::Attributes;
use super::format::{Version, opcode};
use super::object;
use super::output::{Output, Put};
use crate::store::Entry;
use crate::store::access::AccessPolicy;
use crate::store::snapshot::Encoder;
use crate::types::ValueRef;

/// Makes the records of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct RecordEncoder {
    /// The version of the file.
    pub version: Version,
    /// `rdbcompression`: whether strings are compressed where that saves space.
    pub compress: bool,
    /// What is told of each key's use.
    pub usage: Usage,
}

/// What a record tells of how its key was used, by what keys are evicted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Nothing.
    Untold,
    /// For how long it was not used by this time, Unix time in milliseconds.
    Idle(i64),
    /// How often it was used lately, by this time, Unix time in milliseconds.
    Frequency(i64),
}

impl Encoder for RecordEncoder {
    fn encode(&self, entry: &Entry, access: &AccessPolicy, into: &mut dyn Write) -> io::Result<()> {
        let mut attributes =
            Attributes { expires_at_ms: entry.expires_at_ms(), ..Attributes::default() };
        match self.usage {
            Usage::Untold => {}
            Usage::Idle(now_ms) => {
                attributes.idle_s = Some(access.idle_seconds(entry.access(), now_ms).into());
            }
            Usage::Frequency(now_ms) => {
                attributes.frequency = Some(access.frequency(entry.access(), now_ms) as u8);
            }
        }
        let mut output = Output { to: Plain(into), version: self.version, compress: self.compress };
        entry.with_value(|value| write(&mut output, entry.name(), value, &attributes))
    }
}

/// Writes a record. A collection must not be empty: readers drop those.
pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    key: &[u8],
    value: ValueRef<'_>,
    attributes: &Attributes,
) -> Result<(), P::Error> {
    if let Some(expires_at_ms) = attributes.expires_at_ms {
        output.byte(opcode::EXPIRE_TIME_MS)?;
        output.millis(expires_at_ms)?;
    }
    if let Some(idle_s) = attributes.idle_s {
        output.byte(opcode::IDLE)?;
        output.length(idle_s)?;
    }
    if let Some(frequency) = attributes.frequency {
        output.raw(&[opcode::FREQ, frequency])?;
    }
    output.byte(object::type_of(value, output.version))?;
    output.string(key)?;
    object::write(output, value)
}

/// Any writer: records are not summed up before they are in their file.
struct Plain<'a>(&'a mut dyn Write);

impl Put for Plain<'_> {
    type Error = io::Error;

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}
