//! SORT and SORT_RO.
//!
//! What is sorted by, and what is answered, may lie in keys whose names nobody knows before
//! the elements are read: those that the patterns of BY and GET make. They cannot be locked
//! after the sorted key, since another thread may lock in another order, and reading them
//! without the others would let a client see half of somebody's transaction. So a request that
//! has such patterns locks its whole database, and any other only its keys. SORT_RO locks it
//! shared: the others go on reading.

mod elements;
mod options;
mod order;
mod pattern;

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::Value;
use crate::types::list::List;
use crate::types::listpack::Element;
use elements::{Elements, Source};
use options::{Get, Options};
use order::{Weights, number};
use smallvec::{SmallVec, smallvec};

pub const SORT: Command = Command::new("sort", -2, sort)
    .flags(WRITE.or(DENYOOM))
    .acl(ACL)
    .keys(&[
        KeySpec::one(1, access::RO | access::ACCESS),
        PATTERN_KEYS,
        KeySpec::found_by(options::destination, access::OW | access::UPDATE).notes(
            "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear \
             anywhere in the argument array",
        ),
    ])
    .locks(Locks::Databases(|argv, db, _| databases(argv, db, true)))
    .since("1.0.0")
    .complexity(COMPLEXITY)
    .syntax(
        "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA] \
         [STORE destination]",
    )
    .summary(
        "Sorts the elements in a list, a set, or a sorted set, optionally storing the result.",
    );

const ACL: Acl = Acl::SET.or(Acl::SORTED_SET).or(Acl::LIST).or(Acl::DANGEROUS);

const PATTERN_KEYS: KeySpec = KeySpec::unknown(access::RO | access::ACCESS).notes(
    "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the \
     content of the key we sort",
);

const COMPLEXITY: &str = "O(N+M*log(M)) where N is the number of elements in the list or set to \
    sort, and M the number of returned elements. When the elements are not sorted, complexity is \
    O(N).";

fn sort(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let options = Options::parse(&mut args, true)?;
    let Some(mut destination) = options.store else {
        return answer(ctx, key, &options, reply);
    };
    let destination = destination.key()?;
    let sorted = sorted_elements(ctx, key, &options)?;
    let list = chosen(ctx, &sorted, &options);
    reply.count(list.len());
    if list.is_empty() {
        ctx.txn.remove(destination, Event::DEL);
    } else {
        let event = Event::list("sortstore");
        ctx.txn.set_value(destination, Value::List(list), Expiry::Clear, event);
    }
    Ok(())
}

pub const SORT_RO: Command = Command::new("sort_ro", -2, sort_ro)
    .flags(READONLY)
    .acl(ACL)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS), PATTERN_KEYS])
    .locks(Locks::Databases(|argv, db, _| databases(argv, db, false)))
    .since("7.0.0")
    .complexity(COMPLEXITY)
    .syntax(
        "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA]",
    )
    .summary("Returns the sorted elements of a list, a set, or a sorted set.");

fn sort_ro(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let options = Options::parse(&mut args, false)?;
    answer(ctx, key, &options, reply)
}

/// The client's database, where keys by pattern are read from it.
fn databases(argv: &[Arg<'_>], db: u16, may_store: bool) -> SmallVec<[u16; 2]> {
    match Options::of(argv, may_store) {
        Some(options) if options.reads_by_pattern() => smallvec![db],
        _ => SmallVec::new(),
    }
}

/// Sorts, and answers with what the options choose.
fn answer(ctx: &mut Ctx<'_>, key: Key<'_>, options: &Options<'_>, reply: &mut Reply<'_>) -> Result {
    let sorted = sorted_elements(ctx, key, options)?;
    reply.array(sorted.len() * options.get.len().max(1));
    for_each_chosen(ctx, &sorted, options, |chosen| match chosen {
        Some(element) => reply_element(reply, element),
        None => reply.null(),
    });
    Ok(())
}

/// What the options choose, as a list; what is missing is empty there.
fn chosen(ctx: &mut Ctx<'_>, sorted: &Elements, options: &Options<'_>) -> List {
    let limits = ctx.limits();
    let mut list = List::default();
    for_each_chosen(ctx, sorted, options, |chosen| {
        let chosen = chosen.unwrap_or(Element::Bytes(b""));
        list.push_back(chosen.text(&mut itoa::Buffer::new()), &limits);
    });
    list
}

/// Calls `visit` with each element, or with what each GET makes of it.
fn for_each_chosen(
    ctx: &mut Ctx<'_>,
    sorted: &Elements,
    options: &Options<'_>,
    mut visit: impl FnMut(Option<Element<'_>>),
) {
    let db = ctx.session.db;
    for element in sorted.iter() {
        if options.get.is_empty() {
            visit(Some(Element::Bytes(element)));
        }
        for get in &options.get {
            match get {
                Get::Element => visit(Some(Element::Bytes(element))),
                Get::Nothing => visit(None),
                Get::Pattern(pattern) => visit(pattern.look_up(&mut ctx.txn, db, element)),
            }
        }
    }
}

/// The elements to be answered with, in order.
fn sorted_elements(ctx: &mut Ctx<'_>, key: Key<'_>, options: &Options<'_>) -> Result<Elements> {
    let Some(entry) = ctx.txn.get(key) else { return Ok(Elements::default()) };
    let source = Source::of(entry.value())?;
    let window = options.window(source.len());
    // A set has no order of its own, but what is stored shall not depend on a table's: neither
    // where nothing is sorted by, nor among elements with the same weight.
    let needs_order = source.is_set() && options.store.is_some();
    if options.unsorted && !needs_order {
        return Ok(source.take(window, options.descending));
    }
    let mut elements = source.take(0..source.len(), false);
    if needs_order {
        elements.sort();
    }
    let weights = weigh(ctx, &elements, options)?;
    Ok(weights.arrange(elements, window, options.descending))
}

/// What the elements are compared by.
fn weigh(ctx: &mut Ctx<'_>, elements: &Elements, options: &Options<'_>) -> Result<Weights> {
    let db = ctx.session.db;
    let by = options.by.as_ref().filter(|_| !options.unsorted);
    match by {
        None if options.alpha || options.unsorted => Ok(Weights::Themselves),
        None => {
            let numbers = elements.iter().map(|element| number(Element::Bytes(element)));
            numbers.collect::<Result<_>>().map(Weights::Numbers)
        }
        Some(by) if options.alpha => {
            let text = |element| Some(by.look_up(&mut ctx.txn, db, element)?.to_bytes().into());
            Ok(Weights::Texts(elements.iter().map(text).collect()))
        }
        Some(by) => {
            let number = |element| by.look_up(&mut ctx.txn, db, element).map_or(Ok(0.0), number);
            elements.iter().map(number).collect::<Result<_>>().map(Weights::Numbers)
        }
    }
}
