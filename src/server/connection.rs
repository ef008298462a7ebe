//! One connection's thread: read requests, dispatch them, write replies, until either side
//! ends it. Replies gather while complete requests are left in the input, and go out in
//! one write.

use crate::engine::Engine;
use crate::engine::dispatch::dispatch;
use crate::protocol::input::Input;
use crate::protocol::parse::{ProtocolError, RequestLimits};
use crate::protocol::{Arg, Error, Reply};
use crate::services::clients::{Client, add};
use crate::services::config::params;
use crate::services::session::{ReplyMode, Session};
use crate::services::stream::Stream;
use crate::util::clock;
use smallvec::SmallVec;
use std::io::{self, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Replies of more than this many bytes are written though more requests are waiting.
const FLUSH_BYTES: usize = 64 * 1024;
/// An output buffer up to this size is kept while the client is idle.
const KEPT_BYTES: usize = 8 * 1024;
/// How long a larger one is kept.
const KEPT_FOR: Duration = Duration::from_secs(2);

/// Serves one client until it leaves.
pub fn serve(engine: &Engine, client: Arc<Client>) {
    let stream = Arc::clone(&client.stream);
    let mut connection = Connection {
        engine,
        session: Session::new(client, !needs_password(engine)),
        input: Input::new(&stream),
        stream: &stream,
        output: Vec::new(),
    };
    // Errors of the socket mean that the client is gone: there is nobody to tell.
    let _ = connection.run();
    stream.shutdown(Shutdown::Both);
}

/// Whether a client must authenticate first.
fn needs_password(engine: &Engine) -> bool {
    !engine.config.get(params::REQUIREPASS).is_empty()
}

struct Connection<'a> {
    engine: &'a Engine,
    session: Session,
    input: Input<&'a Stream>,
    stream: &'a Stream,
    output: Vec<u8>,
}

impl Connection<'_> {
    fn run(&mut self) -> io::Result<()> {
        loop {
            if let Err(error) = self.serve_complete_requests()? {
                self.refuse(&error);
                return self.flush();
            }
            self.flush()?;
            if self.session.closing || self.session.client.is_killed() || !self.read()? {
                return Ok(());
            }
        }
    }

    /// Serves every request that has arrived whole. Never reads.
    fn serve_complete_requests(&mut self) -> io::Result<Result<(), ProtocolError>> {
        let mut now_us = clock::now_us();
        let mut served = 0;
        while !self.session.closing {
            match self.input.poll(&self.limits()) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
            now_us = self.serve_one(now_us);
            served += 1;
            if self.output.len() >= FLUSH_BYTES {
                self.flush()?;
            }
        }
        let client = &self.session.client;
        add(&client.commands, served);
        client.last_active_ms.store(now_us / 1000, Relaxed);
        client.query_bytes.store(self.input.pending_bytes() as u64, Relaxed);
        client.query_allocated_bytes.store(self.input.allocated_bytes() as u64, Relaxed);
        Ok(Ok(()))
    }

    fn serve_one(&mut self, now_us: i64) -> i64 {
        let began = self.output.len();
        let mut ended_us = now_us;
        {
            let argv: SmallVec<[Arg<'_>; 8]> = self.input.args().collect();
            if !argv.is_empty() {
                let mut reply = Reply::new(&mut self.output, self.session.resp3);
                ended_us = dispatch(self.engine, &mut self.session, &argv, &mut reply, now_us);
            }
        }
        self.apply_reply_mode(began);
        self.input.advance();
        ended_us
    }

    /// Takes the reply back if CLIENT REPLY asked for silence.
    fn apply_reply_mode(&mut self, began: usize) {
        match self.session.reply_mode {
            ReplyMode::On => {}
            ReplyMode::Off => self.output.truncate(began),
            ReplyMode::SkipNext => {
                self.output.truncate(began);
                self.session.reply_mode = ReplyMode::Skip;
            }
            ReplyMode::Skip => {
                self.output.truncate(began);
                self.session.reply_mode = ReplyMode::On;
            }
        }
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
        if self.input.pending_bytes() as i64 > most {
            self.engine.log.warning("Closing client that reached max query buffer length");
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

    /// A client that stays silent for a while gives back a large output buffer.
    fn shrink_when_idle(&mut self) {
        if self.output.capacity() > KEPT_BYTES && !self.stream.is_readable_within(KEPT_FOR) {
            self.output = Vec::new();
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        let client = &self.session.client;
        client.output_bytes.store(self.output.len() as u64, Relaxed);
        (&mut &*self.stream).write_all(&self.output)?;
        client.output_bytes.store(0, Relaxed);
        add(&client.bytes_out, self.output.len() as u64);
        let stripe = self.engine.stats.stripe(client.id);
        stripe.bytes_out.fetch_add(self.output.len() as u64, Relaxed);
        stripe.writes.fetch_add(1, Relaxed);
        self.output.clear();
        Ok(())
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
        Reply::new(&mut self.output, self.session.resp3).error(&error);
    }
}
