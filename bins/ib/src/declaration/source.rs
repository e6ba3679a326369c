//! The file, or the plan that was kept of it.

use std::path::{Path, PathBuf};

use ib_api::declaration::{InfrastructureFile, SecretReference};
use ib_api::plan::PlanDocument;
use ib_setup::declaration::{Declaration, Step};

use crate::cli::DeclarationArguments;
use crate::stop::{Stop, file_name};
use crate::surroundings::Surroundings;

/// Longest file or plan, in bytes: a thousand environments with a waiver each fit in well.
const LONGEST: u64 = 4 << 20;

/// How an infrastructure is to be, and where that was read.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) file: InfrastructureFile,
    pub(crate) declaration: Declaration,
    /// The plan that was kept, and when it was made.
    pub(crate) plan: Option<(Vec<Step>, String)>,
}

impl Source {
    /// Reads a file, or a plan where one may be given.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        let text = read(path)?;
        let unusable = |error: &dyn std::fmt::Display| Stop::usage(format!("{}: {error}", file_name(path)));
        if text.trim_start().starts_with('{') {
            let document = PlanDocument::parse(&text).map_err(|error| unusable(&error))?;
            let steps = document.steps().map_err(|error| unusable(&error))?;
            let declaration =
                document.declaration.declaration(&document.file).map_err(|error| unusable(&error))?;
            let plan = Some((steps, document.made_at));
            return Ok(Self { path: path.to_owned(), file: document.declaration, declaration, plan });
        }
        let file = InfrastructureFile::parse(&text).map_err(|error| unusable(&error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let declaration = file.declaration(&name).map_err(|error| unusable(&error))?;
        Ok(Self { path: path.to_owned(), file, declaration, plan: None })
    }

    /// Has what the file refers to found, unless something else was given.
    pub(crate) fn refer(&self, arguments: &mut DeclarationArguments, surroundings: &mut Surroundings) {
        let login = &mut arguments.login;
        let person = self.file.log_in.as_ref();
        if login.username.is_none() {
            login.username = person.map(|person| person.username.clone());
        }
        let password = person.and_then(|person| person.password.as_ref());
        if let Some(reference) = password.filter(|_| !login.password_stdin) {
            self.find(reference, "IB_PASSWORD", &mut login.password_file, surroundings);
        }
        if let Some(reference) = &self.file.activation_code {
            self.find(reference, "IB_ACTIVATION_CODE", &mut arguments.activation_code_file, surroundings);
        }
    }

    /// `usual` is the variable in which the secret is looked for.
    fn find(
        &self,
        reference: &SecretReference,
        usual: &str,
        given: &mut Option<PathBuf>,
        surroundings: &mut Surroundings,
    ) {
        let is_given = |name: &str| surroundings.variable(name).is_some();
        if given.is_some() || is_given(usual) || is_given(&format!("{usual}_FILE")) {
            return;
        }
        match reference {
            SecretReference::File(path) => *given = Some(self.beside(path)),
            SecretReference::Variable(name) => match surroundings.variable(name).map(str::to_owned) {
                Some(secret) => drop(surroundings.variables.insert(usual.to_owned(), secret)),
                None => surroundings.stderr.say(format_args!(
                    "warning: {} names the variable {}, which is not set",
                    file_name(&self.path),
                    ib_domain::text::harmless(name, 100)
                )),
            },
            _ => {}
        }
    }

    /// A path in the file is meant from where the file lies.
    fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }
}

fn read(path: &Path) -> Result<String, Stop> {
    use std::io::Read as _;

    let unreadable = |error: std::io::Error| Stop::unreadable(path, &error);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > LONGEST {
        return Err(Stop::usage(format!("{} is too long to declare an infrastructure", file_name(path))));
    }
    Ok(text)
}
