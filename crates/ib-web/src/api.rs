//! `/api/v1`: every step of the wizard as a request, under the same rules.

mod answers;
mod audit;
mod body;
mod caller;
mod dependencies;
mod docs;
mod embed;
mod environments;
mod integrations;
mod managers;
mod sessions;
mod setups;
mod steps;
mod waivers;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::guard;

/// The document's frame; the routes add the rest.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Integration Builder set-up",
        description = "Sets up Integration Builder for an OutSystems 11 infrastructure, step by step: the same \
                       steps, rules and findings as the pages. Begin a session, begin a set-up in it, then send \
                       each step when the document says that it is open.",
    ),
    tags(
        (name = "Sessions", description = "Whoever has a session's token sees the set-ups that were begun in it."),
        (name = "Set-ups", description = "What there is, where it stands, and what can be done next."),
        (name = "Steps", description = "What a person does. Each is recorded and answered at once; read the set-up with `wait` to hear what came of it."),
        (name = "Dependencies", description = "What integrations need on the development environment: what is there, what would be published, and how far that is. Once the infrastructure is registered."),
        (name = "Integrations", description = "What Integration Builder generated: packages, what each needs of its own, and their publication on development. Once the infrastructure is registered."),
        (name = "Integration Managers", description = "For the Integration Managers inside environments alone: they prove that they reach this service, and report which integrations are there."),
        (name = "Audit trail", description = "Who did what to the infrastructure, when, where, from where, and what came of it. Once the infrastructure is registered."),
        (name = "Environments", description = "Where integrations are deployed: which environments there are, how each stands, and which features it limits. Once the infrastructure is registered."),
    ),
    modifiers(&Bearer),
)]
struct Frame;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("session", bearer);
        let header =
            ApiKeyValue::with_description("Authorization", "IB1, as docs/integration-manager.md says");
        components.add_security_scheme("link", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Frame::openapi())
        .routes(routes!(sessions::begin))
        .routes(routes!(sessions::end))
        .routes(routes!(setups::disclaimer))
        .routes(routes!(setups::list, setups::begin))
        .routes(routes!(setups::read))
        .routes(routes!(setups::report))
        .routes(routes!(embed::begin))
        .routes(routes!(integrations::list, integrations::upload))
        .routes(routes!(integrations::download, integrations::discard))
        .routes(routes!(integrations::publish))
        .routes(routes!(integrations::mark))
        .routes(routes!(managers::prove))
        .routes(routes!(managers::configuration))
        .routes(routes!(managers::report))
        .routes(routes!(environments::list))
        .routes(routes!(environments::rotate))
        .routes(routes!(environments::release))
        .routes(routes!(environments::put, environments::remove))
        .routes(routes!(environments::look))
        .routes(routes!(environments::look_at_all))
        .routes(routes!(environments::import))
        .routes(routes!(waivers::put, waivers::end))
        .routes(routes!(audit::read))
        .routes(routes!(steps::address))
        .routes(routes!(steps::log_in))
        .routes(routes!(steps::welcome))
        .routes(routes!(steps::accept))
        .routes(routes!(steps::check))
        .routes(routes!(steps::code))
}

/// What a page that embeds the Setup widget may use too.
fn described_for_pages() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(dependencies::read))
        .routes(routes!(dependencies::look))
        .routes(routes!(dependencies::start))
        .routes(routes!(dependencies::cancel))
        .routes(routes!(dependencies::retry_item))
        .routes(routes!(dependencies::cancel_item))
        .routes(routes!(dependencies::messages))
        .routes(routes!(dependencies::events))
        .routes(routes!(dependencies::widget))
}

/// The document that describes the API.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    described().merge(described_for_pages()).split_for_parts().1
}

/// The routes for pages of other origins.
pub(crate) fn shared() -> Router<Arc<App>> {
    described_for_pages().split_for_parts().0
}

pub(crate) fn router() -> Router<Arc<App>> {
    let (routes, _) = described().split_for_parts();
    let unknown = async |_: HeaderMap| {
        let kind = ib_api::problem::ProblemKind::NotFound;
        guard::refuse(&HeaderMap::new(), kind, "Look at /api/docs for what can be asked.")
    };
    routes
        .route("/api/openapi.json", get(docs::openapi))
        .route("/api/docs", get(docs::page))
        .route("/api/{*path}", axum::routing::any(unknown))
}
