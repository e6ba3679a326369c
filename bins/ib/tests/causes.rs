//! Every reason in the catalogue, provoked for real: a whole simulated infrastructure with one thing wrong,
//! and the command line against it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a cause that cannot be provoked fails its test")]

#[path = "causes/cause.rs"]
mod cause;
#[path = "causes/network.rs"]
mod network;
#[path = "causes/platform.rs"]
mod platform;
#[path = "causes/users.rs"]
mod users;

use std::collections::BTreeSet;
use std::time::Duration;

use cause::{Cause, Outcome};
use futures_util::{StreamExt, stream};
use ib_domain::reason::Reason;

/// The five formats; all of them must agree.
const FORMATS: [&str; 5] = ["text", "short", "json", "ndjson", "junit"];
/// How many causes are provoked at the same time.
const SIDE_BY_SIDE: usize = 4;
/// Far beyond every limit that a cause runs into: a run that takes this long hangs.
const HANG: Duration = Duration::from_mins(1);

fn all() -> Vec<Cause> {
    [network::causes(), platform::causes(), users::causes()].into_iter().flatten().collect()
}

#[tokio::test]
async fn every_cause_has_its_own_code_and_exit() {
    let provoked = stream::iter(all()).map(|cause| async move { provoke(&cause).await });
    let wrong: Vec<Vec<String>> = provoked.buffer_unordered(SIDE_BY_SIDE).collect().await;
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Provokes one cause in every format and says what is wrong.
async fn provoke(cause: &Cause) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut verdicts = BTreeSet::new();
    for format in FORMATS {
        let Ok(outcome) = tokio::time::timeout(HANG, cause.run(format)).await else {
            wrong.push(format!("{:?} ({format}): it hangs", cause.reason));
            continue;
        };
        let code = cause.reason.entry().code;
        if !outcome.codes.contains(code) {
            let Outcome { codes, stderr, .. } = &outcome;
            wrong.push(format!("{:?} ({format}): {code} is not among {codes:?}; {stderr}", cause.reason));
        }
        if outcome.exit != cause.exit {
            let Outcome { exit, codes, .. } = &outcome;
            wrong.push(format!(
                "{:?} ({format}): exit {exit}, expected {}; {codes:?}",
                cause.reason, cause.exit
            ));
        }
        verdicts.insert((outcome.exit, outcome.verdict, outcome.codes));
    }
    if verdicts.len() > 1 {
        wrong.push(format!("{:?}: the formats disagree: {verdicts:?}", cause.reason));
    }
    wrong
}

#[test]
fn no_two_causes_share_a_code() {
    let causes = all();
    let mut codes: Vec<_> = causes.iter().map(|cause| cause.reason.entry().code).collect();
    codes.sort_unstable();
    let count = codes.len();
    codes.dedup();
    assert_eq!(codes.len(), count, "a code is provoked twice");
    assert!(count >= 40, "{count} causes");
}

#[test]
fn every_reason_of_the_catalogue_is_provoked() {
    let provoked: BTreeSet<Reason> = all().iter().map(|cause| cause.reason).collect();
    // Only a set-up stops for these; `ib-setup` and `ib-env-client` provoke them in their own tests.
    let of_set_up = |reason: &Reason| reason.entry().check.is_of_set_up();
    // Whoever adds an environment meets it; the tests of `ib environments` provoke it.
    let of_adding = |reason: &Reason| *reason == Reason::SameEnvironment;
    let of_check = Reason::ALL.iter().filter(|reason| !of_set_up(reason) && !of_adding(reason));
    let missing: Vec<_> = of_check.filter(|reason| !provoked.contains(reason)).collect();
    assert!(missing.is_empty(), "nothing provokes {missing:?}");
}
