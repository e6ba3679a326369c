use std::collections::BTreeSet;

use ib_setup::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::*;

/// Every field of a report. One more is a decision: it is read by whoever is asked for help.
const LEAVES: &str = include_str!("leaves.txt");

/// Every text of the sources that comes into a report as it is. One more is a decision.
const COPIED: &str = include_str!("copied.txt");

/// What has a type at that place, by name.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
    let one = schema["anyOf"].as_array().and_then(|all| all.first());
    match (name, one) {
        (Some(name), _) => &root["$defs"][name],
        (None, Some(one)) => resolved(one, root),
        (None, None) => schema,
    }
}

/// The paths of all texts, numbers and the like of a document.
fn leaves(schema: &Value, root: &Value, path: &str, all: &mut BTreeSet<String>) {
    let schema = resolved(schema, root);
    if let Some(fields) = schema["properties"].as_object() {
        for (name, field) in fields {
            leaves(field, root, &join(path, name), all);
        }
    } else if schema["items"].is_object() {
        leaves(&schema["items"], root, path, all);
    } else {
        all.insert(path.to_owned());
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A document in which every text names its own place, but for those that decide on something.
fn filled(schema: &Value, root: &Value, path: &str) -> Value {
    let schema = resolved(schema, root);
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all[0] == kind);
    if let Some(fields) = schema["properties"].as_object() {
        let of = |(name, field): (&String, &Value)| (name.clone(), filled(field, root, &join(path, name)));
        Value::Object(fields.iter().map(of).collect::<Map<_, _>>())
    } else if schema["items"].is_object() {
        json!([filled(&schema["items"], root, path)])
    } else if schema["additionalProperties"].is_object() {
        let names = ["observed", "vantage", "username", "item", "sha256", "problem", "note", "unicode"];
        names.iter().map(|name| ((*name).to_owned(), marked(&join(path, name)))).collect()
    } else if is("integer") {
        json!(1)
    } else if is("boolean") {
        json!(true)
    } else {
        marked(path)
    }
}

/// The text for a place.
fn marked(path: &str) -> Value {
    match path.rsplit('.').next().unwrap() {
        "check" => json!("net.tls"),
        "severity" => json!("error"),
        "item" if !path.contains("evidence") => json!("an-item"),
        _ => json!(format!("<{path}>")),
    }
}

fn of<T: DeserializeOwned>(schema: &Value, name: &str) -> T {
    serde_json::from_value(filled(schema, schema, name)).unwrap()
}

fn texts(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(all.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, all)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, all)),
        _ => {}
    }
}

/// A report of documents in which everything is set.
fn report() -> SupportDocument {
    let setup: SetupDocument = of(&SetupDocument::json_schema(), "setup");
    let environments: EnvironmentsDocument = of(&EnvironmentsDocument::json_schema(), "environments");
    let dependencies: DependenciesDocument = of(&DependenciesDocument::json_schema(), "dependencies");
    let integrations: IntegrationsDocument = of(&IntegrationsDocument::json_schema(), "integrations");
    let message: MessageDocument = serde_json::from_value(json!({
        "item": "an-item", "at": "<message.at>", "id": 1, "severity": "error",
        "text": "<message.text>", "detail": "<message.detail>",
    }))
    .unwrap();
    let sources = SupportSources {
        setup: &setup,
        environments: Some(&environments),
        dependencies: Some(&dependencies),
        integrations: Some(&integrations),
        messages: &[message],
    };
    let program = SupportProgram { name: "ib".to_owned(), version: "1.0.0".to_owned() };
    SupportDocument::new(program, Timestamp::from_millis(0), &sources)
}

#[test]
fn every_leaf_of_the_document_is_on_the_list() {
    let schema = SupportDocument::json_schema();
    let mut seen = BTreeSet::new();
    leaves(&schema, &schema, "", &mut seen);
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), LEAVES.lines().collect::<Vec<_>>());
}

#[test]
fn every_text_that_is_copied_is_on_the_list() {
    let mut seen = BTreeSet::new();
    texts(&serde_json::to_value(report()).unwrap(), &mut seen);
    let places = seen.iter().filter_map(|text| text.strip_prefix('<')?.strip_suffix('>'));
    assert_eq!(places.collect::<Vec<_>>(), COPIED.lines().collect::<Vec<_>>());
}

#[test]
fn people_have_numbers() {
    let report = report();
    assert_eq!(report.set_up.user.as_deref(), Some("person 1"));
    assert_eq!(report.environments.unwrap().environments[0].added_by, "person 2");
    assert_eq!(report.integrations.unwrap().integrations[0].uploaded_by.as_deref(), Some("person 3"));
    assert_eq!(report.publication.unwrap().by, "person 4");
}

#[test]
fn what_is_no_address_is_not_repeated() {
    let mut setup: SetupDocument = of(&SetupDocument::json_schema(), "setup");
    setup.environment = None;
    let program = || SupportProgram { name: "ib".to_owned(), version: "1.0.0".to_owned() };
    let mut address = |typed: &str| {
        typed.clone_into(&mut setup.typed.address);
        let (environments, dependencies, integrations) = (None, None, None);
        let sources =
            SupportSources { setup: &setup, environments, dependencies, integrations, messages: &[] };
        SupportDocument::new(program(), Timestamp::from_millis(0), &sources).set_up.address
    };
    assert_eq!(address("https://DEV.acme.example/ServiceCenter").as_deref(), Some("dev.acme.example"));
    assert_eq!(address("planted-Pass-1"), None);
    assert_eq!(address("https://maria:planted@dev.acme.example"), None);
    assert_eq!(address(""), None);
}

#[test]
fn messages_are_bounded() {
    let dependencies: DependenciesDocument = of(&DependenciesDocument::json_schema(), "dependencies");
    let run = dependencies.publication.as_ref().unwrap();
    let message = |number: usize| -> MessageDocument {
        let severity = if number.is_multiple_of(2) { "warning" } else { "info" };
        let text = format!("{number} \u{1b}[31m{}", "x".repeat(1_000));
        serde_json::from_value(json!({
            "item": "an-item", "at": "", "id": number, "severity": severity, "text": text, "detail": "",
        }))
        .unwrap()
    };
    let messages: Vec<_> = (0..100).map(message).collect();
    let setup: SetupDocument = of(&SetupDocument::json_schema(), "setup");
    let (environments, integrations) = (None, None);
    let sources =
        SupportSources { setup: &setup, environments, dependencies: None, integrations, messages: &messages };
    let said = &Copier::of(&sources).publication(run, &messages).items[0].messages;
    assert_eq!((said.len(), said[0].text.split(' ').next()), (20, Some("60")), "the last ones, in order");
    assert!(said.iter().all(|said| said.text.chars().count() <= 300 && !said.text.contains('\u{1b}')));
}

#[test]
fn a_report_satisfies_its_schema_and_is_read_back() {
    let schema = jsonschema::validator_for(&SupportDocument::json_schema()).unwrap();
    let text = serde_json::to_value(report()).unwrap();
    assert!(schema.is_valid(&text), "{text:#}");
    assert_eq!(serde_json::from_value::<SupportDocument>(text).unwrap(), report());
}
