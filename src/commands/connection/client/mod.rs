//! CLIENT: what is known about connections, and what can be done to them.

mod control;
mod describe;
mod kill;
mod list;
mod tracking;

pub use describe::set_name;
pub use list::describe;

use crate::commands::prelude::*;

pub const CLIENT: Command = Command::container("client", -2)
    .group("connection")
    .since("2.4.0")
    .complexity("Depends on subcommand.")
    .summary("A container for client connection commands.")
    .subcommands(&[
        &tracking::CACHING,
        &describe::GETNAME,
        &tracking::GETREDIR,
        &HELP,
        &describe::ID,
        &list::INFO,
        &kill::KILL,
        &list::LIST,
        &control::NO_EVICT,
        &control::NO_TOUCH,
        &control::PAUSE,
        &control::REPLY,
        &describe::SETINFO,
        &describe::SETNAME,
        &tracking::TRACKING,
        &tracking::TRACKINGINFO,
        &control::UNBLOCK,
        &control::UNPAUSE,
    ]);

const HELP: Command = Command::new("help", 2, help)
    .flags(LOADING.or(STALE))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("5.0.0")
    .complexity("O(1)")
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "CLIENT",
        &[
            "CACHING (YES|NO)",
            "    Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.",
            "GETREDIR",
            "    Return the client ID we are redirecting to when tracking is enabled.",
            "GETNAME",
            "    Return the name of the current connection.",
            "ID",
            "    Return the ID of the current connection.",
            "INFO",
            "    Return information about the current client connection.",
            "KILL <ip:port>",
            "    Kill connection made from <ip:port>.",
            "KILL <option> <value> [<option> <value> [...]]",
            "    Kill connections. Options are:",
            "    * ADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made from the specified address",
            "    * LADDR (<ip:port>|<unixsocket>:0)",
            "      Kill connections made to specified local address",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Kill connections by type.",
            "    * USER <username>",
            "      Kill connections authenticated by <username>.",
            "    * SKIPME (YES|NO)",
            "      Skip killing current connection (default: yes).",
            "    * ID <client-id>",
            "      Kill connections by client id.",
            "    * MAXAGE <maxage>",
            "      Kill connections older than the specified age.",
            "LIST [options ...]",
            "    Return information about client connections. Options:",
            "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
            "      Return clients of specified type.",
            "    * ID <client-id> [<client-id> ...]",
            "      Return clients of specified IDs only.",
            "NO-EVICT (ON|OFF)",
            "    Protect current client connection from eviction.",
            "NO-TOUCH (ON|OFF)",
            "    Will not touch LRU/LFU stats when this mode is on.",
            "PAUSE <timeout> [WRITE|ALL]",
            "    Suspend all, or just write, clients for <timeout> milliseconds.",
            "REPLY (ON|OFF|SKIP)",
            "    Control the replies sent to the current connection.",
            "SETINFO <option> <value>",
            "    Set client meta attr. Options are:",
            "    * LIB-NAME: the client lib name.",
            "    * LIB-VER: the client lib version.",
            "SETNAME <name>",
            "    Assign the name <name> to the current connection.",
            "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
            "         [OPTIN] [OPTOUT] [NOLOOP]",
            "    Control server assisted client side caching.",
            "TRACKINGINFO",
            "    Report tracking status for the current connection.",
            "UNBLOCK <clientid> [TIMEOUT|ERROR]",
            "    Unblock the specified blocked client.",
            "UNPAUSE",
            "    Stop the current client pause, resuming traffic.",
        ],
    );
    Ok(())
}

/// A subcommand that works in every state of the server.
const fn subcommand(
    name: &'static str,
    arity: i32,
    handler: crate::engine::command::Handler,
) -> Command {
    Command::new(name, arity, handler)
        .flags(NOSCRIPT.or(LOADING).or(STALE))
        .acl(Acl::CONNECTION)
        .group("connection")
        .complexity("O(1)")
}
