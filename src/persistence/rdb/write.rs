//! Writes a whole RDB file: header, records, end and checksum.

use std::io::{self, Write};

use super::Attributes;
use super::format::{Version, opcode};
use super::output::{Output, Put};
use super::record;
use crate::types::ValueRef;
use crate::util::crc64::Crc64;

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// The version in the header. [`Version::needed_by`] tells what a value asks for; one that
    /// asks for more than the header says is written in full all the same, and an old server
    /// then refuses the file at that key instead of at the header.
    pub version: Version,
    /// `rdbcompression`: whether strings are compressed where that saves space.
    pub compress: bool,
    /// `rdbchecksum`: whether the file ends in its CRC-64, or in zero.
    pub checksum: bool,
}

/// Where and when a file was written: its `AUX` fields.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The Redis version the writer claims compatibility with.
    pub redis_version: &'a str,
    /// Unix time in seconds.
    pub created_at_s: i64,
    /// Memory in use at that time.
    pub used_memory_bytes: u64,
    /// The place in the replication stream that the file shows.
    pub replication: Option<ReplicationOrigin<'a>>,
    /// Whether the file is the base of an append-only file.
    pub aof_base: bool,
}

/// A place in a replication stream.
#[derive(Clone, Copy, Debug)]
pub struct ReplicationOrigin<'a> {
    /// The database the stream has selected.
    pub database: u64,
    /// The 40 hex digits of the replication ID.
    pub id: &'a str,
    /// The offset after the last byte whose effect the file holds.
    pub offset: u64,
}

/// Writes one RDB file. What it writes comes in small pieces: hand it a buffered writer.
pub struct Writer<W> {
    output: Output<Checked<W>>,
}

impl<W: Write> Writer<W> {
    /// Begins a file: its header is written.
    pub fn new(to: W, options: &WriteOptions) -> io::Result<Self> {
        let &WriteOptions { version, compress, checksum } = options;
        let to = Checked { to, crc: checksum.then(Crc64::new) };
        let mut output = Output { to, version, compress };
        output.raw(format!("REDIS{:04}", version.number()).as_bytes())?;
        Ok(Writer { output })
    }

    /// Writes the fields that say where the file comes from. They belong before all keys.
    pub fn origin(&mut self, origin: &Origin<'_>) -> io::Result<()> {
        self.aux("redis-ver", origin.redis_version)?;
        self.aux("redis-bits", &usize::BITS.to_string())?;
        self.aux("ctime", &origin.created_at_s.to_string())?;
        self.aux("used-mem", &origin.used_memory_bytes.to_string())?;
        if let Some(replication) = &origin.replication {
            self.aux("repl-stream-db", &replication.database.to_string())?;
            self.aux("repl-id", replication.id)?;
            self.aux("repl-offset", &replication.offset.to_string())?;
        }
        self.aux("aof-base", if origin.aof_base { "1" } else { "0" })
    }

    /// Writes one field about the file.
    pub fn aux(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.output.byte(opcode::AUX)?;
        self.output.string(name.as_bytes())?;
        self.output.string(value.as_bytes())
    }

    /// Writes the source code of a function library. Libraries belong before all keys.
    pub fn function(&mut self, code: &[u8]) -> io::Result<()> {
        self.output.byte(opcode::FUNCTION_2)?;
        self.output.string(code)
    }

    /// The keys from here on belong to this database. The numbers let the reader make room:
    /// about how many keys there are, and how many of them expire.
    pub fn database(&mut self, index: u64, keys: u64, expiring: u64) -> io::Result<()> {
        self.select(index)?;
        self.output.byte(opcode::RESIZE_DB)?;
        self.output.length(keys)?;
        self.output.length(expiring)
    }

    /// As [`Writer::database`], for a database that had keys already.
    pub fn select(&mut self, index: u64) -> io::Result<()> {
        self.output.byte(opcode::SELECT_DB)?;
        self.output.length(index)
    }

    /// Writes one key. A collection must not be empty: readers drop those.
    pub fn key(
        &mut self,
        key: &[u8],
        value: ValueRef<'_>,
        attributes: &Attributes,
    ) -> io::Result<()> {
        record::write(&mut self.output, key, value, attributes)
    }

    /// Ends the file and gives back what it was written to; nothing has been flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.byte(opcode::EOF)?;
        let Checked { mut to, crc } = self.output.to;
        let checksum = crc.map_or(0, |crc| crc.value());
        to.write_all(&checksum.to_le_bytes())?;
        Ok(to)
    }
}

/// Records that were made elsewhere, whole or in pieces ([`super::RecordEncoder`]).
impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.raw(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.to.to.flush()
    }
}

/// A writer that sums up what passes through it.
struct Checked<W> {
    to: W,
    /// `None` when the file gets no checksum.
    crc: Option<Crc64>,
}

impl<W: Write> Put for Checked<W> {
    type Error = io::Error;

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(crc) = &mut self.crc {
            crc.update(bytes);
        }
        self.to.write_all(bytes)
    }
}
