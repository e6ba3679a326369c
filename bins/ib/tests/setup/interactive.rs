//! A person at a terminal is asked for what is missing, and for nothing else.

use crate::world::{ACCEPT, DEV, Run, World};

#[tokio::test]
async fn a_person_is_led_through_every_step() {
    let world = World::new().await;
    let answers = Run::default().answers(&["maria\n", "maria-Pass-1", "accept\n"]);
    let (ending, asked) = world.setup_with(&["HTTPS://Dev.Acme.Example/ServiceCenter/"], answers).await;
    ending.assert(0, &["Registered"]);
    let expected =
        ["User name: ", "(hidden) Password of maria at dev.acme.example: ", "Type accept to accept it: "];
    assert_eq!(asked, expected);
    insta::assert_snapshot!("interactive_stderr", ending.stderr);
}

#[tokio::test]
async fn the_host_is_shown_before_the_password_is_asked_for() {
    let world = World::new().await;
    let (ending, asked) = world.setup_with(&[DEV], Run::default().answers(&[])).await;
    ending
        .assert(6, &["Log in to dev.acme.example (Platform Server 11.23.1.40123). Your password goes there"]);
    assert_eq!(asked, ["User name: "]);
}

#[tokio::test]
async fn a_refused_password_says_why_and_is_asked_for_at_most_twice_more() {
    let world = World::new().await;
    let answers = ["maria", "wrong-1", "", "wrong-2", "", "wrong-3", "", "wrong-4"];
    let (ending, asked) = world.setup_with(&[DEV], Run::default().answers(&answers)).await;
    assert_eq!(ending.exit, 6, "{}", ending.stderr);
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert_eq!(asked[2], "User name [maria]: ");
    assert_eq!(world.log_ins(), 3);
    assert_eq!(ending.stderr.matches("SETUP-AUTH-001").count(), 4, "{}", ending.stderr);
    assert!(!(ending.stdout + &ending.stderr).contains("wrong-"));
}

#[tokio::test]
async fn the_right_password_helps_after_a_wrong_one() {
    let world = World::new().await;
    let answers = Run::default().answers(&["wrong", "maria-Pass-1"]);
    let arguments = [&[DEV, "--username", "maria"], &ACCEPT[..]].concat();
    let (ending, asked) = world.setup_with(&arguments, answers).await;
    ending.assert(0, &["Registered"]);
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[tokio::test]
async fn the_disclaimer_is_not_accepted_by_anything_else() {
    let world = World::new().await;
    let answers = Run::default().answers(&["maria", "maria-Pass-1", "yes"]);
    let (ending, _) = world.setup_with(&[DEV], answers).await;
    ending.assert(7, &["the disclaimer was not accepted"]);
}

#[tokio::test]
async fn a_serial_number_is_told_from_a_code_before_it_is_submitted() {
    let world = World::old().await;
    let serial = "ACM-DEV-A1A-A0A-QRS-TUV-WX2-YZ4";
    let answers = ["maria", "maria-Pass-1", "accept", serial, "ACM.E11.A1A.A0A.QRS.TUV.WX2.YZ3"];
    let (ending, asked) = world.setup_with(&[DEV], Run::default().answers(&answers)).await;
    ending.assert(0, &["This looks like the Serial Number", "Registered"]);
    let question =
        "(hidden) Activation Code (in https://dev.acme.example/ServiceCenter, Administration, Licensing): ";
    assert_eq!(&asked[3..], [question, question]);
    assert!(!(ending.stdout + &ending.stderr).contains(serial));
}

#[tokio::test]
async fn non_interactive_asks_nothing_even_at_a_terminal() {
    let world = World::new().await;
    let answers = Run::default().answers(&["maria"]);
    let (ending, asked) = world.setup_with(&[DEV, "--non-interactive"], answers).await;
    ending.assert(6, &["--username USER"]);
    assert_eq!(asked, [""; 0]);
}
