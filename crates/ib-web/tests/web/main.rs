//! The whole face in one process: pages as a browser sees them, the API as a program does, against an
//! environment that answers as it is told.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail a test by panicking")]

mod api;
mod audit;
mod browser;
mod declared;
mod dependencies;
mod embed;
mod environments;
mod environments_page;
mod guards;
mod integrations;
mod managers;
mod pages;
mod place;
mod program;
mod report;
mod setup;
mod setup_forms;
mod stream;
mod waivers;
