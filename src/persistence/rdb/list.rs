//! Lists: element by element, as a ziplist, or as nodes of ziplists or listpacks.

use std::io::Read;

use super::format::quicklist_container as container;
use super::input::{Input, Result};
use super::legacy::ziplist::Ziplist;
use super::output::{Output, Put};
use crate::types::Limits;
use crate::types::list::{List, StoredNode};
use crate::types::listpack::Listpack;

/// Count, elements (type 1).
pub(super) fn read_elements<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<List> {
    let mut list = List::default();
    for _ in 0..input.length()? {
        list.push_back(&input.string()?, limits);
    }
    Ok(list)
}

/// A ziplist in a string (type 10).
pub(super) fn read_ziplist<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<List> {
    let mut list = List::default();
    append_ziplist(input, &mut list, limits)?;
    Ok(list)
}

/// Count of nodes, and each as a ziplist in a string (type 14).
pub(super) fn read_quicklist<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<List> {
    let mut list = List::default();
    for _ in 0..input.length()? {
        append_ziplist(input, &mut list, limits)?;
    }
    Ok(list)
}

/// Count of nodes, and for each its container and a string: one element, or a listpack of
/// them (type 18).
pub(super) fn read_quicklist_2<R: Read>(input: &mut Input<R>, limits: &Limits) -> Result<List> {
    let mut list = List::default();
    for _ in 0..input.length()? {
        let container = input.length()?;
        let bytes = input.string()?;
        match container {
            container::PLAIN => list.append_plain(&bytes, limits),
            container::PACKED => {
                let listpack = input.checked(Listpack::from_bytes(&bytes))?;
                list.append_listpack(listpack, limits);
            }
            _ => return Err(input.corrupt("Quicklist node of an unknown container")),
        }
    }
    Ok(list)
}

fn append_ziplist<R: Read>(input: &mut Input<R>, list: &mut List, limits: &Limits) -> Result<()> {
    let bytes = input.string()?;
    let elements = input.checked(Ziplist::new(&bytes))?;
    for element in elements {
        list.push_back(&input.checked(element)?.to_bytes(), limits);
    }
    Ok(())
}

/// Writes a list as `LIST_QUICKLIST_2`: its nodes as they are in memory, compressed ones
/// included, whose compression is the one of strings.
pub(super) fn write<P: Put>(
    output: &mut Output<P>,
    list: &List,
) -> std::result::Result<(), P::Error> {
    let nodes = list.stored_nodes();
    output.count(nodes.len())?;
    for StoredNode { plain, bytes, raw_len } in nodes {
        output.length(if plain { container::PLAIN } else { container::PACKED })?;
        match raw_len {
            Some(raw_len) => output.lzf(bytes, raw_len)?,
            None => output.string(bytes)?,
        }
    }
    Ok(())
}
