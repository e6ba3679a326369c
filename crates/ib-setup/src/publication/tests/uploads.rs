//! Packages of integrations: uploaded, published, and published by hand (B11, B12).

use ib_domain::integration::IntegrationKind;

use super::*;

pub(super) fn package(digest: u8) -> UploadedPackage {
    UploadedPackage {
        integration: orders(),
        kind: IntegrationKind::Salesforce,
        file: "orders.oap".to_owned(),
        digest: Sha256Digest::new([digest; 32]),
        size: 3,
        modules: ["Orders_DRV", "Orders_IS", "Helper"].map(str::to_owned).into(),
    }
}

fn orders() -> IntegrationName {
    "Orders".parse().unwrap()
}

fn maria() -> Username {
    holder("maria").username
}

pub(super) fn upload(digest: u8) -> Command {
    Command::Upload { package: package(digest), by: maria() }
}

fn discard() -> Command {
    Command::Discard { integration: orders(), by: maria() }
}

fn mark() -> Command {
    Command::Mark { by: holder("maria"), integration: orders() }
}

/// Common Shared Services, and Orders with these modules.
fn there(modules: &[&str], is_inconsistent: bool) -> Survey {
    let module = |name: &&str| ModuleRef {
        key: (*name).to_owned(),
        name: (*name).to_owned(),
        kind: "eSpace".to_owned(),
    };
    let modules = modules.iter().map(module).collect();
    let integrations = vec![Integration { name: orders(), modules, is_inconsistent }];
    Survey { integrations, ..survey(&[(DependencyId::CommonSharedServices, Some(present("2.4.0")))], &[]) }
}

fn none_there() -> Survey {
    survey(&[(DependencyId::CommonSharedServices, Some(present("2.4.0")))], &[])
}

impl Bench {
    fn publish(&mut self) -> Result<Vec<Fact>, Rejection> {
        let edition = self.state.edition;
        self.command(Command::Publish { by: holder("maria"), edition, integrations: [orders()].into() })
    }

    fn standing(&self) -> IntegrationStanding {
        view(&self.state).integrations[0].standing
    }
}

#[test]
fn a_package_is_kept_once_and_makes_a_plan_another_one() {
    let mut bench = Bench::with(none_there());
    let edition = bench.state.edition;
    assert_eq!(bench.command(discard()), Err(Rejection::NoSuchIntegration(orders())));
    assert_eq!(bench.command(upload(1)), Ok(vec![Fact::Uploaded { package: package(1), by: maria() }]));
    assert_eq!(bench.command(upload(1)), Ok(vec![]), "it is there already");
    assert_eq!((bench.state.edition, bench.standing()), (edition + 1, IntegrationStanding::NotPublished));
    bench.command(upload(2)).unwrap();
    let kept: Vec<_> = bench.state.uploads().map(|upload| upload.package.digest).collect();
    assert_eq!(kept, [package(2).digest], "in place of the earlier one");
    bench.command(discard()).unwrap();
    assert_eq!((bench.state.edition, bench.state.uploads().count()), (edition + 3, 0));
}

#[test]
fn there_is_a_limit_and_what_is_known_may_be_uploaded_again() {
    let mut bench = Bench::with(none_there());
    bench.command(upload(1)).unwrap();
    let one = bench.state.uploads[&orders()].clone();
    for number in 1..INTEGRATIONS {
        let name: IntegrationName = format!("Integration{number:03}").parse().unwrap();
        bench.state.uploads.insert(name, one.clone());
    }
    bench.command(upload(2)).unwrap();
    let other = UploadedPackage { integration: "Sales".parse().unwrap(), ..package(1) };
    let refused = bench.command(Command::Upload { package: other.clone(), by: maria() });
    assert_eq!(refused, Err(Rejection::TooManyIntegrations));
    bench.command(discard()).unwrap();
    assert!(bench.command(Command::Upload { package: other, by: maria() }).is_ok());
}

#[test]
fn a_package_is_published_and_looked_for_again() {
    let mut bench = Bench::with(none_there());
    assert_eq!(bench.publish(), Err(Rejection::NoSuchIntegration(orders())));
    bench.command(upload(1)).unwrap();
    bench.publish().unwrap();
    assert_eq!(bench.publish(), Err(Rejection::UnderWay));
    assert_eq!(bench.command(upload(2)), Err(Rejection::UnderWay));
    assert_eq!(bench.command(discard()), Err(Rejection::UnderWay));
    assert_eq!(bench.command(mark()), Err(Rejection::UnderWay));
    assert_eq!(bench.standing(), IntegrationStanding::UnderWay);
    let other = UploadedPackage { integration: "Sales".parse().unwrap(), ..package(1) };
    assert!(bench.command(Command::Upload { package: other, by: maria() }).is_ok(), "that is another one");

    bench.answer(Answer::Prepared { survey: none_there(), refused: None, kept: Vec::new() });
    bench.answer(Answer::Accepted { publication: 7, messages: Vec::new() });
    bench.stop();
    bench.answer(Answer::Told);
    bench.hear(Vec::new(), true);
    let facts = bench.answer(Answer::ReadBack(Some(Present { version: None, is_inconsistent: false })));
    assert!(matches!(facts[..], [Fact::Done { .. }, Fact::Ended { .. }, Fact::LookRequested { .. }]));
    let published = bench.state.uploads[&orders()].published.unwrap();
    assert_eq!((published.digest, published.is_by_hand), (package(1).digest, false));
    bench.answer(Answer::Surveyed(there(&["Orders_DRV", "Orders_IS"], false)));
    assert_eq!(bench.standing(), IntegrationStanding::Published);

    bench.command(upload(2)).unwrap();
    assert_eq!(bench.standing(), IntegrationStanding::Changed);
    assert_eq!(bench.state.uploads[&orders()].published, Some(published), "it is there still");
    bench.command(Command::Look(holder("maria"))).unwrap();
    bench.answer(Answer::Surveyed(there(&["Orders_DRV", "Orders_IS"], true)));
    assert_eq!(bench.standing(), IntegrationStanding::Inconsistent);
}

#[test]
fn what_is_there_is_published_again_as_it_is() {
    let mut bench = Bench::with(there(&["Orders_DRV"], false));
    let edition = bench.state.edition;
    let stale =
        Command::Publish { by: holder("maria"), edition: edition + 1, integrations: [orders()].into() };
    assert_eq!(bench.command(stale), Err(Rejection::PlanOutdated));
    bench.publish().unwrap();
    let planned: Vec<_> = bench.state.planned().cloned().collect();
    let [planned] = &planned[..] else { panic!("{planned:?}") };
    assert_eq!((&planned.item, planned.digest), (&Item::Integration(orders()), None));
    assert!(!planned.is_from_upload());
}

#[test]
fn with_several_catalogs_nothing_is_published_from_here() {
    let several = Survey { catalogs: Catalogs::Several, ..none_there() };
    let mut bench = Bench::with(several);
    bench.command(upload(1)).unwrap();
    assert_eq!(bench.publish(), Err(Rejection::SeveralCatalogs));
}

#[rstest]
#[case(there(&["Orders_DRV", "Orders_IS"], false), None)]
#[case(there(&["Orders_DRV", "Orders_IS"], true), Some("do not fit together"))]
#[case(there(&["Orders_DRV"], false), Some("Orders_IS is not there"))]
#[case(none_there(), Some("none of its modules is there"))]
fn what_was_published_by_hand_is_looked_for(#[case] found: Survey, #[case] missing: Option<&str>) {
    let mut bench = Bench::with(none_there());
    assert_eq!(bench.command(mark()), Err(Rejection::NoSuchIntegration(orders())));
    bench.command(upload(1)).unwrap();
    let requested = bench.command(mark()).unwrap();
    assert!(matches!(requested[..], [Fact::LookRequested { .. }, Fact::MarkRequested { .. }]));
    assert!(bench.state.upload(&orders()).unwrap().is_being_confirmed());
    assert_eq!(bench.command(mark()), Ok(vec![]), "once is enough");
    bench.answer(Answer::Surveyed(found));
    let upload = bench.state.upload(&orders()).unwrap();
    assert!(!upload.is_being_confirmed());
    assert_eq!(upload.published.map(|published| published.is_by_hand), missing.is_none().then_some(true));
    let refused =
        upload.not_confirmed().map(|found| (found.reason, found.message.contains(missing.unwrap())));
    assert_eq!(refused, missing.map(|_| (Some(Reason::IntegrationNotThere), true)));
}

#[test]
fn what_cannot_be_looked_for_does_not_count() {
    let mut bench = Bench::with(none_there());
    bench.command(upload(1)).unwrap();
    bench.command(Command::Look(holder("maria"))).unwrap();
    assert_eq!(bench.command(mark()), Ok(vec![Fact::MarkRequested { integration: orders() }]));
    bench.answer(no_answer());
    let upload = bench.state.upload(&orders()).unwrap();
    assert_eq!(upload.not_confirmed().and_then(|found| found.reason), Some(Reason::HttpNoAnswer));
    assert_eq!(upload.published, None);
}
