//! Reads a whole RDB file, record by record, into a sink.

use std::io::Read;

use super::Attributes;
use super::error::{LoadError, Reason};
use super::format::{Dialect, FIRST_WITH_CHECKSUM, opcode};
use super::input::{Input, Result};
use super::{module, object};
use crate::types::{Limits, Value};

/// Where a file's contents go. An `Err` says why something is not wanted and ends the
/// loading with [`Reason::Refused`].
pub trait Sink {
    /// A key. Those whose expiry has passed come too. A key may come twice in a broken file.
    fn key(
        &mut self,
        database: u64,
        key: Vec<u8>,
        value: Value,
        attributes: Attributes,
    ) -> std::result::Result<(), String>;

    /// The file's version is known, and that it can be read.
    fn version(&mut self, _version: u32) {}

    /// A key's value is about to be read: its object type and its name.
    fn begin_key(&mut self, _object_type: u8, _key: &[u8]) {}

    /// The source code of a function library.
    fn function(&mut self, code: &[u8]) -> std::result::Result<(), String>;

    /// The keys that follow belong to this database.
    fn select(&mut self, _database: u64) -> std::result::Result<(), String> {
        Ok(())
    }

    /// How many keys, and how many with an expiry, the file says this database has. A hint: it
    /// is not to be believed to the last byte of memory.
    fn size_hint(&mut self, _database: u64, _keys: u64, _expiring: u64) {}

    /// Something about the file: `redis-ver`, `ctime`, `repl-id`…
    fn aux(&mut self, _name: &[u8], _value: &[u8]) {}
}

/// How to load.
#[derive(Clone, Copy, Debug)]
pub struct LoadOptions {
    /// Thresholds by which values get their encodings.
    pub limits: Limits,
    /// `rdbchecksum`: whether the file's CRC-64 is checked, where it has one.
    pub checksum: bool,
}

/// What a file held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The version in the header: 1 to 12, or 80 for Valkey.
    pub version: u32,
    /// Keys given to the sink.
    pub keys: u64,
    /// Keys left out because their collection was empty, which no server keeps.
    pub empty_keys: u64,
    /// Bytes from the first of the header to the last of the checksum.
    pub bytes: u64,
}

/// Reads one RDB file from `reader`, and not a byte more. Reads are small: hand it a
/// buffered reader.
///
/// # Errors
/// The first thing found wrong. What came before it has already reached the sink.
pub fn load(
    reader: impl Read,
    sink: &mut impl Sink,
    options: &LoadOptions,
) -> std::result::Result<Summary, LoadError> {
    let mut input = Input::new(reader, options.checksum);
    let (version, dialect) = header(&mut input)?;
    sink.version(version);
    let summary = Summary { version, ..Summary::default() };
    let mut loader = Loader {
        input,
        sink,
        limits: &options.limits,
        dialect,
        database: 0,
        next_key: Attributes::default(),
        summary,
    };
    while loader.record()? {}
    if version >= FIRST_WITH_CHECKSUM {
        check(&mut loader.input)?;
    }
    loader.summary.bytes = loader.input.offset_bytes();
    Ok(loader.summary)
}

struct Loader<'a, R, S> {
    input: Input<R>,
    sink: &'a mut S,
    limits: &'a Limits,
    dialect: Dialect,
    database: u64,
    /// What the records just read say about the key to come.
    next_key: Attributes,
    summary: Summary,
}

/// `REDIS` and four digits, or `VALKEY` and three.
fn header(input: &mut Input<impl Read>) -> Result<(u32, Dialect)> {
    let header = input.array::<9>()?;
    let (magic, digits) = if let Some(digits) = header.strip_prefix(b"REDIS") {
        (Dialect::Redis, digits)
    } else if let Some(digits) = header.strip_prefix(b"VALKEY") {
        (Dialect::Valkey, digits)
    } else {
        return Err(input.error(Reason::Signature));
    };
    let version = digits
        .iter()
        .try_fold(0, |version, digit| {
            digit.is_ascii_digit().then(|| version * 10 + u32::from(digit - b'0'))
        })
        .ok_or_else(|| input.error(Reason::Signature))?;
    match Dialect::of(version) {
        Some(dialect) if dialect == magic => Ok((version, dialect)),
        _ => Err(input.error(Reason::Version(version))),
    }
}

/// The CRC-64 of all bytes before it; zero when the writer did not compute one.
fn check(input: &mut Input<impl Read>) -> Result<()> {
    let computed = input.checksum();
    let stored = u64::from_le_bytes(input.array()?);
    match computed {
        Some(computed) if stored != 0 && stored != computed => {
            Err(input.error(Reason::Checksum { stored, computed }))
        }
        _ => Ok(()),
    }
}

impl<R: Read, S: Sink> Loader<'_, R, S> {
    /// Reads one record; `false` when it was the end.
    fn record(&mut self) -> Result<bool> {
        match self.input.byte()? {
            opcode::EOF => return Ok(false),
            opcode::SELECT_DB => {
                self.database = self.input.length()?;
                let selected = self.sink.select(self.database);
                self.accepted(selected)?;
            }
            opcode::RESIZE_DB => {
                let (keys, expiring) = (self.input.length()?, self.input.length()?);
                self.sink.size_hint(self.database, keys, expiring);
            }
            opcode::EXPIRE_TIME => {
                let seconds = i32::from_le_bytes(self.input.array()?);
                self.next_key.expires_at_ms = Some(i64::from(seconds) * 1000);
            }
            opcode::EXPIRE_TIME_MS => self.next_key.expires_at_ms = Some(self.input.millis()?),
            opcode::FREQ => self.next_key.frequency = Some(self.input.byte()?),
            opcode::IDLE => self.next_key.idle_s = Some(self.input.length()?),
            opcode::AUX => {
                let (name, value) = (self.input.string()?, self.input.string()?);
                self.sink.aux(&name, &value);
            }
            opcode::FUNCTION_2 => {
                let code = self.input.string()?;
                let accepted = self.sink.function(&code);
                self.accepted(accepted)?;
            }
            opcode::SLOT_INFO => {
                let _slot_keys_and_expiring =
                    (self.input.length()?, self.input.length()?, self.input.length()?);
            }
            refused @ (opcode::FUNCTION_PRE_GA | opcode::MODULE_AUX | opcode::SLOT_IMPORT) => {
                return Err(self.refusal(refused));
            }
            object_type => self.key(object_type)?,
        }
        Ok(true)
    }

    fn key(&mut self, object_type: u8) -> Result<()> {
        let attributes = std::mem::take(&mut self.next_key);
        if !object::is_known(object_type) {
            return Err(self.input.error(Reason::UnknownType(object_type)));
        }
        let key = self.input.string()?;
        self.sink.begin_key(object_type, &key);
        let Some(value) = object::read(&mut self.input, object_type, self.dialect, self.limits)?
        else {
            self.summary.empty_keys += 1;
            return Ok(());
        };
        self.summary.keys += 1;
        let accepted = self.sink.key(self.database, key, value, attributes);
        self.accepted(accepted)
    }

    /// Why a record that servers know but nobody here can use ends the loading.
    fn refusal(&mut self, opcode: u8) -> LoadError {
        match opcode {
            opcode::FUNCTION_PRE_GA => {
                self.input.corrupt("Pre-release function format not supported.")
            }
            // The keys of a half-done import belong to another node: loading them as ordinary
            // ones would bring to light what its clients have not yet been given.
            opcode::SLOT_IMPORT => self.input.corrupt("Unfinished slot import not supported."),
            _ => match self.input.length() {
                Ok(id) => self.input.error(Reason::ModuleAux(module::name(id))),
                Err(error) => error,
            },
        }
    }

    fn accepted(&self, by_sink: std::result::Result<(), String>) -> Result<()> {
        by_sink.map_err(|why| self.input.error(Reason::Refused(why)))
    }
}
