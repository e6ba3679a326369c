//! Publications: handing packages over and listening to what becomes of them
//! (`service-center-soap.md` 4.3 and 6).

use base64::Engine;
use ib_domain::reason::Reason;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method as HttpMethod, StatusCode};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

use super::dialect::Method;
use super::environment::HttpEnvironment;
use super::service_center::{boolean, unanswered};
use super::transport::{Call, Caller};
use super::xml::Element;
use crate::environment::{MessageKind, MessagePage, Module, PublicationMessage, PublishId, Started};
use crate::{Credentials, Obstacle};

/// The REST reply to a republication.
#[derive(Deserialize)]
struct StagingReply {
    #[serde(rename = "publishId", alias = "PublishId", default)]
    publish_id: i64,
    #[serde(rename = "Messages", default)]
    messages: Vec<Wrapped>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "REST_PublicationMessage")]
    message: StagingMessage,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct StagingMessage {
    message: String,
    detail: String,
    r#type: String,
}

impl HttpEnvironment {
    pub(super) async fn start_publication(
        &self,
        credentials: &Credentials,
        package: &[u8],
        two_step: bool,
    ) -> Result<Started, Obstacle> {
        let file = base64::engine::general_purpose::STANDARD.encode(package);
        let limit = self.transport.settings.limits.publish;
        let inputs = [file.as_str(), if two_step { "true" } else { "false" }];
        let answer = self.call(Method::Publish, credentials, &inputs, limit).await?;
        let response = answer.map_err(unanswered)?.all().await?;
        let dialect = self.dialect().await?;
        let messages = messages(response.child(dialect.output(Method::Publish, 0)));
        let id = response.number_of(dialect.output(Method::Publish, 1)).unwrap_or(0);
        Ok(started(id, messages))
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
            body: Some(body.to_string().into_bytes()),
            caller: Caller::User(credentials),
            limit: limits.publish,
            max_bytes: limits.probe_bytes,
        };
        let reply = self.transport.send(&self.address, call).await?;
        match reply.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => return Err(Reason::LoginRefused.into()),
            StatusCode::FORBIDDEN => return Err(Obstacle::new(Reason::LoginForbidden).observed("status 403")),
            status => {
                return Err(
                    Obstacle::new(Reason::LoginTrouble).observed(format!("status {}", status.as_u16()))
                );
            }
        }
        let bytes = reply.deadline.read(reply.body.collect()).await?;
        let staging: StagingReply = serde_json::from_slice(&bytes).map_err(|_| {
            Obstacle::new(Reason::LoginTrouble).observed("its reply to a publication is no JSON")
        })?;
        let messages = staging.messages.into_iter().map(|wrapped| wrapped.message.into()).collect();
        Ok(started(staging.publish_id, messages))
    }

    pub(super) async fn read_messages(
        &self,
        credentials: &Credentials,
        publication: PublishId,
        after: i64,
    ) -> Result<MessagePage, Obstacle> {
        let inputs = [publication.0.to_string(), after.to_string()];
        let inputs = inputs.each_ref().map(String::as_str);
        let response = self.ask(Method::PublishMessages, credentials, &inputs).await?.all().await?;
        let dialect = self.dialect().await?;
        let output = |position| dialect.output(Method::PublishMessages, position);
        Ok(MessagePage {
            messages: messages(response.child(output(0))),
            last_id: response.number_of(output(1)).unwrap_or(after),
            finished: boolean(response.text_of(output(2))).unwrap_or(false),
        })
    }

    /// Continues or aborts.
    pub(super) async fn steer(
        &self,
        method: Method,
        credentials: &Credentials,
        publication: PublishId,
    ) -> Result<(), Obstacle> {
        self.ask(method, credentials, &[&publication.0.to_string()]).await.map(drop)
    }
}

/// An id of zero, or none, means that the publication was not taken on.
fn started(id: i64, messages: Vec<PublicationMessage>) -> Started {
    if id > 0 { Started::Running(PublishId(id), messages) } else { Started::NotStarted(messages) }
}

fn messages(list: Option<&Element>) -> Vec<PublicationMessage> {
    let message = |item: &Element| PublicationMessage {
        id: item.number_of("Id"),
        kind: kind(item.text_of("Type")),
        message: item.text_of("Message").to_owned(),
        detail: item.text_of("Detail").to_owned(),
    };
    list.map(|list| list.children.iter().map(message).collect()).unwrap_or_default()
}

impl From<StagingMessage> for PublicationMessage {
    fn from(message: StagingMessage) -> Self {
        Self { id: None, kind: kind(&message.r#type), message: message.message, detail: message.detail }
    }
}

fn kind(text: &str) -> MessageKind {
    match text.to_ascii_lowercase().as_str() {
        "warning" => MessageKind::Warning,
        "error" => MessageKind::Error,
        "publishstop" => MessageKind::PublishStop,
        _ => MessageKind::Info,
    }
}
