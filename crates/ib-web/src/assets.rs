//! The style and the scripts, under names that change with what is in them.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

const FOREVER: &str = "public, max-age=31536000, immutable";

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

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(include_str!("../assets/style.css"), "text/css; charset=utf-8", "style", "css")
});

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(include_str!("../assets/wizard.js"), "text/javascript; charset=utf-8", "wizard", "js")
});

static SETUP: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(include_str!("../assets/setup.js"), "text/javascript; charset=utf-8", "setup", "js")
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
    [&*STYLE, &*SCRIPT, &*SETUP].into_iter().fold(Router::new(), |router, asset| {
        let answer = async move || {
            ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, FOREVER)], asset.text).into_response()
        };
        router.route(&asset.path, get(answer))
    })
}
