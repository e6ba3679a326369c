//! Asking the person at the terminal, in a way that Ctrl-C gets through.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

use crate::surroundings::{Prompt, Surroundings};

/// The person at the terminal, where there is one.
#[derive(Clone)]
pub(crate) struct Person {
    visible: Arc<Mutex<Prompt>>,
    secret: Arc<Mutex<Prompt>>,
    /// Whether they can be asked.
    pub(crate) is_present: bool,
}

impl Person {
    /// Takes over the prompts.
    pub(crate) fn of(surroundings: &mut Surroundings, non_interactive: bool) -> Self {
        let absent = || -> Prompt { Box::new(|_| Err(io::ErrorKind::Unsupported.into())) };
        let mut take = |prompt: fn(&mut Surroundings) -> &mut Prompt| {
            Arc::new(Mutex::new(std::mem::replace(prompt(surroundings), absent())))
        };
        let (visible, secret) = (take(|all| &mut all.question), take(|all| &mut all.prompt));
        Self { visible, secret, is_present: surroundings.stdin.is_terminal && !non_interactive }
    }

    /// Asks something that may be seen; `None` for no answer.
    pub(crate) async fn ask(&self, question: &str) -> Option<String> {
        let answer = Self::through(&self.visible, question, self.is_present).await?;
        Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty())
    }

    /// Asks for a secret, without echo; `None` for no answer.
    pub(crate) async fn ask_secret(&self, question: &str) -> Option<SecretString> {
        let answer = Self::through(&self.secret, question, self.is_present).await?;
        if answer.trim().is_empty() { None } else { Some(answer.into()) }
    }

    /// Reading from a terminal blocks, so it has a thread of its own.
    async fn through(prompt: &Arc<Mutex<Prompt>>, question: &str, is_present: bool) -> Option<String> {
        if !is_present {
            return None;
        }
        let (prompt, question) = (Arc::clone(prompt), question.to_owned());
        let ask = move || {
            let mut prompt = prompt.lock().unwrap_or_else(PoisonError::into_inner);
            prompt(&question)
        };
        tokio::task::spawn_blocking(ask).await.ok()?.ok()
    }
}
