//! The executable: the allocator and its settings. Everything else is in the library.
#![allow(unsafe_code)]

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// jemalloc's settings. A server with thousands of threads wants few arenas and small caches
/// for each thread: by default an idle one holds 48 KiB, most of it never used. Pages that
/// became free go back to the system by a thread of the allocator's own. Nodes of long lists have
/// 8 KiB and grow there step by step: a thread keeps blocks of these sizes too, or each step would
/// leave a hole, and four share a slab, as each slab has a header.
// SAFETY: jemalloc reads this symbol, a pointer to a C string, once before it allocates; the
// first word of a slice reference is that pointer.
#[unsafe(export_name = "_rjem_malloc_conf")]
pub static MALLOC_CONF: &[u8] = b"narenas:4,background_thread:true,lg_tcache_max:13,\
tcache_nslots_small_min:2,tcache_nslots_small_max:16,lg_tcache_nslots_mul:-2,\
slab_sizes:8192-8192:8\0";

fn main() -> ExitCode {
    skein::server::main::main()
}
