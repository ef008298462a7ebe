//! The request parser against any bytes: it never panics, its arguments lie within what was
//! sent, and it finds the same requests whether the bytes come at once or in pieces.

#![no_main]

use libfuzzer_sys::fuzz_target;
use skein::protocol::parse::{INLINE_MAX, Parser, RequestLimits, Span, Step};

/// Large values above this many bytes are not made up: the harness would only measure memory.
const LARGE_MAX: usize = 1 << 20;

/// What became of one input: the arguments of every request, and the error that ended it.
type Outcome = (Vec<Vec<Vec<u8>>>, Option<String>);

// The first two bytes choose how the rest is dealt out and what the client may send.
fuzz_target!(|input: &[u8]| {
    let [piece, flags, bytes @ ..] = input else { return };
    if bytes.len() > INLINE_MAX {
        // A line this long is too long only while its end has not come: pieces do differ.
        return;
    }
    let limits = RequestLimits { max_bulk_bytes: 512 * 1024 * 1024, authenticated: flags & 1 == 0 };
    let whole = parse(bytes, bytes.len(), &limits);
    let pieces = parse(bytes, usize::from(*piece) + 1, &limits);
    assert_eq!(whole, pieces);
});

/// Parses `bytes`, of which `piece` more are let in whenever the parser asks for more.
fn parse(bytes: &[u8], piece: usize, limits: &RequestLimits) -> Outcome {
    let mut parser = Parser::default();
    let mut requests = Vec::new();
    // The request that is being parsed: what is left of it, without large values taken out.
    let mut pending: Vec<u8> = Vec::new();
    let mut rest = bytes;
    loop {
        match parser.parse(&pending, limits) {
            Err(error) => return (requests, Some(error.0.into_owned())),
            Ok(Step::Complete(length)) => {
                requests.push(arguments(&parser, &pending[..length]));
                assert!(length > 0, "a request of no bytes would never end");
                pending.drain(..length);
                parser.reset();
            }
            Ok(Step::Large { at, len }) => {
                assert!(at <= pending.len());
                let there = pending.len() - at;
                if len > LARGE_MAX || there + rest.len() < len {
                    return (requests, None);
                }
                let mut value = pending.split_off(at);
                let surplus = value.split_off(len.min(there));
                let (taken, left) = rest.split_at(len - value.len());
                value.extend_from_slice(taken);
                pending.extend_from_slice(&surplus);
                rest = left;
                parser.large(value);
            }
            Ok(Step::Incomplete) => {
                if rest.is_empty() {
                    return (requests, None);
                }
                let (more, left) = rest.split_at(piece.min(rest.len()));
                pending.extend_from_slice(more);
                rest = left;
            }
        }
    }
}

/// Copies the arguments out; a span outside of what was sent panics here.
fn arguments(parser: &Parser, request: &[u8]) -> Vec<Vec<u8>> {
    let argument = |span: &Span| match *span {
        Span::Request { start, end } => request[start..end].to_vec(),
        Span::Unquoted { start, end } => parser.unquoted()[start..end].to_vec(),
        Span::Large(n) => parser.large_values()[n].to_vec(),
    };
    parser.spans().iter().map(argument).collect()
}
