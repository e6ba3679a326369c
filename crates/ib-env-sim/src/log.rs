//! The requests that the simulator received, without their secrets.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;

use crate::lock::locked;

/// How many requests are remembered; older ones are forgotten.
pub const REQUEST_LOG_LIMIT: usize = 10_000;

/// A request as it was seen. There is no field for a body, a header or a query, so no secret can be in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Number of the request, growing from 1.
    pub number: u64,
    /// When, by the simulator's clock.
    pub at: Timestamp,
    /// The `Host` header.
    pub host: String,
    /// HTTP method.
    pub method: String,
    /// Path without the query; `?WSDL` is kept.
    pub path: String,
    /// The SOAP method, from the body.
    pub soap_method: Option<String>,
    /// The `SOAPAction`, or the action parameter of SOAP 1.2.
    pub soap_action: Option<String>,
    /// Who tried to log in.
    pub username: Option<String>,
    /// HTTP status of the answer; none if a fault left the client without one.
    pub status: Option<u16>,
}

/// A bounded list of requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    last: u64,
    kept: VecDeque<Recorded>,
}

impl RequestLog {
    /// Adds a request under the next number.
    pub(crate) fn add(&self, mut request: Recorded) {
        let mut entries = locked(&self.0);
        entries.last += 1;
        request.number = entries.last;
        if entries.kept.len() == REQUEST_LOG_LIMIT {
            entries.kept.pop_front();
        }
        entries.kept.push_back(request);
    }

    /// What is remembered, the oldest first.
    pub(crate) fn all(&self) -> Vec<Recorded> {
        locked(&self.0).kept.iter().cloned().collect()
    }

    /// Forgets everything; numbers go on.
    pub(crate) fn clear(&self) {
        locked(&self.0).kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_bounded_and_numbers_go_on() {
        let log = RequestLog::default();
        let request = Recorded {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            host: String::new(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            soap_method: None,
            soap_action: None,
            username: None,
            status: Some(200),
        };
        for _ in 0..REQUEST_LOG_LIMIT + 5 {
            log.add(request.clone());
        }
        let kept = log.all();
        assert_eq!(kept.len(), REQUEST_LOG_LIMIT);
        assert_eq!(kept[0].number, 6);
        log.clear();
        log.add(request);
        assert_eq!(log.all()[0].number, REQUEST_LOG_LIMIT as u64 + 6);
    }
}
