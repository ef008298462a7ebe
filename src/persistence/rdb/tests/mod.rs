//! Tests over the format as a whole: real files, and values on the way there and back.

mod broken;
mod files;
mod forms;
mod recipe;
mod round_trip;

use crate::util::crc64;

/// The DUMP payload around a type byte and an object.
fn with_footer(body: &[u8], version: u16) -> Vec<u8> {
    let mut payload = body.to_vec();
    payload.extend(version.to_le_bytes());
    payload.extend(crc64::checksum(&payload).to_le_bytes());
    payload
}
