//! A command's arguments as COMMAND DOCS tells them, read from its syntax text
//! (`key value [NX|XX] [EX seconds|PX milliseconds]`). The form is that of Redis's argument
//! specifications: a tree of placeholders, tokens, choices (`oneof`) and blocks.
//!
//! The text says what may be sent. It does not say what Redis calls a choice or a block, and
//! in which version an option came: names of those follow `vocabulary`, as most of Redis's do,
//! and versions are left out.

mod grammar;
mod vocabulary;

use super::command::Command;
use super::keyspec::{Begin, KeySpec};
use grammar::Item;
use std::borrow::Cow;

/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it is.
    pub kind: Kind,
    /// What has to be sent before it; of a [`Kind::PureToken`] all that is sent.
    pub token: Option<&'static str>,
    /// Of a [`Kind::Key`]: which of the command's key specifications finds it.
    pub key_spec: Option<usize>,
    /// May be left out.
    pub optional: bool,
    /// May be sent several times.
    pub multiple: bool,
    /// Is sent with its token each time.
    pub multiple_token: bool,
    /// What a choice offers, or a block holds.
    pub arguments: Vec<Argument>,
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key.
    Key,
    /// Any bytes.
    String,
    /// An integer.
    Integer,
    /// A floating point number.
    Double,
    /// A glob pattern.
    Pattern,
    /// A Unix time, in seconds or milliseconds.
    UnixTime,
    /// Only its token.
    PureToken,
    /// One of several arguments.
    OneOf,
    /// Several arguments in a row.
    Block,
}

impl Kind {
    /// The name in COMMAND DOCS.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Key => "key",
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Double => "double",
            Kind::Pattern => "pattern",
            Kind::UnixTime => "unix-time",
            Kind::PureToken => "pure-token",
            Kind::OneOf => "oneof",
            Kind::Block => "block",
        }
    }
}

impl Argument {
    fn new(name: impl Into<Cow<'static, str>>, kind: Kind) -> Argument {
        Argument {
            name: name.into(),
            kind,
            token: None,
            key_spec: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments: Vec::new(),
        }
    }

    /// How documentation shows it; choices and blocks are shown by what they are made of.
    pub fn display_text(&self) -> Option<&str> {
        (!matches!(self.kind, Kind::OneOf | Kind::Block)).then_some(&self.name)
    }

    /// The first word of what it stands for.
    fn leading_word(&self) -> &str {
        match (self.token, self.arguments.first()) {
            (Some(token), _) => token,
            (None, Some(first)) => first.leading_word(),
            (None, None) => &self.name,
        }
    }

    /// The fewest words that a request can have for it.
    pub fn least_words(&self) -> usize {
        if self.optional {
            return 0;
        }
        let values = match self.kind {
            Kind::PureToken => 0,
            Kind::OneOf => self.arguments.iter().map(Argument::least_words).min().unwrap_or(0),
            Kind::Block => self.arguments.iter().map(Argument::least_words).sum(),
            _ => 1,
        };
        values + usize::from(self.token.is_some())
    }

    /// Whether the number of words is not always the same.
    pub fn varies(&self) -> bool {
        let mut lengths = self.arguments.iter().map(Argument::least_words);
        let uneven = self.kind == Kind::OneOf
            && lengths.next().is_some_and(|first| lengths.any(|other| other != first));
        self.optional || self.multiple || uneven || self.arguments.iter().any(Argument::varies)
    }
}

/// The arguments of a command, by its syntax text. `None` where that is malformed.
pub fn arguments(command: &Command) -> Option<Vec<Argument>> {
    let reader = Reader { name: command.name, group: command.group };
    let mut arguments = match grammar::parse(command.syntax)?.as_slice() {
        [only] => reader.sequence(only, false),
        alternatives => vec![reader.choice(alternatives)],
    };
    Specs { all: command.keys, passed: 0 }.assign(&mut arguments, None);
    Some(arguments)
}

/// Turns parts of one command's syntax text into arguments.
struct Reader {
    name: &'static str,
    group: &'static str,
}

impl Reader {
    /// What stands in a row. `nested` says that it is all that a pair of brackets, or one
    /// alternative in it, holds.
    fn sequence(&self, items: &[Item], nested: bool) -> Vec<Argument> {
        let mut arguments = Vec::new();
        let mut rest = items;
        while let Some((item, after)) = rest.split_first() {
            let (argument, left) = match item {
                Item::Word(token) if vocabulary::is_token(token) => {
                    self.token(token, after, nested)
                }
                Item::Word(word) => {
                    let kind = vocabulary::kind(self.name, self.group, word);
                    (Argument::new(*word, kind), after)
                }
                Item::Repeated(once) => (self.repeated(once), after),
                Item::Group { alternatives, optional, repeated } => {
                    let mut argument = match alternatives.as_slice() {
                        [only] => self.one(only),
                        _ => self.choice(alternatives),
                    };
                    argument.optional |= optional;
                    argument.multiple |= repeated;
                    (argument, after)
                }
            };
            arguments.push(argument);
            rest = left;
        }
        tell_ends_apart(&mut arguments);
        arguments
    }

    /// A token with what belongs to it, and what is left after that: one placeholder, or a
    /// choice, or a block of several placeholders. In brackets of its own a block goes on to
    /// their end.
    fn token<'i>(
        &self,
        token: &'static str,
        after: &'i [Item],
        nested: bool,
    ) -> (Argument, &'i [Item]) {
        let values = after.iter().take_while(|item| is_value(item)).count();
        let values = if vocabulary::belongs_to_first(token) { values.min(1) } else { values };
        let (mut argument, taken) = match (values, after.first()) {
            (0, Some(Item::Group { alternatives, optional: false, .. })) => {
                let mut choice = self.choice(alternatives);
                choice.name = vocabulary::choice_name(Some(token), &choice.arguments);
                (choice, 1)
            }
            (0, _) => (Argument::new(vocabulary::token_name(token), Kind::PureToken), 0),
            (1, _) => (self.one(&after[..1]), 1),
            _ => {
                let taken = if nested { after.len() } else { values };
                (self.block(Some(token), self.sequence(&after[..taken], false)), taken)
            }
        };
        argument.token = Some(token);
        (argument, &after[taken..])
    }

    fn repeated(&self, once: &[Item]) -> Argument {
        let mut argument = self.one(once);
        argument.multiple = true;
        argument.multiple_token = argument.token.is_some();
        argument
    }

    /// A sequence as one argument.
    fn one(&self, items: &[Item]) -> Argument {
        let mut arguments = self.sequence(items, true);
        match (arguments.pop(), arguments.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                arguments.extend(last);
                self.block(None, arguments)
            }
        }
    }

    fn choice(&self, alternatives: &[Vec<Item>]) -> Argument {
        let arguments: Vec<_> = alternatives.iter().map(|items| self.one(items)).collect();
        let name = vocabulary::choice_name(None, &arguments);
        Argument { arguments, ..Argument::new(name, Kind::OneOf) }
    }

    fn block(&self, token: Option<&'static str>, arguments: Vec<Argument>) -> Argument {
        let name = vocabulary::block_name(token, &arguments);
        Argument { arguments, ..Argument::new(name, Kind::Block) }
    }
}

/// Whether an item is a placeholder, repeated or not.
fn is_value(item: &Item) -> bool {
    match item {
        Item::Word(word) => !vocabulary::is_token(word),
        Item::Repeated(once) => once.first().is_some_and(is_value),
        Item::Group { .. } => false,
    }
}

/// Two choices of an end in one command are where to take from, and where to put.
fn tell_ends_apart(arguments: &mut [Argument]) {
    let mut ends: Vec<_> =
        arguments.iter_mut().filter(|argument| argument.name == "where").collect();
    if let [from, to] = ends.as_mut_slice() {
        from.name = "wherefrom".into();
        to.name = "whereto".into();
    }
}

/// Hands out a command's key specifications to its arguments in order.
struct Specs {
    all: &'static [KeySpec],
    /// Specifications without a keyword that are handed out already.
    passed: usize,
}

impl Specs {
    fn assign(&mut self, arguments: &mut [Argument], outer_token: Option<&'static str>) {
        for argument in arguments {
            let token = argument.token.or(outer_token);
            if argument.kind == Kind::Key {
                argument.key_spec = self.find(token);
            }
            self.assign(&mut argument.arguments, token);
        }
    }

    /// The specification that looks for this token; else the next one that begins at a place,
    /// the last of which may find several arguments.
    fn find(&mut self, token: Option<&'static str>) -> Option<usize> {
        let last = self.all.len().checked_sub(1)?;
        if token.is_some() {
            let looks_for_it = |spec: &KeySpec| match spec.begin {
                Begin::Keyword { word, .. } => Some(word) == token,
                Begin::Index(_) | Begin::Unknown => false,
            };
            return self.all.iter().position(looks_for_it).or(Some(last));
        }
        let placed = |(_, spec): &(usize, &KeySpec)| matches!(spec.begin, Begin::Index(_));
        let mut placed = self.all.iter().enumerate().filter(placed).map(|(index, _)| index);
        let found = placed.clone().nth(self.passed).or(placed.next_back());
        self.passed += 1;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::keyspec::access;
    use super::*;

    /// An argument in short: `name:kind`, its token before it, flags and children behind it.
    fn short(argument: &Argument) -> String {
        let token = argument.token.map_or(String::new(), |token| format!("{token} "));
        let spec = argument.key_spec.map_or(String::new(), |index| format!("@{index}"));
        let flags =
            [(argument.optional, "?"), (argument.multiple, "+"), (argument.multiple_token, "t")];
        let flags: String = flags.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
        let children = match argument.arguments.as_slice() {
            [] => String::new(),
            children => format!("({})", shorts(children)),
        };
        format!("{token}{}:{}{spec}{flags}{children}", argument.name, argument.kind.name())
    }

    fn shorts(arguments: &[Argument]) -> String {
        arguments.iter().map(short).collect::<Vec<_>>().join(", ")
    }

    fn read(command: Command) -> String {
        shorts(&arguments(&command).expect("the text is well formed"))
    }

    const ONE: &[KeySpec] = &[KeySpec::one(1, access::RO)];

    #[test]
    fn placeholders_tokens_and_choices() {
        let set = Command::container("set", -3)
            .keys(ONE)
            .syntax("key value [NX|XX] [GET] [EX seconds|EXAT unix-time-seconds|KEEPTTL]");
        assert_eq!(
            read(set),
            "key:key@0, value:string, \
             condition:oneof?(NX nx:pure-token, XX xx:pure-token), GET get:pure-token?, \
             expiration:oneof?(EX seconds:integer, EXAT unix-time-seconds:unix-time, \
             KEEPTTL keepttl:pure-token)"
        );
    }

    #[test]
    fn blocks_and_repetitions() {
        let zadd =
            Command::container("zadd", -4).keys(ONE).syntax("key score member [score member ...]");
        assert_eq!(read(zadd), "key:key@0, data:block+(score:double, member:string)");
        let sort = Command::container("sort", -2)
            .keys(ONE)
            .syntax("key [LIMIT offset count] [GET pattern [GET pattern ...]]");
        assert_eq!(
            read(sort),
            "key:key@0, LIMIT limit:block?(offset:integer, count:integer), GET pattern:pattern?+t"
        );
        let geo = Command::container("geosearch", -7)
            .syntax("<FROMMEMBER member|FROMLONLAT longitude latitude> [COUNT count [ANY]]");
        assert_eq!(
            read(geo),
            "from:oneof(FROMMEMBER member:string, \
             FROMLONLAT fromlonlat:block(longitude:double, latitude:double)), \
             count-block:block?(COUNT count:integer, ANY any:pure-token?)"
        );
    }

    #[test]
    fn keys_are_found_by_their_specifications() {
        const STREAMS: &[KeySpec] = &[KeySpec::after("STREAMS", 1, access::RO)];
        let xread = Command::container("xread", -4)
            .keys(STREAMS)
            .syntax("[COUNT count] STREAMS key [key ...] id [id ...]");
        assert_eq!(
            read(xread),
            "COUNT count:integer?, STREAMS streams:block(key:key@0+, id:string+)"
        );
        const TWO: &[KeySpec] = &[KeySpec::one(1, access::RO), KeySpec::one(2, access::OW)];
        let lmove = Command::container("lmove", 5)
            .keys(TWO)
            .syntax("source destination <LEFT|RIGHT> <LEFT|RIGHT>");
        let side = "LEFT left:pure-token, RIGHT right:pure-token";
        assert_eq!(
            read(lmove),
            format!(
                "source:key@0, destination:key@1, wherefrom:oneof({side}), whereto:oneof({side})"
            )
        );
        let lcs = Command::container("lcs", 3).keys(ONE).syntax("key1 key2");
        assert_eq!(read(lcs), "key1:key@0, key2:key@0");
    }

    #[test]
    fn words_are_counted() {
        let count = |syntax| {
            let arguments =
                arguments(&Command::container("x", 1).syntax(syntax)).unwrap_or_default();
            let least: usize = arguments.iter().map(Argument::least_words).sum();
            (least, arguments.iter().any(Argument::varies))
        };
        assert_eq!(count(""), (0, false));
        assert_eq!(count("key value"), (2, false));
        assert_eq!(count("key [value]"), (1, true));
        assert_eq!(count("key <A|B>"), (2, false));
        assert_eq!(count("<A a|B>"), (1, true));
        assert_eq!(count("STREAMS key [key ...]"), (2, true));
    }
}
