//! What clients are told: that keys have changed, or that a client their invalidations go to has
//! left. Encoded once for all who are told the same.

use crate::protocol::Reply;
use crate::services::outbox::Message;
use std::cell::OnceCell;
use std::sync::Arc;

/// The channel on which a client of RESP2 gets the invalidations of another.
const CHANNEL: &str = "__redis__:invalidate";

/// Some keys, or all there are, are not what they were.
pub struct Invalidation<'a> {
    /// Their names; `None` stands for all.
    names: Option<&'a [&'a [u8]]>,
    forms: [OnceCell<Message>; 2],
}

impl<'a> Invalidation<'a> {
    /// Of these keys.
    pub fn of(names: &'a [&'a [u8]]) -> Invalidation<'a> {
        Invalidation { names: Some(names), forms: Default::default() }
    }

    /// Of everything.
    pub fn of_all() -> Invalidation<'static> {
        Invalidation { names: None, forms: Default::default() }
    }

    /// Its form in RESP3: a push `invalidate`. In RESP2: a message as if it were published.
    pub fn form(&self, resp3: bool) -> Message {
        Arc::clone(self.forms[usize::from(resp3)].get_or_init(|| {
            let mut out = Vec::new();
            let mut reply = Reply::new(&mut out, resp3);
            if resp3 {
                reply.push(2);
                reply.bulk("invalidate");
            } else {
                reply.push(3);
                reply.bulk("message");
                reply.bulk(CHANNEL);
            }
            match self.names {
                Some(names) => reply.strings(names.iter()),
                None => reply.null(),
            }
            // It may wait for long.
            out.shrink_to_fit();
            Arc::new(out)
        }))
    }
}

/// Invalidations cannot be redirected any more: the client with the id `target` has left.
pub fn redirection_broken(target: u64) -> Message {
    let mut out = Vec::new();
    let mut reply = Reply::new(&mut out, true);
    reply.push(2);
    reply.bulk("tracking-redir-broken");
    reply.int(target as i64);
    Arc::new(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let names: [&[u8]; 2] = [b"a", b"bc"];
        let some = Invalidation::of(&names);
        assert_eq!(*some.form(true), b">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$2\r\nbc\r\n");
        assert_eq!(
            *some.form(false),
            b"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*2\r\n$1\r\na\r\n$2\r\nbc\r\n"
        );
        assert!(Arc::ptr_eq(&some.form(true), &some.form(true)));
        let all = Invalidation::of_all();
        assert_eq!(*all.form(true), b">2\r\n$10\r\ninvalidate\r\n_\r\n");
        assert_eq!(
            *all.form(false),
            b"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n"
        );
        assert_eq!(*redirection_broken(7), b">2\r\n$21\r\ntracking-redir-broken\r\n:7\r\n");
    }
}
