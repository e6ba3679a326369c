//! What every format looks like, and that all of them say the same.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod support;

use ib::conclusion::Conclusion;
use ib::format::Format;
use ib::look::Look;
use ib_api::check::CheckDocument;
use ib_api::exit::FailOn;
use ib_domain::report::Report;
use insta::assert_snapshot;

fn plain(width: usize) -> Look {
    Look { width, ..Look::default() }
}

fn render(format: Format, report: Report, look: Look) -> String {
    format.render(&Conclusion::new(report, FailOn::Failed), look)
}

fn report(name: &str) -> Report {
    support::reports().into_iter().find(|(known, _)| *known == name).map(|(_, report)| report).unwrap()
}

#[test]
fn text_for_every_verdict() {
    for (name, report) in support::reports() {
        assert_snapshot!(format!("text_{name}"), render(Format::Text, report, plain(100)));
    }
}

#[test]
fn text_in_a_narrow_terminal() {
    for name in ["failed", "several"] {
        assert_snapshot!(format!("narrow_{name}"), render(Format::Text, report(name), plain(56)));
    }
}

#[test]
fn text_in_colour() {
    for name in ["passed", "failed", "several"] {
        let look = Look { colour: true, ..plain(100) };
        let text = render(Format::Text, report(name), look).replace('\u{1b}', "␛");
        assert_snapshot!(format!("colour_{name}"), text);
    }
}

#[test]
fn text_without_unicode() {
    let text = render(Format::Text, report("several"), Look { unicode: false, ..plain(100) });
    assert!(text.is_ascii(), "{text}");
    assert_snapshot!("ascii_several", text);
}

#[test]
fn short_for_every_verdict() {
    for (name, report) in support::reports() {
        assert_snapshot!(format!("short_{name}"), render(Format::Short, report, plain(100)));
    }
}

#[test]
fn machine_formats() {
    for name in ["warnings", "failed"] {
        assert_snapshot!(format!("json_{name}"), render(Format::Json, report(name), plain(100)));
    }
    assert_snapshot!("ndjson_several", render(Format::Ndjson, report("several"), plain(100)));
    assert_snapshot!("junit_several", render(Format::Junit, report("several"), plain(100)));
    assert_snapshot!("junit_waived", render(Format::Junit, report("waived"), plain(100)));
}

#[test]
fn an_interruption_shows_what_was_known() {
    let conclusion = Conclusion::interrupted(
        Report::new(vec![support::passed_with_user()]),
        vec!["qa.acme.example".to_owned(), "prod.acme.example".to_owned()],
    );
    let text = Format::Text.render(&conclusion, plain(100));
    assert!(text.contains("qa.acme.example") && !text.contains("✓ Passed\n"), "{text}");
    assert_snapshot!("interrupted", text);
    assert_eq!((conclusion.document().exit, conclusion.document().verdict.as_str()), (130, "could_not_tell"));
}

#[test]
fn no_line_is_wider_than_the_terminal_unless_it_must_stay_whole() {
    for (name, report) in support::reports() {
        for width in [60, 80, 100] {
            for line in render(Format::Text, report.clone(), plain(width)).lines() {
                let whole =
                    line.contains("ib explain") || line.contains("ib check") || line.contains("https://");
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(whole || columns <= width, "{name} at {width}: {columns} columns: {line}");
            }
        }
    }
}

#[test]
fn json_satisfies_the_published_schema() {
    let schema = jsonschema::validator_for(&CheckDocument::json_schema()).unwrap();
    for (name, report) in support::reports() {
        let document = serde_json::from_str(&render(Format::Json, report, plain(100))).unwrap();
        let errors: Vec<_> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}
