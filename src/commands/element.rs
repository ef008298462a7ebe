//! How an element of a compact encoding is answered.

use crate::protocol::Reply;
use crate::types::listpack::Element;

/// Answers with an element as a string, without a copy in between.
#[inline]
pub fn reply_element(reply: &mut Reply<'_>, element: Element<'_>) {
    match element {
        Element::Int(int) => reply.bulk_int(int),
        Element::Bytes(bytes) => reply.bulk(bytes),
    }
}
