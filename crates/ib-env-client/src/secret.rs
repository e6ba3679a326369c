//! Secrets of other people. None of these types can be printed, compared or serialised.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// Longest user name that is sent. Integration Builder once broke at 50 characters
/// (`integration-builder.md` 8), so the limit is far above what any directory holds.
const USERNAME_LIMIT: usize = 1000;

/// Why a text cannot be used as a secret. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is nothing in it.
    #[error("the {what} is empty")]
    Empty {
        /// What was to be read.
        what: &'static str,
    },
    /// It is a `#` with nothing behind it.
    #[error("a password that begins with # is a prepared one, and nothing stands behind the #")]
    BareDigest,
    /// It holds a character that no such secret holds, such as a line break.
    #[error("the {what} holds a character that cannot be sent, such as a line break")]
    Unsendable {
        /// What was to be read.
        what: &'static str,
    },
    /// It is longer than anything real.
    #[error("the {what} is longer than {limit} characters")]
    TooLong {
        /// What was to be read.
        what: &'static str,
        /// The limit, in characters.
        limit: usize,
    },
}

/// An IT user's password: plain, or prepared by an operator in the platform's own form, which begins
/// with `#` and is sent as it is (`service-center-soap.md` 7).
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Takes a password over.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for an empty one, a bare `#`, or one with control characters in it.
    ///
    /// ```
    /// use ib_env_client::Password;
    ///
    /// let password = Password::new("correct horse".to_owned())?;
    /// assert_eq!(format!("{password:?}"), "Password(redacted)");
    /// assert!(Password::new("#".to_owned()).is_err());
    /// # Ok::<(), ib_env_client::SecretError>(())
    /// ```
    pub fn new(text: String) -> Result<Self, SecretError> {
        let secret = SecretString::from(text);
        match secret.expose_secret() {
            "" => Err(SecretError::Empty { what: "password" }),
            "#" => Err(SecretError::BareDigest),
            text if text.chars().any(char::is_control) => Err(SecretError::Unsendable { what: "password" }),
            _ => Ok(Self(secret)),
        }
    }

    /// Whether it is in the platform's prepared form.
    pub fn is_prepared(&self) -> bool {
        self.expose().starts_with('#')
    }

    /// The password itself, for whoever sends or seals it, such as a vault. It goes nowhere else: not into a
    /// log, an error or a row in clear.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

/// The token of a LifeTime service account.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes a token over; white space around it is dropped.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for an empty one, or one that no header can carry.
    pub fn new(text: String) -> Result<Self, SecretError> {
        let whole = SecretString::from(text);
        let secret = SecretString::from(whole.expose_secret().trim());
        match secret.expose_secret() {
            "" => Err(SecretError::Empty { what: "token" }),
            text if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(SecretError::Unsendable { what: "token" })
            }
            _ => Ok(Self(secret)),
        }
    }

    /// The token itself, for the request that carries it.
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only the HTTP client sends it"))]
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

/// An IT user's name and password.
#[derive(Debug, Clone)]
pub struct Credentials {
    username: String,
    password: Password,
}

impl Credentials {
    /// Puts a user name and a password together; white space around the name is dropped.
    ///
    /// # Errors
    ///
    /// [`SecretError`] for a name that is empty, too long or cannot be sent.
    pub fn new(username: &str, password: Password) -> Result<Self, SecretError> {
        let username = username.trim();
        if username.is_empty() {
            return Err(SecretError::Empty { what: "user name" });
        }
        if username.chars().any(char::is_control) {
            return Err(SecretError::Unsendable { what: "user name" });
        }
        if username.chars().count() > USERNAME_LIMIT {
            return Err(SecretError::TooLong { what: "user name", limit: USERNAME_LIMIT });
        }
        Ok(Self { username: username.to_owned(), password })
    }

    /// The user name.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &Password {
        &self.password
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_printed() {
        let password = Password::new("hunter2-secret".to_owned()).unwrap();
        let prepared = Password::new("#hunter2-secret".to_owned()).unwrap();
        let token = Token::new(" hunter2-secret\n".to_owned()).unwrap();
        let credentials = Credentials::new(" maria ", password.clone()).unwrap();
        let printed = format!("{password:?} {prepared:?} {token:?} {credentials:#?}");
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("maria"));
        assert_eq!(token.expose(), "hunter2-secret");
        assert!(prepared.is_prepared() && !password.is_prepared());
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_repeating_it() {
        let refused = [
            Password::new(String::new()).err(),
            Password::new("#".to_owned()).err(),
            Password::new("two\nlines".to_owned()).err(),
            Token::new("  ".to_owned()).err(),
            Token::new("to ken".to_owned()).err(),
        ];
        for error in refused {
            let text = error.map(|error| error.to_string()).unwrap();
            assert!(!text.contains("two") && !text.contains("to ken"), "{text}");
        }
    }

    #[test]
    fn a_long_user_name_is_no_error() {
        let password = Password::new("x".to_owned()).unwrap();
        assert!(Credentials::new(&"a".repeat(250), password.clone()).is_ok());
        assert!(Credentials::new(&"a".repeat(1001), password).is_err());
    }
}
