//! Integrations made by count: applications with a driver and a service module, as Integration Builder makes them.

use std::collections::HashSet;

use super::{Application, Environment, Module};

/// What is integrated; taken in turn.
const SUBJECTS: [&str; 8] =
    ["Orders", "Invoices", "Customers", "Contracts", "Tickets", "Suppliers", "Shipments", "Payments"];

/// The integration with that number, from 0 on: first `Orders 01`, with the modules `Orders01_DRV` and `Orders01_IS`.
fn integration(index: u32) -> Application {
    let subject = SUBJECTS[index as usize % SUBJECTS.len()];
    let number = index + 1;
    let module = |suffix: &str| Module::named(&format!("{subject}{number:02}_{suffix}"));
    Application {
        name: format!("{subject} {number:02}"),
        description: format!("Integration: {}.", subject.to_lowercase()),
        modules: vec![module("DRV"), module("IS")],
        ..Application::default()
    }
}

impl Application {
    /// Whether it is an integration: one of its modules is a driver or a service (`integration-builder.md` 1).
    pub(crate) fn is_integration(&self) -> bool {
        self.modules.iter().any(|module| module.name.ends_with("_DRV") || module.name.ends_with("_IS"))
    }
}

impl Environment {
    /// The integrations that do not stand among the applications.
    pub(super) fn unlisted_integrations(&self) -> impl Iterator<Item = Application> + Send + use<> {
        let listed: HashSet<String> = self.applications.iter().map(|known| known.name.clone()).collect();
        (0..self.integrations).map(integration).filter(move |made| !listed.contains(&made.name))
    }

    /// Puts the integrations among the applications, where they can change.
    pub(crate) fn list_integrations(&mut self) {
        let made: Vec<_> = self.unlisted_integrations().collect();
        self.applications.extend(made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrations_are_there_once_whether_or_not_they_are_listed() {
        let own = Application {
            name: "Invoices 02".to_owned(),
            modules: vec![Module::named("Own_IS")],
            ..Application::default()
        };
        let mut environment =
            Environment { integrations: 9, applications: vec![own], ..Environment::default() };
        let names = |environment: &Environment| {
            let all = environment.all_applications();
            all.map(|known| {
                (known.name, known.modules.into_iter().map(|module| module.name).collect::<Vec<_>>())
            })
        };
        let made: Vec<_> = names(&environment).collect();
        assert_eq!(made.len(), 9);
        assert_eq!(made[0], ("Invoices 02".to_owned(), vec!["Own_IS".to_owned()]));
        let first = vec!["Orders01_DRV".to_owned(), "Orders01_IS".to_owned()];
        assert_eq!(made[1], ("Orders 01".to_owned(), first));
        assert_eq!(made[8].0, "Orders 09");
        assert_eq!(environment.all_modules().count(), 17);
        environment.list_integrations();
        environment.list_integrations();
        assert_eq!(environment.applications.len(), 9);
        assert_eq!(names(&environment).collect::<Vec<_>>(), made);
    }
}
