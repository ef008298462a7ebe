//! A message in the forms that its receivers want, each encoded when the first of them asks.

use crate::protocol::Reply;
use crate::services::outbox::Message;
use std::cell::OnceCell;
use std::sync::Arc;

/// Bytes around each part: `$`, its length, two line ends.
const FRAME_BYTES: usize = 16;

/// One message: a push in RESP3, an array in RESP2.
pub struct Encoded<'a> {
    parts: &'a [&'a [u8]],
    forms: [OnceCell<Message>; 2],
}

impl<'a> Encoded<'a> {
    /// A message of these strings. Nothing is encoded yet.
    pub fn new(parts: &'a [&'a [u8]]) -> Encoded<'a> {
        Encoded { parts, forms: [const { OnceCell::new() }; 2] }
    }

    /// Its form in RESP3 or not.
    pub fn form(&self, resp3: bool) -> Message {
        Arc::clone(self.forms[usize::from(resp3)].get_or_init(|| {
            let bytes: usize = self.parts.iter().map(|part| part.len() + FRAME_BYTES).sum();
            let mut out = Vec::with_capacity(bytes + FRAME_BYTES);
            let mut reply = Reply::new(&mut out, resp3);
            reply.push(self.parts.len());
            self.parts.iter().for_each(|part| reply.bulk(part));
            // Many may hold it for long.
            out.shrink_to_fit();
            Arc::new(out)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_each_version_encoded_once() {
        let encoded = Encoded::new(&[b"message", b"c", b"hi"]);
        assert_eq!(*encoded.form(false), b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
        assert_eq!(*encoded.form(true), b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
        assert!(Arc::ptr_eq(&encoded.form(true), &encoded.form(true)));
    }
}
