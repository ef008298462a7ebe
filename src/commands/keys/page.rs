//! What SCAN, HSCAN, SSCAN and ZSCAN have in common: the cursor, `MATCH` and `COUNT`, and how
//! a page is answered.

use crate::commands::prelude::*;
use crate::util::glob;

/// One page that a client asks for.
pub struct Page<'a> {
    /// Where it begins; 0 is the beginning of all.
    pub cursor: u64,
    /// About how many elements it should look at; at least 1.
    pub count: usize,
    pattern: Option<&'a [u8]>,
}

impl<'a> Page<'a> {
    /// Reads a cursor. As in Redis leading zeros do no harm here, unlike in other numbers.
    pub fn cursor(args: &mut Args<'_>) -> Result<u64> {
        let text = std::str::from_utf8(args.bytes()?).ok();
        text.and_then(|text| text.parse().ok()).ok_or(Error::msg("invalid cursor"))
    }

    /// Reads the options that follow the cursor. `own` is given every word that is not one of
    /// those in common and says whether it is one of the command's.
    pub fn options(
        cursor: u64,
        args: &mut Args<'a>,
        mut own: impl FnMut(&str, &mut Args<'a>) -> Result<bool>,
    ) -> Result<Page<'a>> {
        let mut page = Page { cursor, count: 10, pattern: None };
        while !args.is_empty() {
            match args.keyword().as_str() {
                "match" => page.pattern = Some(args.bytes()?).filter(|pattern| *pattern != b"*"),
                "count" => {
                    let count = args.int()?;
                    page.count =
                        usize::try_from(count).ok().filter(|n| *n > 0).ok_or(Error::Syntax)?;
                }
                word if own(word, args)? => {}
                _ => return Err(Error::Syntax),
            }
        }
        Ok(page)
    }

    /// Whether the page is to show the element called `name`.
    pub fn shows(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name))
    }

    /// Answers with the page's elements, which `walk` writes, and the cursor to go on from,
    /// which it returns beside their number. That cursor comes first in the reply, so the
    /// elements are written aside.
    pub fn answer(reply: &mut Reply<'_>, walk: impl FnOnce(&mut Reply<'_>) -> (u64, usize)) {
        let mut elements = Vec::new();
        let (cursor, count) = walk(&mut Reply::new(&mut elements, reply.is_resp3()));
        reply.array(2);
        reply.bulk(itoa::Buffer::new().format(cursor));
        reply.array(count);
        reply.raw(&elements);
    }
}
