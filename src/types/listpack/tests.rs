//! A listpack against a vector of byte strings, Redis's own bytes, and hostile bytes.

use super::*;
use crate::util::number;
use proptest::prelude::*;

/// The elements as a client sees them.
fn texts(listpack: &Listpack) -> Vec<Vec<u8>> {
    listpack.iter().map(|element| element.to_bytes().into_owned()).collect()
}

fn listpack_of<T: AsRef<[u8]>>(elements: impl IntoIterator<Item = T>) -> Listpack {
    let mut listpack = Listpack::new();
    elements.into_iter().for_each(|element| listpack.push_back(element.as_ref()));
    listpack
}

/// Everything that must hold of a listpack that holds `model`.
fn check(listpack: &Listpack, model: &[Vec<u8>]) {
    assert_eq!(texts(listpack), model);
    let backwards: Vec<_> = listpack.iter().rev().map(|e| e.to_bytes().into_owned()).collect();
    assert!(backwards.iter().eq(model.iter().rev()));
    assert_eq!((listpack.len(), listpack.is_empty()), (model.len(), model.is_empty()));
    let size: usize = model.iter().map(|bytes| Listpack::entry_size(bytes)).sum();
    assert_eq!(listpack.byte_len(), 7 + size);
    assert_eq!(validate(listpack.as_bytes()), Ok(Backlens::AsHere));
    for (element, text) in listpack.iter().zip(model) {
        assert_eq!(element.len(), text.len());
        assert!(element.eq_bytes(text));
        assert_eq!(element.as_int(), number::parse_i64(text));
    }
}

#[test]
fn is_one_pointer_wide() {
    assert_eq!(size_of::<Option<Listpack>>(), size_of::<usize>());
}

#[test]
fn writes_what_redis_writes() {
    assert_eq!(Listpack::new().as_bytes(), [7, 0, 0, 0, 0, 0, 0xff]);
    // The payload of DUMP of a list made by: RPUSH l hello 1 -1 1000000 12345678901.
    let expected = b"\x22\0\0\0\x05\0\x85hello\x06\x01\x01\xdf\xff\x02\xf2\x40\x42\x0f\x04\xf4\x35\x1c\xdc\xdf\x02\0\0\0\x09\xff";
    let listpack = listpack_of(["hello", "1", "-1", "1000000", "12345678901"]);
    assert_eq!(listpack.as_bytes(), expected);
}

#[test]
fn only_canonical_integers_become_integers() {
    for text in ["01", "+1", "-0", " 1", "1 ", "", "-", "1.0", "9223372036854775808"] {
        assert_eq!(listpack_of([text]).iter().next(), Some(Element::Bytes(text.as_bytes())));
    }
    for value in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(listpack_of([value.to_string()]).iter().next(), Some(Element::Int(value)));
    }
}

#[test]
fn finds_fields_and_not_values() {
    let listpack = listpack_of(["a", "7", "7", "b", "b", "c", "odd"]);
    let find = |needle: &str, skip| listpack.find(listpack.first(), needle.as_bytes(), skip);
    assert_eq!(find("7", 1), listpack.seek(2));
    assert_eq!(find("b", 0), listpack.seek(3));
    assert_eq!(find("b", 1), listpack.seek(4));
    assert_eq!(find("c", 1), None);
    assert_eq!(find("odd", 5), listpack.seek(6));
    assert_eq!(find("07", 0), None);
    assert_eq!(find("a", usize::MAX), listpack.first());
    assert_eq!(find("b", usize::MAX), None);
    assert_eq!(listpack.find(None, b"a", 0), None);
}

#[test]
fn find_sees_integers_that_others_stored_as_bytes() {
    let stored_as_bytes = Listpack::from_bytes(&[10, 0, 0, 0, 1, 0, 0x81, b'5', 2, 0xff]).unwrap();
    assert_eq!(stored_as_bytes.find(stored_as_bytes.first(), b"5", 0), stored_as_bytes.first());
    let stored_wide = Listpack::from_bytes(&[11, 0, 0, 0, 1, 0, 0xf1, 5, 0, 3, 0xff]).unwrap();
    assert_eq!(stored_wide.find(stored_wide.first(), b"5", 0), stored_wide.first());
}

#[test]
fn counts_beyond_what_the_header_holds() {
    let mut listpack = listpack_of(std::iter::repeat_n("x", 65_534));
    assert_eq!(listpack.count(), 65_534);
    listpack.push_back(b"y");
    assert_eq!((listpack.count(), listpack.len()), (COUNT_UNKNOWN, 65_535));
    listpack.push_front(b"z");
    assert_eq!(listpack.len(), 65_536);
    assert_eq!(listpack.seek(65_535), listpack.last());
    assert_eq!(listpack.seek(-65_536), listpack.first());
    assert_eq!((listpack.seek(65_536), listpack.seek(-65_537)), (None, None));

    let tail = listpack.split_off(65_535);
    assert_eq!((texts(&tail), listpack.len()), (vec![b"y".to_vec()], 65_535));
    listpack.remove(listpack.first().unwrap(), 60_000);
    assert_eq!((listpack.count(), listpack.len()), (5_535, 5_535));
    listpack.remove(listpack.seek(-1).unwrap(), usize::MAX);
    assert_eq!(listpack.len(), 5_534);
}

#[test]
fn a_listpack_without_a_count_is_taken() {
    let mut listpack = Listpack::from_bytes(&[9, 0, 0, 0, 0xff, 0xff, 5, 1, 0xff]).unwrap();
    assert_eq!(listpack.len(), 1);
    listpack.push_back(b"6");
    assert_eq!(texts(&listpack), [b"5", b"6"]);
    listpack.remove(listpack.first().unwrap(), 1);
    assert_eq!(listpack.count(), 1);
}

#[test]
fn shorter_backlens_are_taken_and_lengthened() {
    for (text_len, backlen) in [(16_378, &b"\x7f\xff"[..]), (2_097_146, b"\x7f\xff\xff")] {
        let listpack = listpack_of([&vec![b'x'; text_len][..], b"behind"]);
        // As a newer server would have written it.
        let mut bytes = listpack.as_bytes().to_vec();
        let at = HEADER_BYTES + 5 + text_len;
        bytes.splice(at..at + backlen.len() + 1, backlen.iter().copied());
        let len = bytes.len() as u32;
        bytes[..PREFIX_BYTES].copy_from_slice(&len.to_le_bytes());

        assert_eq!(validate(&bytes), Ok(Backlens::SomeShorter));
        assert_eq!(Listpack::from_bytes(&bytes).unwrap().as_bytes(), listpack.as_bytes());
    }
}

#[test]
fn says_what_is_wrong() {
    let refused = |bytes: &[u8]| Listpack::from_bytes(bytes).unwrap_err().0;
    assert_eq!(refused(b""), "listpack shorter than its header");
    assert_eq!(refused(&[6, 0, 0, 0, 0, 0]), "listpack without end byte");
    assert_eq!(refused(&[7, 0, 0, 0, 0, 0, 0]), "listpack without end byte");
    assert_eq!(
        refused(&[8, 0, 0, 0, 0, 0, 0xff]),
        "listpack of another length than its header says"
    );
    let element = "listpack element cut short or of no known encoding";
    assert_eq!(refused(&[8, 0, 0, 0, 1, 0, 0xff, 0xff]), element);
    assert_eq!(refused(&[8, 0, 0, 0, 1, 0, 0x82, 0xff]), element);
    assert_eq!(refused(&[12, 0, 0, 0, 1, 0, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff]), element);
    let backlen = "listpack element with a wrong backlen";
    assert_eq!(refused(&[8, 0, 0, 0, 1, 0, 5, 0xff]), backlen);
    assert_eq!(refused(&[9, 0, 0, 0, 1, 0, 5, 2, 0xff]), backlen);
    let count = "listpack with another number of elements than its header says";
    assert_eq!(refused(&[9, 0, 0, 0, 2, 0, 5, 1, 0xff]), count);
}

#[test]
fn room_ends_at_a_gibibyte() {
    let listpack = Listpack::new();
    assert!(listpack.has_room_for(Listpack::MAX_BYTES - 7));
    assert!(!listpack.has_room_for(Listpack::MAX_BYTES - 6));
    assert!(!listpack.has_room_for(usize::MAX));
}

/// Elements of every encoding, with few enough values that some repeat.
fn element() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => any::<i8>().prop_map(|value| value.to_string().into_bytes()),
        3 => (any::<i64>(), 0..64u32).prop_map(|(value, shift)| (value >> shift).to_string().into_bytes()),
        3 => prop::collection::vec(b'a'..b'd', 0..4),
        2 => prop::collection::vec(any::<u8>(), 0..200),
        1 => (any::<u8>(), 4_000..5_000usize).prop_map(|(byte, len)| vec![byte; len]),
        1 => (any::<u8>(), 16_370..16_390usize).prop_map(|(byte, len)| vec![byte; len]),
    ]
}

#[derive(Clone, Debug)]
enum Edit {
    PushBack(Vec<u8>),
    PushFront(Vec<u8>),
    PushBackInt(i64),
    InsertBefore(prop::sample::Index, Vec<u8>),
    InsertAfter(prop::sample::Index, Vec<u8>),
    Replace(prop::sample::Index, Vec<u8>),
    ReplaceInt(prop::sample::Index, i64),
    Remove(prop::sample::Index, usize),
    SplitAndAppend(prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => element().prop_map(Edit::PushBack),
        2 => element().prop_map(Edit::PushFront),
        1 => any::<i64>().prop_map(Edit::PushBackInt),
        2 => (index(), element()).prop_map(|(at, new)| Edit::InsertBefore(at, new)),
        2 => (index(), element()).prop_map(|(at, new)| Edit::InsertAfter(at, new)),
        2 => (index(), element()).prop_map(|(at, new)| Edit::Replace(at, new)),
        1 => (index(), any::<i64>()).prop_map(|(at, new)| Edit::ReplaceInt(at, new)),
        2 => (index(), 0..4usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => index().prop_map(Edit::SplitAndAppend),
    ]
}

/// Makes the same edit to both. Edits that need an element are left out when there is none.
fn apply(edit: Edit, listpack: &mut Listpack, model: &mut Vec<Vec<u8>>) {
    let index = |at: prop::sample::Index| (!model.is_empty()).then(|| at.index(model.len()));
    let seek = |listpack: &Listpack, index: usize| listpack.seek(index as i64).unwrap();
    match edit {
        Edit::PushBack(new) => {
            listpack.push_back(&new);
            model.push(new);
        }
        Edit::PushFront(new) => {
            listpack.push_front(&new);
            model.insert(0, new);
        }
        Edit::PushBackInt(new) => {
            listpack.push_back_int(new);
            model.push(new.to_string().into_bytes());
        }
        Edit::InsertBefore(at, new) => {
            let Some(index) = index(at) else { return };
            let stands = listpack.insert_before(seek(listpack, index), &new);
            assert!(listpack.get(stands).eq_bytes(&new));
            model.insert(index, new);
        }
        Edit::InsertAfter(at, new) => {
            let Some(index) = index(at) else { return };
            let stands = listpack.insert_after(seek(listpack, index), &new);
            assert!(listpack.get(stands).eq_bytes(&new));
            model.insert(index + 1, new);
        }
        Edit::Replace(at, new) => {
            let Some(index) = index(at) else { return };
            listpack.replace(seek(listpack, index), &new);
            model[index] = new;
        }
        Edit::ReplaceInt(at, new) => {
            let Some(index) = index(at) else { return };
            listpack.replace_int(seek(listpack, index), new);
            model[index] = new.to_string().into_bytes();
        }
        Edit::Remove(at, count) => {
            let Some(index) = index(at) else { return };
            let stands = listpack.remove(seek(listpack, index), count);
            model.drain(index..model.len().min(index + count));
            assert_eq!(
                stands.map(|at| listpack.get(at).to_bytes().into_owned()),
                model.get(index).cloned()
            );
        }
        Edit::SplitAndAppend(at) => {
            let index = at.index(model.len() + 1);
            let tail = listpack.split_off(index);
            check(listpack, &model[..index]);
            check(&tail, &model[index..]);
            listpack.append(&tail);
        }
    }
}

/// Uses all that a listpack can do once; it must not panic, and must stay valid.
fn exercise(mut listpack: Listpack) {
    let model = texts(&listpack);
    assert!(
        listpack.iter().rev().map(|e| e.to_bytes().into_owned()).eq(model.iter().rev().cloned())
    );
    assert_eq!(listpack.len(), model.len());
    for text in &model {
        assert!(listpack.find(listpack.first(), text, 0).is_some());
    }
    for index in 0..model.len() as i64 {
        assert_eq!(listpack.seek(index), listpack.seek(index - model.len() as i64));
    }
    listpack.push_back(b"back");
    listpack.push_front(b"1");
    listpack.insert_after(listpack.first().unwrap(), b"second");
    let tail = listpack.split_off(model.len() / 2);
    listpack.append(&tail);
    while let Some(last) = listpack.last() {
        listpack.replace(last, &[b'x'; 300]);
        assert_eq!(validate(listpack.as_bytes()), Ok(Backlens::AsHere));
        listpack.remove(last, 1);
    }
    assert_eq!((listpack.len(), listpack.byte_len()), (0, 7));
}

proptest! {
    #[test]
    fn behaves_like_a_vector(edits in prop::collection::vec(edit(), 0..60)) {
        let (mut listpack, mut model) = (Listpack::new(), Vec::new());
        for edit in edits {
            apply(edit, &mut listpack, &mut model);
            check(&listpack, &model);
        }
        let copy = Listpack::from_bytes(listpack.as_bytes()).unwrap();
        check(&copy, &model);
        for (index, (at, element)) in listpack.iter_pos().enumerate() {
            prop_assert_eq!(listpack.seek(index as i64), Some(at));
            prop_assert_eq!(listpack.seek(index as i64 - model.len() as i64), Some(at));
            prop_assert_eq!(listpack.get(at), element);
        }
    }

    #[test]
    fn find_is_a_search_with_steps(
        elements in prop::collection::vec(element(), 1..30), from in any::<prop::sample::Index>(), skip in 0..4usize, needle in element(),
    ) {
        let listpack = listpack_of(&elements);
        let from = from.index(elements.len());
        let expected = (from..elements.len()).step_by(skip + 1).find(|&index| elements[index] == needle);
        let found = listpack.find(listpack.seek(from as i64), &needle, skip);
        prop_assert_eq!(found, expected.and_then(|index| listpack.seek(index as i64)));
    }

    #[test]
    fn both_ends_of_a_walk_meet(elements in prop::collection::vec(element(), 0..20), turns in prop::collection::vec(any::<bool>(), 30)) {
        let listpack = listpack_of(&elements);
        let (mut iter, mut model) = (listpack.iter(), elements.iter());
        for from_front in turns {
            let (got, expected) = if from_front { (iter.next(), model.next()) } else { (iter.next_back(), model.next_back()) };
            prop_assert_eq!(got.map(|element| element.to_bytes().into_owned()), expected.cloned());
        }
    }

    #[test]
    fn hostile_bytes_are_refused_or_harmless(
        elements in prop::collection::vec(element(), 0..12),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = listpack_of(&elements).as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(listpack) = Listpack::from_bytes(&bytes) {
            exercise(listpack);
        }
    }

    #[test]
    fn arbitrary_elements_are_refused_or_harmless(body in prop::collection::vec(prop_oneof![0..8u8, any::<u8>()], 0..24)) {
        let mut bytes = (body.len() as u32 + 7).to_le_bytes().to_vec();
        bytes.extend_from_slice(&[0xff, 0xff]);
        bytes.extend_from_slice(&body);
        bytes.push(END);
        if let Ok(listpack) = Listpack::from_bytes(&bytes) {
            exercise(listpack);
        }
    }
}
