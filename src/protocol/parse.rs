//! The request grammar: multibulk (`*2\r\n$4\r\nECHO\r\n…`) and inline (`ECHO hi\r\n`),
//! with Redis's limits and error texts. The parser is resumable and only remembers where
//! arguments lie: who holds the bytes is the business of [`super::input`].

use super::split::split_args;
use crate::util::number;
use std::borrow::Cow;
use std::sync::Arc;

/// A bulk string longer than this many bytes is read into an allocation of its own.
pub const LARGE_BULK: usize = 32 * 1024;
/// The longest inline request, and the longest line that announces a length, in bytes.
pub const INLINE_MAX: usize = 64 * 1024;
/// The most arguments one request can have.
const ARGUMENTS_MAX: i64 = 1024 * 1024;
/// What a client may send before it has authenticated.
const UNAUTHENTICATED_ARGUMENTS_MAX: i64 = 10;
const UNAUTHENTICATED_BULK_MAX: i64 = 16 * 1024;

/// What the parser holds a client to.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits {
    /// `proto-max-bulk-len`, in bytes.
    pub max_bulk_bytes: i64,
    /// Whether the client has authenticated; one that has not gets small limits.
    pub authenticated: bool,
}

/// A request that is not RESP. The connection answers it and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError(pub Cow<'static, str>);

/// Where an argument lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Bytes of the request, counted from its start.
    Request {
        /// The first byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// Bytes of the parser's own copy: an inline request with its quotes taken off.
    Unquoted {
        /// The first byte.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// The n-th large value.
    Large(usize),
}

/// How far a call of [`Parser::parse`] came.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// One request is complete and this many bytes long.
    Complete(usize),
    /// More bytes are needed.
    Incomplete,
    /// The next bytes from here on are a large value: read it, then call [`Parser::large`].
    Large {
        /// Bytes of the request parsed so far; the value begins here.
        at: usize,
        /// The value's length in bytes.
        len: usize,
    },
}

/// The state of the request that is being parsed, and the spans of those before it.
#[derive(Default)]
pub struct Parser {
    at: usize,
    /// Bulk strings still to come; `None` before the first line was read.
    left: Option<usize>,
    /// The announced length of the bulk string that begins at `at`.
    bulk: Option<usize>,
    /// A large value was taken out just before `at`: its line end is next.
    after_large: bool,
    spans: Vec<Span>,
    unquoted: Vec<u8>,
    large: Vec<Arc<Vec<u8>>>,
}

impl Parser {
    /// Goes on with the request whose bytes so far are `bytes` (those of earlier calls included).
    pub fn parse(&mut self, bytes: &[u8], limits: &RequestLimits) -> Result<Step, ProtocolError> {
        if self.left.is_none() {
            match bytes.first() {
                None => return Ok(Step::Incomplete),
                Some(b'*') => {}
                Some(_) => return self.parse_inline(bytes),
            }
            let Some(line) = self.line(bytes, "too big mbulk count string")? else {
                return Ok(Step::Incomplete);
            };
            self.left = Some(multibulk_len(&line[1..], limits)?);
        }
        while self.left.is_some_and(|left| left > 0) {
            if let Some(step) = self.parse_bulk(bytes, limits)? {
                return Ok(step);
            }
        }
        Ok(Step::Complete(self.at))
    }

    /// Hands in the value that [`Step::Large`] asked for.
    pub fn large(&mut self, value: Vec<u8>) {
        self.spans.push(Span::Large(self.large.len()));
        self.large.push(Arc::new(value));
        self.bulk = None;
        self.after_large = true;
    }

    /// Where the arguments lie, of all requests since the last reset.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Bytes that [`Span::Unquoted`] speaks of.
    pub fn unquoted(&self) -> &[u8] {
        &self.unquoted
    }

    /// Values that [`Span::Large`] speaks of.
    pub fn large_values(&self) -> &[Arc<Vec<u8>>] {
        &self.large
    }

    /// Ends the request that is complete: the spans of the next follow its own.
    pub fn next_request(&mut self) {
        self.at = 0;
        self.left = None;
        self.bulk = None;
        self.after_large = false;
    }

    /// Gives up the request that is not complete, with all its spans from the `spans`-th on.
    pub fn abandon(&mut self, spans: usize) {
        self.next_request();
        self.spans.truncate(spans);
    }

    /// Forgets all requests.
    pub fn reset(&mut self) {
        self.next_request();
        self.spans.clear();
        self.unquoted.clear();
        self.large.clear();
        if self.spans.capacity() > 1024 {
            self.spans = Vec::new();
        }
        if self.unquoted.capacity() > 1024 {
            self.unquoted = Vec::new();
        }
    }

    /// One bulk string. `None` means it is complete and the next may follow.
    fn parse_bulk(
        &mut self,
        bytes: &[u8],
        limits: &RequestLimits,
    ) -> Result<Option<Step>, ProtocolError> {
        if self.after_large {
            if bytes.len() < self.at + 2 {
                return Ok(Some(Step::Incomplete));
            }
            self.at += 2;
            self.after_large = false;
            self.one_less();
            return Ok(None);
        }
        let len = match self.bulk {
            Some(len) => len,
            None => {
                if let Some(&byte) = bytes.get(self.at).filter(|byte| **byte != b'$') {
                    return Err(expected_dollar(byte));
                }
                let Some(line) = self.line(bytes, "too big bulk count string")? else {
                    return Ok(Some(Step::Incomplete));
                };
                let len = bulk_len(&line[1..], limits)?;
                self.bulk = Some(len);
                len
            }
        };
        if len > LARGE_BULK {
            return Ok(Some(Step::Large { at: self.at, len }));
        }
        let end = self.at + len;
        if bytes.len() < end + 2 {
            return Ok(Some(Step::Incomplete));
        }
        self.spans.push(Span::Request { start: self.at, end });
        self.at = end + 2;
        self.bulk = None;
        self.one_less();
        Ok(None)
    }

    fn one_less(&mut self) {
        self.left = self.left.map(|left| left.saturating_sub(1));
    }

    /// The line that begins at `at` without its end, and moves past it.
    fn line<'b>(
        &mut self,
        bytes: &'b [u8],
        too_long: &'static str,
    ) -> Result<Option<&'b [u8]>, ProtocolError> {
        let rest = bytes.get(self.at..).unwrap_or(&[]);
        let end = memchr::memchr(b'\r', rest);
        // Where the end lies decides, not how much has arrived: the same bytes get the same
        // answer however the network cuts them.
        if end.unwrap_or(rest.len()) > INLINE_MAX {
            return Err(ProtocolError(too_long.into()));
        }
        let Some(end) = end.filter(|end| end + 1 < rest.len()) else { return Ok(None) };
        self.at += end + 2;
        Ok(Some(&rest[..end]))
    }

    fn parse_inline(&mut self, bytes: &[u8]) -> Result<Step, ProtocolError> {
        let end = memchr::memchr(b'\n', bytes);
        if end.unwrap_or(bytes.len()) > INLINE_MAX {
            return Err(ProtocolError("too big inline request".into()));
        }
        let Some(end) = end else { return Ok(Step::Incomplete) };
        let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
        let Some(args) = split_args(line) else {
            return Err(ProtocolError("unbalanced quotes in request".into()));
        };
        for arg in args {
            let start = self.unquoted.len();
            self.unquoted.extend_from_slice(&arg);
            self.spans.push(Span::Unquoted { start, end: self.unquoted.len() });
        }
        self.left = Some(0);
        self.at = end + 1;
        Ok(Step::Complete(self.at))
    }
}

/// The number of bulk strings announced; none at all for zero and negative ones.
fn multibulk_len(digits: &[u8], limits: &RequestLimits) -> Result<usize, ProtocolError> {
    let len = number::parse_i64(digits)
        .filter(|len| *len <= ARGUMENTS_MAX)
        .ok_or(ProtocolError("invalid multibulk length".into()))?;
    if len > UNAUTHENTICATED_ARGUMENTS_MAX && !limits.authenticated {
        return Err(ProtocolError("unauthenticated multibulk length".into()));
    }
    Ok(usize::try_from(len).unwrap_or(0))
}

fn bulk_len(digits: &[u8], limits: &RequestLimits) -> Result<usize, ProtocolError> {
    let len = number::parse_i64(digits)
        .filter(|len| (0..=limits.max_bulk_bytes).contains(len))
        .ok_or(ProtocolError("invalid bulk length".into()))?;
    if len > UNAUTHENTICATED_BULK_MAX && !limits.authenticated {
        return Err(ProtocolError("unauthenticated bulk length".into()));
    }
    usize::try_from(len).map_err(|_| ProtocolError("invalid bulk length".into()))
}

fn expected_dollar(got: u8) -> ProtocolError {
    ProtocolError(format!("expected '$', got '{}'", got as char).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RequestLimits =
        RequestLimits { max_bulk_bytes: 512 * 1024 * 1024, authenticated: true };

    fn parse(bytes: &[u8]) -> Result<(Step, Vec<Span>), String> {
        let mut parser = Parser::default();
        let step = parser.parse(bytes, &LIMITS).map_err(|error| error.0.into_owned())?;
        Ok((step, parser.spans().to_vec()))
    }

    fn at(start: usize, end: usize) -> Span {
        Span::Request { start, end }
    }

    #[test]
    fn a_request_is_ranges_of_its_bytes() {
        let (step, spans) = parse(b"*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nrest").unwrap();
        assert_eq!(step, Step::Complete(22));
        assert_eq!(spans, [at(8, 12), at(18, 20)]);
    }

    #[test]
    fn every_prefix_is_incomplete_and_resumes() {
        let request = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n";
        let mut parser = Parser::default();
        for end in 0..request.len() {
            assert_eq!(parser.parse(&request[..end], &LIMITS), Ok(Step::Incomplete), "{end}");
        }
        assert_eq!(parser.parse(request, &LIMITS), Ok(Step::Complete(request.len())));
        assert_eq!(parser.spans().len(), 3);
    }

    #[test]
    fn empty_requests_have_no_arguments() {
        for request in [&b"*0\r\n"[..], b"*-1\r\n", b"\r\n", b"\n"] {
            let (step, spans) = parse(request).unwrap();
            assert_eq!(step, Step::Complete(request.len()));
            assert!(spans.is_empty());
        }
    }

    #[test]
    fn a_large_value_is_asked_for_where_it_begins() {
        let mut parser = Parser::default();
        let head = b"*2\r\n$4\r\nECHO\r\n$40000\r\n";
        let step = parser.parse(head, &LIMITS).unwrap();
        assert_eq!(step, Step::Large { at: head.len(), len: 40000 });
        parser.large(vec![b'x'; 40000]);
        let whole = [&head[..], b"\r\n"].concat();
        assert_eq!(parser.parse(&whole, &LIMITS), Ok(Step::Complete(whole.len())));
        assert_eq!(parser.spans()[1], Span::Large(0));
    }

    #[test]
    fn bad_frames_have_redis_texts() {
        let long = [b"*1".as_slice(), &[b'1'; INLINE_MAX]].concat();
        let inline = vec![b'x'; INLINE_MAX + 1];
        let cases: [(&[u8], &str); 8] = [
            (b"*x\r\n", "invalid multibulk length"),
            (b"*1048577\r\n", "invalid multibulk length"),
            (b"*1\r\n$-1\r\n", "invalid bulk length"),
            (b"*1\r\n$999999999999\r\n", "invalid bulk length"),
            (b"*1\r\nfoo\r\n", "expected '$', got 'f'"),
            (b"set \"a\r\n", "unbalanced quotes in request"),
            (&long, "too big mbulk count string"),
            (&inline, "too big inline request"),
        ];
        for (bytes, text) in cases {
            assert_eq!(parse(bytes).unwrap_err(), text);
        }
    }

    #[test]
    fn a_stranger_gets_small_limits() {
        let limits = RequestLimits { authenticated: false, ..LIMITS };
        let mut parser = Parser::default();
        assert!(parser.parse(b"*11\r\n", &limits).is_err());
        parser.reset();
        assert!(parser.parse(b"*1\r\n$16385\r\n", &limits).is_err());
    }
}
