//! Who looks at a page: the session behind the cookie.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use ib_setup::ports::StoreError;
use ib_setup::{Face, RequestSource};

use super::widget;
use crate::app::App;
use crate::client::source;
use crate::session::{Session, Token};
use crate::settings::Site;

/// A browser's token; where it brought none, one that it is given with the answer.
pub(super) struct Visitor {
    pub(super) token: Token,
    /// Which page is asked for.
    pub(super) path: String,
    /// Whether it is asked for with the Setup widget open.
    pub(super) is_open: bool,
    /// Where they come from.
    pub(super) from: RequestSource,
    is_new: bool,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let brought = read(&parts.headers, &app.settings.site);
        let is_new = brought.is_none();
        let token = brought.unwrap_or_else(|| app.sessions.fresh_token());
        let asked = parts.uri.query().unwrap_or_default().split('&');
        let is_open = asked.into_iter().any(|pair| pair == widget::OPEN);
        let from = source(parts, app, Face::Page);
        Ok(Self { token, path: parts.uri.path().to_owned(), is_open, from, is_new })
    }
}

impl Visitor {
    /// The session, as the pages show it.
    pub(super) async fn session(&self, app: &App) -> Result<Session, StoreError> {
        app.sessions.open(self.token.clone(), None).await
    }

    /// Gives a new browser its cookie with the answer.
    pub(super) fn greet(&self, app: &App, response: Response) -> Response {
        if self.is_new { set(app, &self.token, response) } else { response }
    }
}

fn read(headers: &HeaderMap, site: &Site) -> Option<Token> {
    let jar = CookieJar::from_headers(headers);
    Token::read(jar.get(name(site))?.value())
}

/// A name that a browser keeps for this host alone, where there is TLS.
const fn name(site: &Site) -> &'static str {
    match site {
        Site::Public(_) => "__Host-ib-session",
        Site::Loopback => "ib-session",
    }
}

fn cookie(app: &App, value: String) -> Cookie<'static> {
    let site = &app.settings.site;
    let cookie = Cookie::build((name(site), value)).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.secure(site.is_secure()).build()
}

/// Sets the cookie that holds `token`.
pub(super) fn set(app: &App, token: &Token, response: Response) -> Response {
    send(&cookie(app, token.expose()), response)
}

/// Takes the cookie away.
pub(super) fn unset(app: &App, response: Response) -> Response {
    let mut cookie = cookie(app, String::new());
    cookie.make_removal();
    send(&cookie, response)
}

fn send(cookie: &Cookie<'_>, mut response: Response) -> Response {
    if let Ok(value) = cookie.to_string().parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
