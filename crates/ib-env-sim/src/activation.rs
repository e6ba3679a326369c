//! The activation authority: it knows the right code of the infrastructure, as no environment does.

use serde::{Deserialize, Serialize};

use crate::scenario::{Scenario, Secret};

/// Where the control API answers.
pub(crate) const PATH: &str = "/control/activation";

/// What the authority says about a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeAnswer {
    /// It is the code of the infrastructure with that serial number.
    Verified,
    /// It is not.
    Refused,
    /// The authority is out of order.
    Unavailable,
}

/// The question over HTTP.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) serial: String,
    pub(crate) code: Secret,
}

/// Answers the question; an infrastructure without a code, and one that is not here, refuse every code.
pub(crate) fn verify(scenario: &Scenario, serial: &str, code: &str) -> CodeAnswer {
    if scenario.activation_unavailable {
        return CodeAnswer::Unavailable;
    }
    let ours = scenario.environments.iter().any(|environment| {
        environment.kind.is_outsystems_11() && environment.serial == serial && !serial.is_empty()
    });
    let (right, given) = (plain(scenario.activation_code.reveal()), plain(code));
    if ours && !right.is_empty() && right == given { CodeAnswer::Verified } else { CodeAnswer::Refused }
}

/// A code as it is compared: without blanks, in capitals (`integration-builder.md` 3).
fn plain(code: &str) -> String {
    code.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const DEV: &str = "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4";
    const PRODUCTION: &str = "ACM-PRD-A1A-A0A-QRS-TUV-WX2-YZ6";
    const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";

    #[rstest]
    #[case(DEV, CODE, CodeAnswer::Verified)]
    #[case(PRODUCTION, CODE, CodeAnswer::Verified)]
    #[case(DEV, " acm.e11.a1a.a0a. qrs.tuv.wx2.yz3\n", CodeAnswer::Verified)]
    #[case(DEV, "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ4", CodeAnswer::Refused)]
    #[case(DEV, "ACM.E11.A1A.A0A.QRS.TUV.WX2", CodeAnswer::Refused)]
    #[case(DEV, DEV, CodeAnswer::Refused)]
    #[case(DEV, "", CodeAnswer::Refused)]
    #[case("OTH-DEV-A1A-A0A-QRS-TUV-WX2-YZ4", CODE, CodeAnswer::Refused)]
    #[case("", CODE, CodeAnswer::Refused)]
    fn one_code_belongs_to_one_infrastructure(
        #[case] serial: &str,
        #[case] code: &str,
        #[case] expected: CodeAnswer,
    ) {
        assert_eq!(verify(&Scenario::acme(), serial, code), expected);
    }

    #[test]
    fn an_infrastructure_without_a_code_verifies_none() {
        let scenario = Scenario { activation_code: Secret::from(""), ..Scenario::acme() };
        assert_eq!(verify(&scenario, DEV, ""), CodeAnswer::Refused);
    }

    #[test]
    fn an_authority_out_of_order_says_nothing_about_any_code() {
        let scenario = Scenario { activation_unavailable: true, ..Scenario::acme() };
        assert_eq!(verify(&scenario, DEV, CODE), CodeAnswer::Unavailable);
        assert_eq!(verify(&scenario, DEV, "wrong"), CodeAnswer::Unavailable);
    }
}
