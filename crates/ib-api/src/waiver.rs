//! Waivers on the wire: decisions to live with a finding of an environment.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use ib_setup::Timestamp;
use ib_setup::environment::{Waiver, WaiverView};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::timestamp;

/// A decision to live with a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct WaiverDocument {
    /// Who answers for it.
    pub owner: String,
    /// Why it can be lived with.
    pub why: String,
    /// Until when, in RFC 3339.
    pub until: String,
    /// Who recorded it.
    pub by: String,
    /// When it was recorded, in RFC 3339.
    pub at: String,
    /// The file that declares it; it is changed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// A waiver of an environment, and what it does now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct WaiverRow {
    /// The code of the reason that is accepted, such as `SETUP-TLS-001`.
    pub code: String,
    /// `active` (it covers a finding), `not_needed` (nothing was found that it would cover) or `expired` (it counts
    /// for nothing any more).
    pub status: String,
    /// The decision.
    #[serde(flatten)]
    pub waiver: WaiverDocument,
}

impl From<&Waiver> for WaiverDocument {
    fn from(waiver: &Waiver) -> Self {
        Self {
            owner: waiver.owner.to_string(),
            why: waiver.why.to_string(),
            until: timestamp(waiver.until.into()),
            by: waiver.by.to_string(),
            at: timestamp(waiver.at.into()),
            file: waiver.file.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&WaiverView> for WaiverRow {
    fn from(view: &WaiverView) -> Self {
        Self {
            code: view.waiver.reason.entry().code.to_owned(),
            status: view.effect.id().to_owned(),
            waiver: WaiverDocument::from(&view.waiver),
        }
    }
}

/// Until when a waiver counts, as a person says it: a point in time in RFC 3339, a date (to its end, in UTC), or a
/// number of days such as `30d`.
///
/// ```
/// use ib_api::waiver::Until;
/// use ib_setup::Timestamp;
///
/// let day = 24 * 60 * 60 * 1_000;
/// let now = Timestamp::from_millis(day);
/// assert_eq!("30d".parse::<Until>()?.from(now), Timestamp::from_millis(31 * day));
/// assert_eq!("1970-01-03".parse::<Until>()?.from(now), Timestamp::from_millis(3 * day));
/// assert_eq!("1970-01-03T00:00:00Z".parse::<Until>()?.from(now), Timestamp::from_millis(2 * day));
/// # Ok::<(), ib_api::waiver::UntilError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Until {
    /// A point in time.
    At(jiff::Timestamp),
    /// The end of a day.
    Day(Date),
    /// So many days from now on.
    Days(u16),
}

/// A text that says no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enter a date such as 2030-12-31, a time in RFC 3339, or a number of days such as 30d")]
pub struct UntilError;

impl Until {
    /// The point in time, where it is said at `now`. What lies before 1970 is 1970.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => point(time),
            Self::Day(day) => {
                let end = day.tomorrow().ok().and_then(|next| next.to_zoned_datetime(TimeZone::UTC).ok());
                // Beyond the end of the calendar it is too late in any case.
                end.map_or(Timestamp::from_millis(u64::MAX), |end| point(end.timestamp()))
            }
            Self::Days(days) => now.plus(Duration::from_hours(24 * u64::from(days))),
        }
    }

    /// The day that is so many days after `now`, as a form offers it.
    pub fn day_after(now: Timestamp, days: u16) -> Option<Self> {
        let then = jiff::Timestamp::try_from(SystemTime::from(Self::Days(days).from(now))).ok()?;
        Some(Self::Day(then.to_zoned_datetime(TimeZone::UTC).date()))
    }
}

fn point(time: jiff::Timestamp) -> Timestamp {
    Timestamp::from_millis(u64::try_from(time.as_millisecond()).unwrap_or_default())
}

impl FromStr for Until {
    type Err = UntilError;

    fn from_str(text: &str) -> Result<Self, UntilError> {
        let text = text.trim();
        if let Some(days) = text.strip_suffix('d') {
            return days.parse().map(Self::Days).map_err(|_| UntilError);
        }
        if text.len() == 10 {
            return text.parse().map(Self::Day).map_err(|_| UntilError);
        }
        text.parse().map(Self::At).map_err(|_| UntilError)
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(time) => time.fmt(f),
            Self::Day(day) => day.fmt(f),
            Self::Days(days) => write!(f, "{days}d"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case("tomorrow")]
    #[case("30")]
    #[case("-1d")]
    #[case("70000d")]
    #[case("2030-02-30")]
    #[case("2030-12-31T00:00:00")]
    fn not_an_end(#[case] text: &str) {
        assert_eq!(text.parse::<Until>(), Err(UntilError), "{text:?}");
    }

    #[rstest]
    #[case("30d")]
    #[case("2030-12-31")]
    #[case("2030-12-31T12:00:00Z")]
    fn an_end_is_said_again_as_it_was(#[case] text: &str) {
        assert_eq!(text.parse::<Until>().unwrap().to_string(), text);
    }

    #[test]
    fn what_lies_at_the_ends_of_time_is_no_trouble() {
        let now = Timestamp::from_millis(0);
        assert_eq!("9999-12-31".parse::<Until>().unwrap().from(now), Timestamp::from_millis(u64::MAX));
        assert_eq!("1960-01-01T00:00:00Z".parse::<Until>().unwrap().from(now), now);
        assert_eq!(Until::day_after(now, 30).unwrap().to_string(), "1970-01-31");
    }
}
