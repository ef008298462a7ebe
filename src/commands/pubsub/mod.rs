//! Publish and subscribe.

mod inspect;
mod publish;
mod subscribe;
mod unsubscribe;

pub use unsubscribe::{deliver_waiting, unsubscribe_all};

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &inspect::PUBSUB,
    &publish::PUBLISH,
    &publish::SPUBLISH,
    &subscribe::PSUBSCRIBE,
    &subscribe::SSUBSCRIBE,
    &subscribe::SUBSCRIBE,
    &unsubscribe::PUNSUBSCRIBE,
    &unsubscribe::SUNSUBSCRIBE,
    &unsubscribe::UNSUBSCRIBE,
];
