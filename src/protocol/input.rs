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
/// A spill that grew beyond this is given back as soon as its requests are served: room for what
/// is left of one read and for the next, doubled as vectors do.
const SPILL_BUSY_BYTES: usize = 3 * BUFFER_BYTES;
/// A spill up to this size is kept while the client is idle.
const SPILL_KEPT_BYTES: usize = 4 * 1024;
/// The first allocation for a large value; it doubles as bytes arrive.
const LARGE_FIRST_BYTES: usize = 64 * 1024;
/// The most that one read takes in of a large value.
const LARGE_READ_BYTES: usize = 256 * 1024;

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
    /// What has arrived, and behind it zeros to read into.
    value: Vec<u8>,
    /// Bytes that have arrived.
    arrived: usize,
    /// Bytes that were announced.
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
                if large.arrived < large.len {
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
            self.drop_served();
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
        let large = self.large.as_ref().map_or(0, |large| large.arrived);
        front(&self.spill, self.spill_start, &self.reader).len() + large
    }

    /// Bytes allocated for input.
    pub fn allocated_bytes(&self) -> usize {
        let large = self.large.as_ref().map_or(0, |large| large.value.capacity());
        BUFFER_BYTES + self.spill.capacity() + large
    }

    /// Whether it holds memory that a client which stays silent has no need of.
    pub fn is_roomy(&self) -> bool {
        self.spill.capacity() > SPILL_KEPT_BYTES
    }

    /// Gives back memory that only a busy client needs.
    pub fn shrink(&mut self) {
        self.drop_served();
        self.spill.shrink_to_fit();
    }

    /// Moves an incomplete request out of the reader, so that the reader can be filled again.
    fn spill_over(&mut self) {
        self.drop_served();
        let rest = self.reader.buffer();
        let count = rest.len();
        self.spill.extend_from_slice(rest);
        self.reader.consume(count);
    }

    /// Drops what is served from the spill, and gives back what it no longer needs.
    fn drop_served(&mut self) {
        if self.spill_start == 0 {
            return;
        }
        self.spill.drain(..self.spill_start);
        self.spill_start = 0;
        if self.spill.capacity() > SPILL_BUSY_BYTES {
            self.spill.shrink_to_fit();
        }
    }

    /// The bytes from `at` on are a large value: what has arrived of it moves to its own allocation.
    fn begin_large(&mut self, at: usize, len: usize) {
        self.spill_over();
        let after = self.spill.split_off(at);
        let (value, rest) = after.split_at(after.len().min(len));
        self.large = Some(LargeRead { value: value.to_vec(), arrived: value.len(), len });
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
    /// Reads once, blocking.
    fn read_from(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        if self.arrived == self.value.len() {
            self.make_room();
        }
        let count = reader.read(&mut self.value[self.arrived..])?;
        self.arrived += count;
        Ok(count)
    }

    /// Grows the allocation by what has arrived so far at most. Only room for one read is
    /// zeroed: so each byte is zeroed once, and memory that nothing arrives for stays untouched.
    fn make_room(&mut self) {
        let missing = self.len - self.arrived;
        if self.arrived == self.value.capacity() {
            self.value.reserve_exact(missing.min(self.arrived.max(LARGE_FIRST_BYTES)));
        }
        let room = missing.min(self.value.capacity() - self.arrived).min(LARGE_READ_BYTES);
        self.value.resize(self.arrived + room, 0);
    }
}

/// The bytes of the request at the front: in the spill if anything is there, else in the reader.
fn front<'a, R>(spill: &'a [u8], spill_start: usize, reader: &'a BufReader<R>) -> &'a [u8] {
    if spill.is_empty() { reader.buffer() } else { &spill[spill_start..] }
}

#[cfg(test)]
mod tests {
    use super::super::parse::{INLINE_MAX, LARGE_BULK};
    use super::*;
    use proptest::prelude::*;
    use proptest::strategy::Union;
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

    type Request = Vec<Vec<u8>>;

    /// The requests that come out, and the error that ends them if one does.
    fn outcome(chunks: VecDeque<Vec<u8>>) -> (Vec<Request>, Option<ProtocolError>) {
        let mut input = Input::new(Chunks(chunks));
        let mut all = Vec::new();
        loop {
            match input.poll(&LIMITS) {
                Err(error) => return (all, Some(error)),
                Ok(0) => {
                    if input.fill().expect("no errors in memory") == 0 {
                        return (all, None);
                    }
                }
                Ok(ready) => {
                    let owned = |n| input.args(n).map(|arg| arg.to_vec()).collect();
                    all.extend((0..ready).map(owned));
                    input.advance();
                }
            }
        }
    }

    fn encode(args: &[Vec<u8>]) -> Vec<u8> {
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
        let edge = vec![b'e'; LARGE_BULK];
        let sent: Vec<Vec<&[u8]>> = vec![
            vec![b"SET", b"k", b"v"],
            vec![b"SET", b"k", &big],
            vec![b"MSET", b"a", &big, b"b", &edge, b"c", b""],
            vec![b"PING"],
        ];
        let owned = |args: &Vec<&[u8]>| args.iter().map(|arg| arg.to_vec()).collect::<Request>();
        let sent: Vec<Request> = (0..10).flat_map(|_| sent.iter().map(owned)).collect();
        let stream: Vec<u8> = sent.iter().flat_map(|args| encode(args)).collect();
        for size in [1, 7, 4096, 16384, 40_000, stream.len()] {
            let got = outcome(stream.chunks(size).map(<[u8]>::to_vec).collect());
            assert!(got == (sent.clone(), None), "chunks of {size}");
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

    #[test]
    fn a_large_value_takes_memory_as_it_arrives() {
        let chunks = std::iter::once(b"*1\r\n$500000000\r\n".to_vec());
        let mut input = Input::new(Chunks(chunks.chain(vec![vec![b'v'; 4096]; 1000]).collect()));
        while input.fill().unwrap() > 0 {
            assert_eq!(input.poll(&LIMITS).unwrap(), 0);
            let arrived = input.pending_bytes();
            assert!(input.allocated_bytes() <= 2 * arrived + LARGE_FIRST_BYTES + BUFFER_BYTES);
        }
        assert_eq!(input.pending_bytes(), 1000 * 4096 + b"*1\r\n$500000000\r\n".len());
    }

    /// Bytes that a request may begin, go on or go wrong with.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let arg = prop::collection::vec(any::<u8>(), 0..40);
        let request = prop::collection::vec(arg, 0..5).prop_map(|args| encode(&args)).boxed();
        let large = (0..3 * LARGE_BULK, any::<u8>())
            .prop_map(|(len, byte)| encode(&[b"SET".to_vec(), vec![byte; len], b"x".to_vec()]))
            .boxed();
        let inline = "[a-z\"' ]{0,30}\r?\n".prop_map(String::into_bytes).boxed();
        let long = (INLINE_MAX - 2..INLINE_MAX + 3, any::<bool>())
            .prop_map(|(len, counts)| {
                let mut line = vec![if counts { b'*' } else { b'x' }; len];
                line.extend_from_slice(b"\r\n");
                line
            })
            .boxed();
        let junk = prop::collection::vec(prop::sample::select(b"*$-19\r\n\"x ".to_vec()), 0..8);
        Union::new_weighted(vec![
            (10, request),
            (2, large),
            (5, inline),
            (1, long),
            (2, junk.boxed()),
        ])
    }

    fn cut(stream: &[u8], sizes: &[usize]) -> VecDeque<Vec<u8>> {
        let (mut rest, mut chunks) = (stream, VecDeque::new());
        for size in sizes.iter().cycle() {
            let (chunk, after) = rest.split_at(rest.len().min(*size));
            chunks.push_back(chunk.to_vec());
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        chunks.retain(|chunk| !chunk.is_empty());
        chunks
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn any_bytes_mean_the_same_however_they_are_cut(
            pieces in prop::collection::vec(piece(), 0..30),
            sizes in prop::collection::vec(
                prop_oneof![1..8usize, 100..5000usize, 1..60_000usize],
                1..20,
            ),
        ) {
            let stream = pieces.concat();
            let whole = outcome(cut(&stream, &[usize::MAX]));
            let in_parts = outcome(cut(&stream, &sizes));
            prop_assert!(whole == in_parts, "{} bytes", stream.len());
        }
    }
}
