//! Packed encodings of old files, read only: they become today's types at once.

pub(super) mod ziplist;
pub(super) mod zipmap;

/// Takes bytes off the front of a slice; `None` when there are not as many.
fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(taken)
}

/// Takes a fixed number of bytes off the front of a slice.
fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}
