//! Every setting, as the reader of the settings declares it: `docs/settings.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args as _;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::raw::Raw;
use crate::cli::Flags;

const INTRODUCTION: &str = "\
# Settings of `ib-server`

<!-- Made by `cargo xtask generate` from bins/ib-server/src/config/raw.rs; change it there. -->

None is needed. They come from a TOML file (`--config FILE` or `IB_SERVER_CONFIG`), then from variables, then from flags;
the later one wins. A name that is not known is refused, and so is a value that cannot be used: exit 2, with the name and
what is expected. `ib-server config check` tells what they come to, `ib-server config reference` prints this page.

- In a variable, a comma stands between the values of a list. `lifetime` is set in a file alone.
- Variables that begin with `IB_SERVER_` are taken for settings: on Kubernetes, set `enableServiceLinks: false` or give the
  Service another name than `ib-server`.
- A duration is a number and its unit: `30s`, `10m`, `12h`, `1h 30m`. It is longer than nothing.
- A network is an address and its length: `10.0.0.0/8`, `192.0.2.7/32`.
- What is secret is in a file of its own, which the setting names: no secret is a setting.
";

/// One setting.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Setting {
    /// As the file has it, with the table before it: `network.timeout`.
    pub name: String,
    /// What it does.
    pub what: String,
    /// What is expected, in words.
    pub kind: String,
    /// What holds where it is not given, in words.
    pub default: String,
    /// The same as TOML, where it is a value and always the same.
    pub value: Option<Value>,
    /// Whether it is a list of words.
    pub is_list: bool,
    /// The variable, unless it is in one of several tables.
    pub variable: Option<String>,
    /// The flag, if it has one.
    pub flag: Option<String>,
}

/// A setting, or a table of settings, as the schema of the reader has it.
struct Field<'s> {
    name: String,
    schema: &'s Value,
    /// Whether the table it is in needs it.
    is_needed: bool,
    /// Whether there are several tables that have it.
    is_repeated: bool,
}

/// Every setting: those at the top by name, then table by table.
pub fn settings() -> Vec<Setting> {
    let schema = schema();
    fields(schema.as_value(), "", false)
        .flat_map(|field| match table(field.schema) {
            Some((table, is_repeated)) => fields(table, &field.name, is_repeated).collect(),
            None => vec![field],
        })
        .map(|field| Setting::of(&field))
        .collect()
}

fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Raw>()
}

/// What stands in a table, by name.
fn fields<'s>(table: &'s Value, prefix: &str, is_repeated: bool) -> impl Iterator<Item = Field<'s>> {
    let needed = table["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let properties: BTreeMap<_, _> = table["properties"].as_object().into_iter().flatten().collect();
    let name = move |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    properties.into_iter().map(move |(key, schema)| Field {
        name: name(key),
        schema,
        is_needed: needed.iter().any(|needed| needed == key),
        is_repeated,
    })
}

/// The table that a field is, and whether there may be several of it.
fn table(field: &Value) -> Option<(&Value, bool)> {
    let or_none = field["anyOf"].as_array().into_iter().flatten();
    let mut shapes = std::iter::once((field, false)).chain([(&field["items"], true)]);
    let found = shapes.find(|(shape, _)| shape["properties"].is_object());
    found.or_else(|| or_none.map(|shape| (shape, false)).find(|(shape, _)| shape["properties"].is_object()))
}

fn text(schema: &Value, key: &str) -> Option<String> {
    schema[key].as_str().map(str::to_owned)
}

impl Setting {
    fn of(field: &Field<'_>) -> Self {
        let schema = field.schema;
        let value = Some(&schema["default"]).filter(|value| !value.is_null()).cloned();
        let default = match (&value, text(schema, "otherwise")) {
            _ if field.is_needed => "must be there with its table".to_owned(),
            (_, Some(words)) => words,
            (None, None) => "none".to_owned(),
            (Some(Value::Array(_)), None) => "empty".to_owned(),
            (Some(Value::String(word)), None) => format!("`{word}`"),
            (Some(value), None) => format!("`{value}`"),
        };
        let variable = format!("IB_SERVER_{}", field.name.replace('.', "__").to_uppercase());
        Self {
            name: field.name.clone(),
            what: text(schema, "description").unwrap_or_default(),
            kind: text(schema, "title").unwrap_or_default(),
            default,
            value,
            is_list: schema["type"] == "array",
            variable: (!field.is_repeated).then_some(variable),
            flag: flag(&field.name),
        }
    }
}

/// The flag of a setting: the arguments are called after the settings.
fn flag(name: &str) -> Option<String> {
    let arguments = Flags::augment_args(clap::Command::new("ib-server"));
    let last = name.rsplit('.').next();
    let argument = arguments.get_arguments().find(|argument| Some(argument.get_id().as_str()) == last);
    argument.and_then(clap::Arg::get_long).map(|long| format!("--{long}"))
}

/// The whole page.
pub fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    let schema = schema();
    let settings = settings();
    section(&mut page, "At the top of the file", &settings, |name| !name.contains('.'));
    for field in fields(schema.as_value(), "", false) {
        let Some((_, is_repeated)) = table(field.schema) else { continue };
        let name = field.name;
        let heading = if is_repeated { format!("`[[{name}]]`") } else { format!("`[{name}]`") };
        let (what, none) = (text(field.schema, "description"), text(field.schema, "otherwise"));
        let none = none.map(|none| format!(" Without this table: {none}.")).unwrap_or_default();
        let heading = format!("{heading}\n\n{}.{none}", what.unwrap_or_default());
        let inside = format!("{name}.");
        section(&mut page, &heading, &settings, |name| name.starts_with(&inside));
    }
    page
}

fn section(page: &mut String, heading: &str, settings: &[Setting], is_here: impl Fn(&str) -> bool) {
    let head =
        "| setting | what it is | type | default | variable | flag |\n| --- | --- | --- | --- | --- | --- |";
    // Writing into a text does not fail.
    let _ = writeln!(page, "\n## {heading}\n\n{head}");
    let code = |text: &Option<String>| text.as_ref().map(|text| format!("`{text}`")).unwrap_or_default();
    for setting in settings.iter().filter(|setting| is_here(&setting.name)) {
        let Setting { name, what, kind, default, variable, flag, .. } = setting;
        let (variable, flag) = (code(variable), code(flag));
        let _ = writeln!(page, "| `{name}` | {what} | {kind} | {default} | {variable} | {flag} |");
    }
}
