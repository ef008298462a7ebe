//! CLIENT ID, GETNAME, SETNAME, SETINFO: what a client says about itself.

use super::subcommand;
use crate::commands::prelude::*;

pub const ID: Command = subcommand("id", 2, id)
    .since("5.0.0")
    .summary("Returns the unique client ID of the connection.");

fn id(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.int(ctx.session.client.id as i64);
    Ok(())
}

pub const GETNAME: Command =
    subcommand("getname", 2, getname).since("2.6.9").summary("Returns the name of the connection.");

fn getname(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let labels = ctx.session.client.labels.lock();
    reply.bulk_or_null((!labels.name.is_empty()).then_some(&labels.name));
    Ok(())
}

pub const SETNAME: Command = subcommand("setname", 3, setname)
    .since("2.6.9")
    .syntax("connection-name")
    .summary("Sets the connection name.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn setname(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    set_name(ctx, args.bytes()?)?;
    reply.ok();
    Ok(())
}

/// Names the connection; an empty name takes it away.
pub fn set_name(ctx: &mut Ctx<'_>, name: &[u8]) -> Result {
    if !is_printable(name) {
        return Err(Error::msg(
            "Client names cannot contain spaces, newlines or special characters.",
        ));
    }
    ctx.session.client.labels.lock().name = name.to_vec();
    Ok(())
}

pub const SETINFO: Command = subcommand("setinfo", 4, setinfo)
    .since("7.2.0")
    .syntax("<LIB-NAME libname|LIB-VER libver>")
    .summary("Sets information specific to the client or connection.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn setinfo(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (option, value) = (args.bytes()?, args.bytes()?);
    let is_name = option.eq_ignore_ascii_case(b"lib-name");
    if !is_name && !option.eq_ignore_ascii_case(b"lib-ver") {
        let option = String::from_utf8_lossy(option).into_owned();
        return Err(Error::msg(format!("Unrecognized option '{option}'")));
    }
    if !is_printable(value) {
        let option = String::from_utf8_lossy(option);
        return Err(Error::msg(format!(
            "{option} cannot contain spaces, newlines or special characters."
        )));
    }
    let mut labels = ctx.session.client.labels.lock();
    let label = if is_name { &mut labels.lib_name } else { &mut labels.lib_ver };
    *label = value.to_vec();
    reply.ok();
    Ok(())
}

/// CLIENT LIST separates fields by spaces and clients by lines: labels have neither.
fn is_printable(label: &[u8]) -> bool {
    label.iter().all(|byte| (b'!'..=b'~').contains(byte))
}
