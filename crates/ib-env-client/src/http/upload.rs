//! A package inside a SOAP envelope, sent piece by piece: never is the whole in memory.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream, Stream};

use crate::Package;

/// How much of a package is encoded at once, in bytes. A multiple of three: only the last part is padded.
const PART: usize = 48 << 10;

/// Why a package ended before it was sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("{missing} bytes are missing at its end")]
    TooShort { missing: u64 },
    #[error("it is longer than it was said to be")]
    TooLong,
    #[error("it could not be read ({})", .0.kind())]
    Piece(#[source] io::Error),
}

/// How long the envelope is around a package, encoded, of `size` bytes.
pub(super) const fn length(head: &Bytes, size: u64, tail: &Bytes) -> u64 {
    // A size at which this is not exact can never be sent.
    size.div_ceil(3).saturating_mul(4).saturating_add((head.len() + tail.len()) as u64)
}

/// The head, the package in Base64, and the tail. The tail comes only after the package has ended where it
/// should, so nobody ever gets a whole envelope around a package that is not whole.
pub(super) fn pieces(
    head: Bytes,
    package: Package,
    tail: Bytes,
) -> impl Stream<Item = Result<Bytes, Unreadable>> + Send + 'static {
    let reading =
        Reading { left: package.size(), pieces: package.into_pieces(), piece: Bytes::new(), ended: false };
    let upload = Upload { head: Some(head), reading, tail: Some(tail) };
    stream::try_unfold(upload, Upload::next)
}

/// What has not been sent yet.
struct Upload {
    head: Option<Bytes>,
    reading: Reading,
    tail: Option<Bytes>,
}

impl Upload {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Unreadable> {
        if let Some(head) = self.head.take() {
            return Ok(Some((head, self)));
        }
        let part = self.reading.part().await?;
        if part.is_empty() {
            return Ok(self.tail.take().map(|tail| (tail, self)));
        }
        Ok(Some((STANDARD.encode(part).into(), self)))
    }
}

/// The pieces of a package, read into parts of equal length.
struct Reading {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    /// What is left of the last piece.
    piece: Bytes,
    /// How many bytes have still to come.
    left: u64,
    ended: bool,
}

impl Reading {
    /// The next part; the last one may be shorter, and nothing comes after it.
    async fn part(&mut self) -> Result<Vec<u8>, Unreadable> {
        let mut part = Vec::with_capacity(PART);
        while part.len() < PART && self.has_more().await? {
            let taken = self.piece.len().min(PART - part.len());
            part.extend_from_slice(&self.piece.split_to(taken));
        }
        Ok(part)
    }

    /// Whether there is a piece to take from. The package must end exactly where it should.
    async fn has_more(&mut self) -> Result<bool, Unreadable> {
        while self.piece.is_empty() && !self.ended {
            match self.pieces.next().await {
                Some(piece) => {
                    let piece = piece.map_err(Unreadable::Piece)?;
                    let left = self.left.checked_sub(piece.len() as u64);
                    self.left = left.ok_or(Unreadable::TooLong)?;
                    self.piece = piece;
                }
                None if self.left > 0 => return Err(Unreadable::TooShort { missing: self.left }),
                None => self.ended = true,
            }
        }
        Ok(!self.piece.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;
    use proptest::prelude::*;

    use super::*;

    const HEAD: Bytes = Bytes::from_static(b"<File>");
    const TAIL: Bytes = Bytes::from_static(b"</File>");

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    /// Everything that is sent, and whether it came to its end.
    fn sent(size: u64, pieces_of: Vec<io::Result<Bytes>>) -> (Vec<u8>, Option<Unreadable>) {
        let package = Package::new(size, stream::iter(pieces_of));
        let mut all = Vec::new();
        let stream = pieces(HEAD, package, TAIL);
        let end = block_on(stream.try_for_each(|piece| {
            all.extend_from_slice(&piece);
            std::future::ready(Ok(()))
        }));
        (all, end.err())
    }

    /// Content cut at the given places.
    fn cut(content: &[u8], at: &[prop::sample::Index]) -> Vec<Bytes> {
        let mut at: Vec<_> = at.iter().map(|index| index.index(content.len() + 1)).collect();
        at.extend([0, content.len()]);
        at.sort_unstable();
        at.windows(2).map(|ends| Bytes::copy_from_slice(&content[ends[0]..ends[1]])).collect()
    }

    proptest! {
        #[test]
        fn however_a_package_is_cut_it_arrives_whole_and_as_long_as_was_said(
            content in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                (PART - 4..PART + 5, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
                (2 * PART - 4..2 * PART + 5, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]),
            ],
            at in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let size = content.len() as u64;
            let (all, end) = sent(size, cut(&content, &at).into_iter().map(Ok).collect());
            prop_assert!(end.is_none(), "{end:?}");
            prop_assert_eq!(all.len() as u64, length(&HEAD, size, &TAIL));
            let encoded = all.strip_prefix(&HEAD[..]).and_then(|rest| rest.strip_suffix(&TAIL[..])).unwrap();
            prop_assert_eq!(STANDARD.decode(encoded).unwrap(), content);
        }

        #[test]
        fn what_is_not_as_long_as_was_said_never_gets_its_end(
            content in prop::collection::vec(any::<u8>(), 0..200),
            size in 0_u64..200,
            at in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            prop_assume!(size != content.len() as u64);
            let (all, end) = sent(size, cut(&content, &at).into_iter().map(Ok).collect());
            let too_short = content.len() < usize::try_from(size).unwrap();
            prop_assert!(matches!(end, Some(Unreadable::TooShort { .. })) == too_short, "{end:?}");
            prop_assert!(matches!(end, Some(Unreadable::TooLong)) != too_short, "{end:?}");
            prop_assert!(!all.ends_with(&TAIL));
            prop_assert!((all.len() as u64) < length(&HEAD, size, &TAIL));
        }
    }

    #[test]
    fn a_piece_that_fails_ends_it_though_all_bytes_have_come() {
        let failed = Err(io::Error::from(io::ErrorKind::PermissionDenied));
        let (all, end) = sent(3, vec![Ok(Bytes::from_static(b"abc")), failed]);
        assert_eq!(end.unwrap().to_string(), "it could not be read (permission denied)");
        assert!(!all.ends_with(&TAIL));
    }

    #[test]
    fn one_large_piece_is_sent_in_small_parts() {
        let content = Bytes::from(vec![7; 1 << 20]);
        let sizes: Vec<usize> = block_on(
            pieces(HEAD, Package::of_bytes(content), TAIL).map_ok(|piece| piece.len()).try_collect(),
        )
        .unwrap();
        assert!(sizes.iter().all(|size| *size <= PART / 3 * 4), "{sizes:?}");
    }

    #[test]
    fn a_size_beyond_all_measure_has_a_length_all_the_same() {
        assert_eq!(length(&HEAD, u64::MAX, &TAIL), u64::MAX);
    }
}
