//! How the options of SET, GETEX and MSETEX get along with each other.

use crate::commands::prelude::*;
use std::mem;

/// Takes `given` as the choice among options that exclude each other. The same option may be
/// given again, and the last one counts; another one beside it is a syntax error.
pub fn settle<T>(choice: &mut Option<T>, given: T) -> Result {
    if choice.as_ref().is_some_and(|old| mem::discriminant(old) != mem::discriminant(&given)) {
        return Err(Error::Syntax);
    }
    *choice = Some(given);
    Ok(())
}
