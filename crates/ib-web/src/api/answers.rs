//! What the document says about answers and parameters that several operations share. Nothing here runs.
#![expect(dead_code, reason = "these types are read by the document alone")]

use ib_api::problem::Problem;
use utoipa::{IntoParams, IntoResponses};

/// What every operation that needs a session may answer.
#[derive(IntoResponses)]
pub(super) enum InSession {
    /// There is no session, or it has ended
    #[response(status = 401, content_type = "application/problem+json")]
    NoSession(Problem),
    /// The store cannot be used now; nothing was changed
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// What every operation on a set-up may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnSetUp {
    /// The request cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No set-up of this session has that id
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
}

/// What every step may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnStep {
    /// Another step comes first, a log-in is under way, the disclaimer has changed, or the set-up is finished
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
    /// The body is longer than 64 KiB
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(Problem),
    /// What was entered cannot be used, or the idempotency key belongs to another request
    #[response(status = 422, content_type = "application/problem+json")]
    Unusable(Problem),
    /// Too many attempts; Retry-After says when the next one may come
    #[response(status = 429, content_type = "application/problem+json", headers(
        ("Retry-After" = u64, description = "Seconds to wait")
    ))]
    Throttled(Problem),
}

/// What every operation on dependencies may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnDependencies {
    /// The request cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No set-up of this session has that id, the publication has no such item, or this service installs no dependencies
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The infrastructure is not registered yet, somebody else's publication is under way, the plan has changed, or it cannot be done now
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
}

/// What every wish about dependencies may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnWish {
    /// The body is longer than 64 KiB; for a package, than the service's limit
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(Problem),
    /// The body cannot be used, or the idempotency key belongs to another request
    #[response(status = 422, content_type = "application/problem+json")]
    Unusable(Problem),
}

/// What every operation on integrations may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnIntegrations {
    /// The request cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No set-up of this session has that id, there is no integration of that name, or this service keeps no packages
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The infrastructure is not registered yet, a publication is under way, what is there has changed, or it cannot be done now
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
}

/// What every operation of an Integration Manager may answer besides.
#[derive(IntoResponses)]
pub(super) enum ToManagers {
    /// The request cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The body is too long
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is not JSON
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(Problem),
    /// The body cannot be used
    #[response(status = 422, content_type = "application/problem+json")]
    Unusable(Problem),
    /// It came too soon; Retry-After says when the next one may come
    #[response(status = 429, content_type = "application/problem+json", headers(
        ("Retry-After" = u64, description = "Seconds to wait")
    ))]
    Throttled(Problem),
    /// The store cannot be used now; nothing was changed
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// Which link.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WhichLink {
    /// The link's id
    #[param(pattern = "^[0-9a-f]{40}$")]
    link: String,
}

/// Which integration.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WhichIntegration {
    /// What it is called
    #[param(example = "Orders", max_length = 100)]
    name: String,
}

/// What every operation on environments may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnEnvironments {
    /// The request cannot be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No set-up of this session has that id, or no environment that name, or there is no such waiver
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The infrastructure is not registered yet, a file declares it, or it cannot be done with this one
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
    /// Too many addresses were entered; Retry-After says when the next one may come
    #[response(status = 429, content_type = "application/problem+json", headers(
        ("Retry-After" = u64, description = "Seconds to wait")
    ))]
    Throttled(Problem),
}

/// What reading the audit trail may answer besides.
#[derive(IntoResponses)]
pub(super) enum OnAudit {
    /// The request cannot be read, or `before` is no entry of the infrastructure's
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// No set-up of this session has that id
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The infrastructure is not registered yet
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
}

/// Which environment.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WhichEnvironment {
    /// What it is called
    #[param(example = "Production", max_length = 50)]
    name: String,
}

/// What a file declares.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfFile {
    /// The name of the file that declares this: from then on it is changed for that file alone, until the environment is
    /// released
    #[param(example = "infrastructure.toml", min_length = 1, max_length = 100)]
    file: Option<String>,
}

/// Which waiver of the environment.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WhichWaiver {
    /// The stable code of the reason that is accepted, in any case
    #[param(example = "SETUP-TLS-001")]
    code: String,
}

/// Which item of the publication.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WhichItem {
    /// The id of a dependency, or the name of an integration
    #[param(example = "integration-manager")]
    item: String,
}

/// Which set-up.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct Which {
    /// The set-up's id
    #[param(pattern = "^[0-9a-f]{32}$")]
    id: String,
}

/// A request that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct Repeatable {
    /// A word of the caller's own: the same request with the same key is done once
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200, pattern = "^[!-~]([ -~]*[!-~])?$")]
    key: Option<String>,
}
