//! The last step before the wire: a fault may replace what is written, cut it short, or reset the connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::lock::locked;

/// What happens to the bytes of an answer.
#[derive(Debug)]
pub(super) enum Script {
    /// These are sent instead, then the connection ends.
    Replace(Bytes),
    /// So many are sent, then the connection ends.
    Limit(usize),
    /// The connection is reset.
    Reset,
}

/// Where a request's handler leaves a script for its connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Prompt(Arc<Mutex<Option<Script>>>);

impl Prompt {
    pub(super) fn set(&self, script: Script) {
        *locked(&self.0) = Some(script);
    }
}

/// A TLS stream that follows the prompt.
pub(super) struct ScriptedIo {
    pub(super) stream: TlsStream<TcpStream>,
    pub(super) prompt: Prompt,
}

impl ScriptedIo {
    fn inner(&mut self) -> Pin<&mut TlsStream<TcpStream>> {
        Pin::new(&mut self.stream)
    }

    /// Sends what is left of a replacement, then closes properly and reports the end.
    fn replace(&mut self, context: &mut Context<'_>, rest: &mut Bytes) -> Poll<io::Error> {
        while rest.has_remaining() {
            match ready!(self.inner().poll_write(context, rest)) {
                Ok(0) => return Poll::Ready(ended()),
                Ok(written) => rest.advance(written),
                Err(error) => return Poll::Ready(error),
            }
        }
        let closed = ready!(self.inner().poll_shutdown(context));
        Poll::Ready(closed.err().unwrap_or_else(ended))
    }

    fn write(
        &mut self,
        context: &mut Context<'_>,
        buffer: &[u8],
        script: &mut Script,
    ) -> Poll<io::Result<usize>> {
        match script {
            Script::Replace(rest) => Poll::Ready(Err(ready!(self.replace(context, rest)))),
            Script::Limit(0) => {
                ready!(self.inner().poll_flush(context))?;
                Poll::Ready(Err(ended()))
            }
            Script::Limit(left) => {
                let part = buffer.get(..*left).unwrap_or(buffer);
                let written = ready!(self.inner().poll_write(context, part))?;
                *left -= written;
                Poll::Ready(Ok(written))
            }
            Script::Reset => {
                self.stream.get_ref().0.set_zero_linger()?;
                Poll::Ready(Err(ended()))
            }
        }
    }
}

fn ended() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionAborted)
}

impl AsyncRead for ScriptedIo {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_read(context, buffer)
    }
}

impl AsyncWrite for ScriptedIo {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let prompt = this.prompt.clone();
        let Some(mut script) = locked(&prompt.0).take() else {
            return this.inner().poll_write(context, buffer);
        };
        let outcome = this.write(context, buffer, &mut script);
        prompt.set(script);
        outcome
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_shutdown(context)
    }
}
