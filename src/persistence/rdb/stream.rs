//! Streams.
use super::format::{Version, object_type as kind};
use super::input::{Input, Result};
use super::output::{Output, Put};
use crate::types::stream::Stream;
use std::io::Read;
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    First,
    Second,
    Third,
}
pub(super) fn read<R: Read>(input: &mut Input<R>, _form: Form) -> Result<Stream> {
    Err(input.corrupt("not yet"))
}
pub(super) fn type_of(version: Version) -> u8 {
    if version >= Version::V11 { kind::STREAM_LISTPACKS_3 } else { kind::STREAM_LISTPACKS_2 }
}
pub(super) fn write<P: Put>(
    _output: &mut Output<P>,
    _stream: &Stream,
) -> std::result::Result<(), P::Error> {
    Ok(())
}
