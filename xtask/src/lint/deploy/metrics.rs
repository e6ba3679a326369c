//! What is measured: in code, on the page for operators, in the alerts and on the dashboard.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::markdown::Document;
use crate::problem::Problem;
use crate::repo::{Repo, has_extension};

pub(super) const ALERTS: &str = "docs/deploy/alerts.yaml";
const DASHBOARD: &str = "docs/deploy/dashboard.json";

/// What a query may say beside metrics of ours and their labels; what Prometheus adds is among it.
const WORDS: &[&str] = &[
    "and",
    "by",
    "count",
    "histogram_quantile",
    "increase",
    "instance",
    "job",
    "le",
    "max",
    "on",
    "rate",
    "sum",
    "up",
];

/// A file of rules, as Prometheus reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(rename = "name")]
    _name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    alert: String,
    expr: String,
    #[serde(rename = "for")]
    _lasting: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

/// What is measured, and what it is told apart by.
#[derive(Debug, Default)]
struct Measured {
    /// With whether it has buckets.
    metrics: BTreeMap<String, bool>,
    labels: BTreeSet<String>,
}

/// Code, page, alerts and dashboard agree.
///
/// # Errors
///
/// When a file cannot be read.
pub(super) fn check(repo: &Repo, page: &Document) -> Result<Vec<Problem>> {
    let mut metrics = BTreeMap::new();
    let is_source =
        |path: &String| has_extension(path, "rs") && path.contains("/src/") && !path.starts_with("xtask/");
    for path in repo.files()?.iter().filter(|path| is_source(path)) {
        metrics.extend(declared(&repo.read(path)?));
    }
    let mut problems = on_page(page, &metrics);
    let measured = Measured { metrics, labels: labels(page) };
    let rules = match serde_saphyr::from_str::<Rules>(&repo.read(ALERTS)?) {
        Ok(rules) => rules.groups.into_iter().flat_map(|group| group.rules).collect(),
        Err(error) => {
            problems.push(Problem::new(
                ALERTS,
                error.to_string(),
                "write groups of alerts as Prometheus reads them",
            ));
            Vec::new()
        }
    };
    problems.extend(rules.iter().flat_map(|rule| alert(rule, page, &measured)));
    let dashboard: serde_json::Value = serde_json::from_str(&repo.read(DASHBOARD)?).context(DASHBOARD)?;
    problems.extend(queries(&dashboard).iter().flat_map(|query| measured.judge(DASHBOARD, query)));
    Ok(problems)
}

/// The metrics that a source counts, and whether each has buckets.
fn declared(source: &str) -> BTreeMap<String, bool> {
    let mut metrics = BTreeMap::new();
    for kind in ["counter", "gauge", "histogram"] {
        let begun = source.split(&format!("{kind}!(")).skip(1).map(str::trim_start).collect::<Vec<_>>();
        let named = begun.iter().filter_map(|rest| rest.strip_prefix('"')?.split_once('"'));
        metrics.extend(named.map(|(name, _)| (name.to_owned(), kind == "histogram")));
    }
    metrics
}

/// The rows of the page that describe a metric: its name, its kind, its labels, its meaning.
fn rows(page: &Document) -> impl Iterator<Item = (&str, &[String])> {
    page.rows.iter().filter_map(|row| {
        let [name, _, labels, _] = row.cells.as_slice() else { return None };
        Some((name.spans.first()?.as_str(), labels.spans.as_slice()))
            .filter(|(name, _)| name.starts_with("ib_"))
    })
}

fn labels(page: &Document) -> BTreeSet<String> {
    rows(page).flat_map(|(_, labels)| labels).cloned().collect()
}

/// The page has every metric of the code, and no other.
fn on_page(page: &Document, metrics: &BTreeMap<String, bool>) -> Vec<Problem> {
    let told: BTreeSet<&str> = rows(page).map(|(name, _)| name).collect();
    let missing = metrics.keys().filter(|name| !told.contains(name.as_str()));
    let missing = missing.map(|name| (format!("does not describe the metric `{name}`"), "add its row"));
    let gone = told.iter().filter(|name| !metrics.contains_key(**name));
    let gone = gone.map(|name| (format!("describes `{name}`, which nothing counts"), "take its row out"));
    missing.chain(gone).map(|(what, fix)| Problem::new(&page.path, what, fix)).collect()
}

/// An alert asks for what is measured, says what is wrong, and has its row on the page.
fn alert(rule: &Rule, page: &Document, measured: &Measured) -> Vec<Problem> {
    let Rule { alert, expr, labels, annotations, .. } = rule;
    let mut problems = measured.judge(ALERTS, expr);
    let mut wrong =
        |what: &str, fix: &str| problems.push(Problem::new(ALERTS, format!("{alert} {what}"), fix));
    let described =
        page.rows.iter().any(|row| row.cells.first().is_some_and(|cell| cell.spans.contains(alert)));
    if !described {
        wrong("has no row in docs/operations.md", "say there what it means and what to do");
    }
    if !labels.contains_key("severity") || !annotations.contains_key("summary") {
        wrong("lacks a severity or a summary", "whoever is woken up must see why");
    }
    problems
}

/// Every query of a dashboard.
fn queries(dashboard: &serde_json::Value) -> Vec<String> {
    match dashboard {
        serde_json::Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value.as_str().filter(|_| key == "expr") {
                Some(query) => vec![query.to_owned()],
                None => queries(value),
            })
            .collect(),
        serde_json::Value::Array(values) => values.iter().flat_map(queries).collect(),
        _ => Vec::new(),
    }
}

impl Measured {
    /// The words of a query that mean nothing.
    fn judge(&self, at: &str, query: &str) -> Vec<Problem> {
        // Every second part is a quoted text.
        let plain: String = query.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let words = plain.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '$'));
        let words = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        let unknown = words.filter(|word| !self.knows(word));
        unknown
            .map(|word| {
                let what =
                    format!("`{word}` in `{query}` is no metric, no label and no word of queries here");
                Problem::new(at, what, "ask for a metric that docs/operations.md describes")
            })
            .collect()
    }

    fn knows(&self, word: &str) -> bool {
        let part = |suffix: &str| {
            word.strip_suffix(suffix)
                .is_some_and(|name| self.metrics.get(name).is_some_and(|buckets| *buckets))
        };
        // What has buckets is never asked for by its bare name.
        WORDS.contains(&word)
            || self.labels.contains(word)
            || self.metrics.get(word).is_some_and(|buckets| !buckets)
            || ["_bucket", "_sum", "_count"].into_iter().any(part)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SOURCE: &str =
        "metrics::counter!(\"ib_a_total\", &labels).increment(1); histogram!(\n    \"ib_b_seconds\")";
    const PAGE: &str = "| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n\
                        | `ib_a_total` | counter | `status` | x |\n| `ib_b_seconds` | histogram | | x |\n\
                        | `Broken` | x | x | x |\n";

    fn page(text: &str) -> Document {
        Document::parse("docs/operations.md", text)
    }

    fn measured() -> Measured {
        Measured { metrics: declared(SOURCE), labels: labels(&page(PAGE)) }
    }

    #[test]
    fn what_the_code_counts_stands_on_the_page() {
        assert_eq!(on_page(&page(PAGE), &declared(SOURCE)), []);
        let whats: Vec<_> = on_page(&page(&PAGE.replace("b_seconds", "c")), &declared(SOURCE))
            .into_iter()
            .map(|p| p.what)
            .collect();
        assert_eq!(
            whats,
            ["does not describe the metric `ib_b_seconds`", "describes `ib_c`, which nothing counts"]
        );
    }

    #[rstest]
    #[case("sum by (job, status) (rate(ib_a_total{status=~\"5..\", job=\"$job\"}[$__rate_interval])) > 0.5", &[])]
    #[case("histogram_quantile(0.95, sum by (le) (rate(ib_b_seconds_bucket[5m])))", &[])]
    #[case("rate(ib_a_totals[5m])", &["ib_a_totals"])]
    #[case("rate(ib_a_total_count[5m])", &["ib_a_total_count"])]
    #[case("ib_b_seconds", &["ib_b_seconds"])]
    #[case("rates(ib_a_total{stat=\"x\"}[5m])", &["rates", "stat"])]
    fn a_query_asks_for_what_there_is(#[case] query: &str, #[case] unknown: &[&str]) {
        let found = measured().judge("x", query);
        let words: Vec<_> = found.iter().filter_map(|problem| problem.what.split('`').nth(1)).collect();
        assert_eq!(words, unknown);
    }

    #[test]
    fn an_alert_has_its_row_and_says_what_is_wrong() {
        let rule = |name: &str, severity: &str| Rule {
            alert: name.into(),
            expr: "ib_a_total > 1".into(),
            _lasting: "1m".into(),
            labels: [(severity.to_owned(), "page".to_owned())].into(),
            annotations: [("summary".to_owned(), "x".to_owned())].into(),
        };
        assert_eq!(alert(&rule("Broken", "severity"), &page(PAGE), &measured()), []);
        assert_eq!(alert(&rule("Gone", "severity"), &page(PAGE), &measured()).len(), 1);
        assert_eq!(alert(&rule("Broken", "colour"), &page(PAGE), &measured()).len(), 1);
    }

    #[test]
    fn every_query_of_a_dashboard_is_found() {
        let dashboard =
            serde_json::json!({"panels": [{"targets": [{"expr": "a"}, {"expr": "b"}]}], "expr": 3});
        assert_eq!(queries(&dashboard), ["a", "b"]);
    }
}
