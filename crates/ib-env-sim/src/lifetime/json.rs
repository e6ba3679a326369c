//! Spelling of JSON field names.

use serde_json::{Map, Value};

use crate::scenario::KeyCase;

/// The value with all its field names spelled in one way.
pub(super) fn spelled(value: Value, case: KeyCase) -> Value {
    match case {
        KeyCase::Documented => value,
        KeyCase::Pascal => renamed(value, &|name| first(name, |letter| letter.to_ascii_uppercase())),
        KeyCase::Camel => renamed(value, &|name| first(name, |letter| letter.to_ascii_lowercase())),
        KeyCase::Upper => renamed(value, &str::to_ascii_uppercase),
        KeyCase::Mixed => renamed(value, &alternating),
    }
}

/// The value with all its field names in lower case.
pub(super) fn lower(value: Value) -> Value {
    renamed(value, &str::to_ascii_lowercase)
}

fn renamed(value: Value, rename: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| renamed(item, rename)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (rename(&name), renamed(value, rename)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn first(name: &str, change: impl Fn(char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}

fn alternating(name: &str) -> String {
    let turn = |(index, letter): (usize, char)| {
        if index % 2 == 0 { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
    };
    name.chars().enumerate().map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(KeyCase::Documented, json!([{"roleKey": {"HostName": 1}}]))]
    #[case(KeyCase::Pascal, json!([{"RoleKey": {"HostName": 1}}]))]
    #[case(KeyCase::Camel, json!([{"roleKey": {"hostName": 1}}]))]
    #[case(KeyCase::Upper, json!([{"ROLEKEY": {"HOSTNAME": 1}}]))]
    #[case(KeyCase::Mixed, json!([{"rOlEkEy": {"hOsTnAmE": 1}}]))]
    fn spellings(#[case] case: KeyCase, #[case] expected: Value) {
        assert_eq!(spelled(json!([{"roleKey": {"HostName": 1}}]), case), expected);
    }
}
