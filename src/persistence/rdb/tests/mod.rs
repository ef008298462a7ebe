//! Tests over the format as a whole: real files, and values on the way there and back.

mod broken;
mod files;
mod recipe;
mod round_trip;
