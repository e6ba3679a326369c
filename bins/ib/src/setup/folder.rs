//! The folder in which set-ups are kept on this machine, and its key.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};

use ib_store::{DepotFolder, KeyError, Keys};

use crate::stop::Stop;
use crate::surroundings::Surroundings;

/// The folder in which set-ups are kept.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The key file that the operator named.
    key: Option<PathBuf>,
}

impl Folder {
    /// The folder that was asked for, or else the usual one.
    pub(crate) fn of(given: Option<&PathBuf>, surroundings: &Surroundings) -> Result<Self, Stop> {
        let named = given.cloned().or_else(|| surroundings.variable("IB_DATA").map(PathBuf::from));
        let path = named.or_else(|| usual(Kind::Data, surroundings)).ok_or_else(|| {
            Stop::usage("there is no usual place for data here; name a folder with --data DIR or IB_DATA")
        })?;
        Ok(Self { path, key: surroundings.variable("IB_KEY_FILE").map(PathBuf::from) })
    }

    /// The database.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("setups.db")
    }

    /// Where the packages of integrations are kept; made on first use.
    pub(crate) fn depot(&self) -> Result<DepotFolder, Stop> {
        make_private(&self.path)?;
        let path = self.path.join("integrations");
        DepotFolder::open(&path).map_err(|error| {
            let path = path.display();
            Stop::usage(format!("the folder {path} cannot be used ({error}); check its rights"))
        })
    }

    /// Whether there is anything in it.
    pub(crate) fn is_there(&self) -> bool {
        self.database().exists()
    }

    /// The keys; on first start, one is drawn. A key that is lost is never replaced in silence.
    pub(crate) fn keys(&self) -> Result<Keys, Stop> {
        make_private(&self.path)?;
        let own = self.path.join("key");
        match &self.key {
            Some(named) => Keys::read(named).map_err(|error| refused(&error)),
            None if own.exists() => Keys::read(&own).map_err(|error| refused(&error)),
            None if self.is_there() => Err(Stop::usage(format!(
                "the key {} is missing, and the secrets beside it are sealed under it; restore it, or name it with IB_KEY_FILE",
                own.display()
            ))),
            None => Keys::create(&own).map_err(|error| refused(&error)),
        }
    }
}

fn refused(error: &KeyError) -> Stop {
    match error {
        KeyError::File { source, .. } => Stop::usage(format!("{error} ({source})")),
        error => Stop::usage(error.to_string()),
    }
}

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Data of a user.
    Data,
    /// Settings of a user, and what they are logged in with.
    Settings,
}

/// Where a user's files of that kind lie on this system. Read from the surroundings alone, so that a run never
/// meets files that it was not shown.
pub(crate) fn usual(kind: Kind, surroundings: &Surroundings) -> Option<PathBuf> {
    let folder = |name| surroundings.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        folder(if kind == Kind::Data { "LOCALAPPDATA" } else { "APPDATA" })
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        let (variable, below) = match kind {
            Kind::Data => ("XDG_DATA_HOME", ".local/share"),
            Kind::Settings => ("XDG_CONFIG_HOME", ".config"),
        };
        folder(variable).or_else(|| folder("HOME").map(|home| home.join(below)))
    };
    base.map(|base| base.join("ib"))
}

/// Makes a folder for its owner alone, where it is missing.
pub(crate) fn make_private(path: &Path) -> Result<(), Stop> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| {
        let path = path.display();
        Stop::usage(format!("the folder {path} cannot be made ({error}); name another one with --data DIR"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
        let (mut surroundings, _) = Surroundings::captured();
        surroundings.variables = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        surroundings
    }

    #[test]
    fn an_argument_wins_over_the_variable() {
        let surroundings = surroundings(&[("IB_DATA", "/from/variable")]);
        let folder = |given: Option<&PathBuf>| Folder::of(given, &surroundings).unwrap().path;
        assert_eq!(folder(None), Path::new("/from/variable"));
        assert_eq!(folder(Some(&PathBuf::from("/given"))), Path::new("/given"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_usual_place_is_that_of_the_system() {
        let usual = |variables: &[(&str, &str)], kind| usual(kind, &surroundings(variables));
        let home = ("HOME", "/home/maria");
        assert_eq!(usual(&[home], Kind::Data).unwrap(), Path::new("/home/maria/.local/share/ib"));
        assert_eq!(usual(&[home], Kind::Settings).unwrap(), Path::new("/home/maria/.config/ib"));
        let other = [home, ("XDG_DATA_HOME", "/data")];
        assert_eq!(usual(&other, Kind::Data).unwrap(), Path::new("/data/ib"));
        // The specification says so: a relative path is ignored.
        assert_eq!(usual(&[("XDG_DATA_HOME", "data")], Kind::Data), None);
        assert!(Folder::of(None, &surroundings(&[])).is_err());
    }
}
