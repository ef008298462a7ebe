//! The reply writer: RESP2 or RESP3 straight into a connection's output buffer. It is a
//! concrete struct over the bytes, not a tree of values, so that a reply is written once.

use super::error::Error;
use crate::util::number;

/// Writes one client's replies in the protocol version it speaks.
pub struct Reply<'a> {
    out: &'a mut Vec<u8>,
    /// Where it began: what stands before belongs to other requests.
    began: usize,
    resp3: bool,
}

/// Where a collection of yet unknown length began; made by [`Reply::defer`].
#[must_use]
pub struct Deferred {
    at: usize,
}

impl<'a> Reply<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut Vec<u8>, resp3: bool) -> Self {
        Reply { began: out.len(), out, resp3 }
    }

    /// Whether the client speaks RESP3.
    pub fn is_resp3(&self) -> bool {
        self.resp3
    }

    /// HELLO changes the version in the middle of a connection: its own reply is in the new one.
    pub fn set_resp3(&mut self, resp3: bool) {
        self.resp3 = resp3;
    }

    /// Bytes written so far, to be handed to [`Reply::truncate`].
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Takes back everything written after `len`: an error replaces a reply half written.
    pub fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// `+OK`
    pub fn ok(&mut self) {
        self.out.extend_from_slice(b"+OK\r\n");
    }

    /// A status line. `text` must not contain line breaks.
    pub fn simple(&mut self, text: &str) {
        self.line(b'+', text.as_bytes());
    }

    /// An error. Line breaks in it (an argument quoted back, say) become spaces.
    pub fn error(&mut self, error: &Error) {
        self.out.push(b'-');
        let start = self.out.len();
        self.out.extend_from_slice(error.to_string().as_bytes());
        for byte in &mut self.out[start..] {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        self.out.extend_from_slice(b"\r\n");
    }

    /// An integer.
    pub fn int(&mut self, value: i64) {
        self.header(b':', value);
    }

    /// A count or length; one that does not fit is not possible in memory.
    pub fn count(&mut self, value: usize) {
        self.int(i64::try_from(value).unwrap_or(i64::MAX));
    }

    /// A string of any bytes.
    pub fn bulk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.header(b'$', bytes.len() as i64);
        self.out.reserve(bytes.len() + 2);
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(b"\r\n");
    }

    /// A string or null.
    pub fn bulk_or_null(&mut self, bytes: Option<impl AsRef<[u8]>>) {
        match bytes {
            Some(bytes) => self.bulk(bytes),
            None => self.null(),
        }
    }

    /// The decimal text of an integer, as a string.
    pub fn bulk_int(&mut self, value: i64) {
        let mut text = itoa::Buffer::new();
        self.bulk(text.format(value));
    }

    /// Null where a string was asked for.
    pub fn null(&mut self) {
        self.out.extend_from_slice(if self.resp3 { b"_\r\n" } else { b"$-1\r\n" });
    }

    /// Null where an array was asked for.
    pub fn null_array(&mut self) {
        self.out.extend_from_slice(if self.resp3 { b"_\r\n" } else { b"*-1\r\n" });
    }

    /// The header of an array of `len` replies.
    pub fn array(&mut self, len: usize) {
        self.header(b'*', len as i64);
    }

    /// The header of a map of `pairs` keys and values; a flat array in RESP2.
    pub fn map(&mut self, pairs: usize) {
        if self.resp3 {
            self.header(b'%', pairs as i64);
        } else {
            self.header(b'*', pairs as i64 * 2);
        }
    }

    /// The header of a set; an array in RESP2.
    pub fn set(&mut self, len: usize) {
        self.header(if self.resp3 { b'~' } else { b'*' }, len as i64);
    }

    /// The header of a push message; an array in RESP2.
    pub fn push(&mut self, len: usize) {
        self.header(if self.resp3 { b'>' } else { b'*' }, len as i64);
    }

    /// The header of attributes: `pairs` keys and values that tell about the reply that follows.
    /// RESP2 does not know them: write none there.
    pub fn attributes(&mut self, pairs: usize) {
        debug_assert!(self.resp3, "attributes in RESP2");
        self.header(b'|', pairs as i64);
    }

    /// A floating point number; its text as a string in RESP2.
    pub fn double(&mut self, value: f64) {
        self.double_text(number::format_f64(value).as_str());
    }

    /// A floating point number whose text is not the usual one; a string in RESP2.
    pub fn double_text(&mut self, text: &str) {
        if self.resp3 {
            self.line(b',', text.as_bytes());
        } else {
            self.bulk(text);
        }
    }

    /// A boolean; 1 or 0 in RESP2.
    pub fn boolean(&mut self, value: bool) {
        match (self.resp3, value) {
            (true, true) => self.out.extend_from_slice(b"#t\r\n"),
            (true, false) => self.out.extend_from_slice(b"#f\r\n"),
            (false, value) => self.int(i64::from(value)),
        }
    }

    /// An integer of any size, given as text; a string in RESP2.
    pub fn big_number(&mut self, digits: &str) {
        if self.resp3 {
            self.line(b'(', digits.as_bytes());
        } else {
            self.bulk(digits);
        }
    }

    /// Text with its format (`txt` or `mkd`); a plain string in RESP2.
    pub fn verbatim(&mut self, format: &str, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        if !self.resp3 {
            return self.bulk(text);
        }
        self.header(b'=', text.len() as i64 + 4);
        self.out.extend_from_slice(format.as_bytes());
        self.out.push(b':');
        self.out.extend_from_slice(text);
        self.out.extend_from_slice(b"\r\n");
    }

    /// An array of strings.
    pub fn strings<S: AsRef<[u8]>>(&mut self, items: impl ExactSizeIterator<Item = S>) {
        self.array(items.len());
        items.for_each(|item| self.bulk(item));
    }

    /// The help text of a container command: one status line for each text line.
    pub fn help(&mut self, container: &str, lines: &[&str]) {
        self.array(lines.len() + 3);
        self.simple(&format!(
            "{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
        ));
        lines.iter().for_each(|line| self.simple(line));
        self.simple("HELP");
        self.simple("    Print this help.");
    }

    /// Bytes that are RESP already.
    pub fn raw(&mut self, resp: &[u8]) {
        self.out.extend_from_slice(resp);
    }

    /// Puts bytes that are RESP before everything this writer has written.
    pub fn put_before(&mut self, resp: &[u8]) {
        self.out.extend_from_slice(resp);
        self.out[self.began..].rotate_right(resp.len());
        self.began += resp.len();
    }

    /// Begins a collection whose length is known only at its end.
    pub fn defer(&mut self) -> Deferred {
        Deferred { at: self.out.len() }
    }

    /// Ends it as an array of `len` replies: the header is put before what came since.
    pub fn end_array(&mut self, deferred: Deferred, len: usize) {
        self.end(deferred, b'*', len);
    }

    /// Ends it as a map of `pairs` keys and values.
    pub fn end_map(&mut self, deferred: Deferred, pairs: usize) {
        if self.resp3 {
            self.end(deferred, b'%', pairs);
        } else {
            self.end(deferred, b'*', pairs * 2);
        }
    }

    /// Ends it as a set of `len` replies.
    pub fn end_set(&mut self, deferred: Deferred, len: usize) {
        self.end(deferred, if self.resp3 { b'~' } else { b'*' }, len);
    }

    fn end(&mut self, deferred: Deferred, kind: u8, len: usize) {
        let body = self.out.len();
        self.header(kind, len as i64);
        let header = self.out.len() - body;
        self.out[deferred.at..].rotate_right(header);
    }

    fn header(&mut self, kind: u8, value: i64) {
        let mut text = itoa::Buffer::new();
        self.line(kind, text.format(value).as_bytes());
    }

    fn line(&mut self, kind: u8, text: &[u8]) {
        self.out.reserve(text.len() + 3);
        self.out.push(kind);
        self.out.extend_from_slice(text);
        self.out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(resp3: bool, write: impl FnOnce(&mut Reply)) -> String {
        let mut out = Vec::new();
        write(&mut Reply::new(&mut out, resp3));
        String::from_utf8(out).expect("only text in these tests")
    }

    #[test]
    fn each_kind_has_its_form_in_both_versions() {
        type Case = (fn(&mut Reply), &'static str, &'static str);
        let cases: [Case; 9] = [
            (|r| r.null(), "$-1\r\n", "_\r\n"),
            (|r| r.null_array(), "*-1\r\n", "_\r\n"),
            (|r| r.map(2), "*4\r\n", "%2\r\n"),
            (|r| r.set(2), "*2\r\n", "~2\r\n"),
            (|r| r.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"),
            (|r| r.boolean(true), ":1\r\n", "#t\r\n"),
            (|r| r.big_number("12"), "$2\r\n12\r\n", "(12\r\n"),
            (|r| r.verbatim("txt", "ab"), "$2\r\nab\r\n", "=6\r\ntxt:ab\r\n"),
            (|r| r.bulk_int(-7), "$2\r\n-7\r\n", "$2\r\n-7\r\n"),
        ];
        for (write, resp2, resp3) in cases {
            assert_eq!(written(false, write), resp2);
            assert_eq!(written(true, write), resp3);
        }
    }

    #[test]
    fn a_deferred_header_lands_before_its_elements() {
        let text = written(false, |r| {
            r.int(1);
            let list = r.defer();
            r.bulk("a");
            r.bulk("b");
            r.end_array(list, 2);
        });
        assert_eq!(text, ":1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
    }

    #[test]
    fn what_is_put_before_stands_behind_other_requests_replies() {
        let mut out = b"+OK\r\n".to_vec();
        let mut reply = Reply::new(&mut out, true);
        reply.put_before(b">a");
        reply.int(1);
        reply.put_before(b">b");
        assert_eq!(out, b"+OK\r\n>a>b:1\r\n");
    }

    #[test]
    fn an_error_is_one_line() {
        let text = written(false, |r| r.error(&Error::msg("a\r\nb")));
        assert_eq!(text, "-ERR a  b\r\n");
    }
}
