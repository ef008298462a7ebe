//! Sorted sets: a conversation for each command, or each subject. Replies were compared with
//! those of Redis and Valkey.

mod combinations;
mod forms;
mod members;
mod pops;
mod ranges;

use crate::harness::Client;

/// Makes a sorted set of `size` members, each with its number as score.
fn fill(client: &mut Client, key: &str, size: usize) {
    let mut args = vec!["ZADD".to_owned(), key.to_owned()];
    args.extend((0..size).flat_map(|i| [i.to_string(), format!("member:{i}")]));
    client.cmd(&["DEL", key]);
    assert_eq!(client.cmd(&args).to_string(), format!(":{size}"));
}
