//! Where it ends before anything is done.

use rstest::rstest;

use crate::world::{FILE, Run, World};

#[rstest]
#[case(
    "schema = \"ib.infrastructure/2\"\ndevelopment = \"dev.acme.example\"",
    "this program reads ib.infrastructure/1"
)]
#[case("nonsense", "line 1")]
#[case(&FILE.replace("{ variable = \"ACME_PASSWORD\" }", "\"maria-Pass-1\""), "a secret is never written here")]
#[case(&FILE.replace("SETUP-TLS-001", "SETUP-XXX-001"), "waivers[1].code: no finding has that code")]
#[case("{\"schema\":\"ib.plan/1\"}", "it is no plan that this program made")]
#[tokio::test]
async fn a_file_that_cannot_be_used_says_where(#[case] text: &str, #[case] said: &str) {
    let world = World::new().await;
    world.file("infrastructure.toml", text);
    for command in ["plan", "apply"] {
        let ending = world.ib(command, &["infrastructure.toml"], Run::default()).await;
        ending.assert(2, &[said, "infrastructure.toml"]);
        assert!(!ending.stderr.contains("maria-Pass-1"), "{}", ending.stderr);
    }
    assert!(world.simulator.requests().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_is_there() {
    let world = World::new().await;
    let ending = world.ib("apply", &["infrastructure.toml"], Run::default()).await;
    ending.assert(2, &["--yes", "ib plan --out"]);
    assert!(world.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_secret_that_is_not_where_the_file_says_is_named() {
    let world = World::new().await;
    let words = ["infrastructure.toml", "--yes", "--non-interactive"];
    let ending = world.ib("apply", &words, Run::bare()).await;
    ending.assert(6, &["ACME_PASSWORD, which is not set", "the log-in needs the password"]);
    let text = FILE.replace("{ variable = \"ACME_PASSWORD\" }", "{ file = \"password\" }");
    world.file("infrastructure.toml", &text);
    world.ib("apply", &words, Run::bare()).await.assert(2, &["password cannot be read"]);
    // Beside the file, wherever the command runs.
    world.file("password", "maria-Pass-1\n");
    world.ib("apply", &words, Run::bare()).await.assert(0, &["Everything is as"]);
}

#[tokio::test]
async fn a_wrong_password_is_sent_once() {
    let world = World::new().await;
    let run = Run::bare().with("ACME_PASSWORD", "wrong");
    let words = ["infrastructure.toml", "--yes", "--output", "json"];
    let ending = world.ib("apply", &words, run).await;
    assert_eq!((ending.exit, ending.counts()), (6, [0, 1, 4]), "{}{}", ending.stdout, ending.stderr);
    assert_eq!(world.log_ins(), 1);
}

#[tokio::test]
async fn a_disclaimer_that_nobody_accepted_is_for_a_person() {
    let world = World::new().await;
    world.file("infrastructure.toml", &FILE.replace("built-in-1", "built-in-0"));
    let words = ["infrastructure.toml", "--yes", "--non-interactive", "--output", "json"];
    let ending = world.ib("apply", &words, Run::default()).await;
    ending.assert(7, &["write disclaimer = \\\"built-in-1\\\" into the file"]);
    assert_eq!(ending.counts(), [0, 1, 4]);
}

#[tokio::test]
async fn what_another_file_declares_is_not_taken_away_from_it() {
    let world = World::applied().await;
    world.file("other.toml", FILE);
    let ending = world.ib("plan", &["other.toml"], Run::default()).await;
    ending.assert(
        3,
        &["QA is declared in infrastructure.toml", "Production is declared in infrastructure.toml"],
    );
}

#[tokio::test]
async fn without_dependencies_no_packages_are_needed() {
    let world = World::new().await;
    world.file("infrastructure.toml", &FILE.replace("dependencies = \"all\"", ""));
    world
        .here("apply", &["infrastructure.toml", "--yes"], Run::default())
        .await
        .assert(0, &["Everything is as"]);
    world.file("infrastructure.toml", FILE);
    world.here("plan", &["infrastructure.toml"], Run::default()).await.assert(2, &["--packages"]);
}
