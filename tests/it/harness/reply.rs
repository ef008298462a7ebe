//! One reply of a server, in every kind that RESP2 and RESP3 know, and its decoder.
//! The decoder never guesses: bytes that are not a reply are an error.

use std::fmt;
use std::io::{self, BufRead, Read};

/// A decoded reply. RESP2's two nulls are kept apart, since clients tell them apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Simple(Vec<u8>),
    Error(Vec<u8>),
    Int(i64),
    Bulk(Vec<u8>),
    /// `$-1`
    NilBulk,
    /// `*-1`
    NilArray,
    /// `_`, RESP3's only null.
    Null,
    Bool(bool),
    /// As text: how a number is written is part of the protocol.
    Double(Vec<u8>),
    BigNumber(Vec<u8>),
    /// The three letters of the format, and the text behind the colon.
    Verbatim(Vec<u8>, Vec<u8>),
    Array(Vec<Reply>),
    Set(Vec<Reply>),
    Push(Vec<Reply>),
    Map(Vec<(Reply, Reply)>),
    /// Attributes, and the reply that they belong to.
    Attributed(Vec<(Reply, Reply)>, Box<Reply>),
}

impl Reply {
    /// Reads one whole reply. An end of file, also in the middle, is `UnexpectedEof`.
    pub fn read(input: &mut impl BufRead) -> io::Result<Reply> {
        let line = read_line(input)?;
        let (&kind, rest) = line.split_first().ok_or_else(|| malformed("an empty line"))?;
        Ok(match kind {
            b'+' => Reply::Simple(rest.to_vec()),
            b'-' => Reply::Error(rest.to_vec()),
            b':' => Reply::Int(number(rest)?),
            b',' => Reply::Double(rest.to_vec()),
            b'(' => Reply::BigNumber(rest.to_vec()),
            b'_' => Reply::Null,
            b'#' => Reply::Bool(rest == b"t"),
            b'$' => match number(rest)? {
                -1 => Reply::NilBulk,
                length => Reply::Bulk(read_blob(input, length)?),
            },
            b'!' => Reply::Error(read_blob(input, number(rest)?)?),
            b'=' => {
                let blob = read_blob(input, number(rest)?)?;
                match blob.get(3) {
                    Some(b':') => Reply::Verbatim(blob[..3].to_vec(), blob[4..].to_vec()),
                    _ => return Err(malformed("a verbatim string without its format")),
                }
            }
            b'*' => match number(rest)? {
                -1 => Reply::NilArray,
                count => Reply::Array(read_many(input, count)?),
            },
            b'~' => Reply::Set(read_many(input, number(rest)?)?),
            b'>' => Reply::Push(read_many(input, number(rest)?)?),
            b'%' => Reply::Map(read_pairs(input, number(rest)?)?),
            b'|' => {
                let attributes = read_pairs(input, number(rest)?)?;
                Reply::Attributed(attributes, Box::new(Reply::read(input)?))
            }
            _ => return Err(malformed(&format!("the line {:?}", String::from_utf8_lossy(&line)))),
        })
    }

    /// The bytes of a string of any kind, an error's included.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Reply::Simple(b) | Reply::Error(b) | Reply::Bulk(b) | Reply::Double(b) => Some(b),
            Reply::BigNumber(b) | Reply::Verbatim(_, b) => Some(b),
            _ => None,
        }
    }

    /// The text of a string of any kind; panics, naming the reply, when it is something else.
    #[track_caller]
    pub fn text(&self) -> String {
        match self.bytes() {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => panic!("expected a string, got {self}"),
        }
    }

    /// The integer; panics, naming the reply, when it is something else.
    #[track_caller]
    pub fn int(&self) -> i64 {
        match self {
            Reply::Int(n) => *n,
            _ => panic!("expected an integer, got {self}"),
        }
    }

    /// The elements of an array, a set or a push; panics, naming the reply, when it is none.
    #[track_caller]
    pub fn items(&self) -> &[Reply] {
        match self {
            Reply::Array(items) | Reply::Set(items) | Reply::Push(items) => items,
            _ => panic!("expected an array, got {self}"),
        }
    }

    pub fn is_error(&self) -> bool {
        matches!(self, Reply::Error(_))
    }

    pub fn is_nil(&self) -> bool {
        matches!(self, Reply::NilBulk | Reply::NilArray | Reply::Null)
    }
}

/// Writes the reply in the notation that conversations expect replies in.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Simple(text) => write!(f, "+{}", text.escape_ascii()),
            Reply::Error(text) => write!(f, "-{}", String::from_utf8_lossy(text)),
            Reply::Int(n) => write!(f, ":{n}"),
            Reply::Bulk(bytes) => write!(f, "\"{}\"", quoted(bytes)),
            Reply::NilBulk | Reply::Null => f.write_str("(nil)"),
            Reply::NilArray => f.write_str("(nil array)"),
            Reply::Bool(true) => f.write_str("#t"),
            Reply::Bool(false) => f.write_str("#f"),
            Reply::Double(text) => write!(f, ",{}", text.escape_ascii()),
            Reply::BigNumber(text) => write!(f, "({}", text.escape_ascii()),
            Reply::Verbatim(format, text) => {
                write!(f, "={}:\"{}\"", format.escape_ascii(), quoted(text))
            }
            Reply::Array(items) => write_list(f, "[", items, "]"),
            Reply::Set(items) => write_list(f, "~[", items, "]"),
            Reply::Push(items) => write_list(f, ">[", items, "]"),
            Reply::Map(pairs) => write_pairs(f, "{", pairs),
            Reply::Attributed(pairs, reply) => {
                write_pairs(f, "|{", pairs)?;
                write!(f, " {reply}")
            }
        }
    }
}

/// The escapes of redis-cli, `'` left as it is.
fn quoted(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\'", "'")
}

fn write_list(f: &mut fmt::Formatter<'_>, open: &str, items: &[Reply], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(close)
}

fn write_pairs(f: &mut fmt::Formatter<'_>, open: &str, pairs: &[(Reply, Reply)]) -> fmt::Result {
    f.write_str(open)?;
    for (i, (key, value)) in pairs.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{key}: {value}")?;
    }
    f.write_str("}")
}

fn read_line(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if !line.ends_with(b"\r\n") {
        return Err(malformed(&format!("the line {:?}", String::from_utf8_lossy(&line))));
    }
    line.truncate(line.len() - 2);
    Ok(line)
}

fn read_blob(input: &mut impl Read, length: i64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(|_| malformed("a negative length"))?;
    let mut blob = vec![0; length + 2];
    input.read_exact(&mut blob)?;
    if !blob.ends_with(b"\r\n") {
        return Err(malformed("a string that its length does not fit"));
    }
    blob.truncate(length);
    Ok(blob)
}

fn read_many(input: &mut impl BufRead, count: i64) -> io::Result<Vec<Reply>> {
    (0..count).map(|_| Reply::read(input)).collect()
}

fn read_pairs(input: &mut impl BufRead, count: i64) -> io::Result<Vec<(Reply, Reply)>> {
    (0..count).map(|_| Ok((Reply::read(input)?, Reply::read(input)?))).collect()
}

fn number(text: &[u8]) -> io::Result<i64> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| malformed(&format!("the number {:?}", String::from_utf8_lossy(text))))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a reply: {what}"))
}
