//! The request that is being answered, for what sees nothing of it.

/// A request, for whoever has to refuse it and sees nothing of it.
pub(crate) struct Asked {
    /// Under which the log knows it.
    pub(crate) id: String,
    pub(crate) is_browser: bool,
}

tokio::task_local! {
    pub(crate) static ASKED: Asked;
}

/// The id under which the log knows the request that is being answered.
pub(crate) fn request_id() -> Option<String> {
    ASKED.try_with(|asked| asked.id.clone()).ok()
}
