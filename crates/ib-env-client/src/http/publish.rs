//! Publications: handing packages over and listening to what becomes of them
//! (`service-center-soap.md` 4.3 and 6).

use std::sync::Arc;

use ib_domain::reason::Reason;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method as HttpMethod, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use super::dialect::{Dialect, Input, Method};
use super::environment::HttpEnvironment;
use super::messages::{Messages, Staging};
use super::page::{self, Page};
use super::service_center::{UnexpectedAnswer, boolean, unanswered};
use super::soap::FaultMeaning;
use super::transport::{Call, Caller, Reply};
use crate::environment::{MessagePage, Module, PublishId, Started};
use crate::{Credentials, Obstacle, Package};

impl HttpEnvironment {
    pub(super) async fn start_publication(
        &self,
        credentials: &Credentials,
        package: Package,
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        let dialect = self.dialect().await?;
        let inputs = [Input::Package, Input::Text(if two_step { "true" } else { "false" })];
        let limit = self.transport.settings.limits.publish;
        let question = self.question(&dialect, Method::Publish, credentials, &inputs, limit);
        let answer = self.transport.upload(&self.address, &question, package).await?;
        let outputs = self.heard(&dialect, answer).await.map_err(refused)?;
        let mut messages = Messages::default();
        let rest = outputs
            .each(dialect.output(Method::Publish, 0), Messages::WANTED, |item| messages.take(item))
            .await?;
        match messages.started(rest.number_of(dialect.output(Method::Publish, 1))) {
            Some(started) => Ok(started),
            None => Err(self.misfit(&dialect, "an answer without a publication").await),
        }
    }

    pub(super) async fn start_republication(
        &self,
        credentials: &Credentials,
        name: &str,
        modules: &[Module],
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("StagingName", name)
            .append_pair("TwoStepMode", if two_step { "True" } else { "False" })
            .finish();
        let path = format!("/ServiceCenter/rest/PlatformServices/Staging_PublishWith2StepOption?{query}");
        let module = |module: &Module| json!({ "REST_Module": { "Name": module.name, "Key": module.key.0, "Kind": module.kind } });
        let body = json!({
            "ModulesToPublish": modules.iter().map(module).collect::<Vec<_>>(),
            "ApplicationsToUpdate": null,
        });
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let limits = &self.transport.settings.limits;
        let call = Call {
            method: HttpMethod::POST,
            path: &path,
            headers,
            body: Some(body.to_string().into()),
            caller: Caller::User(credentials),
            limit: limits.publish,
            max_bytes: limits.probe_bytes,
        };
        let reply = self.transport.send(&self.address, call).await?;
        if reply.status != StatusCode::OK {
            return Err(not_taken(reply).await);
        }
        let bytes = reply.deadline.read(reply.body.collect()).await?;
        let staging = serde_json::from_slice::<Staging>(&bytes);
        let odd = |what| Obstacle::new(Reason::PublicationRefused).observed(what);
        let staging = staging.map_err(|_| odd("an answer that is no JSON of a known form"))?;
        staging.started().ok_or_else(|| odd("an answer without a publication"))
    }

    pub(super) async fn read_messages(
        &self,
        credentials: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        let dialect = self.dialect().await?;
        let inputs = [publication.0.to_string(), after.to_string()];
        let inputs = inputs.each_ref().map(String::as_str);
        let limit = self.transport.settings.limits.request;
        let answer = self.call(&dialect, Method::PublishMessages, credentials, &inputs, limit).await?;
        let output = |position| dialect.output(Method::PublishMessages, position);
        let mut messages = Messages::default();
        let rest =
            answer.map_err(refused)?.each(output(0), Messages::WANTED, |item| messages.take(item)).await?;
        // Numbers and booleans are always there (`service-center-soap.md` 1).
        let (Some(last), Some(finished)) = (rest.number_of(output(1)), boolean(rest.text_of(output(2))))
        else {
            return Err(self.misfit(&dialect, "a page of messages without its end").await);
        };
        let page = messages.page(after, last, finished);
        page.ok_or_else(|| {
            Obstacle::new(Reason::PublicationRefused).observed("more messages than can be asked for")
        })
    }

    /// Continues or aborts.
    pub(super) async fn steer(
        &self,
        method: Method,
        credentials: &Credentials,
        publication: PublishId,
    ) -> Result<(), Obstacle> {
        let dialect = self.dialect().await?;
        let limit = self.transport.settings.limits.request;
        let answer = self.call(&dialect, method, credentials, &[&publication.0.to_string()], limit).await?;
        answer.map(drop).map_err(refused)
    }

    /// An answer of another form than its WSDL said, which is forgotten.
    async fn misfit(&self, dialect: &Arc<Dialect>, what: &str) -> Obstacle {
        self.learnt.forget_dialect(dialect).await;
        Obstacle::new(Reason::PublicationRefused).observed(what)
    }
}

/// What came back in place of outputs: about the user, as everywhere, or about the publication.
fn refused(answer: UnexpectedAnswer) -> Obstacle {
    let obstacle = unanswered(answer);
    match obstacle.reason {
        Reason::LoginTrouble => Obstacle { reason: Reason::PublicationRefused, ..obstacle },
        _ => obstacle,
    }
}

/// Why a republication was not taken on, by the status of the reply and the words in it.
async fn not_taken(reply: Reply) -> Obstacle {
    let page = match page::refuse_stand_ins(reply.status) {
        Ok(()) => Page::read(reply).await,
        Err(obstacle) => Err(obstacle),
    };
    let page = match page {
        Ok(page) => page,
        Err(obstacle) => return obstacle,
    };
    let seen = |reason: Reason| Obstacle::new(reason).observed(page.describe());
    match page.status {
        _ if page.says_closed => seen(Reason::ClosedToUs),
        StatusCode::UNAUTHORIZED if FaultMeaning::of(&page.text) == FaultMeaning::Locked => {
            seen(Reason::LoginLocked)
        }
        StatusCode::UNAUTHORIZED => Reason::LoginRefused.into(),
        StatusCode::FORBIDDEN => seen(Reason::LoginForbidden),
        _ => seen(Reason::PublicationRefused),
    }
}
