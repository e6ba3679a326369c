//! User names, by number.

use super::SupportSources;

/// Everybody who is named in the sources of a report, in the order in which they first appear in it; last come those
/// who do not, unless a text names them.
pub(super) struct People<'a>(Vec<&'a str>);

impl<'a> People<'a> {
    /// Finds them.
    pub(super) fn of(sources: &SupportSources<'a>) -> Self {
        let SupportSources { setup, environments, dependencies, integrations, .. } = *sources;
        let environments = environments.into_iter().flat_map(|known| &known.environments);
        let added = environments.clone().map(|known| known.added_by.as_str());
        let waivers = environments.flat_map(|known| &known.waivers);
        let waived = waivers.map(|row| row.waiver.by.as_str());
        let packages = integrations.into_iter().flat_map(|known| &known.integrations);
        let uploaded = packages.filter_map(|known| Some(known.package.as_ref()?.uploaded_by.as_str()));
        let publication = dependencies.and_then(|known| known.publication.as_ref());
        let published = publication.map(|run| run.by.as_str());
        let mut people = Self(Vec::new());
        std::iter::once(setup.typed.username.as_str())
            .chain(added)
            .chain(uploaded)
            .chain(published)
            .chain(waived)
            .for_each(|name| people.meet(name));
        people
    }

    fn meet(&mut self, name: &'a str) {
        let name = name.trim();
        if !name.is_empty() && self.number(name).is_none() {
            self.0.push(name);
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        let known = self.0.iter().position(|known| known.to_lowercase() == name.to_lowercase())?;
        Some(known + 1)
    }

    /// Who that is; nothing for an empty name.
    pub(super) fn person(&self, name: &str) -> Option<String> {
        self.number(name.trim()).map(|number| format!("person {number}"))
    }

    /// A text with every user name that is known here replaced, where it stands as a word of its own. It is the
    /// second fence: what names a person is not copied in the first place.
    pub(super) fn hidden(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let before = shown.chars().next_back();
            let named = self.0.iter().filter(|_| !before.is_some_and(char::is_alphanumeric));
            let longest = named.filter(|name| begins(rest, name)).max_by_key(|name| name.len());
            let (length, word) = match longest {
                Some(name) => (name.len(), self.person(name).unwrap_or_default()),
                None => (first.len_utf8(), first.to_string()),
            };
            shown.push_str(&word);
            rest = rest.get(length..).unwrap_or_default();
        }
        shown
    }
}

/// Whether `text` begins with that name and a word ends there.
fn begins(text: &str, name: &str) -> bool {
    let beginning = text.get(..name.len());
    let after = text.get(name.len()..).and_then(|rest| rest.chars().next());
    beginning.is_some_and(|beginning| beginning.to_lowercase() == name.to_lowercase())
        && !after.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("maria is accepted", "person 1 is accepted")]
    #[case("by MARIA, for omar@acme.example", "by person 1, for person 2")]
    #[case("mariage, xmaria and omar", "mariage, xmaria and omar")]
    #[case("ACME\\maria: Größe", "ACME\\person 1: Größe")]
    #[case("", "")]
    fn names_are_replaced_where_they_are_words(#[case] text: &str, #[case] shown: &str) {
        let people = People(vec!["maria", "omar@acme.example"]);
        assert_eq!(people.hidden(text), shown);
    }

    #[test]
    fn one_person_has_one_number_whatever_the_case() {
        let mut people = People(Vec::new());
        for name in ["maria", "", " Maria ", "omar"] {
            people.meet(name);
        }
        assert_eq!(people.person("MARIA").as_deref(), Some("person 1"));
        assert_eq!(people.person("omar").as_deref(), Some("person 2"));
        assert_eq!(people.person(""), None);
    }
}
