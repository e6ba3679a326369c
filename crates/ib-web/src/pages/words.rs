//! Times in words.

/// A time in RFC 3339, as people read it.
pub(super) fn moment(at: &str) -> String {
    let whole = at.split('.').next().unwrap_or(at).trim_end_matches('Z');
    format!("{} UTC", whole.replace('T', " "))
}

/// A time to wait, in words.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}
