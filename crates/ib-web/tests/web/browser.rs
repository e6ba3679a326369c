//! A browser without a script: it keeps cookies, follows redirects and fills in forms.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{Method, Request, Response, StatusCode};
use url::form_urlencoded::Serializer;

use crate::place::{self, Place};

pub(crate) struct Browser<'p> {
    pub(crate) place: &'p Place,
    pub(crate) cookie: Option<String>,
}

/// A page that a browser shows.
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn title(&self) -> &str {
        between(&self.text, "<title>", "</title>")
    }

    pub(crate) fn heading(&self) -> &str {
        between(&self.text, "<h1>", "</h1>")
    }

    /// The hidden fields of the form that is sent to `action`.
    pub(crate) fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let form = between(&self.text, &format!("action=\"{action}\""), "</form>");
        let inputs = form.split("<input type=\"hidden\" ").skip(1);
        inputs
            .map(|input| {
                (between(input, "name=\"", "\"").to_owned(), between(input, "value=\"", "\"").to_owned())
            })
            .collect()
    }
}

pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let Some((_, rest)) = text.split_once(before) else { return "" };
    rest.split_once(after).map_or(rest, |(found, _)| found)
}

impl<'p> Browser<'p> {
    pub(crate) fn new(place: &'p Place) -> Self {
        Self { place, cookie: None }
    }

    /// A second window of the same browser.
    pub(crate) fn tab(&self) -> Self {
        Self { place: self.place, cookie: self.cookie.clone() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let request = self.request(Method::GET, &path).body(Body::empty()).unwrap();
            let (response, text) = self.send(request).await;
            match response.headers().get(LOCATION) {
                // What follows # stays in the browser.
                Some(next) => next.to_str().unwrap().split('#').next().unwrap().clone_into(&mut path),
                None => return Page { path, status: response.status(), text },
            }
        }
        unreachable!("redirects in a circle from {path}")
    }

    /// Fills in the form of `page` that goes to its own path, and presses the button.
    pub(crate) async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let action = page.path.clone();
        self.submit_to(page, &action, fields).await
    }

    pub(crate) async fn submit_to(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let hidden = page.hidden(action);
        let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = hidden.chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let (response, text) = self.post_only(path, fields).await;
        match response.headers().get(LOCATION) {
            Some(next) => {
                assert_eq!(response.status(), StatusCode::SEE_OTHER);
                let next = next.to_str().unwrap().to_owned();
                self.get(&next).await
            }
            None => Page { path: path.to_owned(), status: response.status(), text },
        }
    }

    /// Posts, and looks at the answer itself.
    pub(crate) async fn post_only(&mut self, path: &str, fields: &[(&str, &str)]) -> (Response<()>, String) {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(HOST, place::HOST);
        let request = request.header("accept", "text/html").header("sec-fetch-site", "same-origin");
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> (Response<()>, String) {
        let (response, text) = self.place.ask(request).await;
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let cookie = set.split(';').next().unwrap();
            self.cookie = (!set.contains("Max-Age=0")).then(|| cookie.to_owned());
        }
        (response, text)
    }

    /// From the first page to the welcome page.
    pub(crate) async fn let_in(&mut self, username: &str) -> Page {
        let page = self.get("/").await;
        let page = self.submit(&page, &[("address", "dev.acme.example")]).await;
        let page = self.submit(&page, &[("username", username), ("password", PASSWORD)]).await;
        self.settled(page).await
    }

    /// Asks for the page again until nothing is under way, as its `refresh` does.
    pub(crate) async fn settled(&mut self, mut page: Page) -> Page {
        while page.text.contains("http-equiv=\"refresh\"") {
            page = self.get("/setup").await;
        }
        page
    }
}

/// Planted: it must not be found in any answer.
pub(crate) const PASSWORD: &str = "planted-password-7c1d0f";
