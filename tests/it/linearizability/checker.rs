//! The checker, after Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with
//! Lowe's memory of what was tried: a search for an order of all operations that respects
//! their times and explains their replies.

use std::collections::HashSet;
use std::fmt;

use super::machine::{Command, KEYS, State};

/// What one client asked and was told.
pub struct Operation {
    pub client: usize,
    /// When it began, and when its reply was there.
    pub asked_ns: u64,
    pub answered_ns: u64,
    pub commands: Vec<Command>,
    pub replies: Vec<String>,
}

impl Operation {
    /// Runs it on `state`. None when that answers something else than what was told.
    fn explains(&self, state: &State) -> Option<State> {
        let mut after = *state;
        let agrees = self.replies.len() == self.commands.len()
            && self.commands.iter().zip(&self.replies).all(|(c, told)| c.run(&mut after) == *told);
        agrees.then_some(after)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operation { client, asked_ns, answered_ns, commands, replies } = self;
        write!(f, "{asked_ns:>9}..{answered_ns:<9} client {client}: {commands:?} => {replies:?}")
    }
}

/// An order that explains a history of up to 128 operations.
pub fn order(history: &[Operation]) -> Option<Vec<usize>> {
    assert!(history.len() <= 128, "one bit an operation");
    let mut path: Vec<(usize, State)> = Vec::new();
    let (mut done, mut state) = (0u128, [None; KEYS]);
    let mut tried: HashSet<(u128, State)> = HashSet::new();
    let mut from = 0;
    while path.len() < history.len() {
        match step(history, done, &state, from, &tried) {
            Some((index, after)) => {
                path.push((index, state));
                done |= 1 << index;
                state = after;
                tried.insert((done, state));
                from = 0;
            }
            None => {
                let (index, before) = path.pop()?;
                done &= !(1 << index);
                state = before;
                from = index + 1;
            }
        }
    }
    Some(path.into_iter().map(|(index, _)| index).collect())
}

/// The first operation from `from` on that may come next: nothing that is left was over before
/// it began, its replies are right, and what it leads to was not tried before.
fn step(
    history: &[Operation],
    done: u128,
    state: &State,
    from: usize,
    tried: &HashSet<(u128, State)>,
) -> Option<(usize, State)> {
    let left = || history.iter().enumerate().filter(|(index, _)| done & (1 << index) == 0);
    let first_answer = left().map(|(_, operation)| operation.answered_ns).min()?;
    left()
        .filter(|(index, operation)| *index >= from && operation.asked_ns <= first_answer)
        .find_map(|(index, operation)| {
            let after = operation.explains(state)?;
            (!tried.contains(&(done | 1 << index, after))).then_some((index, after))
        })
}
