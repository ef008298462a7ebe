//! A small blocking client: requests out, replies in, and raw bytes both ways for the tests of
//! the protocol itself. Every read has a deadline, so that a silent server fails a test.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::reply::Reply;

/// How long a reply may take, unless the test says otherwise.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// One connection to a server on the loopback interface.
pub struct Client {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Client {
    /// Connects to `port` on 127.0.0.1; panics when nobody listens.
    #[track_caller]
    pub fn connect(port: u16) -> Client {
        match Client::try_connect(port) {
            Ok(client) => client,
            Err(error) => panic!("cannot connect to port {port}: {error}"),
        }
    }

    pub fn try_connect(port: u16) -> io::Result<Client> {
        let output = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
        output.set_nodelay(true)?;
        output.set_read_timeout(Some(READ_TIMEOUT))?;
        output.set_write_timeout(Some(READ_TIMEOUT))?;
        Ok(Client { input: BufReader::with_capacity(64 * 1024, output.try_clone()?), output })
    }

    /// Sends one command and waits for its reply; panics when the connection ends.
    #[track_caller]
    pub fn cmd<A: AsRef<[u8]>>(&mut self, args: &[A]) -> Reply {
        match self.try_cmd(args) {
            Ok(reply) => reply,
            Err(error) => panic!("no reply to {}: {error}", show_args(args)),
        }
    }

    pub fn try_cmd<A: AsRef<[u8]>>(&mut self, args: &[A]) -> io::Result<Reply> {
        self.output.write_all(&encode(args))?;
        self.try_recv()
    }

    /// Sends all commands in one write and reads as many replies.
    #[track_caller]
    pub fn pipeline<A: AsRef<[u8]>>(&mut self, commands: &[Vec<A>]) -> Vec<Reply> {
        let bytes: Vec<u8> = commands.iter().flat_map(|args| encode(args)).collect();
        // A second thread writes, so that neither side blocks on full socket buffers.
        let mut output = self.output.try_clone().expect("a socket can be cloned");
        std::thread::scope(|scope| {
            scope.spawn(move || output.write_all(&bytes));
            commands.iter().map(|_| self.recv()).collect()
        })
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn send(&mut self, bytes: &[u8]) {
        self.output.write_all(bytes).expect("the server takes what is sent");
    }

    /// As [`Client::send`], for a server that may have hung up already.
    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)
    }

    /// The next reply; panics when there is none in time.
    #[track_caller]
    pub fn recv(&mut self) -> Reply {
        match self.try_recv() {
            Ok(reply) => reply,
            Err(error) => panic!("no reply: {error}"),
        }
    }

    pub fn try_recv(&mut self) -> io::Result<Reply> {
        Reply::read(&mut self.input)
    }

    /// Exactly `count` bytes, whatever they mean.
    #[track_caller]
    pub fn recv_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => bytes,
            Err(error) => panic!("fewer than {count} bytes came: {error}"),
        }
    }

    /// Everything until the server closes the connection; panics when it stays open.
    #[track_caller]
    pub fn recv_to_end(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.input.read_to_end(&mut bytes) {
            // A reset after the last reply is a close as well: input was left unread.
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => {
                panic!("the server did not close the connection: {error}")
            }
            _ => bytes,
        }
    }

    /// Whether nothing arrives for `wait`.
    pub fn is_silent_for(&mut self, wait: Duration) -> bool {
        self.set_timeout(wait);
        let mut byte = [0];
        let silent = match self.output.peek(&mut byte) {
            Ok(_) => false,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        self.set_timeout(READ_TIMEOUT);
        silent && self.input.buffer().is_empty()
    }

    /// How long a read may wait from now on.
    pub fn set_timeout(&mut self, wait: Duration) {
        self.output.set_read_timeout(Some(wait)).expect("a timeout above zero can be set");
    }

    /// Tells the server that no more requests will come; replies still can.
    pub fn close_output(&mut self) {
        let _ = self.output.shutdown(std::net::Shutdown::Write);
    }

    pub fn local_addr(&self) -> String {
        self.output.local_addr().map(|addr| addr.to_string()).unwrap_or_default()
    }
}

/// A request in the form that clients send: an array of bulk strings.
pub fn encode<A: AsRef<[u8]>>(args: &[A]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        let arg = arg.as_ref();
        request.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        request.extend_from_slice(arg);
        request.extend_from_slice(b"\r\n");
    }
    request
}

/// The command as a person would type it, long arguments cut.
fn show_args<A: AsRef<[u8]>>(args: &[A]) -> String {
    let shown: Vec<String> = args
        .iter()
        .map(|arg| {
            let arg = arg.as_ref();
            format!("{}", arg[..arg.len().min(60)].escape_ascii())
        })
        .collect();
    shown.join(" ")
}
