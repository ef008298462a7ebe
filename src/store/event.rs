//! What happened to a key, in the words of keyspace notifications. Handlers name the event
//! when they change a key; only the commit does something with it.

/// The classes of `notify-keyspace-events`, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(pub u32);

impl Class {
    /// `g`: commands that work on any type.
    pub const GENERIC: Class = Class(1 << 2);
    /// `$`
    pub const STRING: Class = Class(1 << 3);
    /// `l`
    pub const LIST: Class = Class(1 << 4);
    /// `s`
    pub const SET: Class = Class(1 << 5);
    /// `h`
    pub const HASH: Class = Class(1 << 6);
    /// `z`
    pub const SORTED_SET: Class = Class(1 << 7);
    /// `x`
    pub const EXPIRED: Class = Class(1 << 8);
    /// `e`
    pub const EVICTED: Class = Class(1 << 9);
    /// `t`
    pub const STREAM: Class = Class(1 << 10);
    /// `m`
    pub const KEY_MISS: Class = Class(1 << 11);
    /// `n`
    pub const NEW: Class = Class(1 << 14);
    /// `o`
    pub const OVERWRITTEN: Class = Class(1 << 15);
    /// `c`
    pub const TYPE_CHANGED: Class = Class(1 << 16);

    /// The classes of notices: what is told beside a change, or without one. They are recorded
    /// only while somebody wants to hear of them.
    pub const NOTICES: Class =
        Class(Class::KEY_MISS.0 | Class::NEW.0 | Class::OVERWRITTEN.0 | Class::TYPE_CHANGED.0);

    /// Whether this class is among `classes`.
    pub const fn is_in(self, classes: Class) -> bool {
        self.0 & classes.0 != 0
    }
}

/// One event's class and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The class that must be enabled for it to be published.
    pub class: Class,
    /// Its name, as subscribers see it.
    pub name: &'static str,
}

impl Event {
    /// The reaper's, and that of a write that met an expired key.
    pub const EXPIRED: Event = Event { class: Class::EXPIRED, name: "expired" };
    /// Fields of a hash have expired.
    pub const FIELDS_EXPIRED: Event = Event::hash("hexpired");
    /// A key is gone.
    pub const DEL: Event = Event::generic("del");
    /// A string has been set.
    pub const SET: Event = Event::string("set");
    /// A key has got a deadline.
    pub const EXPIRE: Event = Event::generic("expire");
    /// A key that was asked for is not there.
    pub const KEY_MISS: Event = Event { class: Class::KEY_MISS, name: "keymiss" };
    /// A key has come to be.
    pub const NEW: Event = Event { class: Class::NEW, name: "new" };
    /// A key's value has been overwritten.
    pub const OVERWRITTEN: Event = Event { class: Class::OVERWRITTEN, name: "overwritten" };
    /// A key's value has been overwritten by one of another type.
    pub const TYPE_CHANGED: Event = Event { class: Class::TYPE_CHANGED, name: "type_changed" };

    /// A change that no subscriber hears of, and no client waits for: a value keeps what was
    /// found out about it, a group has read on. It reaches files and replicas like any other.
    pub const SILENT: Event = Event { class: Class(0), name: "" };

    /// Whether this is told beside a change, and is none itself.
    pub fn is_notice(self) -> bool {
        self.class.is_in(Class::NOTICES)
    }

    /// An event of class `g`.
    pub const fn generic(name: &'static str) -> Event {
        Event { class: Class::GENERIC, name }
    }

    /// An event of class `l`.
    pub const fn list(name: &'static str) -> Event {
        Event { class: Class::LIST, name }
    }

    /// An event of class `s`.
    pub const fn set(name: &'static str) -> Event {
        Event { class: Class::SET, name }
    }

    /// An event of class `h`.
    pub const fn hash(name: &'static str) -> Event {
        Event { class: Class::HASH, name }
    }

    /// An event of class `z`.
    pub const fn zset(name: &'static str) -> Event {
        Event { class: Class::SORTED_SET, name }
    }

    /// An event of class `t`.
    pub const fn stream(name: &'static str) -> Event {
        Event { class: Class::STREAM, name }
    }

    /// An event of class `$`.
    pub const fn string(name: &'static str) -> Event {
        Event { class: Class::STRING, name }
    }
}
