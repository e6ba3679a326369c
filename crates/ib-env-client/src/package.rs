//! A package on its way to an environment.

use std::{fmt, io};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream, Stream};

/// A package, handed over piece by piece, so that it is never held as a whole.
///
/// ```
/// use ib_env_client::Package;
///
/// let package = Package::of_bytes("the content of an .oap file");
/// assert_eq!(package.size(), 27);
/// ```
pub struct Package {
    size: u64,
    pieces: BoxStream<'static, io::Result<Bytes>>,
}

impl Package {
    /// A package of `size` bytes. Pieces that end early or late, or fail, end the upload with an error.
    pub fn new(size: u64, pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self { size, pieces: pieces.boxed() }
    }

    /// A package that is in memory already, as in tests.
    pub fn of_bytes(content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self::new(content.len() as u64, stream::iter([Ok(content)]))
    }

    /// How many bytes it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its pieces, in order.
    pub fn into_pieces(self) -> BoxStream<'static, io::Result<Bytes>> {
        self.pieces
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Package").field("size", &self.size).finish_non_exhaustive()
    }
}
