//! The pages of a server that is started.

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) const HOST: &str = "127.0.0.1:8080";

/// Where pages come from.
pub(crate) struct Place {
    pub(crate) router: axum::Router,
}

impl Place {
    pub(crate) async fn ask(&self, request: Request<Body>) -> (Response<()>, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
    }
}
