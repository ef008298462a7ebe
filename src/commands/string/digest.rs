//! DIGEST: the hash by which conditions compare long values without sending them.

use crate::commands::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

pub const DIGEST: Command = Command::new("digest", 2, digest)
    .flags(READONLY.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("string")
    .since("8.4.0")
    .complexity("O(N) where N is the length of the string value.")
    .syntax("key")
    .summary("Returns the XXH3 hash of a string value.");

fn digest(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let value = ctx.txn.string(args.key()?)?;
    reply.bulk_or_null(value.map(|value| value.with(digest_of)));
    Ok(())
}

/// Characters of a digest.
pub const DIGEST_LEN: usize = 16;

/// A string's 64-bit XXH3 hash as [`DIGEST_LEN`] lower-case hexadecimal digits.
pub fn digest_of(value: &[u8]) -> String {
    format!("{:016x}", xxh3_64(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_stay() {
        assert_eq!(digest_of(b""), "2d06800538d394c2");
        assert_eq!(digest_of(b"hello"), "9555e8555c62dcfd");
        assert_eq!(digest_of(b"v8"), "0cc76dbb41381419");
    }
}
