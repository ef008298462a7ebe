//! DEBUG PROTOCOL: a reply of each kind there is, for clients' tests.

use super::Subcommand;
use crate::commands::prelude::*;

pub const PROTOCOL: Subcommand = Subcommand::new("protocol", 1..=1, protocol);

fn protocol(_: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match args.keyword().as_str() {
        "string" => reply.bulk("Hello World"),
        "integer" => reply.int(12345),
        // Redis's value, and not pi.
        #[allow(clippy::approx_constant)]
        "double" => reply.double(3.141),
        "bignum" => reply.big_number("1234567999999999999999999999999999999"),
        "null" => reply.null(),
        "array" => {
            reply.array(3);
            (0..3).for_each(|n| reply.int(n));
        }
        "set" => {
            reply.set(3);
            (0..3).for_each(|n| reply.int(n));
        }
        "map" => {
            reply.map(3);
            for n in 0..3 {
                reply.int(n);
                reply.boolean(n == 1);
            }
        }
        "attrib" => {
            if reply.is_resp3() {
                reply.attributes(1);
                reply.bulk("key-popularity");
                reply.array(2);
                reply.bulk("key:123");
                reply.int(90);
            }
            // Attributes are no reply: one must follow.
            reply.bulk("Some real reply following the attribute");
        }
        "push" => {
            if !reply.is_resp3() {
                return Err(Error::msg("RESP2 is not supported by this command"));
            }
            reply.push(2);
            reply.bulk("server-cpu-usage");
            reply.int(42);
            // A push is no reply: clients set it aside and go on waiting for one.
            reply.bulk("Some real reply following the push reply");
        }
        "verbatim" => reply.verbatim("txt", "This is a verbatim\nstring"),
        "true" => reply.boolean(true),
        "false" => reply.boolean(false),
        _ => {
            return Err(Error::msg(
                "Wrong protocol type name. Please use one of the following: \
                 string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
            ));
        }
    }
    Ok(())
}
