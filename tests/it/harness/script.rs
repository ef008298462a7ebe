//! Conversations: lines of a command and the reply expected, as one would see them in redis-cli.
//!
//! ```text
//! SET k "a\x00b" EX 10          => +OK
//! skein valkey | DELIFEQ k old  => :0       only these servers know the command
//! (wait 20 ms)
//! (list l)                      a list stands at l, whether or not the server has list commands
//! GET k                         => "a\x00b"
//! CLIENT REPLY SKIP             => (none)   nothing comes back
//! (more)                        => *        nothing is sent; a push comes, or a reply still due
//! QUIT                          => +OK
//! PING                          => (closed)
//! ```
//! Quoting is redis-cli's. `#` begins a comment line. What stands behind `=>` is the notation
//! of [`super::expect`]. All lines run, and the failures are shown together.

use std::panic::Location;
use std::time::Duration;

use super::client::Client;
use super::expect::Pattern;
use super::server::kind_under_test;

impl Client {
    /// Holds a conversation with the server under test; panics with every line that went wrong.
    #[track_caller]
    pub fn talk(&mut self, script: &str) {
        let caller = Location::caller();
        let mut failures = Vec::new();
        for (i, line) in script.lines().enumerate() {
            let at = format!("{}:{}", caller.file(), caller.line() as usize + i);
            if let Err(failure) = self.line(line.trim()) {
                failures.push(format!("{at}: {line}\n    {failure}", line = line.trim()));
            }
        }
        assert!(failures.is_empty(), "{} wrong\n{}\n", failures.len(), failures.join("\n"));
    }

    /// One command and the reply that it must give.
    #[track_caller]
    pub fn check(&mut self, command: &str, expected: &str) {
        if let Err(failure) = self.exchange(command, expected) {
            panic!("{command} => {expected}\n    {failure}");
        }
    }

    /// Plays one line.
    pub fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(wait) = line.strip_prefix("(wait ").and_then(|l| l.strip_suffix(" ms)")) {
            let wait_ms = wait.parse().map_err(|_| "(wait N ms) takes a number")?;
            std::thread::sleep(Duration::from_millis(wait_ms));
            return Ok(());
        }
        if let Some(key) = line.strip_prefix("(list ").and_then(|l| l.strip_suffix(')')) {
            let reply = self.try_cmd(&[b"RESTORE", key.as_bytes(), b"0", A_LIST, b"REPLACE"]);
            let restored = reply.is_ok_and(|reply| reply.to_string() == "+OK");
            return restored.then_some(()).ok_or("RESTORE of a list failed".to_owned());
        }
        let Some(line) = for_this_server(line) else { return Ok(()) };
        let (command, expected) = line.rsplit_once(" => ").ok_or("a line needs ` => `")?;
        self.exchange(command, expected.trim())
    }

    fn exchange(&mut self, command: &str, expected: &str) -> Result<(), String> {
        let args = split_args(command).ok_or("unbalanced quotes in the command")?;
        let request = match command.trim_end() {
            "(more)" => Vec::new(),
            _ => super::client::encode(&args),
        };
        if expected == "(none)" {
            return self.try_send(&request).map_err(|error| error.to_string());
        }
        if let Err(error) = self.try_send(&request)
            && expected != "(closed)"
        {
            return Err(format!("could not send: {error}"));
        }
        self.expect(expected)
    }

    /// Takes the next reply, which must be as expected.
    pub fn expect(&mut self, expected: &str) -> Result<(), String> {
        match (expected, self.try_recv()) {
            ("(closed)", Err(_)) => Ok(()),
            ("(closed)", Ok(reply)) => Err(format!("got {reply}")),
            (_, Err(error)) => Err(format!("got no reply: {error}")),
            (_, Ok(reply)) => match Pattern::parse(expected).mismatch(&reply) {
                None => Ok(()),
                Some(difference) => Err(difference),
            },
        }
    }
}

/// What DUMP gave for a list of the one element "a" in RDB version 6, which every server reads.
pub const A_LIST: &[u8] = b"\x01\x01\x01a\x06\x00\x63\x5d\x3a\x13\x78\x95\xd8\xf1";

/// The line without its list of servers, or None when the server under test is not on it.
pub fn for_this_server(line: &str) -> Option<&str> {
    let Some((names, rest)) = line.split_once(" | ") else { return Some(line) };
    let mut names = names.split_whitespace();
    let all_servers = names.clone().all(|name| ["skein", "redis", "valkey"].contains(&name));
    if !all_servers {
        return Some(line);
    }
    names.any(|name| name == kind_under_test().name()).then_some(rest)
}

/// Splits a line into arguments with redis-cli's quoting: `"…"` with escapes, `'…'` without.
/// None when a quote is not closed or is followed by something other than a space.
pub fn split_args(line: &str) -> Option<Vec<Vec<u8>>> {
    let mut args = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let mut arg = Vec::new();
        loop {
            if let Some(inner) = rest.strip_prefix('"') {
                let (bytes, after) = unescape(inner)?;
                arg.extend(bytes);
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('\'') {
                let (text, after) = inner.split_once('\'')?;
                arg.extend_from_slice(text.as_bytes());
                rest = after;
            } else {
                let end = rest.find([' ', '"', '\'']).unwrap_or(rest.len());
                arg.extend_from_slice(&rest.as_bytes()[..end]);
                rest = &rest[end..];
            }
            if rest.is_empty() || rest.starts_with(' ') {
                break;
            }
        }
        args.push(arg);
        rest = rest.trim_start();
    }
    Some(args)
}

/// Decodes up to the closing `"`; gives the bytes and what follows the quote.
pub fn unescape(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut bytes = Vec::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((bytes, &text[i + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => bytes.push(b'\n'),
                'r' => bytes.push(b'\r'),
                't' => bytes.push(b'\t'),
                'x' => {
                    let hex = text.get(i + 2..i + 4)?;
                    bytes.push(u8::from_str_radix(hex, 16).ok()?);
                    chars.nth(1);
                }
                other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
            },
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_split_as_in_redis_cli() {
        let split = |line| split_args(line).unwrap();
        assert_eq!(split("SET k  v"), [b"SET".to_vec(), b"k".to_vec(), b"v".to_vec()]);
        assert_eq!(
            split(r#"a "x\x00\n\"" 'b c' """#)[1..],
            [b"x\0\n\"".to_vec(), b"b c".to_vec(), b"".to_vec()]
        );
        assert_eq!(split_args("\"open"), None);
    }
}
