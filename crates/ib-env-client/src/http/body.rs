//! A reply's body, read piece by piece inside two budgets: one for the whole, one for a single piece of
//! markup. Both count what is left after decompression.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_compression::tokio::bufread::GzipDecoder;
use futures_util::StreamExt;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt, BufReader, ReadBuf};
use tokio_util::io::StreamReader;

/// Longest single piece of markup or text, in bytes.
const TOKEN_LIMIT: u64 = 1 << 20;

/// More bytes came than are wanted.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the answer is longer than it may be")]
pub(super) struct TooLong {
    /// Whether it came compressed.
    pub(super) compressed: bool,
}

/// A bounded body.
pub(super) struct Body {
    reader: Box<dyn AsyncBufRead + Send + Unpin>,
    compressed: bool,
    left: u64,
    token_left: u64,
}

impl Body {
    /// The body of a response, of which at most `limit` bytes are read.
    pub(super) fn new(response: reqwest::Response, limit: u64) -> Self {
        let compressed = response
            .headers()
            .get(reqwest::header::CONTENT_ENCODING)
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let pieces = response.bytes_stream().map(|piece| piece.map_err(io::Error::other));
        let reader = StreamReader::new(Box::pin(pieces));
        if compressed {
            let inflated = BufReader::new(GzipDecoder::new(reader));
            Self { compressed, ..Self::from_reader(inflated, limit) }
        } else {
            Self::from_reader(reader, limit)
        }
    }

    /// A body that is read from anywhere.
    pub(super) fn from_reader(reader: impl AsyncBufRead + Send + Unpin + 'static, limit: u64) -> Self {
        let left = limit.saturating_add(1);
        Self { reader: Box::new(reader), compressed: false, left, token_left: TOKEN_LIMIT }
    }

    /// Begins a new token: its budget is its own.
    pub(super) const fn next_token(&mut self) {
        self.token_left = TOKEN_LIMIT;
    }

    /// Reads everything into memory, inside the limit.
    pub(super) async fn collect(mut self) -> io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        self.token_left = u64::MAX;
        self.read_to_end(&mut whole).await?;
        Ok(whole)
    }
}

impl AsyncBufRead for Body {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let limit = usize::try_from(this.left.min(this.token_left)).unwrap_or(usize::MAX);
        if limit == 0 {
            return Poll::Ready(Err(io::Error::other(TooLong { compressed: this.compressed })));
        }
        Pin::new(&mut this.reader).poll_fill_buf(cx).map_ok(|buffer| &buffer[..buffer.len().min(limit)])
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.left = this.left.saturating_sub(amount as u64);
        this.token_left = this.token_left.saturating_sub(amount as u64);
        Pin::new(&mut this.reader).consume(amount);
    }
}

impl AsyncRead for Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let buffer = std::task::ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = buffer.len().min(out.remaining());
        out.put_slice(&buffer[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
