//! Bytes to arguments, and replies to bytes. Nothing here knows a key, a command or a
//! socket: requests come out of any `Read`, replies go into a `Vec<u8>`.

pub mod args;
pub mod error;
pub mod input;
pub mod parse;
pub mod reply;
pub mod request;
pub mod split;

pub use args::{Arg, Args, Key};
pub use error::{Error, Result};
pub use reply::Reply;
pub use request::Request;
