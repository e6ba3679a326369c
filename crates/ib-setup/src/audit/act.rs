//! What people do.

macro_rules! acts {
    ($($(#[doc = $doc:literal])+ $act:ident = $id:literal, $label:literal;)+) => {
        /// What somebody did, or what came of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Act {
            $($(#[doc = $doc])+ $act,)+
        }

        impl Act {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$act),+];

            /// Its stable name.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$act => $id,)+
                }
            }

            /// It as the part of a sentence that follows who it was; what they did it to follows.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$act => $label,)+
                }
            }
        }
    };
}

acts! {
    /// Entered the address of development.
    AddressEntered = "address_entered", "entered the address of the development environment";
    /// The address cannot be set up.
    AddressRefused = "address_refused", "entered an address that cannot be set up";
    /// Was let in.
    LogIn = "log_in", "logged in";
    /// Was not let in.
    LogInRefused = "log_in_refused", "tried to log in";
    /// Went on from the welcome page.
    SetUpChosen = "set_up_chosen", "went on to set Integration Builder up";
    /// Accepted the disclaimer.
    DisclaimerAccepted = "disclaimer_accepted", "accepted the disclaimer";
    /// Wanted the check of the infrastructure made again.
    CheckRequested = "check_requested", "asked for the check of the infrastructure again";
    /// The infrastructure cannot be registered as it is.
    CheckFailed = "check_failed", "had the infrastructure checked";
    /// Another environment answers at the address.
    EnvironmentReplaced = "environment_replaced", "met another environment at the same address, and has to log in again";
    /// Entered an activation code.
    CodeEntered = "code_entered", "entered an activation code";
    /// The code was accepted.
    CodeAccepted = "code_accepted", "had the activation code accepted";
    /// The code was not accepted.
    CodeRefused = "code_refused", "had the activation code looked at";
    /// The infrastructure is registered.
    Registered = "registered", "registered the infrastructure";
    /// Came in to an infrastructure that was registered before.
    Joined = "joined", "came in to the infrastructure";
    /// Added an environment.
    EnvironmentAdded = "environment_added", "added the environment";
    /// Changed an environment.
    EnvironmentChanged = "environment_changed", "changed the environment";
    /// Removed an environment.
    EnvironmentRemoved = "environment_removed", "removed the environment";
    /// An environment that was added does not belong.
    EnvironmentRefused = "environment_refused", "wanted to add an environment that does not belong";
    /// Had a file declare an environment.
    EnvironmentDeclared = "environment_declared", "had a file declare the environment";
    /// Gave back what a file declared of an environment.
    EnvironmentReleased = "environment_released", "released from its file the environment";
    /// Wanted environments looked at.
    EnvironmentsLookRequested = "environments_look_requested", "asked for a look at";
    /// Wanted everything that LifeTime lists.
    ImportRequested = "import_requested", "asked for the environments that LifeTime lists";
    /// LifeTime could not be asked.
    ImportStopped = "import_stopped", "asked LifeTime for its environments";
    /// Wanted a new secret for an Integration Manager.
    SecretWanted = "secret_wanted", "asked for a new secret for the Integration Manager of";
    /// An Integration Manager proved that it reaches this service.
    LinkProved = "link_proved", "proved that it reaches this service";
    /// An Integration Manager did not prove that.
    LinkProofRefused = "link_proof_refused", "tried to prove that it reaches this service";
    /// Decided to live with a finding.
    WaiverRecorded = "waiver_recorded", "decided to live with";
    /// Ended a waiver.
    WaiverEnded = "waiver_ended", "ended the waiver for";
    /// Wanted to know what is installed.
    DependenciesLookRequested = "dependencies_look_requested", "asked what is installed";
    /// Uploaded the package of an integration.
    IntegrationUploaded = "integration_uploaded", "uploaded the package of the integration";
    /// Had the package of an integration forgotten.
    IntegrationDiscarded = "integration_discarded", "discarded the package of the integration";
    /// Said that they published an integration by hand.
    IntegrationMarkRequested = "integration_mark_requested", "said that they published by hand the integration";
    /// What was published by hand is there.
    IntegrationMarked = "integration_marked", "published by hand the integration";
    /// What was published by hand is not there.
    IntegrationMarkRefused = "integration_mark_refused", "wanted to have published by hand the integration";
    /// Started a publication.
    PublicationStarted = "publication_started", "started a publication";
    /// Logged in, so that a publication goes on.
    PublicationContinued = "publication_continued", "let the publication go on";
    /// A publication was ended before anything was done.
    PublicationStopped = "publication_stopped", "started a publication, of which nothing was done";
    /// Wanted an item tried again.
    ItemRetried = "item_retried", "asked to try again";
    /// Wanted an item cancelled.
    ItemCancelRequested = "item_cancel_requested", "asked to cancel";
    /// An item was cancelled.
    ItemCancelled = "item_cancelled", "cancelled";
    /// An item is there as it should be.
    ItemDone = "item_done", "published";
    /// An item came to nothing.
    ItemFailed = "item_failed", "tried to publish";
}

impl Act {
    /// Who does it, where no person does: an environment's Integration Manager proves its link by itself.
    pub const fn actor(self) -> &'static str {
        match self {
            Self::LinkProved | Self::LinkProofRefused => "Integration Manager",
            _ => "Somebody",
        }
    }
}
