//! Everything that a registration can meet, with its exit code and what to do about it.

use ib_env_sim::scenario::{Action, Fault, Kind};
use rstest::rstest;

use crate::world::{ACCEPT, DEV, Run, World};

const CODE: &str = "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3";
const SERIAL: &str = "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4";

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
    let world = World::new().await;
    let run = Run::default().with("IB_PASSWORD", "not-her-password");
    let ending = world.setup(&[DEV, "--username", "maria"], run).await;
    ending.assert(
        6,
        &["✗ Stopped at: Log-in  dev.acme.example", "SETUP-AUTH-001", "ib explain SETUP-AUTH-001"],
    );
    assert_eq!(world.log_ins(), 1);
    insta::assert_snapshot!("wrong_password", world.without_folder(&ending.stdout));
}

#[rstest]
#[case::level("omar", "omar-Pass-1", "SETUP-PERM-001")]
#[case::create_applications("nina", "nina-Pass-1", "SETUP-PERM-003")]
#[tokio::test]
async fn a_missing_permission_stops(#[case] user: &str, #[case] password: &str, #[case] code: &str) {
    let world = World::new().await;
    let run = Run::default().with("IB_PASSWORD", password);
    let ending = world.setup(&[&[DEV, "--username", user], &ACCEPT[..]].concat(), run).await;
    ending.assert(3, &[code, "limits signing in", "who     the LifeTime administrator"]);
}

#[tokio::test]
async fn permissions_that_cannot_be_verified_stop_unless_they_are_accepted() {
    let world = World::of(|dev| dev.direct_permissions = false).await;
    world.maria(&ACCEPT).await.assert(5, &["Could not tell at: Log-in"]);
    let accepted = world.maria(&[&ACCEPT[..], &["--accept-unverified"]].concat()).await;
    accepted.assert(0, &["warning: the permissions could not be verified; they are accepted", "Registered"]);
}

#[tokio::test]
async fn lifetime_is_no_development_environment() {
    let world = World::new().await;
    let ending = world.setup(&["lifetime.acme.example"], Run::default()).await;
    ending.assert(3, &["Stopped at: Address", "LifeTime"]);
}

#[rstest]
#[case::too_old("11.7.1.5999", 3)]
#[case::unreadable("unknown", 5)]
#[tokio::test]
async fn the_version_has_to_be_recent(#[case] version: &str, #[case] exit: u8) {
    let world = World::of(|dev| dev.version_text_override = Some(version.to_owned())).await;
    world.maria(&ACCEPT).await.assert(exit, &["at: Address", "Platform Server version"]);
    assert_eq!(world.log_ins(), 0);
}

#[tokio::test]
async fn what_is_no_environment_gets_no_password() {
    let world = World::of(|dev| dev.kind = Kind::NotOutsystems).await;
    let ending = world.maria(&ACCEPT).await;
    ending.assert(3, &["Stopped at: Address", "the password was not used"]);
    assert_eq!(world.log_ins(), 0);
}

#[tokio::test]
async fn an_environment_that_does_not_answer_says_nothing() {
    let world = World::of(|dev| dev.faults.push(Fault::always(Action::Status(502)))).await;
    world.maria(&ACCEPT).await.assert(5, &["? Could not tell at: Address  dev.acme.example"]);
}

#[tokio::test]
async fn what_is_no_address_is_wrong_use() {
    let world = World::new().await;
    let ending = world.setup(&["https://maria:planted@dev.acme.example"], Run::default()).await;
    ending.assert(2, &["SETUP-ADDR-"]);
    assert!(!ending.stderr.contains("planted") && ending.stdout.is_empty(), "{}", ending.stderr);
    assert_eq!(world.requests(), 0);
}

#[rstest]
#[case::missing(&[], "the disclaimer has to be accepted; read it and give --accept-disclaimer built-in-1")]
#[case::outdated(&["--accept-disclaimer", "2020"], "the disclaimer's version is built-in-1, not 2020")]
#[tokio::test]
async fn the_disclaimer_is_accepted_in_its_current_version(#[case] accepted: &[&str], #[case] says: &str) {
    let world = World::new().await;
    let ending = world.maria(accepted).await;
    ending.assert(7, &[says, "Disclaimer, version built-in-1", "It changes nothing while it checks."]);
    assert!(ending.stdout.contains("! Waits for you at: Disclaimer"), "{}", ending.stdout);
}

#[tokio::test]
async fn an_old_platform_asks_for_the_code_and_takes_no_serial_number() {
    let world = World::old().await;
    let place = "in https://dev.acme.example/ServiceCenter, Administration, Licensing";
    world.maria(&ACCEPT).await.assert(7, &[place, "--activation-code-file FILE", "Activation code"]);
    let serial = world.setup(&[DEV], Run::default().with("IB_ACTIVATION_CODE", SERIAL)).await;
    serial.assert(7, &["This looks like the Serial Number", "SETUP-INFRA-003"]);
    let code = world.file("code", CODE);
    let right = world.setup(&[DEV, "--activation-code-file", &code], Run::default()).await;
    right.assert(0, &["Verifying the activation code ...", "Registered"]);
}

#[tokio::test]
async fn what_cannot_be_a_code_is_wrong_use() {
    let world = World::old().await;
    world.maria(&ACCEPT).await.assert(7, &[]);
    let ending = world.setup(&[DEV], Run::default().with("IB_ACTIVATION_CODE", "pläntéd")).await;
    ending.assert(2, &["letters, digits and dots only"]);
    assert!(!ending.stderr.contains("pläntéd"), "{}", ending.stderr);
}

#[rstest]
#[case::nobody(&[DEV], "the log-in needs --username USER")]
#[case::no_password(&[DEV, "--username", "maria", "--non-interactive"], "the log-in needs the password: --password-stdin")]
#[tokio::test]
async fn what_is_missing_is_named_and_nothing_hangs(#[case] arguments: &[&str], #[case] says: &str) {
    let world = World::new().await;
    let ending = world.setup(arguments, Run::default()).await;
    ending.assert(6, &[says, "Waits for you at: Log-in"]);
    assert_eq!(world.log_ins(), 0);
}
