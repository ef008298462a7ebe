//! The `redis` crate as programs use it, one module for each of its faces. Started with the
//! server's port; each subject is asserted, and the first that fails ends the process.
//!
//! ```sh
//! cargo run --manifest-path tests/clients/rust/Cargo.toml --target-dir target/clients/rust -- PORT
//! ```

/// Tasks that share a connection; the connection manager.
mod asynchronous;
/// A connection for each thread.
mod blocking;

use std::time::Duration;

use anyhow::{Context, Result};
use redis::Client;

/// How long anything is waited for.
const SOON: Duration = Duration::from_secs(10);

fn main() -> Result<()> {
    let port: u16 = std::env::args().nth(1).context("the server's port")?.parse()?;
    for protocol in ["resp2", "resp3"] {
        let client = Client::open(format!("redis://127.0.0.1:{port}/?protocol={protocol}"))?;
        blocking::run(&client).with_context(|| format!("blocking, {protocol}"))?;
        asynchronous::run(&client).with_context(|| format!("asynchronous, {protocol}"))?;
    }
    Ok(())
}

/// Says which subject has its turn, on an empty server.
fn begin(subject: &str, client: &Client) -> Result<()> {
    println!("{subject}");
    redis::cmd("FLUSHALL").exec(&mut client.get_connection()?)?;
    Ok(())
}
