//! A reply's body, read piece by piece inside two budgets: one for the whole, one for a single piece of
//! markup. Both count what is left after decompression.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::GzipDecoder;
use bytes::{Buf as _, Bytes};
use futures_util::{Stream, StreamExt as _};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt as _, ReadBuf};
use tokio_util::io::{ReaderStream, StreamReader};

/// Longest single token of markup or text, in bytes; looked at whenever a piece of the body is used up.
const TOKEN_LIMIT: u64 = 1 << 20;
/// How much is decompressed at once, in bytes.
const PIECE: usize = 16 << 10;

/// More bytes came than are wanted.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the answer is longer than it may be")]
pub(super) struct TooLong {
    /// Whether it came compressed.
    pub(super) compressed: bool,
}

/// A bounded body.
pub(super) struct Body {
    pieces: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
    /// What came last and has not been read.
    piece: Bytes,
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
        if compressed {
            let inflated = GzipDecoder::new(StreamReader::new(Box::pin(pieces)));
            Self { compressed, ..Self::from_reader(inflated, limit) }
        } else {
            Self::from_pieces(pieces, limit)
        }
    }

    /// A body that is read from anywhere.
    pub(super) fn from_reader(reader: impl AsyncRead + Send + 'static, limit: u64) -> Self {
        Self::from_pieces(ReaderStream::with_capacity(reader, PIECE), limit)
    }

    /// A body that comes in pieces.
    pub(super) fn from_pieces(
        pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        limit: u64,
    ) -> Self {
        Self {
            pieces: Box::pin(pieces),
            piece: Bytes::new(),
            compressed: false,
            left: limit.saturating_add(1),
            token_left: TOKEN_LIMIT,
        }
    }

    /// Takes the next piece over, inside both budgets; it is empty at the end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.piece.is_empty() {
            if self.left == 0 || self.token_left == 0 {
                return Poll::Ready(Err(io::Error::other(TooLong { compressed: self.compressed })));
            }
            let Some(piece) = ready!(self.pieces.poll_next_unpin(cx)) else { break };
            self.piece = piece?;
            self.piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= self.piece.len() as u64;
            self.token_left = self.token_left.saturating_sub(self.piece.len() as u64);
        }
        Poll::Ready(Ok(()))
    }

    /// Whether the next token is here as a whole, so that it can be read without waiting. For tags with attributes, for
    /// comments and the like nobody looks.
    pub(super) fn holds_token(&self) -> bool {
        match *self.piece {
            [b'<', b'!' | b'?', ..] => false,
            [b'<', ref tag @ ..] => {
                memchr::memchr3(b'>', b'"', b'\'', tag).is_some_and(|end| tag[end] == b'>')
            }
            [b'&', ref reference @ ..] => memchr::memchr2(b';', b'<', reference).is_some(),
            ref text => memchr::memchr(b'<', text).is_some(),
        }
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
    #[inline]
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        // This is asked several times for each token.
        if this.piece.is_empty() {
            ready!(this.poll_piece(cx))?;
        }
        Poll::Ready(Ok(&this.piece))
    }

    #[inline]
    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().piece.advance(amount);
    }
}

/// What is here already.
impl io::BufRead for Body {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.piece)
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.piece.advance(amount);
    }
}

impl io::Read for Body {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let amount = self.piece.len().min(out.len());
        self.piece.copy_to_slice(&mut out[..amount]);
        Ok(amount)
    }
}

impl AsyncRead for Body {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let buffer = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = buffer.len().min(out.remaining());
        out.put_slice(&buffer[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
