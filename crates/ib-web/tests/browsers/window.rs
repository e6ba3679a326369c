//! A browser's window, and what a person does in it. Everything is waited for with a deadline; nothing sleeps.

use std::fmt::Display;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, ElementId, Key, RequestData, SessionId, WebDriver, WebElement};
use tokio::time::{Instant, sleep};

use crate::Guest;
use crate::place::{HOST, Place};

/// How long something may take until it is there: longer than the 45 seconds after which a page gives a silent stream
/// up and asks anew.
const DEADLINE: Duration = Duration::from_mins(1);
/// How often it is looked for.
const LOOK: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub(crate) struct Window {
    pub(crate) browser: WebDriver,
    base: String,
}

impl Window {
    /// A window of somebody who was never at that place.
    pub(crate) async fn at(guest: &Guest, place: &Place) -> Self {
        Self::named(guest, place, "127.0.0.1").await
    }

    /// The same under another name of this machine: another site for the browser, with cookies of its own.
    pub(crate) async fn named(guest: &Guest, place: &Place, name: &str) -> Self {
        Self::over(guest, format!("http://{name}:{}", place.address.port())).await
    }

    /// The same over a service that somebody else runs.
    pub(crate) async fn over(guest: &Guest, base: String) -> Self {
        let window = Self { browser: guest.browser.clone(), base };
        window.goto("/help").await;
        window.browser.delete_all_cookies().await.unwrap();
        window
    }

    pub(crate) async fn goto(&self, path: &str) {
        self.browser.goto(format!("{}{path}", self.base)).await.unwrap();
    }

    pub(crate) async fn path(&self) -> WebDriverResult<String> {
        Ok(self.browser.current_url().await?.path().to_owned())
    }

    pub(crate) async fn text_of(&self, selector: &str) -> WebDriverResult<String> {
        self.browser.find(By::Css(selector)).await?.text().await
    }

    /// Asks until the answer is the wanted one.
    pub(crate) async fn until<T: PartialEq + std::fmt::Debug>(
        &self,
        what: impl Display,
        wanted: T,
        ask: impl AsyncFn() -> WebDriverResult<T>,
    ) {
        let end = Instant::now() + DEADLINE;
        loop {
            // A page that is being left answers with errors.
            let found = ask().await;
            if found.as_ref().is_ok_and(|found| *found == wanted) {
                return;
            }
            if Instant::now() > end {
                let text = self.text_of("main").await.unwrap_or_default();
                let at = self.browser.current_url().await;
                panic!("{what}: {found:?} instead of {wanted:?} at {at:?}:\n{text}");
            }
            sleep(LOOK).await;
        }
    }

    /// Waits for the page of a step on which something can be done.
    pub(crate) async fn arrive(&self, step: &str) {
        let path = format!("/setup/{step}");
        self.until("the step", (path, true), async || {
            let running = self.browser.find_all(By::Css("main .running")).await?;
            let footer = self.browser.find_all(By::Css("footer")).await?;
            Ok((self.path().await?, running.is_empty() && !footer.is_empty()))
        })
        .await;
    }

    /// Waits for the page of a step that is under way.
    pub(crate) async fn running(&self, step: &str) {
        let path = format!("/setup/{step}");
        self.until("the step under way", (path, 1), async || {
            Ok((self.path().await?, self.browser.find_all(By::Css("main .running")).await?.len()))
        })
        .await;
    }

    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        self.browser.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.find(&format!("#{id}")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses a button or follows a link, and waits until its page is left.
    pub(crate) async fn press(&self, name: &str) {
        let path = format!("//*[self::button or self::a][normalize-space()='{name}']");
        self.leave(async || {
            let button = self.browser.find(By::XPath(path)).await;
            button.unwrap_or_else(|error| panic!("{name}: {error}")).click().await.unwrap();
        })
        .await;
    }

    /// Does what leads to another page, and waits for that.
    pub(crate) async fn leave(&self, act: impl AsyncFnOnce()) {
        let page = self.find("html").await.element_id();
        act().await;
        self.until("another page", true, async || {
            Ok(self.browser.find(By::Tag("html")).await?.element_id() != page)
        })
        .await;
    }

    pub(crate) async fn reload(&self) {
        self.browser.refresh().await.unwrap();
    }

    pub(crate) async fn value(&self, id: &str) -> String {
        self.find(&format!("#{id}")).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// The cookies of the site, as a request carries them.
    pub(crate) async fn cookies(&self) -> String {
        let cookies = self.browser.get_all_cookies().await.unwrap();
        cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// What a script says about the page.
    pub(crate) async fn script(&self, script: &str) -> WebDriverResult<Value> {
        Ok(self.browser.execute(script, Vec::new()).await?.json().clone())
    }

    /// From the first page to the log-in.
    pub(crate) async fn enter_address(&self) {
        self.goto("/").await;
        self.arrive("address").await;
        self.fill("address", HOST).await;
        self.press("Check address").await;
        self.arrive("log-in").await;
    }

    /// Fills in the log-in of one of acme's users, and sends it.
    pub(crate) async fn log_in(&self, username: &str) {
        self.fill("username", username).await;
        self.fill("password", &format!("{username}-Pass-1")).await;
        self.press("Log in").await;
    }

    /// From the first page to the welcome page.
    pub(crate) async fn enter(&self, username: &str) {
        self.enter_address().await;
        self.log_in(username).await;
        self.arrive("welcome").await;
    }

    /// From the welcome page to the disclaimer.
    pub(crate) async fn choose(&self) {
        self.press("Set up Integration Builder").await;
        self.arrive("disclaimer").await;
    }

    /// Accepts the disclaimer.
    pub(crate) async fn accept(&self) {
        self.find("#accepted").await.click().await.unwrap();
        self.press("Accept and continue").await;
    }

    pub(crate) async fn key(&self, key: Key) {
        self.browser.action_chain().key_down(key.clone()).key_up(key).perform().await.unwrap();
    }

    /// Shift and Tab.
    pub(crate) async fn back_tab(&self) {
        let keys = self.browser.action_chain().key_down(Key::Shift).key_down(Key::Tab);
        keys.key_up(Key::Tab).key_up(Key::Shift).perform().await.unwrap();
    }

    /// The name of what has the focus, as assistive technology is told it.
    pub(crate) async fn focused(&self) -> WebDriverResult<String> {
        let element = self.browser.active_element().await?;
        let answer = self.browser.cmd(ComputedLabel(element.element_id())).await?;
        answer.value()
    }
}

/// A command that the client does not have.
#[derive(Debug)]
struct ComputedLabel(ElementId);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(Method::GET, format!("/session/{session}/element/{}/computedlabel", self.0))
    }
}
