//! `<ib-setup>` where its requests meet, fail or are answered late: nothing is asked of the person, and what is shown
//! in the end is how it is.

use std::time::Duration;

use serde_json::json;

use crate::place::Place;
use crate::window::Window;
use crate::{Guest, Journey, named};

pub(crate) const ALL: &[Journey] = named![
    requests_that_meet_an_ended_token_are_all_answered,
    what_could_not_be_shown_is_shown_as_soon_as_it_can_be,
    what_is_answered_late_does_not_stand_over_what_is_newer,
];

const WIDGET: &str = "const script = document.createElement('script'); script.type = 'module'; \
                      script.src = '/assets/ib-setup.js'; \
                      document.body.append(script, document.createElement('ib-setup'));";

impl Window {
    /// Goes to a page of the service that has no widget of its own, and puts one there. `fetch` stands between it and
    /// the service, which it reaches by `real`.
    pub(crate) async fn embed(&self, fetch: &str) {
        self.goto("/api/docs").await;
        let script = format!("const real = window.fetch.bind(window); {fetch} {WIDGET}");
        self.script(&script).await.unwrap();
        self.embedded_says("Setup, 4 tasks open").await;
        self.press_embedded("Setup, 4 tasks open").await;
    }

    async fn until_true(&self, script: &str) {
        let ask = format!("return {script}");
        self.until(script, json!(true), async || self.script(&ask).await).await;
    }
}

async fn requests_that_meet_an_ended_token_are_all_answered(guest: Guest) {
    let place = Place::new().await;
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    // The first refusal is heard together with the second one.
    let fetch = "let meet; const both = new Promise(done => meet = done); window.refused = 0; \
                 window.fetch = async (url, options) => { \
                     const answer = await real(url, options); \
                     if (answer.status === 401) { if (++window.refused === 2) meet(); await both; } \
                     return answer; \
                 };";
    window.embed(fetch).await;
    place.advance(Duration::from_mins(16));
    window.until_true("window.refused === 1").await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("Setup, everything is done").await;
    assert_eq!(window.inside("root.getElementById('alert').textContent").await, "");
    assert_eq!(window.script("return window.refused").await.unwrap(), 2);
}

async fn what_could_not_be_shown_is_shown_as_soon_as_it_can_be(guest: Guest) {
    let place = Place::new().await;
    place.hold();
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    let fetch = "window.down = false; window.failed = 0; \
                 window.fetch = async (url, options) => { \
                     if (!window.down || !String(url).endsWith('/widget')) return real(url, options); \
                     window.failed += 1; \
                     throw new TypeError('down'); \
                 };";
    window.embed(fetch).await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("0 of 4 installed").await;
    window.script("window.down = true").await.unwrap();
    place.go_on();
    let ended = "return fetch('/setup/dependencies/state').then(answer => answer.json()) \
                 .then(now => now.publication.status === 'ended')";
    window.until("the publication", json!(true), async || window.script(ended).await).await;
    window.script("window.before = window.failed").await.unwrap();
    window.until_true("window.failed > window.before").await;
    window.script("window.down = false").await.unwrap();
    window.embedded_says("Setup, everything is done").await;
}

async fn what_is_answered_late_does_not_stand_over_what_is_newer(guest: Guest) {
    let place = Place::new().await;
    place.hold();
    let window = Window::at(&guest, &place).await;
    window.register("maria").await;
    // What is shown because a button was pressed is held back; what is shown because of an event is not.
    let fetch = "const sent = new Promise(done => window.answer = done); \
                 const late = new Promise(done => window.release = done); \
                 window.fetch = async (url, options) => { \
                     const isHeld = window.isNext && url.endsWith('/widget'); \
                     if (isHeld) window.isNext = false; \
                     const answer = await real(url, options); \
                     if (options?.method === 'POST' && url.endsWith('/publication')) await sent; \
                     if (!isHeld) return answer; \
                     const text = await answer.text(); \
                     window.isHeld = true; \
                     await late; \
                     answer.text = async () => { setTimeout(() => window.isOver = true); return text; }; \
                     return answer; \
                 };";
    window.embed(fetch).await;
    window.press_embedded("Install dependencies").await;
    window.embedded_says("0 of 4 installed, now Secret Manager Local Service").await;
    window.script("window.isNext = true; window.answer()").await.unwrap();
    window.until_true("window.isHeld").await;
    place.go_on();
    window.embedded_says("Setup, everything is done").await;
    window.script("window.release()").await.unwrap();
    window.until_true("window.isOver").await;
    let label = window.inside("root.getElementById('setup-label').textContent.trim()").await;
    assert_eq!(label, "Setup, everything is done");
}
