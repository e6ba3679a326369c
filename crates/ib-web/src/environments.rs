//! Environments of the infrastructure that a set-up leads to, for the API and the pages alike.

use std::str::FromStr;
use std::time::Duration;

use ib_api::environments::EnvironmentsDocument;
use ib_api::problem::{Problem, ProblemKind};
use ib_api::request::PutWaiver;
use ib_api::waiver::Until;
use ib_domain::declaration::FileName;
use ib_domain::environment::EnvironmentName;
use ib_domain::reason::Reason;
use ib_setup::{Environments, EnvironmentsError, SetupId};

use crate::app::{Answer, App};
use crate::session::Session;

/// What a person asks of the environments.
pub(crate) enum Wish {
    /// Add one, or change the one of that name.
    Put {
        /// What it is called.
        name: String,
        /// What to call it from now on; `None` for the same.
        new_name: Option<String>,
        /// Its address, as it was typed.
        address: String,
    },
    /// Add one: another one of that name is in the way.
    Add {
        /// What to call it.
        name: String,
        /// Its address, as it was typed.
        address: String,
    },
    /// Remove one.
    Remove(String),
    /// Let people change again what a file declared of one.
    Release(String),
    /// Live with a finding of one for a while.
    Waive {
        /// What it is called.
        name: String,
        /// The code of the reason.
        code: String,
        /// What was typed about it.
        typed: PutWaiver,
    },
    /// End a waiver: of that environment, for that code.
    EndWaiver(String, String),
    /// Look at one, or at all.
    Look(Option<String>),
    /// Have an Integration Manager get a new secret.
    Rotate(String),
    /// Add everything that LifeTime lists.
    Import,
}

impl Wish {
    /// What tells it from others under an idempotency key, those for another file included.
    fn name(&self, file: Option<&FileName>) -> String {
        let file = file.map_or_else(String::new, |file| format!("for {:?}: ", file.as_str()));
        file + self.words().as_str()
    }

    fn words(&self) -> String {
        match self {
            Self::Put { name, new_name, address } => {
                format!("put {name} {} {address}", new_name.as_deref().unwrap_or_default())
            }
            Self::Add { name, address } => format!("add {name} {address}"),
            Self::Remove(name) => format!("remove {name}"),
            Self::Release(name) => format!("release {name}"),
            Self::Waive { name, code, typed } => format!("waive {name} {code} {typed:?}"),
            Self::EndWaiver(name, code) => format!("end waiver {name} {code}"),
            Self::Look(name) => format!("look {}", name.as_deref().unwrap_or_default()),
            Self::Rotate(name) => format!("rotate {name}"),
            Self::Import => "import".to_owned(),
        }
    }

    /// The address that was typed.
    fn typed(&self) -> String {
        match self {
            Self::Put { address, .. } | Self::Add { address, .. } => address.clone(),
            _ => String::new(),
        }
    }
}

impl App {
    /// Which environments there are, and how each stands.
    pub(crate) async fn environments(&self, setup: SetupId) -> Answer<EnvironmentsDocument> {
        let seen = self.environments.seen_by(setup).await;
        let (view, can_import) = seen.map_err(|error| self.refuse_environment(&error, ""))?;
        Ok(EnvironmentsDocument::new(&view, can_import))
    }

    /// The same once nothing is under way, or when `limit` has passed.
    pub(crate) async fn settled_environments(
        &self,
        setup: SetupId,
        limit: Duration,
    ) -> Answer<EnvironmentsDocument> {
        let look = || async {
            let document = self.environments(setup).await?;
            let is_settled = !document.is_under_way();
            Ok((document, is_settled))
        };
        self.driver.until(limit, look).await
    }

    /// Asks what a person wants, once for each key. What they enter counts for the client that `environments` are
    /// asked for, and is declared by the file that they are asked for.
    pub(crate) async fn environment_wish(
        &self,
        environments: &Environments,
        session: &Session,
        key: Option<&str>,
        setup: SetupId,
        wish: Wish,
    ) -> Answer<()> {
        let request = format!("{setup} environments {}", wish.name(environments.file()));
        let work = self.grant_environment(environments, setup, wish);
        self.once(session, key, &request, setup, work).await.map(drop)
    }

    async fn grant_environment(&self, environments: &Environments, setup: SetupId, wish: Wish) -> Answer<()> {
        let typed = wish.typed();
        let done = match wish {
            Wish::Add { name, address } => environments.add(setup, named(&name)?, &address).await,
            Wish::Put { name, new_name, address } => {
                let name = named(&name)?;
                let new_name = new_name.map_or_else(|| Ok(name.clone()), |name| named(&name))?;
                environments.put(setup, name, new_name, &address).await
            }
            Wish::Remove(name) => environments.remove(setup, named(&name)?).await,
            Wish::Release(name) => environments.release(setup, named(&name)?).await,
            Wish::Waive { name, code, typed } => {
                let (name, reason) = (named(&name)?, reason(&code)?);
                let owner = read(&typed.owner, "owner")?;
                let why = read(&typed.why, "why")?;
                let until: Until = read(&typed.until, "until")?;
                environments.waive(setup, name, reason, owner, why, until.from(environments.now())).await
            }
            Wish::EndWaiver(name, code) => {
                environments.end_waiver(setup, named(&name)?, reason(&code)?).await
            }
            Wish::Look(name) => {
                let name = name.as_deref().map(named).transpose()?;
                environments.look(setup, name).await
            }
            Wish::Rotate(name) => environments.rotate(setup, named(&name)?).await,
            Wish::Import => environments.import(setup).await,
        };
        done.map_err(|error| self.refuse_environment(&error, &typed))?;
        Ok(())
    }

    fn refuse_environment(&self, error: &EnvironmentsError, typed: &str) -> Problem {
        self.told(Problem::of_environments(error, typed), error)
    }
}

fn named(text: &str) -> Answer<EnvironmentName> {
    read(text, "name")
}

/// Reads what was typed into a field.
fn read<T>(text: &str, field: &str) -> Answer<T>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    Ok(text.parse().map_err(|error: T::Err| {
        let mut detail = error.to_string();
        // An error is a part of a sentence; here it is one.
        detail[..1].make_ascii_uppercase();
        Problem::new(ProblemKind::Unusable, format!("{detail}.")).field(field)
    })?)
}

fn reason(code: &str) -> Answer<Reason> {
    let none =
        || Problem::new(ProblemKind::NotFound, "No finding has that code; the list of errors has them all.");
    Ok(Reason::from_code(code).ok_or_else(none)?)
}
