//! The notation of expected replies: what a conversation writes behind `=>`.
//!
//! | notation | matches |
//! |---|---|
//! | `+OK` | a simple string; at the top level it runs to the end of the line |
//! | `-ERR no such key` | an error; `*` stands for any text; runs to the end of the line |
//! | `:5`, `:1..9`, `:*` | an integer, one within bounds, any |
//! | `"a\x00b"` | a bulk string, with redis-cli's escapes |
//! | `g"id=* db=0"` | a string of any kind, `*` standing for any text |
//! | `(nil)`, `(nil array)` | `$-1` or RESP3's null; `*-1` or RESP3's null |
//! | `,3.14`  `#t`  `(12345`  `=txt:"…"` | RESP3's double, boolean, big number, verbatim string |
//! | `[a, b]`, `[a, ...]` | an array, element by element; `...` stands for whatever follows |
//! | `~[a, b]` | a RESP3 set, or an array, in any order |
//! | `>[a, b]` | a push |
//! | `{k: v, ...}` | a map, or RESP2's flat array, in any order; `...` allows further pairs |
//! | `*` | anything but an error |

use super::reply::Reply;
use super::script::unescape;

/// A parsed expectation.
#[derive(Debug)]
pub enum Pattern {
    Anything,
    Simple(Vec<u8>),
    Error(String),
    Int { min: i64, max: i64 },
    Bulk(Vec<u8>),
    Glob(String),
    Nil,
    NilArray,
    Bool(bool),
    Double(String),
    BigNumber(String),
    Verbatim(String, Vec<u8>),
    Array { items: Vec<Pattern>, open: bool },
    Unordered { items: Vec<Pattern>, open: bool },
    Push(Vec<Pattern>),
    Map { pairs: Vec<(Pattern, Pattern)>, open: bool },
}

impl Pattern {
    /// Parses a whole expectation; a notation error panics, since it is a bug in the test.
    #[track_caller]
    pub fn parse(text: &str) -> Pattern {
        let mut parser = Parser { text: text.trim(), depth: 0 };
        let pattern = parser.pattern();
        assert!(parser.text.is_empty(), "left over in the expectation {text:?}: {:?}", parser.text);
        pattern
    }

    /// None when `reply` is as expected, else where and how it differs.
    pub fn mismatch(&self, reply: &Reply) -> Option<String> {
        match (self, reply) {
            (Pattern::Array { items, open }, Reply::Array(got)) => match_list(items, *open, got),
            (Pattern::Push(items), Reply::Push(got)) => match_list(items, false, got),
            (Pattern::Unordered { items, open }, Reply::Set(got) | Reply::Array(got)) => {
                match_unordered(items, *open, got)
            }
            (Pattern::Map { pairs, open }, Reply::Map(got)) => {
                let got: Vec<_> = got.iter().map(|(key, value)| (key, value)).collect();
                match_pairs(pairs, *open, &got)
            }
            (Pattern::Map { pairs, open }, Reply::Array(flat)) if flat.len() % 2 == 0 => {
                let got: Vec<_> = flat.chunks(2).map(|pair| (&pair[0], &pair[1])).collect();
                match_pairs(pairs, *open, &got)
            }
            _ if self.matches_scalar(reply) => None,
            _ => Some(format!("got {reply}")),
        }
    }

    /// For a message; strings as they stand in the script.
    fn shown(&self) -> String {
        match self {
            Pattern::Bulk(bytes) => Reply::Bulk(bytes.clone()).to_string(),
            other => format!("{other:?}"),
        }
    }

    fn matches_scalar(&self, reply: &Reply) -> bool {
        match (self, reply) {
            (Pattern::Anything, reply) => !reply.is_error(),
            (Pattern::Simple(want), Reply::Simple(got)) => want == got,
            (Pattern::Error(want), Reply::Error(got)) => glob(want.as_bytes(), got),
            (Pattern::Int { min, max }, Reply::Int(got)) => (min..=max).contains(&got),
            (Pattern::Bulk(want), Reply::Bulk(got)) => want == got,
            (Pattern::Glob(_), Reply::Error(_)) => false,
            (Pattern::Glob(want), reply) => {
                reply.bytes().is_some_and(|got| glob(want.as_bytes(), got))
            }
            (Pattern::Nil, Reply::NilBulk | Reply::Null) => true,
            (Pattern::NilArray, Reply::NilArray | Reply::Null) => true,
            (Pattern::Bool(want), Reply::Bool(got)) => want == got,
            (Pattern::Double(want), Reply::Double(got)) => glob(want.as_bytes(), got),
            (Pattern::BigNumber(want), Reply::BigNumber(got)) => want.as_bytes() == got,
            (Pattern::Verbatim(format, want), Reply::Verbatim(got_format, got)) => {
                format.as_bytes() == got_format && want == got
            }
            _ => false,
        }
    }
}

fn match_list(items: &[Pattern], open: bool, got: &[Reply]) -> Option<String> {
    for (i, (item, reply)) in items.iter().zip(got).enumerate() {
        if let Some(difference) = item.mismatch(reply) {
            return Some(format!("at [{i}]: {difference}"));
        }
    }
    let fits = got.len() == items.len() || (open && got.len() > items.len());
    (!fits).then(|| format!("{} elements: {}", got.len(), Reply::Array(got.to_vec())))
}

/// Greedy matching: enough as long as no glob among the expected shadows another.
fn match_unordered(items: &[Pattern], open: bool, got: &[Reply]) -> Option<String> {
    let mut rest: Vec<&Reply> = got.iter().collect();
    for item in items {
        match rest.iter().position(|reply| item.mismatch(reply).is_none()) {
            Some(found) => drop(rest.swap_remove(found)),
            None => {
                let got = Reply::Array(got.to_vec());
                return Some(format!("without {}: got {got}", item.shown()));
            }
        }
    }
    (!open && !rest.is_empty()).then(|| format!("too much: got {}", Reply::Array(got.to_vec())))
}

fn match_pairs(
    pairs: &[(Pattern, Pattern)],
    open: bool,
    got: &[(&Reply, &Reply)],
) -> Option<String> {
    let shown =
        || Reply::Map(got.iter().map(|(key, value)| ((*key).clone(), (*value).clone())).collect());
    for (key, value) in pairs {
        match got.iter().find(|(got_key, _)| key.mismatch(got_key).is_none()) {
            None => return Some(format!("no field {} in {}", key.shown(), shown())),
            Some((got_key, got_value)) => {
                if let Some(difference) = value.mismatch(got_value) {
                    return Some(format!("at {{{got_key}}}: {difference}"));
                }
            }
        }
    }
    let fits = got.len() == pairs.len() || (open && got.len() > pairs.len());
    (!fits).then(|| format!("{} pairs: {}", got.len(), shown()))
}

/// `*` stands for any bytes; everything else for itself.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some((byte, rest)) => {
            text.split_first().is_some_and(|(t, text)| t == byte && glob(rest, text))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    #[track_caller]
    fn pattern(&mut self) -> Pattern {
        self.text = self.text.trim_start();
        if self.eat("(nil)") {
            return Pattern::Nil;
        }
        if self.eat("(nil array)") {
            return Pattern::NilArray;
        }
        if self.eat("g\"") {
            return Pattern::Glob(String::from_utf8(self.quoted()).expect("globs are text"));
        }
        if self.eat("~[") {
            let (items, open) = self.items();
            return Pattern::Unordered { items, open };
        }
        if self.eat(">[") {
            return Pattern::Push(self.items().0);
        }
        if self.eat("[") {
            let (items, open) = self.items();
            return Pattern::Array { items, open };
        }
        if self.eat("{") {
            return self.map();
        }
        if self.eat("\"") {
            return Pattern::Bulk(self.quoted());
        }
        if self.eat("=") {
            let (format, rest) = self.text.split_once(":\"").expect("=txt:\"…\"");
            self.text = rest;
            return Pattern::Verbatim(format.to_owned(), self.quoted());
        }
        self.word()
    }

    /// The kinds that are one word, told apart by its first character.
    #[track_caller]
    fn word(&mut self) -> Pattern {
        let end = match self.depth {
            0 => self.text.len(),
            _ => self.text.find([',', ']', '}', ':']).filter(|&i| i > 0).unwrap_or(self.text.len()),
        };
        // A leading `:` or `,` is the kind, not a separator.
        let end = match self.depth > 0 && self.text.starts_with([':', ',']) {
            true => self.text[1..].find([',', ']', '}']).map_or(self.text.len(), |i| i + 1),
            false => end,
        };
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        let word = word.trim_end();
        match word.split_at(word.chars().next().map_or(0, char::len_utf8)) {
            ("*", "") => Pattern::Anything,
            ("+", text) => Pattern::Simple(text.as_bytes().to_vec()),
            ("-", text) => Pattern::Error(text.to_owned()),
            (",", text) => Pattern::Double(text.to_owned()),
            ("(", text) => Pattern::BigNumber(text.to_owned()),
            ("#", text) => Pattern::Bool(text == "t"),
            (":", "*") => Pattern::Int { min: i64::MIN, max: i64::MAX },
            (":", text) => {
                let (min, max) = text.split_once("..").unwrap_or((text, text));
                let bound = |text: &str| text.parse().expect("an integer's bounds");
                Pattern::Int { min: bound(min), max: bound(max) }
            }
            _ => panic!("not an expectation: {word:?}"),
        }
    }

    #[track_caller]
    fn items(&mut self) -> (Vec<Pattern>, bool) {
        self.depth += 1;
        let mut items = Vec::new();
        let mut open = false;
        loop {
            self.text = self.text.trim_start();
            if self.eat("]") {
                self.depth -= 1;
                return (items, open);
            }
            open |= self.eat("...");
            if !open {
                items.push(self.pattern());
            }
            self.separator("]");
        }
    }

    #[track_caller]
    fn map(&mut self) -> Pattern {
        self.depth += 1;
        let mut pairs = Vec::new();
        let mut open = false;
        loop {
            self.text = self.text.trim_start();
            if self.eat("}") {
                self.depth -= 1;
                return Pattern::Map { pairs, open };
            }
            open |= self.eat("...");
            if !open {
                let key = self.pattern();
                assert!(self.eat(":"), "a map's key is followed by a colon: {:?}", self.text);
                pairs.push((key, self.pattern()));
            }
            self.separator("}");
        }
    }

    #[track_caller]
    fn separator(&mut self, close: &str) {
        self.text = self.text.trim_start();
        let goes_on = self.eat(",") || self.text.starts_with(close);
        assert!(goes_on, "expected a comma or {close} at {:?}", self.text);
    }

    /// The rest of a quoted string whose opening quote is eaten.
    #[track_caller]
    fn quoted(&mut self) -> Vec<u8> {
        let (bytes, rest) = unescape(self.text).expect("a closing quote");
        self.text = rest;
        bytes
    }

    fn eat(&mut self, prefix: &str) -> bool {
        match self.text.strip_prefix(prefix) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(pattern: &str, wire: &[u8]) -> bool {
        let reply = Reply::read(&mut &*wire).expect("a reply");
        Pattern::parse(pattern).mismatch(&reply).is_none()
    }

    #[test]
    fn scalars_match_their_own_kind_only() {
        assert!(accepts("+OK", b"+OK\r\n"));
        assert!(!accepts("+OK", b"$2\r\nOK\r\n"));
        assert!(accepts("\"a\\x00\"", b"$2\r\na\0\r\n"));
        assert!(
            accepts(":5", b":5\r\n") && accepts(":1..9", b":5\r\n") && accepts(":*", b":5\r\n")
        );
        assert!(!accepts(":1..4", b":5\r\n"));
        assert!(accepts("-ERR no *key", b"-ERR no such key\r\n"));
        assert!(!accepts("*", b"-ERR no such key\r\n"));
        assert!(accepts("(nil)", b"$-1\r\n") && accepts("(nil)", b"_\r\n"));
        assert!(!accepts("(nil)", b"*-1\r\n") && accepts("(nil array)", b"*-1\r\n"));
        assert!(accepts(",1.5", b",1.5\r\n") && accepts("#t", b"#t\r\n"));
        assert!(accepts("=txt:\"hi\"", b"=6\r\ntxt:hi\r\n"));
    }

    #[test]
    fn aggregates_match_element_by_element() {
        let wire = b"*3\r\n$1\r\na\r\n:1\r\n*1\r\n$-1\r\n";
        assert!(accepts("[\"a\", :1, [(nil)]]", wire));
        assert!(accepts("[\"a\", ...]", wire));
        assert!(!accepts("[\"a\", :1]", wire));
        assert!(!accepts("[\"a\", :2, [(nil)]]", wire));
        assert!(accepts("~[:2, :1]", b"*2\r\n:1\r\n:2\r\n"));
        assert!(!accepts("~[:2, :2]", b"*2\r\n:1\r\n:2\r\n"));
        assert!(accepts("{\"a\": :1}", b"%1\r\n$1\r\na\r\n:1\r\n"));
        assert!(accepts("{\"b\": :2, ...}", b"*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n"));
        assert!(!accepts("{\"b\": :3, ...}", b"*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n"));
    }
}
