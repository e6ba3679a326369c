//! What a person sees.

#[cfg(test)]
mod tests;

use std::time::Duration;

use ib_domain::address::EnvironmentAddress;
use ib_domain::check::Check;
use ib_domain::declaration::FileName;
use ib_domain::environment::{EnvironmentName, Purpose, Role};
use ib_domain::feature::{Availability, Feature, Impact};
use ib_domain::permission::user::Username;
use ib_domain::reason::{Reason, Severity};

use super::due::STALE;
use super::link::{self, LinkView};
use super::waiver::{Trouble, WaiverView};
use super::{Environment, Import, Refused, Sight, State};
use crate::found::{Found, Status};
use crate::time::Timestamp;

/// The environments of an infrastructure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct View {
    /// Development first, the others in the order in which they were added.
    pub environments: Vec<EnvironmentView>,
    /// The last one that was refused, until another one is added.
    pub refused: Option<Refused>,
    /// Whether LifeTime is being asked for more.
    pub is_importing: bool,
    /// Why LifeTime could not be asked.
    pub import_stop: Option<Found>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvironmentView {
    /// What it is called.
    pub name: EnvironmentName,
    /// Its address.
    pub address: EnvironmentAddress,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was added.
    pub added: Timestamp,
    /// Who added it.
    pub by: Username,
    /// Whether it is being looked at, or will be in a moment.
    pub is_looking: bool,
    /// How it stands.
    pub standing: Standing,
    /// What was last seen of it, stale or not.
    pub sight: Option<Sight>,
    /// The link to its Integration Manager.
    pub link: LinkView,
    /// Everything that was not as it should be then; what is waived is skipped, and never passed.
    pub troubles: Vec<Trouble>,
    /// What people decided to live with, in the order of the catalogue; expired ones too.
    pub waivers: Vec<WaiverView>,
    /// The file that declares it; nobody changes it but for that file.
    pub file: Option<FileName>,
}

impl EnvironmentView {
    fn new(known: &Environment, every: Duration, now: Timestamp) -> Self {
        let seen = known.sight.iter().flat_map(|sight| &sight.troubles);
        let trouble = |found: &Found| Trouble::new(found, &known.waivers, now);
        let mut troubles: Vec<_> = seen.map(trouble).collect();
        let standing = Standing::of(known.sight.as_ref(), &troubles, every, now);
        let link = link::view(&known.link, every, now);
        // What stands in the way of an introduction for another reason is among them already.
        let inbound = link.inbound.finding(known.address.host());
        troubles.extend(inbound.filter(|found| found.check == Check::ManagerInbound).as_ref().map(trouble));
        let waivers = known.waivers.iter().map(|waiver| WaiverView::new(waiver, &troubles, now));
        Self {
            name: known.name.clone(),
            address: known.address.clone(),
            purpose: known.purpose.clone(),
            added: known.added,
            by: known.by.clone(),
            is_looking: known.is_wanted,
            standing,
            sight: known.sight.clone(),
            link,
            waivers: waivers.collect(),
            troubles,
            file: known.file.clone(),
        }
    }

    /// What it is to the infrastructure.
    pub fn role(&self) -> Role {
        Role::Environment(self.purpose.clone())
    }

    /// Whether it is the one that users sign in to, which stays.
    pub fn is_development(&self) -> bool {
        self.purpose == Purpose::Development
    }

    /// What somebody should do something about first; `None` where nothing has to be done.
    ///
    /// What people decided to have without a connection needs no repair, nor does a warning that stays one.
    pub fn repair(&self) -> Option<&Trouble> {
        let mut open = self.troubles.iter().filter(|trouble| trouble.waiver.is_none());
        let needs_repair = match self.standing {
            Standing::Faulty => true,
            Standing::NotConnected => self.is_development(),
            _ => false,
        };
        if needs_repair {
            let failed = open.clone().find(|trouble| trouble.severity == Severity::Failed);
            return failed.or_else(|| open.next());
        }
        open.find(|trouble| trouble.found.reason.is_some_and(Reason::worsens))
    }

    /// Whether a feature can be used with it. A waiver changes nothing about that.
    pub fn availability(&self, feature: Feature) -> Availability {
        let is_known = !matches!(self.standing, Standing::New | Standing::Stale);
        let limits: Vec<_> = self.troubles.iter().filter_map(Trouble::limit).collect();
        Availability::of(feature, &self.role(), is_known.then_some(&limits))
    }
}

/// How an environment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// It was not looked at yet.
    New,
    /// It is connected, and nothing is wrong with it.
    Connected,
    /// It cannot be reached. For every environment but development that is allowed (B7).
    NotConnected,
    /// It was reached, and something is wrong with it.
    Faulty,
    /// It is not as it should be, and somebody decided to live with all that is wrong.
    Waived,
    /// What was seen is too old to tell anything about now.
    Stale,
}

impl Standing {
    /// The stable name on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Connected => "connected",
            Self::NotConnected => "not_connected",
            Self::Faulty => "faulty",
            Self::Waived => "waived",
            Self::Stale => "stale",
        }
    }

    fn of(sight: Option<&Sight>, troubles: &[Trouble], every: Duration, now: Timestamp) -> Self {
        let Some(sight) = sight else { return Self::New };
        if sight.at.plus(every * STALE) <= now {
            return Self::Stale;
        }
        let open = troubles.iter().filter(|trouble| trouble.waiver.is_none()).map(|trouble| &trouble.found);
        match (Self::with(open), Self::with(&sight.troubles)) {
            (Self::Connected, Self::NotConnected | Self::Faulty) => Self::Waived,
            (standing, _) => standing,
        }
    }

    /// How one stands that was reached lately, with everything that is in its way.
    fn with<'f>(troubles: impl IntoIterator<Item = &'f Found>) -> Self {
        let is_connection = |found: &Found| {
            found.reason.is_some_and(|reason| reason.entry().impact == Impact::Connection)
                && found.status != Status::Passed
        };
        troubles.into_iter().fold(Self::Connected, |standing, found| match standing {
            Self::NotConnected => Self::NotConnected,
            _ if is_connection(found) => Self::NotConnected,
            _ if found.status.stops() => Self::Faulty,
            standing => standing,
        })
    }
}

/// What a person sees of a state at `now`, where each environment is looked at again after `every`.
#[must_use]
pub fn view(state: &State, every: Duration, now: Timestamp) -> View {
    let one = |known: &Environment| EnvironmentView::new(known, every, now);
    View {
        environments: state.environments.iter().map(one).collect(),
        refused: state.refused.clone(),
        is_importing: matches!(state.import, Import::Wanted(_)),
        import_stop: match &state.import {
            Import::Stopped(found) => Some((**found).clone()),
            _ => None,
        },
    }
}
