//! What the explorations of the machines share.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use stateright::Model;

/// Makes sure that from every state there is a way to one that `is_end`: nothing is ever stuck for good. How many
/// states there are.
pub(crate) fn ends_from_everywhere<M>(model: &M, is_end: impl Fn(&M::State) -> bool) -> usize
where
    M: Model,
    M::State: Clone + Eq + Hash,
{
    let (ends, before) = graph(model, is_end);
    let mut reached = vec![false; before.len()];
    let mut queue: VecDeque<usize> = ends.into();
    while let Some(index) = queue.pop_front() {
        if !std::mem::replace(&mut reached[index], true) {
            queue.extend(before[index].iter().copied());
        }
    }
    assert!(reached.iter().all(|reached| *reached), "something is stuck");
    reached.len()
}

/// Every state, as a graph turned around: the ends, and what leads to each.
fn graph<M>(model: &M, is_end: impl Fn(&M::State) -> bool) -> (Vec<usize>, Vec<Vec<usize>>)
where
    M: Model,
    M::State: Clone + Eq + Hash,
{
    let start = model.init_states();
    let mut known: HashMap<M::State, usize> = start.iter().cloned().zip(0..).collect();
    let (mut ends, mut before) = (Vec::new(), vec![Vec::new(); start.len()]);
    let mut open: VecDeque<M::State> = start.into();
    while let Some(state) = open.pop_front() {
        let from = known[&state];
        if is_end(&state) {
            ends.push(from);
        }
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        for action in actions {
            let Some(next) = model.next_state(&state, action) else { continue };
            let fresh = known.len();
            let to = *known.entry(next.clone()).or_insert(fresh);
            if to == fresh {
                before.push(Vec::new());
                open.push_back(next);
            }
            before[to].push(from);
        }
    }
    (ends, before)
}
