//! Commands about the connection itself.

mod auth;
mod client;
mod hello;
mod ping;
mod session;

pub use client::describe as describe_client;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &auth::AUTH,
    &client::CLIENT,
    &hello::HELLO,
    &ping::ECHO,
    &ping::PING,
    &session::QUIT,
    &session::RESET,
    &session::SELECT,
];
