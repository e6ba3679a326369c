//! The commands that need no environment.

use ib::surroundings::Surroundings;
use ib_domain::check::Check;
use ib_domain::reason::Reason;
use insta::assert_snapshot;
use rstest::rstest;
use serde_json::Value;

/// What a run that goes well prints.
fn output(arguments: &[&str]) -> String {
    let (surroundings, captured) = Surroundings::captured();
    let exit = ib::run_blocking(arguments.iter().copied(), surroundings);
    assert_eq!((exit.code(), captured.stderr().as_str()), (0, ""), "{arguments:?}");
    captured.stdout()
}

#[test]
fn explain_tells_everything_about_one_code() {
    for code in ["SETUP-TLS-003", "SETUP-ENV-011", "SETUP-NET-002", "SETUP-AUTH-001"] {
        assert_snapshot!(format!("explain_{code}"), output(&["ib", "explain", code]));
    }
    assert_eq!(
        output(&["ib", "explain", "setup-tls-003"]),
        output(&["ib", "explain", "NET.TLS.NAME_MISMATCH"])
    );
}

#[test]
fn explain_of_a_check_lists_its_reasons() {
    assert_snapshot!("explain_net_tls", output(&["ib", "explain", "net.tls"]));
}

#[test]
fn explain_without_a_code_lists_every_reason_once() {
    let text = output(&["ib", "explain"]);
    for reason in Reason::ALL {
        let line = format!("  {} ", reason.entry().code);
        assert_eq!(text.matches(&line).count(), 1, "{reason}");
    }
    for check in
        Check::ALL.iter().filter(|check| Reason::ALL.iter().any(|reason| reason.entry().check == **check))
    {
        assert!(text.contains(&format!("{} {}\n", check.title(), check.id())), "{check}");
    }
}

#[test]
fn explain_as_json_is_one_document_with_every_reason() {
    let document: Value = serde_json::from_str(&output(&["ib", "explain", "--output", "json"])).unwrap();
    assert_eq!(document["schema"], "ib.explain/1");
    assert_eq!(document["reasons"].as_array().unwrap().len(), Reason::ALL.len());
    assert_snapshot!("explain_json", output(&["ib", "explain", "SETUP-TLS-003", "--output", "json"]));
}

/// By its code, its dotted name and every code of the vendor's, in text and as JSON.
#[test]
fn every_reason_is_explained_under_every_name() {
    for reason in Reason::ALL {
        let entry = reason.entry();
        for name in [entry.code, entry.id] {
            let text = output(&["ib", "explain", name]);
            for row in ["says", "cause", "impact", "action", "who", "again", "docs"] {
                let begins = format!("    {row:<8}");
                let told = text.lines().find_map(|line| line.strip_prefix(&begins));
                assert!(told.is_some_and(|told| !told.trim().is_empty()), "{name} has no {row}:\n{text}");
            }
            assert!(text.contains(entry.code) && text.contains(entry.id), "{text}");
        }
        for name in [entry.code, entry.id].iter().chain(entry.vendor) {
            let document = output(&["ib", "explain", name, "--output", "json"]);
            let document: Value = serde_json::from_str(&document).unwrap();
            let explained = document["reasons"].as_array().unwrap();
            let explained = explained.iter().find(|one| one["code"] == entry.code);
            let explained = explained.unwrap_or_else(|| panic!("{name} does not lead to {}", entry.code));
            for field in ["title", "message", "cause", "action", "who", "retry", "docs"] {
                assert!(!explained[field].as_str().unwrap().is_empty(), "{name} has no {field}");
            }
            for features in ["impact_on_development", "impact_elsewhere"] {
                assert!(explained[features].is_array(), "{name} has no {features}");
            }
        }
    }
}

#[rstest]
#[case("bash", "complete -F")]
#[case("zsh", "#compdef ib")]
#[case("fish", "complete -c ib")]
#[case("powershell", "Register-ArgumentCompleter")]
#[case("elvish", "edit:completion:arg-completer[ib]")]
fn completions_know_every_option(#[case] shell: &str, #[case] contains: &str) {
    let script = output(&["ib", "completions", shell]);
    assert!(script.contains(contains), "{shell}");
    let options = [
        "connect-to",
        "lifetime-token-file",
        "waive",
        "explain",
        "accept-disclaimer",
        "logout",
        "no-watch",
        "environments",
        "features",
        "report",
    ];
    for option in options {
        assert!(script.contains(option), "{shell} does not know {option}");
    }
}

#[test]
fn the_manual_has_exit_codes_variables_files_and_every_option() {
    let page = output(&["ib", "man", "check"]);
    // Its date is there, and empty.
    let title = format!(".TH ib-check 1 \" \" \"ib {}\" \"Integration Builder\"", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(&title), "{page}");
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES", "EXAMPLES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section} is missing:\n{page}");
    }
    for exit in ib_api::exit::Exit::ALL.iter().filter(|exit| exit.code() != 7) {
        assert!(page.contains(&format!("\\fB{}\\fR", exit.code())), "{exit:?} is missing");
    }
    for name in ["IB_PASSWORD_FILE", "IB_LIFETIME_TOKEN", "NO_COLOR"] {
        assert!(page.contains(name), "{name} is missing");
    }
    assert!(!page.contains("\\fB7\\fR"), "a check never ends so");
    let page = output(&["ib", "man", "setup"]);
    assert!(page.contains("\\fB7\\fR") && page.contains("IB_ACTIVATION_CODE_FILE"), "{page}");
    for command in ["status", "login", "logout"] {
        assert!(output(&["ib", "man", command]).contains("IB_SERVER"), "{command}");
    }
    let page = output(&["ib", "man", "dependencies"]);
    assert!(page.contains("ib\\-dependencies\\-install(1)") && page.contains("IB_PACKAGES"), "{page}");
    assert!(output(&["ib", "man", "dependencies-install"]).contains("no\\-watch"));
    let page = output(&["ib", "man", "environments"]);
    assert!(page.contains("ib\\-environments\\-import(1)") && page.contains("IB_LIFETIME_TOKEN"), "{page}");
    assert!(output(&["ib", "man", "environments-remove"]).contains("\\-\\-yes"));
    assert!(output(&["ib", "man", "features"]).contains("ib features dev.example.com"));
    let page = output(&["ib", "man", "report"]);
    assert!(page.contains("\\-\\-file") && page.contains("ib\\-report\\-TIME.json"), "{page}");
    let page = output(&["ib", "man", "explain"]);
    assert!(page.contains("ib explain net.tls") && !page.contains("\\fB130\\fR"), "{page}");
    let root = output(&["ib", "man"]);
    assert!(root.contains("ib\\-check(1)") && root.contains("EXIT STATUS"), "{root}");
}

#[test]
fn every_manual_page_is_written_where_man_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("share/man1");
    assert_eq!(output(&["ib", "man", "--to", to.to_str().unwrap()]), "");
    let page = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert_eq!(page("ib.1"), output(&["ib", "man"]));
    assert_eq!(page("ib-environments-waive.1"), output(&["ib", "man", "environments-waive"]));
    for file in std::fs::read_dir(&to).unwrap() {
        let page = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(page.contains(".SH \"EXIT STATUS\"\n") && page.contains(".SH EXAMPLES\n"), "{page}");
    }
}
