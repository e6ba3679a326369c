//! What `ib check` needs beside the engine: its input, its patience, and what is told meanwhile.

pub(crate) mod board;
pub(crate) mod engine;
pub(crate) mod input;
pub(crate) mod patience;
