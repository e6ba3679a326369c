//! Faults: what goes wrong, where, and how often.

use serde::{Deserialize, Serialize};

use super::fault_form::Raw;

/// What happens instead of, or to, the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// The connection is reset.
    Reset,
    /// No answer ever comes.
    Stall,
    /// The answer comes this many milliseconds later.
    Delay(u64),
    /// The answer comes byte by byte, each after this many milliseconds.
    SlowDrip(u64),
    /// The body never ends.
    Endless,
    /// A small gzip body that becomes larger than 100 MiB.
    Bomb,
    /// `Content-Length` promises more than comes.
    LengthTooLong,
    /// `Content-Length` promises less than comes.
    LengthTooShort,
    /// The connection ends after this many bytes of the answer.
    DropAfter(usize),
    /// Bytes that are no HTTP.
    Garbage,
    /// This status with an HTML page.
    Status(u16),
    /// 429 with `Retry-After` in seconds.
    TooManyRequests(u32),
    /// A redirect.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// Where to.
        location: String,
    },
    /// XML that is not well-formed.
    MalformedXml,
    /// XML with a document type definition and entities.
    XmlEntities,
    /// XML with very many levels.
    DeepNesting,
    /// A SOAP fault with this text.
    SoapFault(String),
    /// Exactly this answer.
    Verbatim {
        /// HTTP status.
        status: u16,
        /// `Content-Type`.
        content_type: String,
        /// Body.
        body: String,
    },
}

/// One rule: which requests it hits, from which one on, how often, and what it does.
///
/// In TOML: `{ path = "/ServiceCenter/*", method = "Modules_Get", after = 1, times = 2, do = "status", status = 502 }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Fault {
    /// Path; `*` stands for any characters. Without it, every path.
    pub path: Option<String>,
    /// HTTP or SOAP method, ignoring case. Without it, every method.
    pub method: Option<String>,
    /// How many matching requests go through first.
    pub after: u64,
    /// How many are hit then; all if not given.
    pub times: Option<u64>,
    /// What happens.
    pub action: Action,
}

impl Fault {
    /// A fault that hits every request.
    ///
    /// ```
    /// use ib_env_sim::scenario::{Action, Fault};
    ///
    /// let flaky = Fault { times: Some(2), ..Fault::always(Action::Status(502)) };
    /// assert!(flaky.path.is_none());
    /// ```
    pub fn always(action: Action) -> Self {
        Self { path: None, method: None, after: 0, times: None, action }
    }

    /// Whether a request is of the kind that this rule hits.
    pub(crate) fn concerns(&self, path: &str, http_method: &str, soap_method: Option<&str>) -> bool {
        let path_fits = self.path.as_ref().is_none_or(|pattern| fits(pattern, path));
        let method_fits = self.method.as_ref().is_none_or(|wanted| {
            wanted.eq_ignore_ascii_case(http_method)
                || soap_method.is_some_and(|name| wanted.eq_ignore_ascii_case(name))
        });
        path_fits && method_fits
    }
}

/// Whether a path fits a pattern in which `*` stands for any characters; case does not matter.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.to_ascii_lowercase(), path.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else {
        return false;
    };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/ServiceCenter/*", "/servicecenter/Solutions.asmx", true)]
    #[case("/ServiceCenter/*", "/lifetimeapi/rest/v2/roles", false)]
    #[case("/a", "/a", true)]
    #[case("/a", "/ab", false)]
    #[case("*/roles*", "/lifetimeapi/rest/v2/roles/", true)]
    #[case("/a*b*c", "/a-b-b-c", true)]
    #[case("/a*b*c", "/a-c", false)]
    fn patterns(#[case] pattern: &str, #[case] path: &str, #[case] expected: bool) {
        assert_eq!(fits(pattern, path), expected);
    }

    #[rstest]
    #[case("do = 'status'", "needs `status`")]
    #[case("do = 'redirect'\nstatus = 200\nlocation = '/'", "not possible")]
    #[case("do = 'drop_after'", "needs `bytes`")]
    #[case("do = 'explode'", "unknown variant")]
    #[case("do = 'reset'\nmoment = 1", "moment")]
    fn incomplete_faults_are_refused(#[case] text: &str, #[case] expected: &str) {
        let refusal = toml::from_str::<Fault>(text).unwrap_err().to_string();
        assert!(refusal.contains(expected), "{refusal}");
    }

    #[test]
    fn every_action_survives_a_round_trip() {
        let actions = [
            Action::Reset,
            Action::Stall,
            Action::Delay(1),
            Action::SlowDrip(2),
            Action::Endless,
            Action::Bomb,
            Action::LengthTooLong,
            Action::LengthTooShort,
            Action::DropAfter(3),
            Action::Garbage,
            Action::Status(404),
            Action::TooManyRequests(4),
            Action::Redirect { status: 307, location: "https://other.example/".to_owned() },
            Action::MalformedXml,
            Action::XmlEntities,
            Action::DeepNesting,
            Action::SoapFault("no".to_owned()),
            Action::Verbatim { status: 200, content_type: "text/plain".to_owned(), body: "x".to_owned() },
        ];
        for action in actions {
            let fault = Fault { times: Some(1), ..Fault::always(action) };
            assert_eq!(toml::from_str::<Fault>(&toml::to_string(&fault).unwrap()).unwrap(), fault);
        }
    }
}
