//! The file at the log's end, and what is on its way into it. Only the thread that leads has it.

use crate::persistence::disk::DiskFile;
use std::io;
use std::sync::Arc;

/// A buffer that grew beyond this is not kept once it is empty.
const KEPT_BYTES: usize = 1024 * 1024;

/// Where the bytes of the log go.
#[derive(Default)]
pub struct Sink {
    /// None while the log is off.
    file: Option<Arc<dyn DiskFile>>,
    /// What was taken from the log; the first `done` bytes of it are written.
    buffer: Vec<u8>,
    done: usize,
}

impl Sink {
    /// The file.
    pub fn file(&self) -> Option<&Arc<dyn DiskFile>> {
        self.file.as_ref()
    }

    /// Goes on with another file, or none. What was not written is forgotten.
    pub fn replace(&mut self, file: Option<Arc<dyn DiskFile>>) {
        *self = Sink { file, ..Sink::default() };
    }

    /// The buffer, to be filled. It is empty.
    pub fn empty_buffer(&mut self) -> &mut Vec<u8> {
        debug_assert_eq!(self.done, self.buffer.len(), "bytes on their way to the file");
        self.buffer.clear();
        self.buffer.shrink_to(KEPT_BYTES);
        self.done = 0;
        &mut self.buffer
    }

    /// Writes what the buffer has, and counts every byte that got into the file, an error or
    /// not; the next call goes on behind them.
    pub fn write(&mut self, mut count: impl FnMut(usize)) -> io::Result<()> {
        let Some(file) = &self.file else {
            self.done = self.buffer.len();
            return Ok(());
        };
        while let Some(rest) = self.buffer.get(self.done..).filter(|rest| !rest.is_empty()) {
            match file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    // A file that claims more than it was given wrote all of it.
                    let written = written.min(rest.len());
                    self.done += written;
                    count(written);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
