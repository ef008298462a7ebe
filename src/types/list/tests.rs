//! Tests of [`List`] as a whole: the steps between its encodings, and a model.

use super::*;
use proptest::prelude::*;

fn sized(list_max_listpack_size: i64) -> Limits {
    Limits { list_max_listpack_size, ..Limits::default() }
}

fn list(elements: &[&str], limits: &Limits) -> List {
    let mut list = List::default();
    elements.iter().for_each(|element| list.push_back(element.as_bytes(), limits));
    list
}

fn collect(mut iter: Iter<'_>) -> Vec<Vec<u8>> {
    let mut elements = Vec::with_capacity(iter.remaining());
    while let Some(element) = iter.next() {
        elements.push(element.to_bytes().into_owned());
    }
    assert_eq!(iter.remaining(), 0);
    elements
}

fn text(list: &List) -> String {
    String::from_utf8(collect(list.iter()).join(&b' ')).unwrap()
}

#[test]
fn is_two_words() {
    assert_eq!(size_of::<List>(), 16);
}

#[test]
fn moves_between_encodings_as_redis_does() {
    let three = sized(3);
    let mut list = list(&["a", "b", "c"], &three);
    assert_eq!(list.encoding(), "listpack");
    list.push_front(b"x", &three);
    assert_eq!(list.encoding(), "quicklist");
    list.pop_back(&three);
    list.pop_back(&three);
    assert_eq!((list.encoding(), list.len()), ("quicklist", 2));
    list.pop_back(&three);
    assert_eq!((list.encoding(), text(&list).as_str()), ("listpack", "x"));

    // By bytes: what is counted before is the text of all that is to be added.
    let mut batch = List::default();
    batch.extend(End::Back, std::iter::repeat_n(&b"12x"[..], 2700), &sized(-2));
    assert_eq!((batch.encoding(), batch.len()), ("listpack", 2700));
    batch.push_back(b"", &sized(-2));
    assert_eq!(batch.encoding(), "quicklist");
    let mut large = List::default();
    large.push_back(&[b'x'; 8186], &sized(-2));
    assert_eq!(large.encoding(), "quicklist");
    large.set(0, b"small", &sized(-2));
    assert_eq!(large.encoding(), "listpack");
    assert!(
        !large.set(1, b"", &sized(-2))
            && !large.set(-2, b"", &sized(-2))
            && large.set(-1, b"x", &sized(-2))
    );
}

#[test]
fn rotating_leaves_the_encoding() {
    let four = sized(4);
    let mut full = list(&["a", "b", "c", "d"], &four);
    assert!(full.rotate(End::Back, End::Front, &four));
    assert_eq!((full.encoding(), text(&full).as_str()), ("listpack", "d a b c"));
    let mut half = list(&["a", "b", "c", "d", "e"], &four);
    half.drop_elements(End::Back, 2, &four);
    assert!(half.rotate(End::Front, End::Back, &four));
    assert_eq!((half.encoding(), text(&half).as_str()), ("quicklist", "b c a"));
    assert!(!List::default().rotate(End::Front, End::Back, &four));
}

#[test]
fn a_listpack_knows_its_length() {
    let limits = sized(-2);
    for (count, encoding) in [(65_534, "listpack"), (65_535, "quicklist")] {
        for end in [End::Front, End::Back] {
            let mut list = List::default();
            list.extend(end, std::iter::repeat_n(&b""[..], count), &limits);
            assert_eq!((list.encoding(), list.len()), (encoding, count));
        }
    }
}

#[test]
fn walks_begin_at_either_end() {
    for size in [2, 128] {
        let list = list(&["a", "b", "c", "d", "e"], &sized(size));
        let from = |end, count| collect(list.from_end(end, count)).concat();
        assert_eq!(from(End::Front, 3), b"abc");
        assert_eq!(from(End::Back, 3), b"edc");
        assert_eq!(from(End::Back, 9), b"edcba");
        assert_eq!(from(End::Front, 0), b"");
    }
    assert_eq!(List::default().from_end(End::Back, 1).remaining(), 0);
}

#[test]
fn elements_too_large_for_any_node_stand_alone() {
    let limits = sized(-1);
    let huge = [b'h'; 5000];
    let mut list = list(&["a", "b", "c"], &limits);
    assert!(list.insert_after(b"b", &huge, &limits));
    let nodes: Vec<_> = list.stored_nodes().map(|node| (node.plain, node.bytes.len())).collect();
    assert_eq!(nodes, [(false, 13), (true, 5000), (false, 10)]);
    assert_eq!(list.get(2, |element| element.len()), Some(5000));
    assert_eq!(list.remove(0, &huge, &limits), 1);
    assert_eq!((text(&list).as_str(), list.len()), ("a b c", 3));
}

#[test]
fn inner_nodes_are_compressed() {
    let limits = Limits { list_compress_depth: 1, ..sized(2) };
    let word = "all the same, ".repeat(9);
    let elements: Vec<String> = (0..10).map(|number| format!("{word}{number}")).collect();
    let mut list = List::default();
    elements.iter().for_each(|element| list.push_back(element.as_bytes(), &limits));
    let compressed =
        |list: &List| list.stored_nodes().map(|node| node.raw_len.is_some()).collect::<Vec<_>>();
    assert_eq!(compressed(&list), [false, true, true, true, false]);
    assert_eq!(text(&list), elements.join(" "));
    assert_eq!(collect(list.iter_rev()).len(), 10);
    // Changing an inner node leaves it compressed; losing an outer one unpacks the next.
    assert!(list.set(4, b"changed", &limits));
    assert_eq!(compressed(&list), [false, true, true, true, false]);
    list.pop_front(&limits);
    list.pop_front(&limits);
    assert_eq!(compressed(&list), [false, true, true, false]);
    assert_eq!(list.get(2, |element| element.eq_bytes(b"changed")), Some(true));
    list.trim(2, 3, &limits);
    assert_eq!(text(&list), format!("changed {}", elements[5]));
}

#[test]
fn insertions_do_not_break_a_list_into_pieces() {
    let limits = sized(-1);
    let mut list = List::default();
    for number in 0..4000 {
        list.push_back(format!("element:{number}").as_bytes(), &limits);
    }
    for number in (0..4000).step_by(3) {
        assert!(list.insert_before(format!("element:{number}").as_bytes(), b"inserted:", &limits));
    }
    let nodes = list.stored_nodes().len();
    let bytes: usize = list.stored_nodes().map(|node| node.bytes.len()).sum();
    assert!(bytes / nodes > 2000, "{nodes} nodes of {} bytes", bytes / nodes);
}

#[test]
fn takes_in_what_files_hold() {
    let packed = |words: &[&str]| {
        let mut listpack = Listpack::new();
        words.iter().for_each(|word| listpack.push_back(word.as_bytes()));
        listpack
    };
    let limits = sized(2);
    assert_eq!(List::from_listpack(packed(&["a", "b"]), &limits).encoding(), "listpack");
    assert_eq!(List::from_listpack(packed(&["a", "b", "c"]), &limits).encoding(), "quicklist");
    let mut list = List::default();
    list.append_listpack(packed(&["a"]), &limits);
    list.append_plain(b"b", &limits);
    list.append_listpack(packed(&[]), &limits);
    list.append_listpack(packed(&["c", "d", "e"]), &limits);
    assert_eq!((list.encoding(), text(&list).as_str()), ("quicklist", "a b c d e"));
    let mut plain = List::default();
    plain.append_plain(b"a", &limits);
    assert_eq!((plain.encoding(), text(&plain).as_str()), ("quicklist", "a"));
}

#[derive(Clone, Debug)]
enum Step {
    Push(bool, Vec<u8>),
    Extend(bool, Vec<Vec<u8>>),
    Pop(bool),
    Drop(bool, usize),
    Rotate(bool, bool),
    Set(i64, Vec<u8>),
    Insert(Vec<u8>, bool, Vec<u8>),
    Remove(i64, Vec<u8>),
    Trim(usize, usize),
}

fn element() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => "[a-c0-9]{0,2}".prop_map(String::into_bytes),
        2 => any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        3 => (1usize..60, 0u8..3).prop_map(|(repeats, byte)| vec![byte; repeats * 20]),
        1 => (0u8..2).prop_map(|byte| vec![byte; 9000]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (any::<bool>(), element()).prop_map(|(front, element)| Step::Push(front, element)),
        4 => (any::<bool>(), prop::collection::vec(element(), 0..30))
            .prop_map(|(front, elements)| Step::Extend(front, elements)),
        6 => any::<bool>().prop_map(Step::Pop),
        2 => (any::<bool>(), 0usize..9).prop_map(|(front, count)| Step::Drop(front, count)),
        4 => any::<(bool, bool)>().prop_map(|(from, to)| Step::Rotate(from, to)),
        8 => (-60i64..60, element()).prop_map(|(index, element)| Step::Set(index, element)),
        16 => (element(), any::<bool>(), element())
            .prop_map(|(pivot, after, element)| Step::Insert(pivot, after, element)),
        2 => (-4i64..4, element()).prop_map(|(count, element)| Step::Remove(count, element)),
        1 => (0usize..9, 20usize..200).prop_map(|(start, stop)| Step::Trim(start, stop)),
    ]
}

/// Does `step` to the model, and says what it answers.
fn apply(model: &mut Vec<Vec<u8>>, step: Step) -> Option<Vec<u8>> {
    let resolve = |index: i64, len: usize| {
        let index = if index < 0 { index + len as i64 } else { index };
        usize::try_from(index).ok().filter(|&index| index < len)
    };
    match step {
        Step::Push(true, element) => model.insert(0, element),
        Step::Push(false, element) => model.push(element),
        Step::Extend(front, elements) => {
            elements.into_iter().for_each(|element| drop(apply(model, Step::Push(front, element))));
        }
        Step::Pop(front) if !model.is_empty() => {
            return Some(model.remove(if front { 0 } else { model.len() - 1 }));
        }
        Step::Pop(_) => return None,
        Step::Drop(true, count) => drop(model.drain(..count.min(model.len()))),
        Step::Drop(false, count) => model.truncate(model.len().saturating_sub(count)),
        Step::Rotate(from, to) => {
            let element = apply(model, Step::Pop(from))?;
            apply(model, Step::Push(to, element));
        }
        Step::Set(index, element) => {
            let index = resolve(index, model.len())?;
            model[index] = element;
        }
        Step::Insert(pivot, after, element) => {
            let index = model.iter().position(|other| *other == pivot)?;
            model.insert(index + usize::from(after), element);
        }
        Step::Remove(count, element) => {
            let mut equal: Vec<usize> =
                (0..model.len()).filter(|&index| model[index] == element).collect();
            if count < 0 {
                equal.reverse();
            }
            equal.truncate(if count == 0 { usize::MAX } else { count.unsigned_abs() as usize });
            equal.sort();
            equal.iter().rev().for_each(|&index| drop(model.remove(index)));
            return Some(vec![equal.len() as u8]);
        }
        Step::Trim(start, stop) => {
            model.truncate(stop + 1);
            model.drain(..start.min(model.len()));
        }
    }
    Some(Vec::new())
}

fn perform(list: &mut List, step: Step, limits: &Limits) -> Option<Vec<u8>> {
    let end = |front| if front { End::Front } else { End::Back };
    let done = |done: bool| done.then(Vec::new);
    match step {
        Step::Push(front, element) => list.push(end(front), &element, limits),
        Step::Extend(front, elements) => {
            list.extend(end(front), elements.iter().map(Vec::as_slice), limits)
        }
        Step::Pop(front) => return list.pop(end(front), limits),
        Step::Drop(front, count) => list.drop_elements(end(front), count, limits),
        Step::Rotate(from, to) => return done(list.rotate(end(from), end(to), limits)),
        Step::Set(index, element) => return done(list.set(index, &element, limits)),
        Step::Insert(pivot, true, element) => {
            return done(list.insert_after(&pivot, &element, limits));
        }
        Step::Insert(pivot, false, element) => {
            return done(list.insert_before(&pivot, &element, limits));
        }
        Step::Remove(count, element) => {
            return Some(vec![list.remove(count, &element, limits) as u8]);
        }
        Step::Trim(start, stop) => list.trim(start, stop, limits),
    }
    Some(Vec::new())
}

proptest! {
    #[test]
    fn holds_what_a_vector_holds(
        steps in prop::collection::vec(step(), 0..150),
        size in prop_oneof![0i64..6, -2i64..0], depth in 0u32..3, range in (0usize..40, 0usize..60),
    ) {
        let limits = Limits { list_compress_depth: depth, ..sized(size) };
        let mut list = List::default();
        let mut model = Vec::new();
        for step in steps {
            prop_assert_eq!(perform(&mut list, step.clone(), &limits), apply(&mut model, step));
            prop_assert_eq!((list.len(), list.is_empty()), (model.len(), model.is_empty()));
            let nodes: usize = list.stored_nodes().filter(|node| !node.bytes.is_empty()).count();
            prop_assert!(nodes <= list.len().max(1), "{} nodes of {} elements", nodes, list.len());
        }
        prop_assert_eq!(&collect(list.clone().iter()), &model);
        for index in 0..model.len() {
            for asked in [index as i64, index as i64 - model.len() as i64] {
                let equal = list.get(asked, |element| element.eq_bytes(&model[index]));
                prop_assert_eq!(equal, Some(true));
            }
        }
        let (start, stop) = range;
        let expected: Vec<_> = model.iter().take(stop + 1).skip(start).cloned().collect();
        prop_assert_eq!(collect(list.range(start, stop)), expected);
        model.reverse();
        prop_assert_eq!(collect(list.iter_rev()), model);
    }
}
