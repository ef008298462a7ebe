//! HyperLogLogs against plain arrays of registers, and against bytes that are none.

use super::*;
use proptest::prelude::*;

const SPARSE_MAX: usize = 3000;

fn parse(bytes: &[u8]) -> HyperLogLog<'_> {
    HyperLogLog::parse(bytes).expect("a HyperLogLog")
}

/// A HyperLogLog of the numbers below `n`.
fn of_numbers(n: usize, sparse_max_bytes: usize) -> Vec<u8> {
    let mut draft = Draft::empty(sparse_max_bytes);
    for number in 0..n {
        draft.observe(Observation::of(number.to_string().as_bytes())).expect("well-formed");
    }
    draft.finish()
}

/// What Redis 7.0 holds after `PFADD k a b c d e f g`.
const SEVEN_LETTERS: &[u8] = b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\
    Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ";

#[test]
fn as_redis_writes_it() {
    let mut draft = Draft::empty(SPARSE_MAX);
    for letter in [b"a", b"b", b"c", b"d", b"e", b"f", b"g"] {
        assert_eq!(draft.observe(Observation::of(letter)), Ok(true));
        assert_eq!(draft.observe(Observation::of(letter)), Ok(false));
    }
    let bytes = draft.finish();
    assert_eq!(bytes, SEVEN_LETTERS);
    assert_eq!((parse(&bytes).cached_count(), parse(&bytes).count()), (None, Ok(7)));
}

#[test]
fn counts_are_near_the_truth() {
    for n in [0, 1, 10, 100, 1000, 10_000, 100_000] {
        let (sparse, dense) = (of_numbers(n, usize::MAX), of_numbers(n, 0));
        let count = parse(&dense).count().expect("well-formed");
        assert!(count.abs_diff(n as u64) * 50 <= n as u64, "{n} elements are counted as {count}");
        assert_eq!(parse(&sparse).count(), Ok(count));
        assert!(parse(&sparse).to_registers() == parse(&dense).to_registers());
        if n > 0 {
            assert!(parse(&sparse).to_dense() == Ok(dense), "{n} elements become dense otherwise");
        }
    }
}

#[test]
fn a_kept_count_goes_stale() {
    let mut bytes = of_numbers(100, 0);
    assert_eq!(parse(&bytes).cached_count(), None);
    cache_count(&mut bytes, 100);
    assert_eq!(parse(&bytes).cached_count(), Some(100));
    assert!(!observe_dense(&mut bytes, [Observation::of(b"5")].into_iter()));
    assert_eq!(parse(&bytes).cached_count(), Some(100));
    assert!(observe_dense(&mut bytes, [Observation::of(b"new")].into_iter()));
    assert_eq!(parse(&bytes).cached_count(), None);
}

#[test]
fn the_sparse_encoding_gives_way() {
    let encoding = |n, most| parse(&of_numbers(n, most)).encoding();
    assert_eq!(encoding(0, 0), Encoding::Sparse);
    assert_eq!(encoding(1, 0), Encoding::Dense);
    assert_eq!(encoding(1, HEADER + 5), Encoding::Sparse);
    assert_eq!(encoding(1000, SPARSE_MAX), Encoding::Sparse);
    assert_eq!(encoding(3000, SPARSE_MAX), Encoding::Dense);
    let mut draft = Draft::empty(usize::MAX);
    assert_eq!(draft.observe(Observation { index: 5, rank: 33 }), Ok(true));
    assert_eq!(parse(&draft.finish()).encoding(), Encoding::Dense);
}

#[test]
fn runs_that_are_not_all_registers_are_corrupted() {
    let with = |runs: &[u8]| [b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80", runs].concat();
    for runs in [
        &b""[..],
        b"\x7f",
        b"\x7f\xfe",
        b"\x7f\xff\x00",
        b"\x7f\xff\x40",
        b"\x7f\xff\x7f\xff",
        &[0x3f; 257],
    ] {
        let bytes = with(runs);
        assert_eq!(parse(&bytes).count(), Err(Corrupted), "{runs:?}");
        assert_eq!(parse(&bytes).to_dense(), Err(Corrupted), "{runs:?}");
    }
    assert_eq!(parse(&with(&[0x3f; 256])).count(), Ok(0));
}

#[test]
fn merging_keeps_the_greatest() {
    for most in [0, 200, SPARSE_MAX, usize::MAX] {
        let (some, more) = (of_numbers(50, most), of_numbers(800, most));
        let registers = parse(&more).to_registers().expect("well-formed");
        for dense in [false, true] {
            let mut draft = Draft::of(parse(&some), most);
            draft.observe(Observation { index: 7, rank: 30 }).expect("well-formed");
            assert_eq!(draft.merge(&registers, dense), Ok(()));
            let merged = draft.finish();
            let mut expected = registers;
            expected[7] = 30;
            assert!(parse(&merged).to_registers() == Ok(expected), "{most} {dense}");
            assert!(!dense || parse(&merged).encoding() == Encoding::Dense);
        }
    }
}

/// Any bytes, or such as are nearly a HyperLogLog.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let header = prop::sample::select(vec![*b"HYLL\x01", *b"HYLL\x00", *b"HYLK\x01"]);
    let opcode = prop_oneof![
        Just(vec![0x3f]),
        Just(vec![0x7f, 0xff]),
        Just(vec![0x5f, 0xff]),
        (0x80u8..).prop_map(|value| vec![value]),
        any::<[u8; 2]>().prop_map(Vec::from),
    ];
    let runs = prop::collection::vec(opcode, 0..20).prop_map(|opcodes| opcodes.concat());
    let body = prop_oneof![
        4 => runs,
        1 => any::<u8>().prop_map(|byte| vec![byte; dense::LEN]),
    ];
    (header, any::<[u8; 11]>(), body)
        .prop_map(|(header, rest, body)| [&header, rest.as_slice(), &body].concat())
}

proptest! {
    #[test]
    fn registers_are_kept_whatever_the_encoding(
        observed in prop::collection::vec((0..40usize, 1..=51u8, any::<bool>()), 0..60),
        sparse_max_bytes in prop_oneof![Just(0), 18..60usize, Just(SPARSE_MAX)],
    ) {
        let mut draft = Draft::empty(sparse_max_bytes);
        let mut model = [0; REGISTERS];
        for (index, rank, low) in observed {
            let rank = if low { rank.div_ceil(17) } else { rank };
            let raised = draft.observe(Observation { index, rank });
            prop_assert_eq!(raised, Ok(model[index] < rank));
            model[index] = rank.max(model[index]);
        }
        let bytes = draft.finish();
        prop_assert!(parse(&bytes).to_registers() == Ok(model));
        prop_assert_eq!(parse(&bytes).count(), Ok(count(&model)));
    }

    #[test]
    fn bytes_that_are_none_do_no_harm(
        bytes in prop_oneof![hostile(), prop::collection::vec(any::<u8>(), 0..40)],
        elements in prop::collection::vec(any::<u16>(), 0..8),
    ) {
        let Some(hll) = HyperLogLog::parse(&bytes) else { return Ok(()) };
        let (registers, counted) = (hll.to_registers(), hll.count());
        prop_assert_eq!(registers.is_ok(), counted.is_ok());
        if let Ok(registers) = registers {
            prop_assert_eq!(counted, Ok(count(&registers)));
            prop_assert!(Draft::empty(SPARSE_MAX).merge(&registers, false).is_ok());
        }
        hll.for_each_run(drop);
        let mut draft = Draft::of(hll, SPARSE_MAX);
        for element in elements {
            let _ = draft.observe(Observation::of(&element.to_be_bytes()));
        }
        let changed = draft.finish();
        prop_assert_eq!(parse(&changed).cached_count(), None);
        prop_assert!(parse(&changed).count().is_ok() || counted.is_err());
    }
}
