//! The reference of the settings says what the reader of the settings does.

use std::fmt::Write as _;

use clap::Args as _;
use ib_server::cli::Flags;
use ib_server::config::reference::{self, Setting};
use serde_json::Value;

use crate::settings::Desk;

#[test]
fn every_setting_is_described() {
    let settings = reference::settings();
    assert!(settings.len() > 30, "{}", settings.len());
    for Setting { name, what, kind, default, .. } in settings {
        assert!(
            !what.is_empty() && !kind.is_empty() && !default.is_empty(),
            "{name}: {what}, {kind}, {default}"
        );
        assert!(![what, kind, default].concat().contains(['|', '\n']), "{name} is a row of a table");
    }
}

#[tokio::test]
async fn a_file_with_every_default_is_as_good_as_none() {
    let mut file = String::new();
    for setting in reference::settings() {
        if let Some(value) = &setting.value {
            // What JSON writes for words, numbers and lists of them is TOML too.
            writeln!(file, "{} = {value}", setting.name).unwrap();
        }
    }
    assert!(file.contains("lease = \"1m\"") && file.contains("network.timeout = \"10s\""), "{file}");
    assert_eq!(Desk::with(&file).told(&[], &[]).await, Desk::with("").told(&[], &[]).await);
}

#[tokio::test]
async fn every_variable_is_a_setting() {
    let mut asked = 0;
    for setting in reference::settings() {
        let Some(variable) = &setting.variable else { continue };
        let value = match &setting.value {
            Some(Value::String(word)) => word.clone(),
            Some(Value::Array(_)) => String::new(),
            Some(value) => value.to_string(),
            None => "x".to_owned(),
        };
        let output = Desk::with("").check(&[(variable.as_str(), value.as_str())], &[]).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("unknown"), "{variable}: {said}");
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
}

#[test]
fn every_flag_belongs_to_a_setting() {
    let arguments = Flags::augment_args(clap::Command::new("ib-server"));
    let mut flags: Vec<_> = arguments.get_arguments().filter_map(clap::Arg::get_long).collect();
    flags.retain(|flag| *flag != "config");
    let settings = reference::settings();
    let known: Vec<_> = settings.iter().filter_map(|setting| setting.flag.as_deref()).collect();
    assert_eq!(known.len(), flags.len(), "{known:?}");
    assert!(flags.iter().all(|flag| known.contains(&format!("--{flag}").as_str())), "{known:?}");
}
