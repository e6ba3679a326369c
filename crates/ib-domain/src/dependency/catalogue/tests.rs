use super::*;
use crate::dependency::RequiredFor;
use crate::dependency::digest::Sha256Digest;
use DependencyId::{
    CommonSharedServices, IntegrationBuilderUtils, IntegrationManager, SecretManagerLocalService,
    SharePointIntegrationUtils,
};
use proptest::prelude::*;
use rstest::rstest;

fn five() -> Vec<Dependency> {
    DependencyId::ALL
        .map(|id| Dependency {
            id,
            application_key: ApplicationKey::parse(&format!("key-{id}")).unwrap(),
            version: "2.4.0".parse().unwrap(),
            needs: BTreeSet::new(),
            modules: vec![format!("Module_{id}")],
            package: format!("{id}.oap").parse().unwrap(),
            package_sha256: Sha256Digest::new([7; 32]),
            required_for: RequiredFor::Everything,
        })
        .into()
}

#[test]
fn the_order_given_does_not_matter() {
    let mut reversed = five();
    reversed.reverse();
    let catalogue = DependencyCatalogue::new(reversed).unwrap();
    assert!(catalogue.iter().map(|dependency| dependency.id).eq(DependencyId::ALL));
    for id in DependencyId::ALL {
        let dependency = catalogue.get(id);
        assert_eq!(dependency.id, id);
        assert_eq!(catalogue.by_key(&dependency.application_key), Some(dependency));
        assert_eq!(dependency.application().name.as_str(), id.name());
    }
}

fn absent(dependencies: &mut Vec<Dependency>) {
    dependencies.remove(1);
}
fn twice(dependencies: &mut Vec<Dependency>) {
    dependencies.push(dependencies[2].clone());
}
fn same_key(dependencies: &mut [Dependency]) {
    dependencies[3].application_key = dependencies[0].application_key.clone();
}
fn same_package(dependencies: &mut [Dependency]) {
    let file = dependencies[0].package.as_str().to_uppercase();
    dependencies[3].package = file.parse().unwrap();
}
fn other_version(dependencies: &mut Vec<Dependency>) {
    let version = "3.0.0".parse().unwrap();
    dependencies.push(Dependency { version, ..dependencies[0].clone() });
}
fn need(dependencies: &mut [Dependency], who: DependencyId, whom: DependencyId) {
    dependencies[who as usize].needs.insert(whom);
}
fn ring(dependencies: &mut [Dependency]) {
    need(dependencies, IntegrationManager, SecretManagerLocalService);
    need(dependencies, SecretManagerLocalService, SharePointIntegrationUtils);
    need(dependencies, SharePointIntegrationUtils, IntegrationManager);
    // Not in the ring, but behind it.
    need(dependencies, CommonSharedServices, IntegrationManager);
}
fn same_module(dependencies: &mut [Dependency]) {
    dependencies[3].modules = vec![dependencies[0].modules[0].to_uppercase()];
}

#[rstest]
#[case(|all: &mut Vec<_>| absent(all), "the catalogue lacks secret-manager-local-service: describe each of the five")]
#[case(|all: &mut Vec<_>| twice(all), "integration-builder-utils is in the catalogue twice: keep one version of it")]
#[case(|all: &mut Vec<_>| other_version(all), "common-shared-services is in the catalogue twice: keep one version of it")]
#[case(|all: &mut Vec<_>| same_package(all), "two dependencies have the package COMMON-SHARED-SERVICES.OAP: name each one's own")]
#[case(|all: &mut Vec<_>| need(all, IntegrationManager, IntegrationManager), "no order of installation is possible: integration-manager needs integration-manager; remove one of these needs")]
#[case(|all: &mut Vec<_>| ring(all), "no order of installation is possible: secret-manager-local-service needs sharepoint-integration-utils needs integration-manager needs secret-manager-local-service; remove one of these needs")]
#[case(|all: &mut Vec<_>| same_key(all), "two dependencies have the application key key-common-shared-services: give each its own")]
#[case(|all: &mut Vec<_>| same_module(all), "the module name \"MODULE_COMMON-SHARED-SERVICES\" of sharepoint-integration-utils is empty or taken: name each module once")]
#[case(|all: &mut Vec<Dependency>| all[4].modules.clear(), "integration-manager has no modules: name those in its package")]
#[case(|all: &mut Vec<Dependency>| all[4].modules.push(" ".into()), "the module name \" \" of integration-manager is empty or taken: name each module once")]
fn contradictions(#[case] spoil: fn(&mut Vec<Dependency>), #[case] message: &str) {
    let mut dependencies = five();
    spoil(&mut dependencies);
    assert_eq!(DependencyCatalogue::new(dependencies).unwrap_err().to_string(), message);
}

#[cfg(feature = "serde")]
#[test]
fn a_catalogue_is_validated_on_the_way_in() {
    let catalogue = DependencyCatalogue::new(five()).unwrap();
    let text = serde_json::to_string(&catalogue).unwrap();
    assert_eq!(serde_json::from_str::<DependencyCatalogue>(&text).unwrap(), catalogue);

    let misnamed = text.replace("Integration Manager", "integration manager");
    let error = serde_json::from_str::<DependencyCatalogue>(&misnamed).unwrap_err();
    assert!(error.to_string().contains("must be named"), "{error}");
    assert!(serde_json::from_str::<DependencyCatalogue>("[]").is_err());
}

#[cfg(feature = "serde")]
#[test]
fn an_entry_of_a_file_is_strict_and_needs_nothing_unless_it_says_so() {
    let text = serde_json::to_string(&five()[4]).unwrap();
    let read = |text: &str| serde_json::from_str::<Dependency>(text).map_err(|error| error.to_string());
    assert_eq!(read(&text.replace("\"needs\":[],", "")), Ok(five()[4].clone()));
    assert!(read(&text.replace("needs", "wants")).unwrap_err().contains("unknown field `wants`"));
    assert!(read(&text.replace(".oap", "/../x")).unwrap_err().contains("must be plain"));
    for unknown in [
        text.replace("\"id\":\"integration-manager\"", "\"id\":\"integration-mangler\""),
        text.replace("\"needs\":[]", "\"needs\":[\"integration-mangler\"]"),
    ] {
        let error = read(&unknown).unwrap_err();
        assert!(error.contains("`integration-mangler`"), "{error}");
        assert!(DependencyId::ALL.iter().all(|id| error.contains(id.as_str())), "{error}");
    }
}

#[test]
fn needs_come_first_and_ids_decide_the_rest() {
    let mut dependencies = five();
    need(&mut dependencies, CommonSharedServices, IntegrationBuilderUtils);
    need(&mut dependencies, SharePointIntegrationUtils, IntegrationManager);
    let catalogue = DependencyCatalogue::new(dependencies).unwrap();
    let order = [
        SecretManagerLocalService,
        IntegrationBuilderUtils,
        CommonSharedServices,
        IntegrationManager,
        SharePointIntegrationUtils,
    ];
    assert!(catalogue.iter().map(|dependency| dependency.id).eq(order));
    let closure = |ids: &[DependencyId]| catalogue.closure(&ids.iter().copied().collect());
    assert_eq!(closure(&[]), []);
    assert_eq!(
        closure(&[SharePointIntegrationUtils, CommonSharedServices]),
        [IntegrationBuilderUtils, CommonSharedServices, IntegrationManager, SharePointIntegrationUtils]
    );
}

prop_compose! {
    /// Five dependencies where somebody needs somebody, a few times.
    fn graph()(edges in prop::collection::vec((0usize..5, 0usize..5), 0..7)) -> Vec<Dependency> {
        let mut dependencies = five();
        for (who, whom) in edges {
            need(&mut dependencies, DependencyId::ALL[who], DependencyId::ALL[whom]);
        }
        dependencies
    }
}

fn assert_is_cycle(cycle: &[DependencyId], dependencies: &[Dependency]) {
    let distinct: BTreeSet<_> = cycle.iter().collect();
    assert!(!cycle.is_empty() && distinct.len() == cycle.len(), "{cycle:?}");
    assert_eq!(Some(&cycle[0]), cycle.iter().min());
    for (who, whom) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
        assert!(dependencies[*who as usize].needs.contains(whom), "{who} does not need {whom}");
    }
}

/// The ids are in order, each after all that it needs, and none could have come earlier.
fn assert_in_order(order: &[DependencyId], catalogue: &DependencyCatalogue) {
    for (place, id) in order.iter().enumerate() {
        let (before, after) = order.split_at(place);
        let is_ready = |id: &DependencyId| catalogue.get(*id).needs.iter().all(|need| before.contains(need));
        assert!(is_ready(id), "{id} is too early in {order:?}");
        assert_eq!(after.iter().filter(|id| is_ready(id)).min(), Some(id), "{order:?}");
    }
}

proptest! {
    #[test]
    fn whoever_needs_whom_there_is_an_order_or_a_cycle_is_named(dependencies in graph()) {
        match DependencyCatalogue::new(dependencies.clone()) {
            Err(CatalogueError::Cycle(cycle)) => assert_is_cycle(&cycle, &dependencies),
            Err(error) => prop_assert!(false, "{error}"),
            Ok(catalogue) => {
                let order: Vec<_> = catalogue.iter().map(|dependency| dependency.id).collect();
                prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>().len(), COUNT);
                assert_in_order(&order, &catalogue);
            }
        }
    }

    #[test]
    fn a_closure_holds_what_is_needed_and_nothing_else(
        dependencies in graph(), asked in prop::collection::btree_set(prop::sample::select(&DependencyId::ALL[..]), 0..4),
    ) {
        let Ok(catalogue) = DependencyCatalogue::new(dependencies) else { return Ok(()) };
        let closure = catalogue.closure(&asked);
        assert_in_order(&closure, &catalogue);
        prop_assert!(asked.iter().all(|id| closure.contains(id)));
        for id in &closure {
            let is_needed = || closure.iter().any(|other| catalogue.get(*other).needs.contains(id));
            prop_assert!(asked.contains(id) || is_needed(), "{} is in it for nothing", id);
        }
    }
}

#[cfg(feature = "serde")]
proptest! {
    #[test]
    fn a_catalogue_survives_a_round_trip(dependencies in graph()) {
        if let Ok(catalogue) = DependencyCatalogue::new(dependencies) {
            let text = serde_json::to_string(&catalogue).unwrap();
            prop_assert_eq!(serde_json::from_str::<DependencyCatalogue>(&text).unwrap(), catalogue);
        }
    }
}
