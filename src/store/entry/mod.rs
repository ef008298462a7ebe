//! One key's entry: name, expiry, access clock and value in a single allocation behind
//! one pointer, since what a key costs is what a server costs. `block` alone knows the
//! layout; the rest of the store sees names, deadlines and typed references.

mod block;
mod value;

pub use block::{Alias, Entry};
pub use value::{Collection, NewStr, Str, View};

use crate::types::hash::Hash;
use crate::types::{Type, Value, ValueRef};
use block::{Payload, payload_of};
use std::mem;
use std::sync::Arc;
use value::{Plan, plan};

/// The longest string kept inside of its entry, in bytes; longer ones are shared by pointer.
pub const INLINE_MAX: usize = 32 * 1024;
/// The longest string that Redis calls `embstr`, in bytes.
const EMBSTR_MAX: usize = 44;

impl Entry {
    /// An entry with a string.
    pub fn string(name: &[u8], value: NewStr<'_>, expires_at_ms: Option<i64>) -> Entry {
        Entry::planned(name, plan(value), expires_at_ms)
    }

    fn planned(name: &[u8], plan: Plan<'_>, expires_at_ms: Option<i64>) -> Entry {
        match plan {
            Plan::Int(int) => Entry::with_payload(name, Payload::Int, int, expires_at_ms),
            Plan::Shared(shared) => {
                Entry::with_payload(name, Payload::Shared, shared, expires_at_ms)
            }
            Plan::Bytes(bytes) => Entry::with_bytes(name, Payload::Bytes, bytes, expires_at_ms),
            Plan::Raw(bytes) => Entry::with_bytes(name, Payload::Edited, bytes, expires_at_ms),
        }
    }

    /// An entry with any value.
    pub fn new(name: &[u8], value: Value, expires_at_ms: Option<i64>) -> Entry {
        match value {
            Value::String(bytes) if bytes.len() > INLINE_MAX => {
                Entry::string(name, NewStr::Shared(&Arc::new(bytes)), expires_at_ms)
            }
            Value::String(bytes) => Entry::string(name, NewStr::Bytes(&bytes), expires_at_ms),
            Value::List(list) => Entry::collection(name, list, expires_at_ms),
            Value::Set(set) => Entry::collection(name, set, expires_at_ms),
            Value::SortedSet(set) => Entry::collection(name, set, expires_at_ms),
            Value::Hash(hash) => Entry::collection(name, hash, expires_at_ms),
            Value::Stream(stream) => Entry::collection(name, stream, expires_at_ms),
        }
    }

    /// An entry with a collection.
    pub fn collection<T: Collection>(name: &[u8], value: T, expires_at_ms: Option<i64>) -> Entry {
        Entry::with_payload(name, payload_of(T::TYPE), value, expires_at_ms)
    }

    /// Whether nothing of it is to be seen any more: its deadline has passed, or it is a hash
    /// all of whose fields have expired.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        self.is_overdue(now_ms)
            || self.get::<Hash>().is_some_and(|fields| fields.has_expired(now_ms))
    }

    /// Whether the key's own deadline has passed.
    pub fn is_overdue(&self, now_ms: i64) -> bool {
        self.expires_at_ms().is_some_and(|at| at <= now_ms)
    }

    /// The earliest deadline of a field of it, if it is a hash that has one.
    pub fn fields_expire_at_ms(&self) -> Option<i64> {
        self.get::<Hash>()?.next_expiry()
    }

    /// What OBJECT ENCODING answers.
    pub fn encoding(&self) -> &'static str {
        match (self.tag().payload(), self.value()) {
            (Payload::Int, _) => "int",
            (Payload::Bytes, View::String(string)) if string.len() <= EMBSTR_MAX => "embstr",
            (_, View::String(_)) => "raw",
            (_, View::List(list)) => list.encoding(),
            (_, View::Set(set)) => set.encoding(),
            (_, View::SortedSet(set)) => set.encoding(),
            (_, View::Hash(hash)) => hash.encoding(),
            (_, View::Stream(stream)) => stream.encoding(),
        }
    }

    /// The value.
    pub fn value(&self) -> View<'_> {
        self.view()
    }

    /// The value as a string, if it is one.
    pub fn as_str(&self) -> Option<Str<'_>> {
        (self.kind() == Type::String).then(|| self.str_unchecked())
    }

    /// Calls `f` with the value in the form files and digests know.
    pub fn with_value<R>(&self, f: impl FnOnce(ValueRef<'_>) -> R) -> R {
        match self.value() {
            View::String(string) => string.with(|bytes| f(ValueRef::String(bytes))),
            View::List(list) => f(ValueRef::List(list)),
            View::Set(set) => f(ValueRef::Set(set)),
            View::SortedSet(set) => f(ValueRef::SortedSet(set)),
            View::Hash(hash) => f(ValueRef::Hash(hash)),
            View::Stream(stream) => f(ValueRef::Stream(stream)),
        }
    }

    /// A copy of the value.
    pub fn clone_value(&self) -> Value {
        match self.value() {
            View::String(string) => Value::String(string.to_vec()),
            View::List(list) => Value::List(list.clone()),
            View::Set(set) => Value::Set(set.clone()),
            View::SortedSet(set) => Value::SortedSet(set.clone()),
            View::Hash(hash) => Value::Hash(hash.clone()),
            View::Stream(stream) => Value::Stream(stream.clone()),
        }
    }

    /// The same value, encoding and deadline under another name. A large string is shared.
    pub fn duplicate(&self, name: &[u8]) -> Entry {
        let (payload, at_ms) = (self.tag().payload(), self.expires_at_ms());
        match self.value() {
            View::String(Str::Int(int)) => Entry::with_payload(name, payload, int, at_ms),
            View::String(Str::Bytes(bytes)) => Entry::with_bytes(name, payload, bytes, at_ms),
            View::String(Str::Shared(bytes)) => {
                Entry::with_payload(name, payload, Arc::clone(bytes), at_ms)
            }
            View::List(list) => Entry::collection(name, list.clone(), at_ms),
            View::Set(set) => Entry::collection(name, set.clone(), at_ms),
            View::SortedSet(set) => Entry::collection(name, set.clone(), at_ms),
            View::Hash(hash) => Entry::collection(name, hash.clone(), at_ms),
            View::Stream(stream) => Entry::collection(name, stream.clone(), at_ms),
        }
    }

    /// Puts a string in place of the value. The deadline stays. Returns the old value's
    /// entry when it was not a small string, so that freeing it can be left to others.
    pub fn set_string(&mut self, value: NewStr<'_>) -> Option<Entry> {
        let payload = self.tag().payload();
        let plan = plan(value);
        match plan {
            Plan::Bytes(bytes) if payload.is_inline() && self.shape().value_len == bytes.len() => {
                self.inline_mut().copy_from_slice(bytes);
                self.set_payload(Payload::Bytes);
                return None;
            }
            Plan::Raw(bytes) if payload.is_inline() && self.shape().value_len == bytes.len() => {
                self.inline_mut().copy_from_slice(bytes);
                self.set_payload(Payload::Edited);
                return None;
            }
            Plan::Int(int) => {
                if let Some(kept) = self.int_mut() {
                    *kept = int;
                    return None;
                }
            }
            _ => {}
        }
        let new = Entry::planned(self.name(), plan, self.expires_at_ms());
        new.inherit(self);
        let old = mem::replace(self, new);
        let heavy = !payload.is_inline() && payload != Payload::Int;
        heavy.then_some(old)
    }

    /// Edits a string's bytes in place: it is made at least `len` bytes long first, new bytes
    /// being zero. From then on its encoding is `raw`. The entry must hold a string.
    pub fn edit_string<R>(&mut self, len: usize, edit: impl FnOnce(&mut [u8]) -> R) -> R {
        let len = len.max(self.as_str().map_or(0, Str::len));
        let payload = self.tag().payload();
        if payload != Payload::Shared && len > INLINE_MAX {
            let mut bytes = Vec::with_capacity(len);
            self.str_unchecked().with(|text| bytes.extend_from_slice(text));
            self.replace_payload(Payload::Shared, Arc::new(bytes));
        } else if payload == Payload::Int {
            let text = self.str_unchecked().to_vec();
            let new = Entry::with_bytes(self.name(), Payload::Edited, &text, self.expires_at_ms());
            new.inherit(self);
            *self = new;
        }
        if let Some(shared) = self.shared_mut() {
            let bytes = Arc::make_mut(shared);
            bytes.resize(len, 0);
            return edit(bytes);
        }
        self.grow_inline(len);
        self.set_payload(Payload::Edited);
        edit(self.inline_mut())
    }

    /// Gives the entry another name; value and deadline stay.
    pub fn rename(&mut self, name: &[u8]) {
        self.rebuild(Some(name), self.expires_at_ms());
    }

    /// Whether freeing the value may take long enough to be felt.
    pub fn is_heavy(&self) -> bool {
        const ELEMENTS: usize = 64;
        const BYTES: usize = 256 * 1024;
        match self.value() {
            View::String(Str::Shared(bytes)) => bytes.len() > BYTES,
            View::String(_) => false,
            View::List(list) => list.len() > ELEMENTS,
            View::Set(set) => set.len() > ELEMENTS,
            View::SortedSet(set) => set.len() > ELEMENTS,
            View::Hash(hash) => hash.len() > ELEMENTS,
            View::Stream(stream) => stream.len() > ELEMENTS as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::list::List;
    use crate::types::set::Set;

    fn text(entry: &Entry) -> Vec<u8> {
        entry.as_str().expect("a string").to_vec()
    }

    #[test]
    fn strings_keep_redis_encodings() {
        let encoding = |bytes: &[u8]| Entry::string(b"k", NewStr::Bytes(bytes), None).encoding();
        assert_eq!(encoding(b"12345"), "int");
        assert_eq!(encoding(b"012"), "embstr");
        assert_eq!(encoding(&[b'x'; 44]), "embstr");
        assert_eq!(encoding(&[b'x'; 45]), "raw");
        assert_eq!(encoding(&[b'x'; INLINE_MAX + 1]), "raw");
        assert_eq!(Entry::string(b"k", NewStr::Text(b"12345"), None).encoding(), "embstr");
        assert_eq!(Entry::string(b"k", NewStr::Raw(b"12345"), None).encoding(), "raw");
        let made = |len| Arc::new(vec![b'1'; len]);
        assert!(matches!(NewStr::made(&made(INLINE_MAX)), NewStr::Raw(_)));
        assert!(matches!(NewStr::made(&made(INLINE_MAX + 1)), NewStr::Shared(_)));
    }

    #[test]
    fn a_string_gives_way_to_any_other() {
        let long = vec![b'v'; INLINE_MAX + 1];
        let shared = Arc::new(long.clone());
        let strings = [
            (NewStr::Int(7), "7".as_bytes()),
            (NewStr::Int(-700), b"-700"),
            (NewStr::Text(b"-701"), b"-701"),
            (NewStr::Raw(b"-702"), b"-702"),
            (NewStr::Bytes(b"text"), b"text"),
            (NewStr::Bytes(b"longer text"), b"longer text"),
            (NewStr::Bytes(&long), &long),
            (NewStr::Shared(&shared), &long),
        ];
        for (old, _) in strings {
            for (new, expected) in strings {
                let mut entry = Entry::string(b"key", old, Some(5));
                entry.set_access(77);
                entry.set_string(new);
                assert_eq!(text(&entry), expected);
                assert_eq!((entry.name(), entry.expires_at_ms()), (&b"key"[..], Some(5)));
                assert_eq!(entry.access(), 77);
                assert_eq!(entry.encoding(), Entry::string(b"", new, None).encoding());
            }
        }
    }

    #[test]
    fn deadline_name_and_value_survive_each_other() {
        let long = vec![b'n'; 70_000];
        for name in [&b"key"[..], b"", &long] {
            for value in [&b"12"[..], b"", b"some text", &[b'v'; 40_000]] {
                let mut entry = Entry::string(name, NewStr::Bytes(value), None);
                entry.set_access(77);
                for deadline in [Some(5), Some(6), None, Some(i64::MAX)] {
                    entry.set_expiry(deadline);
                    assert_eq!(entry.expires_at_ms(), deadline);
                    assert_eq!((entry.name(), text(&entry)), (name, value.to_vec()));
                    assert_eq!(entry.access(), 77);
                }
                entry.rename(b"other");
                assert_eq!((entry.name(), text(&entry)), (&b"other"[..], value.to_vec()));
                assert_eq!(entry.expires_at_ms(), Some(i64::MAX));
            }
        }
    }

    #[test]
    fn editing_grows_with_zeros_through_every_form() {
        let mut entry = Entry::string(b"key", NewStr::Bytes(b"123"), Some(9));
        for len in [4, 100, INLINE_MAX, INLINE_MAX + 1, 200_000] {
            entry.edit_string(len, |bytes| {
                assert_eq!(bytes.len(), len);
                assert_eq!(&bytes[..3], b"123");
                assert!(bytes[3..len].iter().all(|byte| *byte == 0));
            });
            assert_eq!((entry.encoding(), entry.name()), ("raw", &b"key"[..]));
            assert_eq!(entry.expires_at_ms(), Some(9));
        }
    }

    #[test]
    fn a_collection_is_moved_not_copied() {
        let mut set = Set::default();
        set.insert(b"member", &Default::default());
        let mut entry = Entry::collection(b"s", set, None);
        entry.set_expiry(Some(1));
        entry.rename(b"t");
        assert_eq!(entry.get::<Set>().map(Set::len), Some(1));
        assert!(entry.get::<List>().is_none());
        assert!(entry.set_string(NewStr::Bytes(b"x")).is_some(), "the set's freeing is handed on");
    }

    #[test]
    fn a_small_entry_is_one_small_allocation() {
        let entry = Entry::string(b"key:000000000001", NewStr::Bytes(b"00000001"), None);
        assert_eq!(entry.allocated_bytes(), 32);
        assert_eq!(mem::size_of::<Entry>(), 8);
    }
}
