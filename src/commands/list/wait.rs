//! Waiting for a list.

use crate::commands::prelude::*;
use crate::types::Type;

/// Waits until one of `keys` holds a list.
pub fn until_filled<'a>(
    keys: impl IntoIterator<Item = Key<'a>>,
    until_ms: Option<i64>,
    in_vain: InVain,
) -> Block<'a> {
    Block {
        keys: keys.into_iter().collect(),
        kind: Type::List,
        even_if_gone: false,
        until_ms,
        in_vain,
        instead: Vec::new(),
    }
}
