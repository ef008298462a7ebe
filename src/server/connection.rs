//! One connection's thread: read requests, dispatch them, write replies, until either side
//! ends it. Replies gather while complete requests are left in the input, and go out in
//! one write.

use crate::commands::describe_client;
use crate::engine::Engine;
use crate::engine::batch::Batch;
use crate::engine::dispatch::dispatch;
use crate::protocol::input::Input;
use crate::protocol::parse::{ProtocolError, RequestLimits};
use crate::protocol::{Error, Reply};
use crate::services::clients::{Client, add, flags};
use crate::services::config::params;
use crate::services::outbox::Outbox;
use crate::services::outbox::delivery::{self, Deliveries};
use crate::services::session::{ReplyMode, Session};
use crate::services::stream::Stream;
use crate::util::clock;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Replies of more than this many bytes are written though more requests are waiting.
const FLUSH_BYTES: usize = 64 * 1024;
/// The most that is written at once: whoever takes a long reply slowly is not idle.
const WRITE_BYTES: usize = 256 * 1024;
/// An output buffer that grew beyond this is given back as soon as it is written.
const BUSY_BYTES: usize = 1024 * 1024;
/// An output buffer up to this size is kept while the client is idle.
const KEPT_BYTES: usize = 8 * 1024;
/// How long a larger one is kept.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// Serves one client until it leaves.
pub fn serve(engine: &Engine, client: Arc<Client>) {
    let stream = Arc::clone(&client.stream);
    let session = Session::new(Arc::clone(&client), !needs_password(engine));
    let _deliveries = Deliveries::begin();
    // The sockets themselves, not `Stream`, are handed to the reader: the standard library
    // fills their buffers without zeroing them first, and an idle client's stay untouched.
    // Errors of the socket mean that the client is gone: there is nobody to tell.
    let _ = match &*stream {
        Stream::Tcp(tcp) => Connection::new(engine, session, &stream, tcp).run(),
        Stream::Unix(unix) => Connection::new(engine, session, &stream, unix).run(),
    };
    stream.shutdown(Shutdown::Both);
    if client.has(flags::OVERFLOWED) {
        engine.stats.output_limit_disconnections.fetch_add(1, Relaxed);
        engine.log.warning(format!(
            "Client {} scheduled to be closed ASAP for overcoming of output buffer limits.",
            describe_client(engine, &client).trim_end()
        ));
    }
}

/// Whether a client must authenticate first.
fn needs_password(engine: &Engine) -> bool {
    !engine.config.get(params::REQUIREPASS).is_empty()
}

/// Whoever leaves listens to nothing and watches nothing any more.
impl<R> Drop for Connection<'_, R> {
    fn drop(&mut self) {
        self.engine.pubsub.leave(&mut self.session);
        self.engine.monitors.leave(&self.session.client);
        self.engine.tracking.switch_off(&self.session.client);
        if let Some(outbox) = self.session.client.outbox() {
            outbox.close();
        }
        self.session.unwatch(&self.engine.keyspace);
    }
}

struct Connection<'a, R> {
    engine: &'a Engine,
    session: Session,
    input: Input<R>,
    stream: &'a Stream,
    output: Vec<u8>,
}

impl<'a, R: Read> Connection<'a, R> {
    fn new(engine: &'a Engine, session: Session, stream: &'a Stream, reader: R) -> Self {
        Connection { engine, session, input: Input::new(reader), stream, output: Vec::new() }
    }

    fn run(&mut self) -> io::Result<()> {
        loop {
            if let Some(outbox) = self.session.client.outbox() {
                outbox.cork();
            }
            if let Err(error) = self.serve_complete_requests()? {
                self.refuse(&error);
                return self.flush();
            }
            self.flush()?;
            self.session.client.uncork();
            if self.is_over() || !self.read()? {
                return Ok(());
            }
        }
    }

    /// Serves every request that has arrived whole. Never reads.
    fn serve_complete_requests(&mut self) -> io::Result<Result<(), ProtocolError>> {
        let mut now_us = clock::now_us();
        while !self.is_over() {
            match self.input.poll(&self.limits()) {
                Ok(0) => break,
                Ok(ready) => now_us = self.serve_batch(ready, now_us)?,
                Err(error) => return Ok(Err(error)),
            }
        }
        let client = &self.session.client;
        client.last_active_ms.store(now_us / 1000, Relaxed);
        client.query_bytes.store(self.input.pending_bytes() as u64, Relaxed);
        client.query_allocated_bytes.store(self.input.allocated_bytes() as u64, Relaxed);
        Ok(Ok(()))
    }

    /// Serves the requests at the front of the input. Returns the time at which the last ended.
    fn serve_batch(&mut self, ready: usize, mut now_us: i64) -> io::Result<i64> {
        let mut batch = Batch::default();
        (0..ready).for_each(|index| batch.push(self.engine, self.input.args(index)));
        for call in batch.calls(self.engine, self.session.db) {
            if self.output.len() >= FLUSH_BYTES || call.may_wait(self.engine, now_us) {
                flush(self.engine, &self.session, self.stream, &mut self.output)?;
                // A slow client kept that waiting, and a deadline counts from now.
                now_us = clock::now_us();
            }
            let began = self.output.len();
            let mut reply = Reply::new(&mut self.output, self.session.resp3);
            now_us = dispatch(self.engine, &mut self.session, &call, &mut reply, now_us);
            apply_reply_mode(&mut self.session, &mut self.output, began);
            add(&self.session.client.commands, 1);
            if self.is_over() {
                break;
            }
        }
        drop(batch);
        self.input.advance();
        Ok(now_us)
    }

    /// Whether nothing more is to be served.
    fn is_over(&self) -> bool {
        self.session.closing || self.session.client.is_killed()
    }

    fn limits(&self) -> RequestLimits {
        RequestLimits {
            max_bulk_bytes: self.engine.config.get(params::PROTO_MAX_BULK_LEN),
            authenticated: self.session.authenticated,
        }
    }

    /// Waits for more input. Returns whether any came.
    fn read(&mut self) -> io::Result<bool> {
        let most = self.engine.config.get(params::CLIENT_QUERY_BUFFER_LIMIT);
        // What MULTI has queued has not been served yet either.
        let queued_bytes = self.session.queue.as_ref().map_or(0, |queue| queue.bytes);
        if (self.input.pending_bytes() + queued_bytes) as i64 > most {
            self.engine.log.warning("Closing client that reached max query buffer length");
            self.engine.stats.query_limit_disconnections.fetch_add(1, Relaxed);
            return Ok(false);
        }
        self.shrink_when_idle();
        let count = match self.input.fill() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            other => other?,
        };
        let stripe = self.engine.stats.stripe(self.session.client.id);
        stripe.bytes_in.fetch_add(count as u64, Relaxed);
        stripe.reads.fetch_add(1, Relaxed);
        add(&self.session.client.bytes_in, count as u64);
        Ok(count > 0)
    }

    /// A client that stays silent for a while gives back large buffers.
    fn shrink_when_idle(&mut self) {
        let has_large_output = self.output.capacity() > KEPT_BYTES;
        let is_roomy = has_large_output || self.input.is_roomy();
        if !is_roomy || self.stream.is_readable_within(KEPT_FOR) {
            return;
        }
        self.input.shrink();
        if has_large_output {
            self.output = Vec::new();
            self.engine.stats.output_shrinks.fetch_add(1, Relaxed);
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        flush(self.engine, &self.session, self.stream, &mut self.output)
    }

    /// Answers a request that is not RESP; the connection ends after it.
    fn refuse(&mut self, error: &ProtocolError) {
        let client = &self.session.client;
        self.engine.log.verbose(format!(
            "Protocol error ({}) from client: id={} addr={}",
            error.0, client.id, client.addr
        ));
        let error = Error::msg(format!("Protocol error: {}", error.0));
        self.engine.stats.error("ERR");
        let began = self.output.len();
        Reply::new(&mut self.output, self.session.resp3).error(&error);
        apply_reply_mode(&mut self.session, &mut self.output, began);
    }
}

/// Takes the reply back if CLIENT REPLY asked for silence. Pushes are no replies.
fn apply_reply_mode(session: &mut Session, output: &mut Vec<u8>, began: usize) {
    let has_pushes = std::mem::take(&mut session.reply_has_pushes);
    session.reply_mode = match session.reply_mode {
        ReplyMode::On => return,
        ReplyMode::Off => ReplyMode::Off,
        ReplyMode::SkipNext => ReplyMode::Skip,
        ReplyMode::Skip => ReplyMode::On,
    };
    if !has_pushes {
        output.truncate(began);
    }
}

/// Writes all replies that have gathered.
fn flush(
    engine: &Engine,
    session: &Session,
    mut stream: &Stream,
    output: &mut Vec<u8>,
) -> io::Result<()> {
    // Before anything that may wait for this client: others wait for what it published.
    delivery::deliver();
    if output.is_empty() {
        return Ok(());
    }
    // What is answered is in the append-only file before; if it cannot be, nobody hears of it.
    engine.aof.settle(session.logged_to)?;
    let client = &session.client;
    let messages_bytes = client.outbox().map_or(0, |outbox| outbox.waiting().1);
    if client.is_too_much(output.len() as u64 + messages_bytes) {
        client.overflow();
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let turn = client.outbox().map(Outbox::turn).transpose()?;
    if let Some(turn) = &turn {
        delivery::send(client, &engine.stats, &turn.before, 0, true)?;
    }
    let stripe = engine.stats.stripe(client.id);
    let mut left = output.len() as u64;
    client.output_bytes.store(left, Relaxed);
    for part in output.chunks(WRITE_BYTES) {
        stream.write_all(part)?;
        let written = part.len() as u64;
        left -= written;
        if left > 0 {
            client.last_active_ms.store(clock::now_ms(), Relaxed);
        }
        client.output_bytes.store(left, Relaxed);
        add(&client.bytes_out, written);
        stripe.bytes_out.fetch_add(written, Relaxed);
        stripe.writes.fetch_add(1, Relaxed);
    }
    output.clear();
    if output.capacity() > BUSY_BYTES {
        *output = Vec::new();
    }
    Ok(())
}
