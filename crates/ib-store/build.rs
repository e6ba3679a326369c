//! A migration that is added makes the crate build anew.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
