//! Entries in replies: each an array of its ID and its fields.

use super::id::reply_id;
use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::stream::Entry;

/// Writes an entry.
pub fn reply_entry(reply: &mut Reply<'_>, entry: Entry<'_>) {
    reply.array(2);
    reply_parts(reply, entry);
}

/// Writes an entry's ID and its fields, without the header of an array around them.
pub fn reply_parts(reply: &mut Reply<'_>, entry: Entry<'_>) {
    reply_id(reply, entry.id);
    let fields = entry.fields();
    reply.array(fields.len() * 2);
    for (name, value) in fields {
        reply_element(reply, name);
        reply_element(reply, value);
    }
}

/// Writes a list of entries.
pub fn reply_entries<'e>(reply: &mut Reply<'_>, entries: impl Iterator<Item = Entry<'e>>) {
    let list = reply.defer();
    let mut count = 0;
    for entry in entries {
        reply_entry(reply, entry);
        count += 1;
    }
    reply.end_array(list, count);
}
