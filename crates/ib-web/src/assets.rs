//! The style and the scripts, under names that change with what is in them.

use std::sync::LazyLock;

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

pub(crate) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const FOREVER: &str = "public, max-age=31536000, immutable";
/// For what has the same address in every version.
const BRIEFLY: &str = "public, max-age=300";

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const STYLE_TEXT: &str = include_str!("../assets/style.css");

/// Where the script of the embedded Setup widget is. Other pages name it, so it stays.
const EMBEDDED: &str = "/assets/ib-setup.js";

struct Asset {
    text: &'static str,
    kind: &'static str,
    path: String,
}

impl Asset {
    fn new(text: &'static str, kind: &'static str, stem: &str, extension: &str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..9]);
        Self { text, kind, path: format!("/assets/{stem}-{hash}.{extension}") }
    }
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::new(STYLE_TEXT, CSS, "style", "css"));

static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new(include_str!("../assets/wizard.js"), JS, "wizard", "js"));

static SETUP: LazyLock<Asset> = LazyLock::new(|| {
    let text = concat!(include_str!("../assets/live.js"), include_str!("../assets/setup.js"));
    Asset::new(text, JS, "setup", "js")
});

/// It brings its style along: other pages need not allow ours.
static WIDGET: LazyLock<String> = LazyLock::new(|| {
    let style = serde_json::Value::from(STYLE_TEXT);
    let script = concat!(include_str!("../assets/live.js"), include_str!("../assets/ib-setup.js"));
    format!("const STYLE = {style};\n{script}")
});

/// Where the style is.
pub(crate) fn style() -> &'static str {
    &STYLE.path
}

/// Where the script is.
pub(crate) fn script() -> &'static str {
    &SCRIPT.path
}

/// Where the script of the Setup widget is.
pub(crate) fn setup_script() -> &'static str {
    &SETUP.path
}

pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new().route(EMBEDDED, get(embedded));
    [&*STYLE, &*SCRIPT, &*SETUP].into_iter().fold(router, |router, asset| {
        let answer = async move || {
            ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, FOREVER)], asset.text).into_response()
        };
        router.route(&asset.path, get(answer))
    })
}

/// Nothing in it is anybody's own, so every page may have it.
async fn embedded() -> Response {
    let headers = [
        (CONTENT_TYPE, JS),
        (CACHE_CONTROL, BRIEFLY),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (RESOURCE_POLICY, "cross-origin"),
    ];
    (headers, WIDGET.as_str()).into_response()
}
