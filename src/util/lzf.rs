//! LZF, the compression of strings in RDB files and of a list's inner nodes.
//!
//! A compressed string is a row of runs. A byte `000lllll` is followed by l + 1 literal bytes.
//! A byte `lllooooo`, with a byte of eight more l in between when the three are all set, and
//! then a byte of the lower eight bits of o, repeats l + 2 bytes that begin o + 1 back in the
//! output. This is the format of LibLZF; which matches are found is free.

use std::fmt;

/// Why bytes are not LZF, or not of the length they were said to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt;

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid LZF compressed string")
    }
}

impl std::error::Error for Corrupt {}

const MAX_LITERALS: usize = 1 << 5;
const MAX_DISTANCE: usize = 1 << 13;
const MIN_MATCH: usize = 3;
const MAX_MATCH: usize = 7 + 255 + 2;
/// What has to be saved for compression to be worth it.
const MIN_SAVING: usize = 4;
/// The most output bytes for each input byte: a longest match takes three.
const MAX_EXPANSION: usize = MAX_MATCH / 3;

/// `bytes` compressed, unless that saves less than 4 bytes, which is what Redis asks for.
pub fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let limit = bytes.len().checked_sub(MIN_SAVING).filter(|limit| *limit > 0)?;
    // Positions are remembered in 32 bits; no string of a client comes near.
    u32::try_from(bytes.len()).ok()?;
    let mut matches = MatchFinder::new(bytes);
    let mut out = Vec::with_capacity(limit);
    let (mut at, mut literals_from) = (0, 0);
    while at < bytes.len() {
        let Some((distance, len)) = matches.find(at) else {
            at += 1;
            continue;
        };
        write_literals(&mut out, &bytes[literals_from..at]);
        write_match(&mut out, distance, len);
        (at + 1..at + len).for_each(|at| {
            matches.note(at);
        });
        at += len;
        literals_from = at;
        if out.len() > limit {
            return None;
        }
    }
    write_literals(&mut out, &bytes[literals_from..]);
    (out.len() <= limit).then_some(out)
}

/// The `expected_len` bytes that `compressed` was made of. Allocates no more than the input
/// can become.
pub fn decompress(compressed: &[u8], expected_len: usize) -> Result<Vec<u8>, Corrupt> {
    if expected_len > compressed.len().saturating_mul(MAX_EXPANSION) {
        return Err(Corrupt);
    }
    let mut out = Vec::with_capacity(expected_len);
    let mut input = compressed;
    while !input.is_empty() {
        let (run, behind) = read_run(input).ok_or(Corrupt)?;
        if run.len() > expected_len - out.len() {
            return Err(Corrupt);
        }
        match run {
            Run::Literals(literals) => out.extend_from_slice(literals),
            Run::Match { distance, len } => repeat(&mut out, distance, len)?,
        }
        input = behind;
    }
    if out.len() == expected_len { Ok(out) } else { Err(Corrupt) }
}

enum Run<'a> {
    Literals(&'a [u8]),
    Match { distance: usize, len: usize },
}

impl Run<'_> {
    /// How many bytes of output the run makes.
    fn len(&self) -> usize {
        match self {
            Run::Literals(literals) => literals.len(),
            Run::Match { len, .. } => *len,
        }
    }
}

/// The run that `input` begins with, and what follows it.
fn read_run(input: &[u8]) -> Option<(Run<'_>, &[u8])> {
    let (control, rest) = input.split_first()?;
    let control = usize::from(*control);
    if control < MAX_LITERALS {
        let (literals, behind) = rest.split_at_checked(control + 1)?;
        return Some((Run::Literals(literals), behind));
    }
    let (len, low, behind) = match (control >> 5, rest) {
        (7, [more, low, behind @ ..]) => (7 + usize::from(*more), low, behind),
        (len @ 1..7, [low, behind @ ..]) => (len, low, behind),
        _ => return None,
    };
    let distance = ((control & 0x1f) << 8 | usize::from(*low)) + 1;
    Some((Run::Match { distance, len: len + 2 }, behind))
}

/// Appends `len` bytes that begin `distance` before the end of `out`. Where they reach beyond
/// that end, they repeat themselves.
fn repeat(out: &mut Vec<u8>, distance: usize, len: usize) -> Result<(), Corrupt> {
    let from = out.len().checked_sub(distance).ok_or(Corrupt)?;
    let mut left = len;
    while left > 0 {
        // All there is from `from` on is whole periods, so each round may copy all of it.
        let copied = left.min(out.len() - from);
        out.extend_from_within(from..from + copied);
        left -= copied;
    }
    Ok(())
}

fn write_literals(out: &mut Vec<u8>, literals: &[u8]) {
    for run in literals.chunks(MAX_LITERALS) {
        out.push(run.len() as u8 - 1);
        out.extend_from_slice(run);
    }
}

fn write_match(out: &mut Vec<u8>, distance: usize, len: usize) {
    let [_, .., high, low] = (distance - 1).to_be_bytes();
    match len - 2 {
        len @ 1..7 => out.extend_from_slice(&[(len as u8) << 5 | high, low]),
        len => out.extend_from_slice(&[7 << 5 | high, (len - 7) as u8, low]),
    }
}

/// Remembers where three bytes were last seen, as far as their hashes differ.
struct MatchFinder<'a> {
    bytes: &'a [u8],
    /// By hash: the position behind which to look, plus one; 0 is none.
    seen: Vec<u32>,
    hash_shift: u32,
}

impl<'a> MatchFinder<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        // As many places as bytes, within bounds: small strings should not pay for large tables.
        let hash_bits = bytes.len().next_power_of_two().ilog2().clamp(6, 14);
        MatchFinder { bytes, seen: vec![0; 1 << hash_bits], hash_shift: u32::BITS - hash_bits }
    }

    /// A match for the bytes at `at`: how far back it is, and how long.
    fn find(&mut self, at: usize) -> Option<(usize, usize)> {
        let seen = self.note(at)?;
        let distance = at - seen;
        let (earlier, here) = (&self.bytes[seen..], &self.bytes[at..]);
        if distance > MAX_DISTANCE || earlier[..MIN_MATCH] != here[..MIN_MATCH] {
            return None;
        }
        let same = earlier.iter().zip(here).take(MAX_MATCH).take_while(|(one, other)| one == other);
        Some((distance, same.count()))
    }

    /// Takes note of the bytes at `at`, and answers where their like was last seen.
    fn note(&mut self, at: usize) -> Option<usize> {
        let [a, b, c] = *self.bytes[at..].first_chunk::<MIN_MATCH>()?;
        let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9e37_79b1) >> self.hash_shift;
        let seen = std::mem::replace(&mut self.seen[hash as usize], at as u32 + 1);
        seen.checked_sub(1).map(|seen| seen as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_redis_wrote() {
        // From DUMP of a string of 52 bytes.
        let compressed = b"\x01aa\xe0\x19\x00\x01bc\xe0\x00\x02\x00d\x20\x09\x00d";
        let expected = b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabcabcabcabcdabcd";
        assert_eq!(decompress(compressed, 52).as_deref(), Ok(&expected[..]));
        assert_eq!(decompress(compressed, 51), Err(Corrupt));
        assert_eq!(decompress(compressed, 53), Err(Corrupt));
    }

    #[test]
    fn what_does_not_shrink_is_left_alone() {
        for bytes in [&b""[..], b"aaaa", b"aaaaaa", b"abcdefghijklmnopqrstuvwxyz"] {
            assert_eq!(compress(bytes), None);
        }
        assert_eq!(compress(b"aaaaaaaa").as_deref(), Some(&b"\x00a\xa0\x00"[..]));
    }

    #[test]
    fn long_repeats_shrink_to_a_ninetieth() {
        let bytes = vec![b'x'; 1 << 20];
        let compressed = compress(&bytes).unwrap();
        assert!(compressed.len() < bytes.len() / MAX_EXPANSION + 10);
        assert_eq!(decompress(&compressed, bytes.len()), Ok(bytes));
    }

    #[test]
    fn matches_reach_back_8192_bytes_and_no_further() {
        // Twice the same eight bytes, and zeros between them.
        let twice =
            |distance: usize| [&b"!?=#/&%$"[..], &vec![0; distance - 8], b"!?=#/&%$"].concat();
        let found = |distance| {
            let bytes = twice(distance);
            let mut finder = MatchFinder::new(&bytes);
            (0..distance).for_each(|at| {
                finder.note(at);
            });
            finder.find(distance)
        };
        assert_eq!(found(100), Some((100, 8)));
        assert_eq!(found(MAX_DISTANCE), Some((MAX_DISTANCE, 8)));
        assert_eq!(found(MAX_DISTANCE + 1), None);
        let bytes = twice(MAX_DISTANCE);
        assert_eq!(decompress(&compress(&bytes).unwrap(), bytes.len()), Ok(bytes));
    }

    #[test]
    fn nothing_is_allocated_for_impossible_lengths() {
        assert_eq!(decompress(b"\xe0\xff\x00", usize::MAX), Err(Corrupt));
        assert_eq!(decompress(b"", 1), Err(Corrupt));
        assert_eq!(decompress(b"", 0), Ok(Vec::new()));
    }

    #[test]
    fn refuses_what_is_cut_short_or_reaches_before_the_start() {
        for bytes in [&b"\x01a"[..], b"\x00a\x20", b"\x00a\xe0\x00", b"\x20\x00", b"\x00a\x20\x01"]
        {
            for len in 0..20 {
                assert_eq!(decompress(bytes, len), Err(Corrupt), "{bytes:x?}");
            }
        }
    }

    proptest! {
        #[test]
        fn compressed_bytes_come_back(
            words in prop::collection::vec(prop::collection::vec(0..6u8, 1..12), 1..12),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..400),
        ) {
            let bytes: Vec<u8> = order.iter().flat_map(|index| index.get(&words)).copied().collect();
            if let Some(compressed) = compress(&bytes) {
                prop_assert!(compressed.len() + 4 <= bytes.len());
                prop_assert_eq!(decompress(&compressed, bytes.len()), Ok(bytes));
            }
        }

        #[test]
        fn hostile_bytes_are_refused_or_harmless(bytes in prop::collection::vec(prop_oneof![0..4u8, any::<u8>()], 0..40), len in 0..500usize) {
            if let Ok(out) = decompress(&bytes, len) {
                prop_assert_eq!(out.len(), len);
            }
        }
    }
}
