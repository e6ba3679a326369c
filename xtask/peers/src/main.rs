//! `cargo xtask bench permissions`: what a permission decision costs, beside the same decision of general policy
//! engines.
//!
//! An infrastructure of 200 users is asked 1,000 questions: half of them whether a user may do with an application
//! what needs a level, half whether a user may set up Integration Builder. Each engine gets the facts in its own form,
//! made ready before it is measured; all three must give the same answers.

mod casbin;
mod cedar;
#[path = "../../src/bench/figure.rs"]
mod figure;
mod infrastructure;
mod ours;

use std::hint::black_box;
use std::time::{Duration, Instant};

use figure::{Bound, Figure};
use infrastructure::Infrastructure;

/// The best of so many rounds counts: others use this machine too.
const ROUNDS: usize = 15;
/// The engines are so slow that few rounds tell enough.
const ENGINE_ROUNDS: usize = 3;

fn main() -> Result<(), String> {
    let infrastructure = Infrastructure::new();
    let questions = infrastructure.questions.len();
    let mut ours = ours::asker(&infrastructure);
    let answers = ours();
    let granted = answers.iter().filter(|granted| **granted).count();
    assert!(granted * 5 > questions && granted * 5 < questions * 4, "{granted} of {questions} say little");
    let own = best(ROUNDS * 20, questions, &mut ours);

    let name = format!("permission decision, the mean of {questions}");
    let mut figures = vec![Figure::new(name, own, "ns", Bound::AtMost(100.0))];
    let engines: [(&str, Box<dyn FnMut() -> Vec<bool>>); 2] = [
        ("cedar-policy", Box::new(cedar::asker(&infrastructure))),
        ("casbin", Box::new(casbin::asker(&infrastructure))),
    ];
    for (engine, mut ask) in engines {
        let theirs = ask();
        let other = (0..questions).find(|&at| answers[at] != theirs[at]);
        assert_eq!(other.map(|at| &infrastructure.questions[at]), None, "{engine} answers otherwise");
        let took = best(ENGINE_ROUNDS, questions, &mut ask);
        let name = format!("permission decisions a second, times {engine}'s");
        let figure = Figure::new(name, took / own, "times", Bound::AtLeast(100.0));
        figures.push(figure.of(format!("{own:.0} ns each"), format!("{engine} {took:.0} ns each")));
    }
    println!("{questions} questions, {granted} answered with yes, by all alike");
    figure::say(&figures)
}

/// The nanoseconds of one question in the best round.
fn best(rounds: usize, questions: usize, ask: &mut dyn FnMut() -> Vec<bool>) -> f64 {
    let round = |_| {
        let begun = Instant::now();
        black_box(ask());
        begun.elapsed()
    };
    let best: Duration = (0..rounds).map(round).min().unwrap_or(Duration::MAX);
    best.as_secs_f64() * 1e9 / f64::from(u32::try_from(questions).unwrap_or(u32::MAX))
}
