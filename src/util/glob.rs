//! Glob patterns as Redis matches them (`stringmatchlen`), with its oddities: KEYS, SCAN,
//! PSUBSCRIBE, CONFIG GET and ACL rules all promise this one.
//!
//! `*` is any bytes, `?` is one byte, `[…]` is one byte of a class, `\` takes the next byte
//! literally. Every byte string is a pattern; there is no such thing as a malformed one.

/// Whether all of `text` matches `pattern`.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    matches_with(pattern, text, Case::Kept)
}

/// [`matches`], with ASCII letters of either case alike. As in Redis, a letter escaped inside
/// a class is still only itself.
pub fn matches_nocase(pattern: &[u8], text: &[u8]) -> bool {
    matches_with(pattern, text, Case::Ignored)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Ignored,
}

impl Case {
    fn fold(self, byte: u8) -> u8 {
        match self {
            Case::Kept => byte,
            Case::Ignored => byte.to_ascii_lowercase(),
        }
    }
}

/// Everything but `*` takes exactly one byte, so only the last `*` met can ever have to take
/// more: one that stands before it took as little as it could, and less is never worse. That
/// bounds the time by the product of the lengths, without recursion. (Redis recurses, and
/// gives up on patterns of more than 1000 `*`; this does not.)
fn matches_with(pattern: &[u8], text: &[u8], case: Case) -> bool {
    // In Redis not even `*` matches nothing at all.
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    // What follows the last `*`, and the text it was last tried on.
    let mut retry: Option<(&[u8], &[u8])> = None;
    while let [byte, rest @ ..] = text {
        if pattern.first() == Some(&b'*') {
            pattern = skip_stars(pattern);
            if pattern.is_empty() {
                return true;
            }
            retry = Some((pattern, text));
        } else if let Some(behind) = match_one(pattern, *byte, case) {
            (pattern, text) = (behind, rest);
        } else {
            let Some((after_star, [_, shorter @ ..])) = retry else {
                return false;
            };
            (pattern, text) = (after_star, shorter);
            retry = Some((after_star, shorter));
        }
    }
    skip_stars(pattern).is_empty()
}

fn skip_stars(pattern: &[u8]) -> &[u8] {
    let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
    &pattern[stars..]
}

/// What follows the first element of `pattern`, which is not `*`, if that matches `byte`.
fn match_one(pattern: &[u8], byte: u8, case: Case) -> Option<&[u8]> {
    let (matched, behind) = match pattern {
        [] => return None,
        [b'?', behind @ ..] => (true, behind),
        [b'[', b'^', class @ ..] => {
            let (matched, behind) = match_class(class, byte, case);
            (!matched, behind)
        }
        [b'[', class @ ..] => match_class(class, byte, case),
        // A `\` at the very end is itself.
        [b'\\', literal, behind @ ..] | [literal, behind @ ..] => {
            (case.fold(*literal) == case.fold(byte), behind)
        }
    };
    matched.then_some(behind)
}

/// Whether `byte` is in the class, and what follows the class. A class that is not closed ends
/// with the pattern; an empty one matches nothing.
fn match_class(mut class: &[u8], byte: u8, case: Case) -> (bool, &[u8]) {
    let mut matched = false;
    loop {
        class = match class {
            [] => return (matched, &[]),
            [b'\\', literal, rest @ ..] => {
                matched |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return (matched, rest),
            // The end of a range may be any byte, even `]`.
            [from, b'-', to, rest @ ..] => {
                matched |= in_range(*from, *to, byte, case);
                rest
            }
            [literal, rest @ ..] => {
                matched |= case.fold(*literal) == case.fold(byte);
                rest
            }
        };
    }
}

/// Whether `byte` is from `from` to `to`, in whichever order these are. Redis compares C's
/// `char`, which on most machines is signed: bytes from 128 on come before all others.
fn in_range(from: u8, to: u8, byte: u8, case: Case) -> bool {
    let [from, to] = [from as i8, to as i8];
    let fold = |byte: i8| case.fold(byte as u8) as i8;
    // Letters are folded only after the ends are in order, which can leave a range empty.
    (fold(from.min(to))..=fold(from.max(to))).contains(&fold(byte as i8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn matches_what_redis_matches() {
        // Answers of KEYS, with the text as the only key.
        for (pattern, text, matched) in [
            ("", "", true),
            ("*", "", false),
            ("**", "", false),
            ("?", "", false),
            ("a*", "", false),
            ("*", "a", true),
            ("**", "a", true),
            ("*a*", "a", true),
            ("*?", "a", true),
            ("?*", "a", true),
            ("", "a", false),
            ("a", "ab", false),
            ("ab", "a", false),
            ("a*", "a", true),
            ("a**b", "axxb", true),
            ("h?llo", "hello", true),
            ("h*llo", "heeeello", true),
            ("h*llo", "hell", false),
            ("[a-]", "a", true),
            ("[a-]", "^", true),
            ("[a-]]", "a", true),
            ("[-a]", "-", true),
            ("[a-b-c]", "-", true),
            ("[a-c", "b", true),
            ("[a-c", "d", false),
            ("[^a", "b", true),
            ("[^a", "a", false),
            ("[", "a", false),
            ("[^", "a", true),
            ("[]", "a", false),
            ("[]]", "]", false),
            ("[^]]", "a]", true),
            ("[\\]]", "]", true),
            ("[\\", "\\", true),
            ("[\\", " \\", false),
            ("[a\\-z]", "-", true),
            ("[a\\-z]", "m", false),
            ("[z-a]", "m", true),
            ("[a-z]*[0-9]", "abc5", true),
            ("h[^e]llo", "hello", false),
            ("h[^e]llo", "hallo", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("\\a", "a", true),
            ("\\", "\\", true),
            ("a\\", "a\\", true),
            ("*\\", "a\\", true),
            ("*a*b*c", "xxaxxbxxbcxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), matched, "{pattern} {text}");
        }
    }

    #[test]
    fn ranges_compare_signed_bytes() {
        assert!(matches(b"[\x80-\xff]", b"\x90"));
        assert!(matches(b"[a-\xff]", b"\xff"));
        assert!(matches(b"[a-\xff]", b"B"));
        assert!(!matches(b"[a-\xff]", b"m"));
    }

    #[test]
    fn case_can_be_ignored() {
        // Answers of CONFIG GET, which ignores case.
        for (pattern, matched) in [
            ("MAXMEMORY", true),
            ("[M]axmemory", true),
            ("[\\M]axmemory", false),
            ("[\\m]axmemory", true),
            ("[L-N]axmemory", true),
            ("MAX[A-Z]emory", true),
            ("\\MAXMEMORY", true),
            ("[Z-a]axmemory", false),
            ("[^M]axmemory", false),
            ("[^\\M]axmemory", true),
        ] {
            assert_eq!(matches_nocase(pattern.as_bytes(), b"maxmemory"), matched, "{pattern}");
        }
        assert!(!matches(b"A", b"a"));
    }

    #[test]
    fn many_stars_do_not_take_forever() {
        let pattern = [b"*a".repeat(2_000), b"b".to_vec()].concat();
        assert!(!matches(&pattern, &b"a".repeat(10_000)));
        assert!(matches(&pattern, &[b"a".repeat(10_000), b"b".to_vec()].concat()));
    }

    /// The definition, by trying everything: `*` takes any number of bytes.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([b'*', rest @ ..], _) => (0..=text.len()).any(|taken| naive(rest, &text[taken..])),
            ([], text) => text.is_empty(),
            (_, []) => false,
            (pattern, [byte, text @ ..]) => {
                match_one(pattern, *byte, Case::Kept).is_some_and(|rest| naive(rest, text))
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_trying_everything(pattern in r"[a-c*?\[\]\\^-]{0,10}", text in "[a-c-]{1,10}") {
            prop_assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), naive(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn no_pattern_panics(pattern in prop::collection::vec(any::<u8>(), 0..20), text in prop::collection::vec(any::<u8>(), 0..20)) {
            matches(&pattern, &text);
            matches_nocase(&pattern, &text);
        }
    }
}
