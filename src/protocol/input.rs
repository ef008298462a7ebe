//! A connection's input: a `BufReader` whose bytes are parsed in place. Only a request
//! that straddles two reads is copied, into the spill; a large value is read from the
//! socket straight into the allocation it will live in. Memory grows by what has
//! arrived, never by what a header announces.

use super::args::Arg;
use super::parse::{Parser, ProtocolError, RequestLimits, Span, Step};
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

/// Bytes of the read buffer. Pages of it that no request ever reached cost nothing.
const BUFFER_BYTES: usize = 16 * 1024;
/// A spill that grew beyond this is given back once it is empty.
const SPILL_KEPT_BYTES: usize = 16 * 1024;
/// The first allocation for a large value; it doubles as bytes arrive.
const LARGE_FIRST_BYTES: usize = 64 * 1024;

/// The most requests parsed before the first of them is served.
pub const BATCH: usize = 16;

/// Requests out of a byte stream.
pub struct Input<R> {
    reader: BufReader<R>,
    /// Bytes taken over from the reader because their request was not complete.
    spill: Vec<u8>,
    /// Bytes of the spill that belong to requests already served.
    spill_start: usize,
    parser: Parser,
    /// The complete requests at the front.
    ready: Vec<Ready>,
    large: Option<LargeRead>,
}

/// A complete request: where it begins and ends in the front bytes, and which spans are its own.
struct Ready {
    bytes: Range<usize>,
    spans: Range<usize>,
}

/// A large value on its way in.
struct LargeRead {
    value: Vec<u8>,
    len: usize,
}

impl<R: Read> Input<R> {
    /// Input from `reader`.
    pub fn new(reader: R) -> Self {
        Input {
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            spill: Vec::new(),
            spill_start: 0,
            parser: Parser::default(),
            ready: Vec::new(),
            large: None,
        }
    }

    /// How many complete requests are at the front of what has been read, up to [`BATCH`].
    /// Never blocks. Served ones must have been dropped by [`Input::advance`] before.
    pub fn poll(&mut self, limits: &RequestLimits) -> Result<usize, ProtocolError> {
        // What a client may send depends on whether it has authenticated, which the next
        // request may do: before that they are parsed one at a time.
        let most = if limits.authenticated { BATCH } else { 1 };
        while self.ready.len() < most {
            if let Some(large) = &self.large {
                if large.value.len() < large.len {
                    break;
                }
                self.finish_large();
            }
            let start = self.ready.last().map_or(0, |last| last.bytes.end);
            let spans = self.ready.last().map_or(0, |last| last.spans.end);
            let bytes = &front(&self.spill, self.spill_start, &self.reader)[start..];
            match self.parser.parse(bytes, limits) {
                Ok(Step::Complete(len)) => {
                    let spans = spans..self.parser.spans().len();
                    self.ready.push(Ready { bytes: start..start + len, spans });
                    self.parser.next_request();
                }
                // Whatever it is, it comes after the requests that are ready: they are first.
                _ if !self.ready.is_empty() => {
                    self.parser.abandon(spans);
                    break;
                }
                Ok(Step::Incomplete) => break,
                Ok(Step::Large { at, len }) => self.begin_large(at, len),
                Err(error) => return Err(error),
            }
        }
        Ok(self.ready.len())
    }

    /// The arguments of the `index`-th request that [`Input::poll`] found.
    pub fn args(&self, index: usize) -> impl Iterator<Item = Arg<'_>> {
        let Ready { bytes, spans } = &self.ready[index];
        let request = &front(&self.spill, self.spill_start, &self.reader)[bytes.start..bytes.end];
        let (unquoted, large) = (self.parser.unquoted(), self.parser.large_values());
        self.parser.spans()[spans.start..spans.end].iter().map(move |span| match *span {
            Span::Request { start, end } => Arg::Slice(&request[start..end]),
            Span::Unquoted { start, end } => Arg::Slice(&unquoted[start..end]),
            Span::Large(index) => Arg::Large(&large[index]),
        })
    }

    /// Drops the requests that [`Input::poll`] found.
    pub fn advance(&mut self) {
        let len = self.ready.last().map_or(0, |last| last.bytes.end);
        self.ready.clear();
        self.parser.reset();
        if self.spill.is_empty() {
            return self.reader.consume(len);
        }
        self.spill_start += len;
        if self.spill_start == self.spill.len() {
            self.spill_start = 0;
            self.spill.clear();
            if self.spill.capacity() > SPILL_KEPT_BYTES {
                self.spill = Vec::new();
            }
        }
    }

    /// Reads once, blocking. Returns 0 at the end of the stream.
    pub fn fill(&mut self) -> io::Result<usize> {
        if let Some(large) = &mut self.large {
            return large.read_from(&mut self.reader);
        }
        self.spill_over();
        let arrived = self.reader.fill_buf()?;
        let count = arrived.len();
        if !self.spill.is_empty() {
            self.spill.extend_from_slice(arrived);
            self.reader.consume(count);
        }
        Ok(count)
    }

    /// Bytes that have arrived and belong to no complete request.
    pub fn pending_bytes(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.value.len());
        front(&self.spill, self.spill_start, &self.reader).len() + large
    }

    /// Bytes allocated for input.
    pub fn allocated_bytes(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.value.capacity());
        BUFFER_BYTES + self.spill.capacity() + large
    }

    /// Moves an incomplete request out of the reader, so that the reader can be filled again.
    fn spill_over(&mut self) {
        if self.spill_start > 0 {
            self.spill.drain(..self.spill_start);
            self.spill_start = 0;
        }
        let rest = self.reader.buffer();
        let count = rest.len();
        self.spill.extend_from_slice(rest);
        self.reader.consume(count);
    }

    /// The bytes from `at` on are a large value: what has arrived of it moves to its own allocation.
    fn begin_large(&mut self, at: usize, len: usize) {
        self.spill_over();
        let after = self.spill.split_off(at);
        let (value, rest) = after.split_at(after.len().min(len));
        self.large = Some(LargeRead { value: value.to_vec(), len });
        self.spill.extend_from_slice(rest);
    }

    fn finish_large(&mut self) {
        if let Some(large) = self.large.take() {
            self.parser.large(large.value);
            // The reader may have taken in what follows the value: it belongs behind the spill.
            self.spill_over();
        }
    }
}

impl LargeRead {
    /// Fills the allocation, growing it by what has arrived so far at most.
    fn read_from(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        let missing = self.len - self.value.len();
        if self.value.len() == self.value.capacity() {
            self.value.reserve_exact(missing.min(self.value.len().max(LARGE_FIRST_BYTES)));
        }
        let (arrived, room) = (self.value.len(), self.value.capacity() - self.value.len());
        // Zeroing costs less than the many short reads `read_to_end` would begin with.
        self.value.resize(arrived + missing.min(room), 0);
        let outcome = reader.read(&mut self.value[arrived..]);
        self.value.truncate(arrived + outcome.as_ref().map_or(0, |count| *count));
        outcome
    }
}

/// The bytes of the request at the front: in the spill if anything is there, else in the reader.
fn front<'a, R>(spill: &'a [u8], spill_start: usize, reader: &'a BufReader<R>) -> &'a [u8] {
    if spill.is_empty() { reader.buffer() } else { &spill[spill_start..] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    const LIMITS: RequestLimits =
        RequestLimits { max_bulk_bytes: 512 * 1024 * 1024, authenticated: true };

    /// Gives at most the next chunk for each read, as a socket does.
    struct Chunks(VecDeque<Vec<u8>>);

    impl Read for Chunks {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let Some(chunk) = self.0.front_mut() else { return Ok(0) };
            let count = chunk.len().min(buf.len());
            buf[..count].copy_from_slice(&chunk[..count]);
            chunk.drain(..count);
            if chunk.is_empty() {
                self.0.pop_front();
            }
            Ok(count)
        }
    }

    fn requests(chunks: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
        let mut input = Input::new(Chunks(chunks.into()));
        let mut all = Vec::new();
        loop {
            loop {
                let ready = input.poll(&LIMITS).expect("well formed");
                if ready == 0 {
                    break;
                }
                let owned = |n| input.args(n).map(|arg| arg.to_vec()).collect();
                all.extend((0..ready).map(owned));
                input.advance();
            }
            if input.fill().expect("no errors in memory") == 0 {
                return all;
            }
        }
    }

    fn encode(args: &[&[u8]]) -> Vec<u8> {
        let mut out = format!("*{}\r\n", args.len()).into_bytes();
        for arg in args {
            out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
            out.extend_from_slice(arg);
            out.extend_from_slice(b"\r\n");
        }
        out
    }

    #[test]
    fn requests_come_out_the_same_however_they_are_cut() {
        let big = vec![b'v'; 100_000];
        let edge = vec![b'e'; super::super::parse::LARGE_BULK];
        let sent: Vec<Vec<&[u8]>> = vec![
            vec![b"SET", b"k", b"v"],
            vec![b"SET", b"k", &big],
            vec![b"MSET", b"a", &big, b"b", &edge, b"c", b""],
            vec![b"PING"],
        ];
        let sent: Vec<_> = (0..10).flat_map(|_| sent.clone()).collect();
        let stream: Vec<u8> = sent.iter().flat_map(|args| encode(args)).collect();
        for size in [1, 7, 4096, 16384, 40_000, stream.len()] {
            let got = requests(stream.chunks(size).map(<[u8]>::to_vec).collect());
            assert_eq!(got, sent, "chunks of {size}");
        }
    }

    #[test]
    fn a_header_alone_allocates_nothing() {
        let mut input = Input::new(Chunks(VecDeque::from([b"*1\r\n$500000000\r\nabc".to_vec()])));
        input.fill().unwrap();
        assert_eq!(input.poll(&LIMITS).unwrap(), 0);
        input.fill().unwrap();
        assert!(input.allocated_bytes() < 2 * LARGE_FIRST_BYTES + BUFFER_BYTES);
    }
}
