//! Mounts the wizard and the API in an axum application that has routes of its own.
//!
//! `cargo run -p ib-web --example mount`
//!
//! The wizard's links begin at the root, so it is mounted beside your routes and not below one: what is not yours goes
//! to it. Yours win, `/` included.
#![expect(clippy::print_stdout, reason = "an example talks to the terminal")]

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use http_body_util::BodyExt as _;
use ib_env_client::http::{HttpClient, Settings as ClientSettings};
use ib_setup::testing;
use ib_web::{Settings, Web};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // In production the ports are those of `ib-store` and `ib_setup::system`.
    let client = HttpClient::new(ClientSettings::default())?;
    let web = Web::new(testing::ports(Arc::new(client)), None, Settings::default());
    let app =
        Router::new().route("/", get(async || "The portal of the company.")).fallback_service(web.router());

    // Beside `axum::serve`, one task does the work that is due.
    let (stop, stopped) = oneshot::channel::<()>();
    let driver = tokio::spawn(async move { web.drive(async { drop(stopped.await) }).await });

    let (_, own) = ask(&app, "/").await?;
    let (status, wizard) = ask(&app, "/setup/address").await?;
    let title = wizard.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    let (_, api) = ask(&app, "/api/openapi.json").await?;
    println!("/                  {own}");
    println!("/setup/address     {}", title.unwrap_or_default());
    println!("/api/openapi.json  {} bytes", api.len());
    assert_eq!((own.as_str(), status), ("The portal of the company.", StatusCode::OK));
    assert!(title.is_some_and(|title| title.ends_with("Set up Integration Builder")), "the wizard answers");
    assert!(api.contains("\"/api/v1/setups\""), "so does the API");

    drop(stop);
    driver.await?;
    Ok(())
}

/// Asks as a browser on this machine does: the wizard answers only to its own name.
async fn ask(app: &Router, path: &str) -> Result<(StatusCode, String), Box<dyn Error>> {
    let request = Request::get(path).header(header::HOST, "localhost").body(Body::empty())?;
    let response = app.clone().oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}
