//! Exit codes of the command line. They are part of the wire: scripts decide on them.

use ib_domain::verdict::Verdict;

/// From which verdict on a check counts as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FailOn {
    /// Warnings are allowed.
    #[default]
    Failed,
    /// Warnings are not allowed.
    Warning,
}

/// An exit code with its meaning.
///
/// ```
/// use ib_api::exit::{Exit, FailOn};
/// use ib_domain::verdict::Verdict;
///
/// assert_eq!(Exit::of(Verdict::Warnings, FailOn::Failed).code(), 0);
/// assert_eq!(Exit::of(Verdict::Warnings, FailOn::Warning).code(), 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Exit {
    /// All passed; warnings are allowed unless the threshold says otherwise.
    Passed,
    /// An unexpected error of our own.
    Internal,
    /// Wrong usage, or an input file that cannot be read.
    Usage,
    /// A check failed.
    Failed,
    /// Only warnings, and the threshold asks to fail on them.
    Warnings,
    /// Could not tell: unreachable, timed out, not evaluated.
    CouldNotTell,
    /// A log-in is needed or was rejected.
    Login,
    /// The user must act: activation code, disclaimer.
    UserAction,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// Every exit code, by number.
    pub const ALL: &'static [Self] = &[
        Self::Passed,
        Self::Internal,
        Self::Usage,
        Self::Failed,
        Self::Warnings,
        Self::CouldNotTell,
        Self::Login,
        Self::UserAction,
        Self::Interrupted,
    ];

    /// The exit code for a verdict under a threshold.
    pub const fn of(verdict: Verdict, fail_on: FailOn) -> Self {
        match (verdict, fail_on) {
            (Verdict::Passed, _) | (Verdict::Warnings, FailOn::Failed) => Self::Passed,
            (Verdict::Warnings, FailOn::Warning) => Self::Warnings,
            (Verdict::CouldNotTell, _) => Self::CouldNotTell,
            (Verdict::Failed, _) => Self::Failed,
            (Verdict::LoginRejected, _) => Self::Login,
            _ => Self::Internal,
        }
    }

    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Warnings => 4,
            Self::CouldNotTell => 5,
            Self::Login => 6,
            Self::UserAction => 7,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for `--help` and the manual page.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "all passed (warnings allowed unless --fail-on warning)",
            Self::Internal => "unexpected internal error",
            Self::Usage => "wrong usage or unreadable input file",
            Self::Failed => "a check failed",
            Self::Warnings => "only warnings, and --fail-on warning was given",
            Self::CouldNotTell => "could not tell: unreachable, timed out, not evaluated",
            Self::Login => "log-in needed or rejected",
            Self::UserAction => "you must act: activation code, disclaimer",
            Self::Interrupted => "interrupted",
        }
    }
}
