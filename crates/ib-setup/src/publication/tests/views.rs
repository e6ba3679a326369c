//! What a person sees.

use super::uploads::{package, upload};
use super::*;

fn orders() -> IntegrationName {
    "Orders".parse().unwrap()
}

#[test]
fn what_is_there_is_not_known_before_a_look() {
    let mut state = State::default();
    go(&mut state, upload(1), NOW).unwrap();
    let shown = view(&state);
    assert_eq!(shown.integrations[0].standing, IntegrationStanding::Unknown);
    assert_eq!(shown.integrations[0].upload.as_ref().unwrap().package, package(1));
    assert_eq!((shown.looked, shown.has_integrations, shown.is_looking), (None, false, false));
    go(&mut state, Command::Look(holder("maria")), NOW).unwrap();
    assert!(view(&state).is_looking);
}

#[test]
fn whether_integrations_are_there_is_what_the_look_found() {
    let common = (DependencyId::CommonSharedServices, None);
    let shown = |names: &[&str]| view(&Bench::with(survey(&[common], names)).state).has_integrations;
    assert_eq!([shown(&[]), shown(&["Orders"])], [false, true]);
}

#[test]
fn a_publication_is_open_to_whoever_it_is_made_for_and_to_everybody_once_it_has_ended() {
    let run = |bench: &Bench| view(&bench.state).run.unwrap();
    let [maria, nina] = ["maria", "nina"].map(|name| holder(name).username);
    let mut bench = Bench::started(both(Some(present("2.4.0")), None));
    assert_eq!((run(&bench).number, run(&bench).is_active(), run(&bench).done()), (1, true, 0));
    assert_eq!([&maria, &nina].map(|who| run(&bench).is_open_to(who)), [true, false]);
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    bench.stop();
    bench.answer(Answer::Told);
    bench.hear(Vec::new(), true);
    bench.now = bench.now.plus(Duration::from_secs(5));
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    let ended = run(&bench);
    assert_eq!((ended.is_active(), ended.done(), ended.changed), (false, 1, bench.now));
    assert!(ended.is_open_to(&nina));
}

/// What can be done about each item: retried, cancelled.
fn can(bench: &Bench) -> [[bool; 2]; 2] {
    [A, B].map(|item| bench.item(&item)).map(|item| [item.can_retry, item.can_cancel])
}

#[test]
fn an_item_can_be_cancelled_until_it_is_deployed_and_retried_once_it_came_to_nothing() {
    let mut bench = Bench::started(both(None, None));
    assert_eq!(can(&bench), [[false, true]; 2]);
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    assert_eq!(can(&bench), [[false, true]; 2]);
    bench.stop();
    assert_eq!(can(&bench), [[false, false], [false, true]]);
    bench.answer(Answer::Told);
    bench.hear(Vec::new(), true);
    bench.answer(Answer::ReadBack(None));
    assert_eq!((bench.run(), can(&bench)), (RunStatus::Ended, [[true, false], [false, false]]));
    assert_eq!(bench.item(&B).blocked_by, Some(A));
}

#[test]
fn what_is_blocked_is_blocked_by_whatever_came_to_nothing_before_it() {
    use DependencyId::{CommonSharedServices, IntegrationManager, SecretManagerLocalService};
    let missing = [CommonSharedServices, SecretManagerLocalService, IntegrationManager].map(|id| (id, None));
    let mut found = survey(&missing, &[]);
    found.dependencies[2].needs = [SecretManagerLocalService].into();
    let mut bench = Bench::started(found);
    bench.answer(Answer::NoPackage(Box::new(Found::of_reason(Reason::PackageMissing, "there"))));
    let last = Item::Dependency(IntegrationManager);
    assert_eq!(
        [A, B, last.clone()].map(|item| bench.status(&item)),
        [ItemStatus::Failed, ItemStatus::Blocked, ItemStatus::Blocked,]
    );
    assert_eq!(bench.item(&last).blocked_by, Some(B), "which is blocked itself");
}

#[test]
fn what_is_there_already_is_not_waited_for() {
    let planned = plan(&both(Some(present("2.4.0")), None), &BTreeSet::new());
    assert_eq!((planned.len(), &planned[0].item, planned[0].after.len()), (1, &B, 0));
}

#[test]
fn dependencies_are_over_once_they_are_there_or_failed() {
    let mut bench =
        Bench::with(survey(&[(DependencyId::CommonSharedServices, Some(present("1.9")))], &["Orders"]));
    assert_eq!(bench.state.dependencies_over(), 0, "nothing was published");
    bench.start().unwrap();
    bench.command(Command::Cancel { by: holder("maria"), item: Some(A) }).unwrap();
    assert_eq!(bench.state.dependencies_over(), 0, "nothing was sent");

    let mut bench = Bench::started(both(None, None));
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    bench.stop();
    bench.answer(Answer::Told);
    bench.hear(Vec::new(), true);
    bench.answer(Answer::ReadBack(Some(present("2.4.0"))));
    assert_eq!(bench.state.dependencies_over(), 1);
    bench.answer(Answer::NoPackage(Box::new(Found::of_reason(Reason::PackageMissing, "there"))));
    assert_eq!((bench.run(), bench.state.dependencies_over()), (RunStatus::Ended, 2));

    // The package of an integration changes nothing that a look would find.
    let mut bench = Bench::with(both(Some(present("2.4.0")), Some(present("2.4.0"))));
    bench.command(upload(1)).unwrap();
    let edition = bench.state.edition;
    let publish = Command::Publish { by: holder("maria"), edition, integrations: [orders()].into() };
    bench.command(publish).unwrap();
    let facts = both(Some(present("2.4.0")), Some(present("2.4.0")));
    bench.answer(Answer::Prepared { survey: facts, refused: None, kept: Vec::new() });
    bench.answer(Answer::NoPackage(Box::new(Found::of_reason(Reason::PackageMissing, "there"))));
    assert_eq!((bench.run(), bench.state.dependencies_over()), (RunStatus::Ended, 0));
}

#[test]
fn a_dependency_is_fit_in_its_version_or_a_later_one() {
    let is_fit = |there| both(there, None).dependencies[0].is_fit();
    let broken = Present { is_inconsistent: true, ..present("2.4.0") };
    let all = [None, Some(present("2.3.9")), Some(present("2.4.0")), Some(present("3.0")), Some(broken)];
    assert_eq!(all.map(is_fit), [false, false, true, true, false]);
}

#[test]
fn of_a_missing_dependency_and_an_outdated_one_an_integration_takes_the_missing_one_along() {
    let found = both(Some(present("1.9")), None);
    let mut bench = Bench::with(found);
    bench.command(upload(1)).unwrap();
    let edition = bench.state.edition;
    let publish = Command::Publish { by: holder("maria"), edition, integrations: [orders()].into() };
    bench.command(publish).unwrap();
    let planned: Vec<_> = bench.state.planned().cloned().collect();
    let [dependency, integration] = &planned[..] else { panic!("{planned:?}") };
    assert_eq!((&dependency.item, dependency.after.len()), (&B, 0), "what it needs is there, if outdated");
    assert_eq!((&integration.why, &integration.after), (&Why::Wanted, &[B].into()));
    assert_eq!(integration.digest, Some(package(1).digest));
}

#[test]
fn what_an_environment_does_not_tell_is_not_written() {
    let text = |catalogs| serde_json::to_string(&Survey { catalogs, ..both(None, None) }).unwrap();
    assert!(!text(Catalogs::Unknown).contains("catalogs"));
    assert!(text(Catalogs::Several).contains(r#""catalogs":"several""#));
}

#[test]
fn the_names_on_the_wire_are_a_promise() {
    let standings = [
        IntegrationStanding::Unknown,
        IntegrationStanding::NotPublished,
        IntegrationStanding::UnderWay,
        IntegrationStanding::Published,
        IntegrationStanding::Changed,
        IntegrationStanding::Inconsistent,
    ];
    let names = ["unknown", "not_published", "under_way", "published", "changed", "inconsistent"];
    assert_eq!(standings.map(IntegrationStanding::id), names);
    let runs = [RunStatus::Preparing, RunStatus::Working, RunStatus::WaitingForLogIn, RunStatus::Ended];
    assert_eq!(runs.map(RunStatus::id), ["preparing", "working", "waiting_for_log_in", "ended"]);
    let items = [
        (ItemStatus::Queued, "queued"),
        (ItemStatus::Blocked, "blocked"),
        (ItemStatus::Busy, "busy"),
        (ItemStatus::Uploading, "uploading"),
        (ItemStatus::Validating, "validating"),
        (ItemStatus::Deploying, "deploying"),
        (ItemStatus::Verifying, "verifying"),
        (ItemStatus::Cancelling, "cancelling"),
        (ItemStatus::Done, "done"),
        (ItemStatus::Failed, "failed"),
        (ItemStatus::Cancelled, "cancelled"),
    ];
    for (status, name) in items {
        assert_eq!(status.id(), name);
    }
}
