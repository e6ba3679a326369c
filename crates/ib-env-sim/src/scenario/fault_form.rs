//! The flat form of a fault in TOML and JSON, and the way between it and [`Fault`].

use serde::{Deserialize, Serialize};

use super::{Action, Fault};

/// The word after `do`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Do {
    Reset,
    Stall,
    Delay,
    SlowDrip,
    Endless,
    Bomb,
    LengthTooLong,
    LengthTooShort,
    DropAfter,
    Garbage,
    Status,
    TooManyRequests,
    Redirect,
    MalformedXml,
    XmlEntities,
    DeepNesting,
    SoapFault,
    Verbatim,
}

/// One table with every parameter that any fault may need.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default)]
    after: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    r#do: Do,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl TryFrom<Raw> for Fault {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let action = action(&raw)?;
        Ok(Self { path: raw.path, method: raw.method, after: raw.after, times: raw.times, action })
    }
}

fn action(raw: &Raw) -> Result<Action, String> {
    Ok(match raw.r#do {
        Do::Reset => Action::Reset,
        Do::Stall => Action::Stall,
        Do::Delay => Action::Delay(needed(raw.ms, "ms")?),
        Do::SlowDrip => Action::SlowDrip(needed(raw.ms, "ms")?),
        Do::Endless => Action::Endless,
        Do::Bomb => Action::Bomb,
        Do::LengthTooLong => Action::LengthTooLong,
        Do::LengthTooShort => Action::LengthTooShort,
        Do::DropAfter => Action::DropAfter(needed(raw.bytes, "bytes")?),
        Do::Garbage => Action::Garbage,
        Do::Status => Action::Status(status(raw, 100)?),
        Do::TooManyRequests => Action::TooManyRequests(needed(raw.seconds, "seconds")?),
        Do::Redirect => Action::Redirect {
            status: status(raw, 300)?,
            location: needed(raw.location.clone(), "location")?,
        },
        Do::MalformedXml => Action::MalformedXml,
        Do::XmlEntities => Action::XmlEntities,
        Do::DeepNesting => Action::DeepNesting,
        Do::SoapFault => Action::SoapFault(needed(raw.text.clone(), "text")?),
        Do::Verbatim => Action::Verbatim {
            status: status(raw, 200)?,
            content_type: raw.content_type.clone().unwrap_or_else(|| "text/html; charset=utf-8".to_owned()),
            body: needed(raw.body.clone(), "body")?,
        },
    })
}

fn needed<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("this fault needs `{name}`"))
}

fn status(raw: &Raw, least: u16) -> Result<u16, String> {
    let status = needed(raw.status, "status")?;
    if (least..600).contains(&status) {
        Ok(status)
    } else {
        Err(format!("status {status} is not possible here"))
    }
}

impl From<Fault> for Raw {
    fn from(fault: Fault) -> Self {
        let mut raw = Self {
            path: fault.path,
            method: fault.method,
            after: fault.after,
            times: fault.times,
            r#do: Do::Reset,
            ms: None,
            bytes: None,
            seconds: None,
            status: None,
            location: None,
            text: None,
            content_type: None,
            body: None,
        };
        raw.describe(fault.action);
        raw
    }
}

impl Raw {
    fn describe(&mut self, action: Action) {
        self.r#do = match action {
            Action::Reset => Do::Reset,
            Action::Stall => Do::Stall,
            Action::Delay(ms) => set(&mut self.ms, ms, Do::Delay),
            Action::SlowDrip(ms) => set(&mut self.ms, ms, Do::SlowDrip),
            Action::Endless => Do::Endless,
            Action::Bomb => Do::Bomb,
            Action::LengthTooLong => Do::LengthTooLong,
            Action::LengthTooShort => Do::LengthTooShort,
            Action::DropAfter(bytes) => set(&mut self.bytes, bytes, Do::DropAfter),
            Action::Garbage => Do::Garbage,
            Action::Status(status) => set(&mut self.status, status, Do::Status),
            Action::TooManyRequests(seconds) => set(&mut self.seconds, seconds, Do::TooManyRequests),
            Action::Redirect { status, location } => {
                self.status = Some(status);
                set(&mut self.location, location, Do::Redirect)
            }
            Action::MalformedXml => Do::MalformedXml,
            Action::XmlEntities => Do::XmlEntities,
            Action::DeepNesting => Do::DeepNesting,
            Action::SoapFault(text) => set(&mut self.text, text, Do::SoapFault),
            Action::Verbatim { status, content_type, body } => {
                self.status = Some(status);
                self.content_type = Some(content_type);
                set(&mut self.body, body, Do::Verbatim)
            }
        };
    }
}

fn set<T>(place: &mut Option<T>, value: T, word: Do) -> Do {
    *place = Some(value);
    word
}
