//! What there is, as commands that bring it about: the base of an append-only file where
//! `aof-use-rdb-preamble` is off. Large values take many commands, each with a few elements, so
//! that no reader needs more than a little memory to follow.

mod stream;
#[cfg(test)]
mod tests;

use crate::types::listpack::Element;
use crate::types::{ValueRef, hash::Hash};
use crate::util::number;
use std::io::{self, Write};

/// The most elements in one command (`AOF_REWRITE_ITEMS_PER_CMD`).
const ITEMS_PER_COMMAND: usize = 64;

/// Writes what makes one key: its value, and when it expires, as a Unix time in milliseconds.
pub fn entry(
    into: &mut dyn Write,
    key: &[u8],
    value: ValueRef<'_>,
    expires_at_ms: Option<i64>,
) -> io::Result<()> {
    let mut out = Commands::new(into);
    match value {
        ValueRef::String(bytes) => out.begin("SET", key).bytes(bytes).end()?,
        ValueRef::List(list) => {
            let mut elements = list.iter();
            while elements.remaining() > 0 {
                out.begin("RPUSH", key);
                for _ in 0..ITEMS_PER_COMMAND {
                    let Some(element) = elements.next() else { break };
                    out.element(element);
                }
                out.end()?;
            }
        }
        ValueRef::Set(set) => out.batches("SADD", key, set.iter(), |out, member| {
            out.element(member);
        })?,
        ValueRef::SortedSet(zset) => {
            out.batches("ZADD", key, zset.iter(), |out, (member, score)| {
                out.bytes(number::double::format_f64(score).as_bytes()).element(member);
            })?;
        }
        ValueRef::Hash(hash) => put_hash(&mut out, key, hash)?,
        ValueRef::Stream(stream) => stream::put(&mut out, key, stream)?,
    }
    match expires_at_ms {
        Some(at_ms) => out.begin("PEXPIREAT", key).int(at_ms).end(),
        None => Ok(()),
    }
}

/// Writes that the keys from here on belong to this database.
pub fn select(into: &mut dyn Write, database: u16) -> io::Result<()> {
    Commands::new(into).begin("SELECT", itoa::Buffer::new().format(database).as_bytes()).end()
}

/// Writes what loads the code of a function library.
pub fn function(into: &mut dyn Write, code: &[u8]) -> io::Result<()> {
    Commands::new(into).begin("FUNCTION", b"LOAD").bytes(code).end()
}

fn put_hash(out: &mut Commands<'_>, key: &[u8], hash: &Hash) -> io::Result<()> {
    out.batches("HSET", key, hash.iter(), |out, (name, value, _)| {
        out.element(name).element(value);
    })?;
    for (name, _, expires_at_ms) in hash.iter() {
        if let Some(at_ms) = expires_at_ms {
            out.begin("HPEXPIREAT", key).int(at_ms).word("FIELDS").int(1).element(name).end()?;
        }
    }
    Ok(())
}

/// Writes commands. The arguments of one are gathered first, since it begins with their number.
struct Commands<'w> {
    into: &'w mut dyn Write,
    args: Vec<u8>,
    count: usize,
}

impl<'w> Commands<'w> {
    fn new(into: &'w mut dyn Write) -> Self {
        Commands { into, args: Vec::new(), count: 0 }
    }

    /// Begins a command with its name and its first argument.
    fn begin(&mut self, name: &str, key: &[u8]) -> &mut Self {
        self.word(name).bytes(key)
    }

    fn word(&mut self, word: &str) -> &mut Self {
        self.bytes(word.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.count += 1;
        put_header(&mut self.args, b'$', bytes.len());
        self.args.extend_from_slice(bytes);
        self.args.extend_from_slice(b"\r\n");
        self
    }

    fn int(&mut self, value: i64) -> &mut Self {
        self.word(itoa::Buffer::new().format(value))
    }

    fn unsigned(&mut self, value: u64) -> &mut Self {
        self.word(itoa::Buffer::new().format(value))
    }

    fn element(&mut self, element: Element<'_>) -> &mut Self {
        match element {
            Element::Int(value) => self.int(value),
            Element::Bytes(bytes) => self.bytes(bytes),
        }
    }

    fn end(&mut self) -> io::Result<()> {
        let mut header = Vec::with_capacity(24);
        put_header(&mut header, b'*', self.count);
        self.into.write_all(&header)?;
        self.into.write_all(&self.args)?;
        self.args.clear();
        self.count = 0;
        Ok(())
    }

    /// As many commands as all the items need, each with a few.
    fn batches<T>(
        &mut self,
        name: &str,
        key: &[u8],
        items: impl Iterator<Item = T>,
        put: impl Fn(&mut Self, T),
    ) -> io::Result<()> {
        let mut items = items.peekable();
        while items.peek().is_some() {
            self.begin(name, key);
            for item in items.by_ref().take(ITEMS_PER_COMMAND) {
                put(self, item);
            }
            self.end()?;
        }
        Ok(())
    }
}

fn put_header(into: &mut Vec<u8>, kind: u8, count: usize) {
    into.push(kind);
    number::write_u64(into, count as u64);
    into.extend_from_slice(b"\r\n");
}
