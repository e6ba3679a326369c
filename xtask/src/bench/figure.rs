//! What was measured, beside what is demanded. Every measurement includes this file, wherever it stands: the page is
//! made of what they say.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names the file, in the environment of a measurement, that its figures are also written to, as JSON.
pub(crate) const FIGURES: &str = "BENCHED_FIGURES";

/// A figure with its bound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// `times` where it is a ratio.
    pub(crate) unit: String,
    pub(crate) bound: Bound,
    /// What a ratio is made of: what was measured of ours, and the floor or the peer beside it.
    pub(crate) ours: String,
    pub(crate) beside: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "at least {limit}"),
            Self::AtMost(limit) => write!(f, "at most {limit}"),
        }
    }
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &str, bound: Bound) -> Self {
        let (ours, beside) = (String::new(), String::new());
        Self { name: name.into(), value, unit: unit.to_owned(), bound, ours, beside }
    }

    /// The same, a ratio of `ours` and what stands `beside` it.
    pub(crate) fn of(self, ours: impl Into<String>, beside: impl Into<String>) -> Self {
        Self { ours: ours.into(), beside: beside.into(), ..self }
    }

    /// Whether it is within its bound.
    pub(crate) fn holds(&self) -> bool {
        match self.bound {
            Bound::AtLeast(limit) => self.value >= limit,
            Bound::AtMost(limit) => self.value <= limit,
        }
    }

    /// For people.
    fn say(&self) {
        let Self { name, value, unit, bound, ours, beside } = self;
        let missed = if self.holds() { "" } else { "  MISSED" };
        let made_of = if ours.is_empty() { String::new() } else { format!("  {ours}; {beside}") };
        println!("{name:<58} {value:>8.2} {unit:<5} ({bound}){missed}{made_of}");
    }
}

/// Says them, to people and to who asked for the file.
///
/// # Errors
///
/// Where one is out of its bound, or the file cannot be written.
pub(crate) fn say(figures: &[Figure]) -> Result<(), String> {
    figures.iter().for_each(Figure::say);
    if let Some(file) = std::env::var_os(FIGURES) {
        let text = serde_json::to_string_pretty(figures).map_err(|error| error.to_string())?;
        std::fs::write(file, text).map_err(|error| format!("cannot write the figures: {error}"))?;
    }
    let missed: Vec<_> =
        figures.iter().filter(|figure| !figure.holds()).map(|figure| figure.name.as_str()).collect();
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join("; "))) }
}
