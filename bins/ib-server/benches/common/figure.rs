//! What was measured, beside what is demanded.

use std::process::ExitCode;

/// A figure with its bound.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) bound: Bound,
}

pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Figure {
    /// Says it; whether it is within its bound.
    fn say(&self) -> bool {
        let Self { name, value, unit, bound } = self;
        let (holds, word, limit) = match bound {
            Bound::AtLeast(limit) => (value >= limit, "at least", limit),
            Bound::AtMost(limit) => (value <= limit, "at most", limit),
        };
        let missed = if holds { "" } else { "  MISSED" };
        println!("{name:<58} {value:>8.2} {unit:<7} ({word} {limit}){missed}");
        holds
    }
}

/// Says them; a failure where one is out of its bound.
pub(crate) fn say(figures: &[Figure]) -> ExitCode {
    let held = figures.iter().map(Figure::say).filter(|held| *held).count();
    if held == figures.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
