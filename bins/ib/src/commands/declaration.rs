//! `ib plan` and `ib apply`: an infrastructure as a file declares it.

use std::io::Write as _;
use std::path::Path;

use ib_api::exit::Exit;
use ib_api::plan::{ApplyDocument, PlanDocument, StepDocument};
use ib_setup::Timestamp;
use ib_setup::declaration::{Apply, ApplyError, Site as _, Step, WantedDependencies, plan as planned};
use serde::Serialize;
use tracing::instrument::WithSubscriber as _;

use super::infrastructure::access;
use crate::asking::client::explain_proxy;
use crate::asking::secret::Secrets;
use crate::asking::trace;
use crate::cli::{ApplyArguments, DeclarationArguments, DeclarationFormat, PlanFileArguments};
use crate::declaration::ground::{Ground, Trouble};
use crate::declaration::journal::Diary;
use crate::declaration::page;
use crate::declaration::source::Source;
use crate::format;
use crate::look::{ColourChoice, Look};
use crate::setup::person::Person;
use crate::setup::place::{Place, Wanted, quoted, way};
use crate::stop::{Stop, file_name};
use crate::surroundings::Surroundings;

/// Why a command ends before it did what it is for.
enum Halt {
    Stop(Stop),
    /// With what there is to say.
    Ended(String, Exit),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Trouble> for Halt {
    fn from(Trouble { why, exit }: Trouble) -> Self {
        Self::Ended(why, exit)
    }
}

impl From<ApplyError<Trouble>> for Halt {
    fn from(error: ApplyError<Trouble>) -> Self {
        match error {
            ApplyError::Site(trouble) => trouble.into(),
            ApplyError::Changed(strange) => {
                let strange: Vec<_> = strange.iter().map(|step| StepDocument::from(step).text).collect();
                let strange = strange.join("; ");
                let why = format!(
                    "the infrastructure has changed since the plan was made, and now it would take: {strange}. Make a new plan with ib plan"
                );
                Self::Ended(why, Exit::Failed)
            }
            error => Self::Ended(error.to_string(), Exit::Failed),
        }
    }
}

type Result<T> = std::result::Result<T, Halt>;

pub(super) async fn plan(
    arguments: PlanFileArguments,
    mut surroundings: Surroundings,
) -> std::result::Result<Exit, Stop> {
    let PlanFileArguments { file, out, common } = arguments;
    let source = Source::read(&file)?;
    if source.plan.is_some() {
        return Err(Stop::usage(format!("{} is a plan already; apply it with ib apply", file_name(&file))));
    }
    let mut run = Run::new(source, common, &mut surroundings).await?;
    let made = run.until_interrupted(&mut surroundings, async |run| run.plan().await).await;
    run.ground.place.desk.close().await;
    let steps = match concluded(made, &mut surroundings)? {
        Ok(steps) => steps,
        Err(exit) => return Ok(exit),
    };
    let document = run.document(&steps);
    if let Some(out) = &out {
        keep(out, &document)?;
    }
    let next = (!steps.is_empty()).then(|| run.again("apply", out.as_deref().unwrap_or(&file)));
    run.print(&mut surroundings, &document, |look, host| page::plan(&document, host, next.as_deref(), look))?;
    Ok(if steps.is_empty() { Exit::Passed } else { Exit::UserAction })
}

pub(super) async fn apply(
    arguments: ApplyArguments,
    mut surroundings: Surroundings,
) -> std::result::Result<Exit, Stop> {
    let ApplyArguments { file, yes, common } = arguments;
    let source = Source::read(&file)?;
    let is_asked = surroundings.stdin.is_terminal && !common.non_interactive;
    if source.plan.is_none() && !yes && !is_asked {
        let text = "nobody is there to confirm what would change; give --yes, or apply a plan that ib plan --out has kept";
        return Err(Stop::usage(text));
    }
    let mut run = Run::new(source, common, &mut surroundings).await?;
    let mut diary = Diary::told(surroundings.stderr.clone(), surroundings.clock.clone());
    let mut applied = None;
    let work = async |run: &mut Run| run.apply(yes, &mut diary, &mut applied).await;
    let made = run.until_interrupted(&mut surroundings, work).await;
    run.ground.place.desk.close().await;
    let is_interrupted = made.is_none();
    let halted = concluded(made, &mut surroundings)?.err();
    let Some(applied) = applied else { return Ok(halted.unwrap_or(Exit::Internal)) };
    let failed: Vec<_> =
        applied.failed.iter().map(|(step, trouble)| (step.clone(), trouble.why.clone())).collect();
    let exit = match halted {
        Some(exit) => exit,
        None => worst(applied.failed.iter().map(|(_, trouble)| trouble.exit)),
    };
    let (name, left) = (run.source.declaration.file.as_str(), applied.not_started());
    let document = ApplyDocument::new(name, &applied.done, &failed, left, exit);
    let is_open = is_interrupted || !failed.is_empty() || !left.is_empty();
    let next = is_open.then(|| run.again("apply", &file));
    run.print(&mut surroundings, &document, |look, host| {
        page::apply(&document, host, next.as_deref(), look)
    })?;
    Ok(exit)
}

/// The exit code of several.
fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    use Exit::{CouldNotTell, Failed, Internal, Login, Passed, Usage, UserAction};
    let order = [Internal, Usage, Login, Failed, CouldNotTell, UserAction, Passed];
    let rank = |exit: &Exit| order.iter().position(|known| known == exit).unwrap_or(order.len());
    exits.min_by_key(rank).unwrap_or(Passed)
}

/// Says on standard error why it ends here; the exit code where it does.
fn concluded<T>(
    made: Option<Result<T>>,
    surroundings: &mut Surroundings,
) -> std::result::Result<std::result::Result<T, Exit>, Stop> {
    match made {
        Some(Ok(made)) => Ok(Ok(made)),
        Some(Err(Halt::Stop(stop))) => Err(stop),
        Some(Err(Halt::Ended(why, exit))) => {
            surroundings.stderr.say(format_args!("ib: {why}"));
            Ok(Err(exit))
        }
        None => {
            surroundings.stderr.say("interrupted; what was done so far is kept");
            Ok(Err(Exit::Interrupted))
        }
    }
}

/// A command, with what it was given.
struct Run {
    source: Source,
    ground: Ground,
    output: DeclarationFormat,
    colour: ColourChoice,
    verbose: u8,
    /// What leads to the same place again.
    rest: String,
    clock: std::sync::Arc<dyn Fn() -> std::time::SystemTime + Send + Sync>,
}

impl Run {
    async fn new(
        source: Source,
        mut common: DeclarationArguments,
        surroundings: &mut Surroundings,
    ) -> std::result::Result<Self, Stop> {
        let named = common.login.username.clone();
        source.refer(&mut common, surroundings);
        let (output, packages, code) =
            (common.output, common.packages.clone(), common.activation_code_file.clone());
        let common = common.infrastructure(source.file.development.clone());
        let place = Place::of(&common.place, &common.network.ca, surroundings)?;
        let secrets = Secrets::given(&common.login, code.as_ref(), common.non_interactive, surroundings)?;
        for warning in &secrets.warnings {
            surroundings.stderr.say(format_args!("warning: {warning}"));
        }
        explain_proxy(common.network.proxy.as_ref(), surroundings);
        let packages_said = packages
            .as_ref()
            .map(|path| format!(" --packages {}", quoted(&path.display().to_string())))
            .unwrap_or_default();
        let user = named.map(|user| format!(" --username {}", quoted(&user))).unwrap_or_default();
        let rest = format!("{packages_said}{}{user}{}", place.said(), way(&common.network));
        let is_none =
            matches!(&source.declaration.dependencies, WantedDependencies::Only(ids) if ids.is_empty());
        let packages = if is_none { Wanted::Nothing } else { Wanted::From(packages.as_ref()) };
        let file = source.declaration.file.clone();
        let place = place.everything(file, packages, access(&common), &secrets, surroundings).await?;
        let ground = Ground {
            place,
            address: source.declaration.development.clone(),
            username: common.login.username.clone(),
            secrets,
            accepted: source.file.disclaimer.clone(),
            accept_unverified: common.accept_unverified,
            person: Person::of(surroundings, common.non_interactive),
            stderr: surroundings.stderr.clone(),
            look: Look::of(&surroundings.stderr, common.colour, surroundings),
        };
        let (colour, verbose, clock) = (common.colour, common.verbose, surroundings.clock.clone());
        Ok(Self { source, ground, output, colour, verbose, rest, clock })
    }

    fn now(&self) -> Timestamp {
        (self.clock)().into()
    }

    /// What would change.
    async fn plan(&mut self) -> Result<Vec<Step>> {
        let present = self.ground.present().await?;
        let steps = planned(&self.source.declaration, &present, self.now());
        steps.map_err(|conflicts| Halt::Ended(conflicts.to_string(), Exit::Failed))
    }

    /// Does what was planned, or what is planned now and confirmed.
    async fn apply(
        &mut self,
        yes: bool,
        diary: &mut Diary,
        applied: &mut Option<Apply<Trouble>>,
    ) -> Result<()> {
        let steps = if let Some((steps, made_at)) = self.source.plan.clone() {
            let done = diary.keep(&self.source.path, &made_at)?;
            let is_left = |step: &Step| !done.contains(&StepDocument::from(step).change);
            steps.into_iter().filter(is_left).collect()
        } else {
            let steps = self.plan().await?;
            self.confirm(&steps, yes).await?;
            steps
        };
        let declaration = self.source.declaration.clone();
        let clock = self.clock.clone();
        let apply = applied.insert(Apply::new(declaration, steps));
        Ok(apply.run(&mut self.ground, diary, move || clock().into()).await?)
    }

    /// Shows what would change, and asks.
    async fn confirm(&mut self, steps: &[Step], yes: bool) -> Result<()> {
        if steps.is_empty() || yes {
            return Ok(());
        }
        let document = self.document(steps);
        let text = page::plan(&document, self.ground.address.host(), None, self.ground.look);
        self.ground.stderr.say(text.trim_end());
        let answer = self.ground.person.ask("Type yes to do that: ").await;
        if answer.is_some_and(|answer| answer.eq_ignore_ascii_case("yes")) {
            return Ok(());
        }
        Err(Halt::Ended("nothing was changed, because it was not confirmed".to_owned(), Exit::UserAction))
    }

    fn document(&self, steps: &[Step]) -> PlanDocument {
        let name = self.source.declaration.file.as_str();
        PlanDocument::new(&self.source.file, name, steps, self.now())
    }

    /// What came of the work; `None` where it was interrupted.
    async fn until_interrupted<T>(
        &mut self,
        surroundings: &mut Surroundings,
        work: impl AsyncFnOnce(&mut Self) -> Result<T>,
    ) -> Option<Result<T>> {
        let dispatch = trace::dispatch(self.verbose, &surroundings.stderr, self.ground.look.colour);
        tokio::select! {
            biased;
            () = &mut surroundings.interrupt => None,
            result = work(self).with_subscriber(dispatch) => Some(result),
        }
    }

    /// The command with that name, about `file`, as it has to be typed.
    fn again(&self, name: &str, file: &Path) -> String {
        format!("ib {name} {}{}", quoted(&file.display().to_string()), self.rest)
    }

    fn print(
        &self,
        surroundings: &mut Surroundings,
        document: &impl Serialize,
        text: impl FnOnce(Look, &str) -> String,
    ) -> std::result::Result<(), Stop> {
        let look = Look::of(&surroundings.stdout, self.colour, surroundings);
        let text = match self.output {
            DeclarationFormat::Json => format::json(document),
            DeclarationFormat::Text => text(look, self.ground.address.host()),
        };
        match surroundings.stdout.write_all(text.as_bytes()).and_then(|()| surroundings.stdout.flush()) {
            // Whoever piped the output into `head` still gets the exit code.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    }
}

/// Keeps a plan: all of it, or what was there before.
fn keep(path: &Path, document: &PlanDocument) -> std::result::Result<(), Stop> {
    let refused = |error: &dyn std::fmt::Display| {
        Stop::usage(format!("{} cannot be written ({error}); name another file with --out", file_name(path)))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))
        .map_err(|error| refused(&error))?;
    file.write_all(format::json(document).as_bytes()).map_err(|error| refused(&error))?;
    file.persist(path).map(drop).map_err(|error| refused(&error))
}
