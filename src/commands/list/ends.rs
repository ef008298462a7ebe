//! The ends of a list: as arguments, in the names of events, and how elements are taken off
//! one.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::Limits;
use crate::types::list::{End, List};

/// Reads `LEFT` or `RIGHT`.
pub fn end(args: &mut Args<'_>) -> Result<End> {
    match args.keyword().as_str() {
        "left" => Ok(End::Front),
        "right" => Ok(End::Back),
        _ => Err(Error::Syntax),
    }
}

/// The word that [`end`] reads.
pub fn end_name(end: End) -> &'static [u8] {
    match end {
        End::Front => b"LEFT",
        End::Back => b"RIGHT",
    }
}

/// What happens to a list when an element is added at an end.
pub fn push_event(end: End) -> Event {
    match end {
        End::Front => Event::list("lpush"),
        End::Back => Event::list("rpush"),
    }
}

/// What happens to a list when elements are taken off an end.
pub fn pop_event(end: End) -> Event {
    match end {
        End::Front => Event::list("lpop"),
        End::Back => Event::list("rpop"),
    }
}

/// The command that takes elements off an end, for the log.
pub fn pop_name(end: End) -> &'static [u8] {
    match end {
        End::Front => b"LPOP",
        End::Back => b"RPOP",
    }
}

/// Answers with an array of up to `count` elements taken off an end.
pub fn pop_array(
    list: &mut List,
    end: End,
    count: usize,
    limits: &Limits,
    reply: &mut Reply<'_>,
) -> Option<Event> {
    reply.array(count.min(list.len()));
    pop_elements(list, end, count, limits, reply)
}

/// Answers with up to `count` elements taken off an end, one after another.
pub fn pop_elements(
    list: &mut List,
    end: End,
    count: usize,
    limits: &Limits,
    reply: &mut Reply<'_>,
) -> Option<Event> {
    list.from_end(end, count).for_each(|element| reply_element(reply, element));
    list.drop_elements(end, count, limits);
    (count > 0).then(|| pop_event(end))
}
