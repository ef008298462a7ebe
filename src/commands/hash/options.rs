//! The options that HGETEX and HSETEX have in common, in any order: the fields, and until when
//! they live.

use super::fields::{counted_fields, settle_fields, settled_fields, unknown_argument};
use super::time::Unit;
use crate::commands::prelude::*;

/// What may stand among the options of a command.
pub struct Grammar {
    /// The option beside `EX`, `PX`, `EXAT` and `PXAT`, in lower case, and what it does.
    pub own: (&'static str, Expiry),
    /// What to say where there are several of these.
    pub one_expiry: &'static str,
    /// Whether `FNX` and `FXX` may be there.
    pub has_conditions: bool,
    /// Arguments a field.
    pub width: usize,
}

/// Under which condition a command sets fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `FNX`: none of the fields is there.
    None,
    /// `FXX`: all of the fields are there.
    All,
}

/// The options as they were given.
pub struct Options<'a> {
    pub expiry: Option<Expiry>,
    pub presence: Option<Presence>,
    /// The arguments that are fields, or fields each with its value.
    pub fields: &'a [Arg<'a>],
}

impl<'a> Options<'a> {
    /// Reads all arguments that are left.
    pub fn parse(ctx: &Ctx<'_>, args: &mut Args<'a>, grammar: &Grammar) -> Result<Options<'a>> {
        let (mut expiry, mut presence, mut fields) = (None, None, None);
        while let Some(argument) = args.peek() {
            let word = args.keyword();
            match word.as_str() {
                "fields" => {
                    let arity = Error::Arity(ctx.row.full_name.clone());
                    let no_number = "invalid number of fields";
                    let given = counted_fields(args, grammar.width, no_number, arity)?;
                    settle_fields(&mut fields, given)?;
                }
                "fnx" if grammar.has_conditions => settle_presence(&mut presence, Presence::None)?,
                "fxx" if grammar.has_conditions => settle_presence(&mut presence, Presence::All)?,
                word => {
                    let unit = Unit::of_option(word);
                    let (own, own_expiry) = grammar.own;
                    if unit.is_none() && word != own {
                        return Err(unknown_argument(argument));
                    }
                    if expiry.is_some() {
                        return Err(Error::msg(grammar.one_expiry));
                    }
                    expiry = Some(match unit {
                        None => own_expiry,
                        Some(_) if args.is_empty() => {
                            return Err(Error::msg("missing expire time"));
                        }
                        Some(unit) => Expiry::At(unit.deadline(ctx, args)?),
                    });
                }
            }
        }
        Ok(Options { expiry, presence, fields: settled_fields(fields)? })
    }
}

fn settle_presence(presence: &mut Option<Presence>, given: Presence) -> Result {
    match presence.replace(given) {
        None => Ok(()),
        Some(_) => Err(Error::msg("Only one of FXX or FNX arguments can be specified")),
    }
}
