#!/bin/sh
# Starts skein in the foreground with the flags given, from any working directory.
# Builds it in release first, but only where the binary is missing or older than its sources:
# a server that is built starts at once, without asking cargo.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
target=${CARGO_TARGET_DIR:-$top/target}
case $target in
    /*) ;;
    *) target=$PWD/$target ;;
esac
server=$target/release/skein

# True when anything that goes into the binary is newer than it.
stale() {
    [ ! -x "$server" ] ||
        [ -n "$(find "$top/src" "$top/Cargo.toml" "$top/Cargo.lock" -newer "$server" -print -quit)" ]
}

if stale; then
    # Cargo's own output would stand before the server's log: quiet, errors on stderr.
    CARGO_TARGET_DIR=$target cargo build --quiet --release --bin skein \
        --manifest-path "$top/Cargo.toml" >&2
    # Cargo leaves the binary alone when the change did not reach it.
    touch "$server"
fi

exec "$server" "$@"
