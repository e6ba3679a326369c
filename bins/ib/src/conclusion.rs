//! What a check came to: worked out once, printed in every format.

use ib_api::check::CheckDocument;
use ib_api::exit::{Exit, FailOn};
use ib_domain::report::Report;
use ib_domain::verdict::Verdict;

/// A report with its verdict and exit code. The formats print these and work nothing out by themselves, so
/// they cannot differ.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Conclusion {
    /// Every finding.
    pub report: Report,
    /// The one word for it.
    pub verdict: Verdict,
    /// How the program exits.
    pub exit: Exit,
    /// The addresses that were not checked to the end, because somebody interrupted.
    pub unfinished: Vec<String>,
}

impl Conclusion {
    /// What a report that is complete comes to.
    ///
    /// ```
    /// use ib::conclusion::Conclusion;
    /// use ib_api::exit::FailOn;
    /// use ib_domain::report::Report;
    ///
    /// // Nothing was looked at, and that is not a pass.
    /// assert_eq!(Conclusion::new(Report::default(), FailOn::Failed).exit.code(), 5);
    /// ```
    pub fn new(report: Report, fail_on: FailOn) -> Self {
        let verdict = report.verdict();
        Self { report, verdict, exit: Exit::of(verdict, fail_on), unfinished: Vec::new() }
    }

    /// What is known when somebody interrupts. What was not looked at could not be told.
    pub fn interrupted(report: Report, unfinished: Vec<String>) -> Self {
        let open = (!unfinished.is_empty()).then_some(Verdict::CouldNotTell);
        let verdict = Verdict::roll_up([report.verdict()].into_iter().chain(open));
        Self { report, verdict, exit: Exit::Interrupted, unfinished }
    }

    /// The same as an `ib.check/1` document.
    pub fn document(&self) -> CheckDocument {
        let mut document = CheckDocument::new(&self.report, FailOn::default());
        self.verdict.id().clone_into(&mut document.verdict);
        document.exit = self.exit.code();
        document
    }
}
