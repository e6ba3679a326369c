//! The keys under which secrets are sealed.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Generate;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Length of a key in bytes.
const LENGTH: usize = 32;
/// Largest key file that is read, in bytes.
const FILE_LIMIT: u64 = 64 * 1024;

/// Tells one key from another, and nothing about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    pub(crate) const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&super::hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there are no keys. No variant repeats what was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no key in it.
    #[error("there is no key: expected 64 hexadecimal digits or 32 bytes in Base64")]
    Missing,
    /// A word is no key.
    #[error("word {word} is no key: expected 64 hexadecimal digits or 32 bytes in Base64")]
    Malformed {
        /// Which one, counted from 1.
        word: usize,
    },
    /// Others may read the key file.
    #[error("others than its owner may read {}: chmod 600 it", path.display())]
    Open {
        /// The key file.
        path: PathBuf,
    },
    /// The key file cannot be read, or created.
    #[error(
        "the key file {} cannot be used: it must be readable for the user who runs this, and is never \
         overwritten",
        path.display()
    )]
    File {
        /// The key file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

/// One key. Its bytes are wiped from memory at its end.
pub(crate) struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; LENGTH]>,
}

impl Key {
    fn new(bytes: Zeroizing<[u8; LENGTH]>) -> Self {
        let hash: [u8; 32] =
            Sha256::new().chain_update("ib-store key id").chain_update(*bytes).finalize().into();
        let mut id = [0; 8];
        id.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
        Self { id: KeyId(id), bytes }
    }

    fn parse(word: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        if word.len() == 2 * LENGTH {
            for (byte, digits) in bytes.iter_mut().zip(word.as_bytes().chunks(2)) {
                let digits = std::str::from_utf8(digits).ok()?;
                *byte = u8::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
            }
        } else {
            let decoded = Zeroizing::new(STANDARD.decode(word).ok()?);
            bytes.copy_from_slice(
                decoded.as_slice().first_chunk::<LENGTH>().filter(|_| decoded.len() == LENGTH)?,
            );
        }
        Some(Self::new(bytes))
    }

    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; LENGTH] {
        &self.bytes
    }
}

/// The current key, which seals, and older ones, which only open. `Debug` shows their ids alone.
pub struct Keys {
    current: Key,
    older: Vec<Key>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

impl Keys {
    /// Reads keys from a text, such as an environment variable: words of 64 hexadecimal digits or 32 bytes in
    /// Base64, the current key first.
    ///
    /// # Errors
    ///
    /// [`KeyError::Missing`], [`KeyError::Malformed`].
    ///
    /// ```
    /// use ib_store::Keys;
    ///
    /// let (new, old) = ("0f".repeat(32), "kJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJA=");
    /// let keys = Keys::parse(&format!("{new}\n{old}"))?;
    /// assert_eq!(keys.ids().count(), 2);
    /// assert!(Keys::parse("correct horse").is_err());
    /// # Ok::<(), ib_store::KeyError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let words = text.split_whitespace().zip(1..);
        let read = words.map(|(word, at)| Key::parse(word).ok_or(KeyError::Malformed { word: at }));
        let mut keys = read.collect::<Result<Vec<_>, _>>()?.into_iter();
        Ok(Self { current: keys.next().ok_or(KeyError::Missing)?, older: keys.collect() })
    }

    /// Reads keys from a file, one a line, the current key first. On Unix, nobody but its owner may have any
    /// right to it.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        if !is_private(&file).map_err(failed)? {
            return Err(KeyError::Open { path: path.to_owned() });
        }
        let size = file.metadata().map_err(failed)?.len().min(FILE_LIMIT);
        // With room for all of it, so that no copy is left behind where the text had to grow.
        let mut text = Zeroizing::new(String::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
        file.take(size).read_to_string(&mut text).map_err(failed)?;
        Self::parse(&text)
    }

    /// Draws a key at random and writes it into a file that is not there yet, for its owner alone. To be
    /// called on the first start; a lost key takes the secrets that people are logged in with.
    ///
    /// # Errors
    ///
    /// [`KeyError::File`] where the file is there already or cannot be written, [`KeyError::Random`].
    pub fn create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let bytes = <[u8; LENGTH]>::try_generate().map(Zeroizing::new).map_err(|_| KeyError::Random)?;
        let text = Zeroizing::new(super::hex(bytes.as_slice()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        written.map_err(|source| KeyError::File { path: path.to_owned(), source })?;
        Ok(Self { current: Key::new(bytes), older: Vec::new() })
    }

    /// The ids of the keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.all().map(Key::id)
    }

    pub(crate) const fn current(&self) -> &Key {
        &self.current
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&Key> {
        self.all().find(|key| key.id == id)
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

#[cfg(unix)]
fn is_private(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let others = 0o077;
    Ok(file.metadata()?.permissions().mode() & others == 0)
}

#[cfg(not(unix))]
fn is_private(_: &File) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_the_same_key_and_nothing_shows_it() {
        let hex = Keys::parse(&"90".repeat(32)).unwrap();
        let base64 = Keys::parse("kJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJA=").unwrap();
        assert_eq!(hex.current().bytes(), base64.current().bytes());
        assert_eq!(format!("{hex:?}"), format!("Keys([{}])", hex.current().id()));
    }

    #[test]
    fn what_is_no_key_is_not_repeated() {
        assert!(matches!(Keys::parse(" \n"), Err(KeyError::Missing)));
        for word in ["zz".repeat(32), "+f".repeat(32), "90".repeat(31), "90".repeat(33), "ä".repeat(32)] {
            let error = Keys::parse(&format!("{} {word}", "90".repeat(32))).unwrap_err();
            assert!(matches!(error, KeyError::Malformed { word: 2 }));
            assert!(!format!("{error} {error:?}").contains(&word));
        }
    }

    #[test]
    fn a_key_file_is_created_once_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(matches!(Keys::read(&path), Err(KeyError::File { .. })));
        let created = Keys::create(&path).unwrap();
        assert!(matches!(Keys::create(&path), Err(KeyError::File { .. })));
        assert_eq!(Keys::read(&path).unwrap().current().bytes(), created.current().bytes());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        Keys::create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            assert!(matches!(Keys::read(&path), Err(KeyError::Open { .. })));
        }
    }
}
