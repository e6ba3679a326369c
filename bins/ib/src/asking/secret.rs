//! Where secrets come from, and which given ones were not used.
//!
//! A secret is typed without echo, or comes from standard input, a file or a variable; never from an
//! argument, which others could read in the list of processes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroize as _;
use secrecy::{ExposeSecret as _, SecretString};

use crate::cli::LoginArguments;
use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// Longest secret that is read, in bytes.
const SECRET_LIMIT: u64 = 64 << 10;

/// The secrets of one run, and what to warn of.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) password: Option<SecretString>,
    pub(crate) token: Option<SecretString>,
    pub(crate) code: Option<SecretString>,
    pub(crate) warnings: Vec<String>,
}

/// One of the secrets, by its names.
struct Kind {
    /// What it is, in a sentence.
    noun: &'static str,
    variable: &'static str,
    file_variable: &'static str,
    /// The argument without which it has no use.
    needs: &'static str,
    /// The ways to give it, in a sentence.
    ways: &'static str,
}

const PASSWORD: Kind = Kind {
    noun: "password",
    variable: "IB_PASSWORD",
    file_variable: "IB_PASSWORD_FILE",
    needs: "--username",
    ways: "--password-stdin, --password-file FILE, or the variable IB_PASSWORD or IB_PASSWORD_FILE",
};

const TOKEN: Kind = Kind {
    noun: "token",
    variable: "IB_LIFETIME_TOKEN",
    file_variable: "IB_LIFETIME_TOKEN_FILE",
    needs: "--lifetime",
    ways: "--lifetime-token-file FILE, or the variable IB_LIFETIME_TOKEN or IB_LIFETIME_TOKEN_FILE",
};

const CODE: Kind = Kind {
    noun: "activation code",
    variable: "IB_ACTIVATION_CODE",
    file_variable: "IB_ACTIVATION_CODE_FILE",
    needs: "",
    ways: "--activation-code-file FILE, or the variable IB_ACTIVATION_CODE or IB_ACTIVATION_CODE_FILE",
};

/// The ways to give the password, in a sentence.
pub(crate) const PASSWORD_WAYS: &str = PASSWORD.ways;
/// The ways to give the activation code, in a sentence.
pub(crate) const CODE_WAYS: &str = CODE.ways;

impl Secrets {
    /// Finds the secrets that the arguments call for.
    pub(crate) fn gather(
        arguments: &LoginArguments,
        non_interactive: bool,
        surroundings: &mut Surroundings,
    ) -> Result<Self, Stop> {
        let mut secrets = Self::default();
        let mut finder = Finder { surroundings, non_interactive, warnings: Vec::new() };
        secrets.password = match &arguments.username {
            Some(_) if arguments.password_stdin => Some(finder.standard_input()?),
            Some(user) => {
                let question = format!("Password of {}: ", ib_domain::text::harmless(user, 60));
                Some(finder.find(&PASSWORD, arguments.password_file.as_ref(), &question)?)
            }
            None => finder.nothing(&PASSWORD),
        };
        secrets.token = finder.token(arguments)?;
        secrets.warnings = finder.warnings;
        Ok(secrets)
    }

    /// Finds the secrets that were given to a set-up. Password and code are asked for later, when it is clear
    /// that they are needed, and who gets them.
    pub(crate) fn given(
        arguments: &LoginArguments,
        code_file: Option<&PathBuf>,
        non_interactive: bool,
        surroundings: &mut Surroundings,
    ) -> Result<Self, Stop> {
        let mut secrets = Self::default();
        let mut finder = Finder { surroundings, non_interactive, warnings: Vec::new() };
        secrets.password = match &arguments.username {
            Some(_) if arguments.password_stdin => Some(finder.standard_input()?),
            Some(_) => finder.given(&PASSWORD, arguments.password_file.as_ref())?,
            None => finder.nothing(&PASSWORD),
        };
        secrets.token = finder.token(arguments)?;
        secrets.code = finder.given(&CODE, code_file)?;
        secrets.warnings = finder.warnings;
        Ok(secrets)
    }
}

struct Finder<'s> {
    surroundings: &'s mut Surroundings,
    non_interactive: bool,
    warnings: Vec<String>,
}

impl Finder<'_> {
    /// The token, where a LifeTime was named.
    fn token(&mut self, arguments: &LoginArguments) -> Result<Option<SecretString>, Stop> {
        match &arguments.lifetime {
            Some(host) => {
                let question = format!(
                    "Token of LifeTime's service account at {}: ",
                    ib_domain::text::harmless(host, 60)
                );
                self.find(&TOKEN, arguments.lifetime_token_file.as_ref(), &question).map(Some)
            }
            None => Ok(self.nothing(&TOKEN)),
        }
    }

    /// From a file, a variable, or a person, in this order.
    fn find(&mut self, kind: &Kind, file: Option<&PathBuf>, question: &str) -> Result<SecretString, Stop> {
        self.given(kind, file)?.map_or_else(|| self.ask(kind, question), Ok)
    }

    /// From a file or a variable, in this order.
    fn given(&mut self, kind: &Kind, file: Option<&PathBuf>) -> Result<Option<SecretString>, Stop> {
        let by_variable = self.surroundings.variable(kind.file_variable).map(PathBuf::from);
        let variable = self.surroundings.variable(kind.variable).map(SecretString::from);
        if file.is_some() && by_variable.is_some() {
            self.unused(kind.file_variable, "a file was given as an argument");
        }
        if (file.is_some() || by_variable.is_some()) && variable.is_some() {
            self.unused(kind.variable, "a file was given");
        }
        match (file.cloned().or(by_variable), variable) {
            (Some(path), _) => {
                let file = File::open(&path).map_err(|error| Stop::unreadable(&path, &error))?;
                one_line(kind.noun, &path, file).map(Some)
            }
            (None, secret) => Ok(secret),
        }
    }

    /// From standard input, for those who pipe it.
    fn standard_input(&mut self) -> Result<SecretString, Stop> {
        for variable in [PASSWORD.variable, PASSWORD.file_variable] {
            if self.surroundings.variable(variable).is_some() {
                self.unused(variable, "--password-stdin was given");
            }
        }
        if self.surroundings.stdin.is_terminal {
            let text = "--password-stdin reads a pipe, and standard input is a terminal; leave it out to be asked without echo";
            return Err(Stop::usage(text));
        }
        one_line(PASSWORD.noun, Path::new("standard input"), &mut self.surroundings.stdin.reader)
    }

    /// From the person at the terminal.
    fn ask(&mut self, kind: &Kind, question: &str) -> Result<SecretString, Stop> {
        if self.non_interactive || !self.surroundings.stdin.is_terminal {
            let why = if self.non_interactive { "with --non-interactive" } else { "without a terminal" };
            return Err(Stop::usage(format!(
                "{why} the {} cannot be asked for; give {}",
                kind.noun, kind.ways
            )));
        }
        let answer = (self.surroundings.prompt)(question).map_err(|error| {
            Stop::usage(format!("the {} cannot be asked for here ({error}); give {}", kind.noun, kind.ways))
        })?;
        not_empty(kind.noun, "the answer", answer)
    }

    /// Warns of a secret that nobody asked for.
    fn nothing(&mut self, kind: &Kind) -> Option<SecretString> {
        for variable in [kind.variable, kind.file_variable] {
            if self.surroundings.variable(variable).is_some() {
                self.unused(variable, &format!("{} was not given", kind.needs));
            }
        }
        None
    }

    fn unused(&mut self, variable: &str, why: &str) {
        self.warnings.push(format!("{variable} is set and was not used, because {why}"));
    }
}

/// The one line that a stream holds.
fn one_line(noun: &str, path: &Path, reader: impl Read) -> Result<SecretString, Stop> {
    let (mut bytes, name) = (Vec::new(), path.display());
    let length = reader
        .take(SECRET_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::unreadable(path, &error))?;
    let text = if length as u64 > SECRET_LIMIT { None } else { Some(std::mem::take(&mut bytes)) };
    bytes.zeroize();
    let text =
        text.ok_or_else(|| Stop::usage(format!("{name} is too long to be a {noun}; give one line")))?;
    let mut text = String::from_utf8(text).map_err(|error| {
        error.into_bytes().zeroize();
        Stop::usage(format!("{name} is not UTF-8 text; give the {noun} on one line"))
    })?;
    let end = text.trim_end_matches('\n').trim_end_matches('\r').len();
    let more = text[..end].contains(['\n', '\r']);
    text.truncate(end);
    if more {
        text.zeroize();
        return Err(Stop::usage(format!("{name} holds more than one line; give the {noun} alone")));
    }
    not_empty(noun, &name.to_string(), text)
}

fn not_empty(noun: &str, name: &str, text: String) -> Result<SecretString, Stop> {
    let secret = SecretString::from(text);
    if secret.expose_secret().trim().is_empty() {
        return Err(Stop::usage(format!("{name} is empty; the {noun} was expected there")));
    }
    Ok(secret)
}
