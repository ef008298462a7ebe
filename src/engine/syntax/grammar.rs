//! The grammar of a command's syntax text, as Redis's documentation writes it:
//!
//! ```text
//! alternatives = sequence *( "|" sequence )
//! sequence     = *( word / "[" alternatives "]" / "<" alternatives ">" )
//! ```
//!
//! Square brackets hold what may be left out, angle brackets what must be chosen from. What
//! stands before `[... ...]` with the same words in it, and three dots, may be repeated.
//! What the words mean is not known here.

/// A part of a syntax text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A keyword or a placeholder.
    Word(&'static str),
    /// `a b [a b ...]`
    Repeated(Vec<Item>),
    /// `[a|b]` or `<a|b>`
    Group {
        /// What to choose from, at least one sequence.
        alternatives: Vec<Vec<Item>>,
        /// In square brackets.
        optional: bool,
        /// The choice may be made again and again: `[a|b [a|b ...]]`.
        repeated: bool,
    },
}

/// The three dots at the end of a repetition.
const DOTS: Item = Item::Word("...");

/// The alternatives that `text` is made of: mostly one. `None` where brackets do not match.
pub fn parse(text: &'static str) -> Option<Vec<Vec<Item>>> {
    let mut rest = text;
    let alternatives = alternatives(&mut rest);
    rest.is_empty().then_some(alternatives?)
}

fn alternatives(rest: &mut &'static str) -> Option<Vec<Vec<Item>>> {
    let mut all = vec![sequence(rest)?];
    while let Some(after) = rest.strip_prefix('|') {
        *rest = after;
        all.push(sequence(rest)?);
    }
    Some(all)
}

fn sequence(rest: &mut &'static str) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    loop {
        *rest = rest.trim_start();
        match rest.bytes().next() {
            Some(b'[') => {
                let item = group(rest, ']')?;
                push_folded(&mut items, item);
            }
            Some(b'<') => items.push(group(rest, '>')?),
            None | Some(b']' | b'>' | b'|') => return Some(items),
            Some(_) => {
                let end = rest.find(|c: char| c.is_whitespace() || "[]<>|".contains(c));
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                items.push(Item::Word(word));
                *rest = after;
            }
        }
    }
}

fn group(rest: &mut &'static str, closing: char) -> Option<Item> {
    *rest = &rest[1..];
    let mut alternatives = alternatives(rest)?;
    *rest = rest.strip_prefix(closing)?;
    let repeated = alternatives.len() > 1 && drop_repetition(&mut alternatives);
    Some(Item::Group { alternatives, optional: closing == ']', repeated })
}

/// Adds an item; a repetition of what stands before it takes that into itself.
fn push_folded(items: &mut Vec<Item>, item: Item) {
    if let Item::Group { alternatives, .. } = &item
        && let [once] = alternatives.as_slice()
        && let Some((&DOTS, body)) = once.split_last()
        && !body.is_empty()
        && items.ends_with(body)
    {
        items.truncate(items.len() - body.len());
        items.push(Item::Repeated(body.to_vec()));
    } else {
        items.push(item);
    }
}

/// Takes `[a|b ...]` off the end of `a|b [a|b ...]`. Returns whether it was there.
fn drop_repetition(alternatives: &mut [Vec<Item>]) -> bool {
    let Some((Item::Group { alternatives: again, .. }, head)) =
        alternatives.last().and_then(|last| last.split_last())
    else {
        return false;
    };
    let (head, mut again) = (head.to_vec(), again.clone());
    let dotted = again.last_mut().is_some_and(|last| last.pop() == Some(DOTS));
    let Some((again_last, again_first)) = again.split_last() else { return false };
    let Some((last, first)) = alternatives.split_last_mut() else { return false };
    let repeats = dotted && *again_last == head && again_first == first;
    if repeats {
        *last = head;
    }
    repeats
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &'static str) -> Item {
        Item::Word(text)
    }

    #[test]
    fn repetitions_are_folded_into_what_they_repeat() {
        let parsed = parse("key field value [field value ...]");
        let pairs = Item::Repeated(vec![word("field"), word("value")]);
        assert_eq!(parsed, Some(vec![vec![word("key"), pairs]]));

        let parsed = parse("[A a|B [A a|B ...]]");
        let alternatives = vec![vec![word("A"), word("a")], vec![word("B")]];
        let group = Item::Group { alternatives, optional: true, repeated: true };
        assert_eq!(parsed, Some(vec![vec![group]]));
    }

    #[test]
    fn what_only_looks_like_a_repetition_is_kept() {
        let Some(parsed) = parse("key [other ...]") else { panic!("it is well formed") };
        assert!(matches!(&parsed[0][1], Item::Group { repeated: false, .. }));
    }

    #[test]
    fn brackets_must_match() {
        for text in ["[a", "a]", "<a]", "[a|<b>", "a [b [c]"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(""), Some(vec![vec![]]));
    }
}
