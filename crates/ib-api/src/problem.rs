//! `application/problem+json`: why a request was not done (RFC 9457).

use std::time::SystemTime;

use ib_domain::environment::{Purpose, Role};
use ib_domain::reason::Reason;
use ib_setup::environment;
use ib_setup::ports::DepotError;
use ib_setup::publication;
use ib_setup::registration::Rejection;
use ib_setup::{
    AuditError, DownloadError, EnvironmentsError, Found, PublicationsError, SetupError, Timestamp,
    UploadError,
};
use serde::{Deserialize, Serialize};

use crate::check::timestamp;
use crate::exit::Exit;
use crate::setup::FindingDocument;

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal, $id:literal, $title:literal;)+) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ProblemKind { $($(#[doc = $doc])+ $name,)+ }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// The stable id, which ends the problem's `type`.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// A few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }
        }
    };
}

impl ProblemKind {
    /// The exit code of a command that ends with a problem of that kind.
    pub const fn exit(self) -> Exit {
        match self {
            Self::NoSession | Self::LogInUnderWay => Exit::Login,
            Self::DisclaimerOutdated | Self::PlanOutdated | Self::Declared => Exit::UserAction,
            Self::Unusable | Self::TooLarge => Exit::Usage,
            Self::Held
            | Self::Unfit
            | Self::NotFound
            | Self::NotYet
            | Self::Finished
            | Self::Throttled
            | Self::Unavailable => Exit::CouldNotTell,
            Self::Malformed
            | Self::Foreign
            | Self::NotSigned
            | Self::NotProved
            | Self::Method
            | Self::MediaType
            | Self::KeyReused
            | Self::Internal => Exit::Internal,
        }
    }
}

kinds! {
    /// The request cannot be read.
    Malformed = 400, "malformed", "The request cannot be read";
    /// No session, or one that has ended.
    NoSession = 401, "no-session", "There is no session, or it has ended";
    /// A request of an Integration Manager is not signed as it should be.
    NotSigned = 401, "not-signed", "The request is not signed as it should be";
    /// An environment did not prove what it was told.
    NotProved = 403, "not-proved", "The proof was refused";
    /// The request comes from another site, or to another name than this service's.
    Foreign = 403, "foreign", "The request does not come from this service's own pages";
    /// Nothing of that name, or nothing of this session's.
    NotFound = 404, "not-found", "There is nothing here by that name";
    /// The path takes other methods.
    Method = 405, "method", "The path does not take this method";
    /// An earlier step is open.
    NotYet = 409, "not-yet", "Another step comes first";
    /// A log-in is under way.
    LogInUnderWay = 409, "log-in-under-way", "A log-in is under way";
    /// The disclaimer has changed.
    DisclaimerOutdated = 409, "disclaimer-outdated", "The disclaimer has changed";
    /// The set-up is finished.
    Finished = 409, "finished", "The set-up is finished";
    /// A publication of somebody else is under way.
    Held = 409, "held", "Somebody else's publication is under way";
    /// The plan has changed since it was shown.
    PlanOutdated = 409, "plan-outdated", "The plan has changed";
    /// An item is in a state in which that cannot be done.
    Unfit = 409, "unfit", "That cannot be done now";
    /// A file declares it: it is changed there.
    Declared = 409, "declared", "A file declares it";
    /// The body is too large.
    TooLarge = 413, "too-large", "The request is too large";
    /// The body is not JSON.
    MediaType = 415, "media-type", "The request is not JSON";
    /// What was entered cannot be used.
    Unusable = 422, "unusable", "What was entered cannot be used";
    /// The same key came with another request.
    KeyReused = 422, "key-reused", "The idempotency key belongs to another request";
    /// Too many attempts.
    Throttled = 429, "throttled", "Too many attempts";
    /// An error of ours.
    Internal = 500, "internal", "An error of this service";
    /// Something that this service needs cannot be used now.
    Unavailable = 503, "unavailable", "This service cannot do that now";
}

/// Why a request was not done. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct Problem {
    /// `/problems/` and the kind's id.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, and what to do.
    pub detail: String,
    /// The code of the catalogue, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The field of the request that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Everything that the catalogue says, where it has a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingDocument>,
    /// The step that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// From when on it may be tried again, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<String>,
    /// In how many seconds that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What to name when asking for help; the service's log has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of that kind.
    ///
    /// ```
    /// use ib_api::problem::{Problem, ProblemKind};
    ///
    /// let problem = Problem::new(ProblemKind::NotFound, "No set-up of this session has that id.");
    /// assert_eq!((problem.status, problem.kind.as_str()), (404, "/problems/not-found"));
    /// ```
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", kind.id()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            code: None,
            field: None,
            finding: None,
            step: None,
            retry_at: None,
            retry_after: None,
            request_id: None,
        }
    }

    /// Whether it is of that kind.
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.kind.rsplit('/').next() == Some(kind.id())
    }

    /// The exit code of a command that ends with it, told by its kind alone. Of a kind that is not known here,
    /// nothing can be told.
    ///
    /// ```
    /// use ib_api::exit::Exit;
    /// use ib_api::problem::{Problem, ProblemKind};
    ///
    /// assert_eq!(Problem::new(ProblemKind::Unusable, "Enter another one.").exit(), Exit::Usage);
    /// ```
    pub fn exit(&self) -> Exit {
        let kind = ProblemKind::ALL.iter().find(|kind| self.is(**kind));
        kind.map_or(Exit::CouldNotTell, |kind| kind.exit())
    }

    /// Names the field that it is about.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Why a set-up did not do what was asked; `typed` is what was entered.
    pub fn of_setup(error: &SetupError, typed: &str) -> Self {
        match error {
            SetupError::Unknown => Self::new(ProblemKind::NotFound, "No set-up of this session has that id."),
            SetupError::Address(error) => {
                Self::of_found(ProblemKind::Unusable, &Found::of_address(error, typed)).field("address")
            }
            SetupError::Username(error) => {
                Self::new(ProblemKind::Unusable, format!("{error}; enter another one.")).field("username")
            }
            SetupError::Rejected(rejection) => Self::of_rejection(rejection),
            SetupError::Throttled(throttled) => {
                let found = Found::of_reason(throttled.reason(), "the environment");
                Self::of_found(ProblemKind::Throttled, &found).retry_at(throttled.until)
            }
            SetupError::Store(_) | SetupError::Vault(_) => {
                Self::new(ProblemKind::Unavailable, "Nothing was changed. Try again in a moment.")
            }
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Why something about dependencies was not done.
    pub fn of_publications(error: &PublicationsError) -> Self {
        match error {
            PublicationsError::NotRegistered => Self::new(
                ProblemKind::NotYet,
                "Dependencies and integrations can be looked at once the infrastructure is registered.",
            ),
            PublicationsError::Rejected(rejection) => Self::of_rejected_publication(rejection),
            PublicationsError::Setup(error) => Self::of_setup(error, ""),
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Why the package of an integration was not taken.
    pub fn of_upload(error: &UploadError) -> Self {
        let unusable = |detail: String| Self::new(ProblemKind::Unusable, detail).field("file");
        match error {
            UploadError::NoDepot => {
                Self::new(ProblemKind::NotFound, "This service keeps no packages of integrations.")
            }
            UploadError::NoIntegration(why) => {
                unusable(format!("The file is not the package of one integration: {why}."))
            }
            UploadError::Depot(DepotError::NoPackage(flaw)) => {
                unusable(format!("The file is no package of an integration: {flaw}."))
            }
            UploadError::Depot(DepotError::TooLarge { limit }) => {
                let mib = limit / (1 << 20);
                Self::new(ProblemKind::TooLarge, format!("The file is longer than {mib} MiB.")).field("file")
            }
            UploadError::Depot(DepotError::Interrupted(_)) => {
                unusable("The file did not arrive as a whole. Send it again.".to_owned())
            }
            UploadError::Publications(error) => Self::of_publications(error),
            _ => Self::new(ProblemKind::Unavailable, "The package cannot be kept now. Try again later."),
        }
    }

    /// Why there is no package of an integration.
    pub fn of_download(error: &DownloadError) -> Self {
        match error {
            DownloadError::NotUploaded => {
                Self::new(ProblemKind::NotFound, "No package of this integration was uploaded.")
            }
            DownloadError::Publications(error) => Self::of_publications(error),
            _ => Self::new(
                ProblemKind::NotFound,
                "The package is not there any more as it was uploaded. Upload it again.",
            ),
        }
    }

    fn of_rejected_publication(rejection: &publication::Rejection) -> Self {
        use publication::Rejection as No;
        let unfit = |detail: &str| Self::new(ProblemKind::Unfit, detail);
        match rejection {
            No::Held { by } => Self::new(
                ProblemKind::Held,
                format!("{by} has a publication under way. Watch it here, or wait until it has ended."),
            ),
            No::PlanOutdated => {
                Self::new(ProblemKind::PlanOutdated, "Look at what would be done now, then start again.")
            }
            No::UnderWay => unfit("A publication is under way already; watch it here."),
            No::NothingToDo => unfit("Everything is as it should be; there is nothing to publish."),
            No::NoSuchItem => Self::new(ProblemKind::NotFound, "The last publication has no such item."),
            No::SeveralCatalogs => unfit(
                "The environment uses several database catalogs. Download the package, publish it in Service Center, then mark it as published.",
            ),
            No::NoSuchIntegration(name) => {
                Self::new(ProblemKind::NotFound, format!("There is no integration {name}."))
            }
            No::TooManyIntegrations => {
                unfit("There are too many integrations. Remove one that is not needed.")
            }
            No::TooLate => {
                unfit("The environment deploys it already, and nobody can undo that. Wait until it is done.")
            }
            No::NotFailed => unfit("Only what failed or was cancelled can be tried again."),
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Why something about environments was not done; `typed` is the address that was entered.
    pub fn of_environments(error: &EnvironmentsError, typed: &str) -> Self {
        match error {
            EnvironmentsError::NotRegistered => Self::new(
                ProblemKind::NotYet,
                "Environments can be set up once the infrastructure is registered.",
            ),
            EnvironmentsError::Rejected(rejection) => Self::of_rejected_environment(rejection),
            EnvironmentsError::Setup(error) => Self::of_setup(error, typed),
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Why there is no audit trail to read.
    pub fn of_audit(error: &AuditError) -> Self {
        match error {
            AuditError::NotRegistered => Self::new(
                ProblemKind::NotYet,
                "There is an audit trail once the infrastructure is registered.",
            ),
            AuditError::NoSuchEntry => Self::new(
                ProblemKind::Malformed,
                "The infrastructure has no entry with that id. Begin with the newest ones.",
            ),
            AuditError::Setup(error) => Self::of_setup(error, ""),
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    fn of_rejected_environment(rejection: &environment::Rejection) -> Self {
        use environment::Rejection as No;
        let unusable = |field: &str, detail: String| Self::new(ProblemKind::Unusable, detail).field(field);
        let unfit = |detail: &str| Self::new(ProblemKind::Unfit, detail);
        match rejection {
            No::NoSuchEnvironment(name) => Self::new(
                ProblemKind::NotFound,
                format!("No environment of the infrastructure is named {name}."),
            ),
            No::NameTaken(name) => {
                unusable("name", format!("An environment is named {name} already. Choose another name."))
            }
            No::AddressTaken { address, name } => unusable(
                "address",
                format!("{} is the address of {name} already. Nothing has to be added.", address.authority()),
            ),
            No::IsLifeTime(address) => {
                let found = Found::of_reason(Reason::IsLifeTime, address.host());
                Self::of_found(ProblemKind::Unusable, &found).field("address")
            }
            No::IsDevelopment => unfit(
                "The development environment is the one that users sign in to: it can be neither changed nor removed \
                 here.",
            ),
            No::IsPersonal => unfit("A Personal Environment is the only one of its infrastructure."),
            No::TooMany => unfit("The infrastructure has as many environments as this service keeps."),
            No::NotLinked(name) => unfit(&format!(
                "{name}'s Integration Manager has no secret yet: it has not proved that it reaches this service."
            )),
            No::Declared { name, file } => Self::new(
                ProblemKind::Declared,
                format!(
                    "For {name}, {file} declares this. Change it in {file}, and apply it with ib apply. To change it \
                     elsewhere, release {name} first with ib environments release."
                ),
            ),
            No::NotDeclared(name) => unfit(&format!("No file declares anything of {name}.")),
            No::NoLifeTime => unfit(
                "This service has no access to the LifeTime of the infrastructure. Add the environments one by one, \
                 or let the operator configure that access.",
            ),
            No::NoSuchWaiver { name, reason } => {
                Self::new(ProblemKind::NotFound, format!("{name} has no waiver for {reason}."))
            }
            No::UntilPast => unusable("until", "A waiver ends in the future. Enter a later date.".to_owned()),
            No::UntilTooFar => {
                unusable("until", "A waiver ends within 366 days. Enter an earlier date.".to_owned())
            }
            No::NotBegun => Self::new(ProblemKind::NotYet, "Somebody has to come in first; wait a moment."),
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Says how long that is, in seconds from `now` on; at least one.
    #[must_use]
    pub fn counted_from(mut self, now: SystemTime) -> Self {
        let at = self.retry_at.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let now = jiff::Timestamp::try_from(now).ok();
        let left = at.zip(now).map(|(at, now)| at.duration_since(now).as_millis());
        self.retry_after = left.map(|left| u64::try_from(left).unwrap_or_default().div_ceil(1_000).max(1));
        self
    }

    fn of_found(kind: ProblemKind, found: &Found) -> Self {
        let finding = FindingDocument::new(found, &Role::Environment(Purpose::Development));
        let detail = [Some(&finding.message), finding.action.as_ref()];
        let detail = detail.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
        Self { code: finding.code.clone(), finding: Some(finding), ..Self::new(kind, detail) }
    }

    fn of_rejection(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::NotYet { open } => Self {
                step: Some(open.id().to_owned()),
                ..Self::new(ProblemKind::NotYet, format!("The step {} comes first.", open.id()))
            },
            Rejection::LogInUnderWay { until } => {
                let detail = "Wait for its answer; a second one at the same time could lock the user out.";
                Self::new(ProblemKind::LogInUnderWay, detail).retry_at(*until)
            }
            Rejection::DisclaimerOutdated { current } => {
                let detail = format!("Its current version is {current}. Read it and accept it again.");
                Self::new(ProblemKind::DisclaimerOutdated, detail)
            }
            Rejection::Finished => {
                Self::new(ProblemKind::Finished, "Begin another set-up for another infrastructure.")
            }
            _ => Self::new(ProblemKind::Internal, "Nothing was changed. Please report it."),
        }
    }

    /// Says from when on it may be tried again.
    #[must_use]
    fn retry_at(mut self, at: Timestamp) -> Self {
        self.retry_at = Some(timestamp(at.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use ib_domain::address::EnvironmentAddress;
    use ib_setup::registration::Step;

    use super::*;

    #[test]
    fn an_address_that_cannot_be_read_says_which_field_and_what_to_do() {
        let error = EnvironmentAddress::parse("ftp://dev.acme.example").unwrap_err();
        let problem = Problem::of_setup(&error.into(), "ftp://dev.acme.example");
        assert_eq!((problem.status, problem.field.as_deref()), (422, Some("address")));
        assert_eq!(problem.code.as_deref(), Some("SETUP-ADDR-002"));
        assert!(problem.detail.contains("ftp:"), "{}", problem.detail);
    }

    #[test]
    fn credentials_in_an_address_are_not_repeated() {
        let typed = "https://maria:secret@dev.acme.example";
        let error = EnvironmentAddress::parse(typed).unwrap_err();
        let problem = serde_json::to_string(&Problem::of_setup(&error.into(), typed)).unwrap();
        assert!(!problem.contains("secret"), "{problem}");
    }

    #[test]
    fn what_a_file_declares_says_which_file_and_what_to_do() {
        let (name, file) = ("QA".parse().unwrap(), "infrastructure.toml".parse().unwrap());
        let rejection = environment::Rejection::Declared { name, file };
        let problem = Problem::of_environments(&rejection.into(), "");
        assert_eq!((problem.status, problem.exit()), (409, Exit::UserAction));
        assert!(problem.is(ProblemKind::Declared), "{}", problem.kind);
        for words in ["QA", "Change it in infrastructure.toml, and apply it with ib apply.", "release QA"] {
            assert!(problem.detail.contains(words), "{}", problem.detail);
        }
        let rejection = environment::Rejection::NotDeclared("QA".parse().unwrap());
        let problem = Problem::of_environments(&rejection.into(), "");
        assert!(problem.is(ProblemKind::Unfit) && problem.detail.contains("QA"), "{}", problem.detail);
    }

    #[test]
    fn a_step_that_comes_first_is_named() {
        let problem = Problem::of_setup(&Rejection::NotYet { open: Step::LogIn }.into(), "");
        assert_eq!((problem.status, problem.step.as_deref()), (409, Some("log-in")));
    }
}
