//! The payload of DUMP, RESTORE and MIGRATE: one value with a footer.
//!
//! Object type (1 byte), object, RDB version (2 bytes, little-endian), CRC-64 of everything
//! before it (8 bytes, little-endian).

use std::fmt;

use super::error::LoadError;
use super::format::{Dialect, Version};
use super::input::Input;
use super::object;
use super::output::Output;
use crate::types::{Limits, Value, ValueRef};
use crate::util::crc64;

const FOOTER_BYTES: usize = 10;
const CHECKSUM_BYTES: usize = 8;

/// Why a payload is not a value.
#[derive(Debug)]
pub enum RestoreError {
    /// The footer is missing, damaged, or of a version that cannot be read here.
    Footer,
    /// The footer fits, but the object does not hold together; for the log, where.
    Object(LoadError),
    /// The object is whole but not what a key can hold: empty, or followed by more bytes.
    Content,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RestoreError::Footer => "DUMP payload version or checksum are wrong",
            RestoreError::Object(_) | RestoreError::Content => "Bad data format",
        })
    }
}

impl std::error::Error for RestoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RestoreError::Object(error) => Some(error),
            RestoreError::Footer | RestoreError::Content => None,
        }
    }
}

/// The payload of `value`, in the oldest version that can say it, so that the oldest server
/// can restore it. `compress` is `rdbcompression`.
pub fn dump(value: ValueRef<'_>, compress: bool) -> Vec<u8> {
    let version = Version::needed_by(value);
    let mut output = Output { to: Vec::new(), version, compress };
    let Ok(()) = output.byte(object::type_of(value, version));
    let Ok(()) = object::write(&mut output, value);
    let mut payload = output.to;
    payload.extend_from_slice(&version.number().to_le_bytes());
    let checksum = crc64::checksum(&payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
    payload
}

/// Bytes of the object alone, as a file has it behind type and key.
pub fn serialized_len(value: ValueRef<'_>, compress: bool) -> usize {
    const TYPE_BYTES: usize = 1;
    dump(value, compress).len() - TYPE_BYTES - FOOTER_BYTES
}

/// The value of a payload that this or any other server up to Redis 7.4 or Valkey 9.1 has
/// dumped, in the encodings that `limits` ask for.
pub fn restore(payload: &[u8], limits: &Limits) -> Result<Value, RestoreError> {
    let (dialect, body) = verified(payload).ok_or(RestoreError::Footer)?;
    let mut rest = body;
    let mut input = Input::new(&mut rest, false);
    let object_type = input.byte().map_err(RestoreError::Object)?;
    let value = object::read(&mut input, object_type, dialect, limits)
        .map_err(RestoreError::Object)?
        .ok_or(RestoreError::Content)?;
    if !rest.is_empty() {
        return Err(RestoreError::Content);
    }
    Ok(value)
}

/// The dialect and the bytes before the footer, when the footer is right.
fn verified(payload: &[u8]) -> Option<(Dialect, &[u8])> {
    let (checked, checksum) = payload.split_last_chunk::<CHECKSUM_BYTES>()?;
    let (body, version) = checked.split_last_chunk::<{ FOOTER_BYTES - CHECKSUM_BYTES }>()?;
    let dialect = Dialect::of(u16::from_le_bytes(*version).into())?;
    (crc64::checksum(checked) == u64::from_le_bytes(*checksum)).then_some((dialect, body))
}
