//! Conversations of several clients, each with a name of its own in front of its lines:
//!
//! ```text
//! b> BLPOP q 0                  is sent, and its reply awaited later
//! (blocked 1)                   until INFO says that so many clients wait
//! a: RPUSH q x     => :1        is sent, and must be answered like this
//! b<               => ["q", "x"]  is the next that the client gets
//! b is silent                   for a while
//! b leaves                      closes its connection
//! (wait 20 ms)
//! ```
//! A client comes by being named; one whose name ends in `3` speaks RESP3.

use std::collections::HashMap;
use std::panic::Location;
use std::time::Duration;

use super::client::{Client, encode};
use super::script::split_args;
use super::server::Server;
use super::wait_until;

/// How long silence is listened to.
const SILENCE: Duration = Duration::from_millis(60);

/// Plays a scene; panics at the first line that goes wrong.
#[track_caller]
pub fn play(server: &Server, script: &str) {
    let caller = Location::caller();
    let mut scene = Scene { server, clients: HashMap::new() };
    for (index, line) in script.lines().enumerate() {
        let line = line.trim();
        if let Err(failure) = scene.line(line) {
            let at = caller.line() as usize + index;
            panic!("{}:{at}: {line}\n    {failure}", caller.file());
        }
    }
}

struct Scene<'a> {
    server: &'a Server,
    clients: HashMap<String, Client>,
}

impl Scene<'_> {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(words) = line.strip_prefix('(').and_then(|line| line.strip_suffix(')')) {
            return self.direction(words);
        }
        if let Some(name) = line.strip_suffix(" leaves") {
            self.clients.remove(name);
            return Ok(());
        }
        if let Some(name) = line.strip_suffix(" is silent") {
            let silent = self.client(name).is_silent_for(SILENCE);
            return silent.then_some(()).ok_or("it got something".to_owned());
        }
        let at = line.find([':', '>', '<']).ok_or("no client is named")?;
        let (name, rest) = (&line[..at], line[at + 1..].trim());
        let client = self.client(name);
        match &line[at..=at] {
            "<" => {
                let expected = rest.strip_prefix("=>").ok_or("`<` needs ` => `")?;
                client.expect(expected.trim())
            }
            ">" => {
                let args = split_args(rest).ok_or("unbalanced quotes")?;
                client.try_send(&encode(&args)).map_err(|error| error.to_string())
            }
            _ => client.line(rest),
        }
    }

    fn direction(&mut self, words: &str) -> Result<(), String> {
        if let Some(count) = words.strip_prefix("blocked ") {
            let field = format!("blocked_clients:{count}\r\n");
            let mut client = self.server.client();
            wait_until(words, || client.cmd(&["INFO", "clients"]).text().contains(&field));
            return Ok(());
        }
        let wait = words.strip_prefix("wait ").and_then(|words| words.strip_suffix(" ms"));
        let wait_ms = wait.and_then(|wait| wait.parse().ok()).ok_or("no such direction")?;
        std::thread::sleep(Duration::from_millis(wait_ms));
        Ok(())
    }

    fn client(&mut self, name: &str) -> &mut Client {
        self.clients.entry(name.to_owned()).or_insert_with(|| match name.ends_with('3') {
            true => self.server.client3(),
            false => self.server.client(),
        })
    }
}
