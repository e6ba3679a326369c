//! Keys, names, and the words that people and platforms choose: what is accepted is read back as it is written.
#![no_main]

use std::fmt::{Debug, Display};
use std::path::{Component, Path};
use std::str::FromStr;

use ib_domain::dependency::digest::Sha256Digest;
use ib_domain::dependency::package::PackageFile;
use ib_domain::dependency::version::DependencyVersion;
use ib_domain::environment::EnvironmentName;
use ib_domain::integration::{IntegrationName, ModuleFile};
use ib_domain::permission::key::RoleKey;
use ib_domain::permission::user::Username;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    kept::<RoleKey>(text);
    kept::<EnvironmentName>(text);
    kept::<IntegrationName>(text);
    kept::<DependencyVersion>(text);
    kept::<Sha256Digest>(text);
    if let Some(file) = kept::<PackageFile>(text) {
        let parts: Vec<_> = Path::new(file.as_str()).components().collect();
        assert_eq!(parts, [Component::Normal(file.as_str().as_ref())], "no file of its folder");
        assert!(!file.as_str().contains(['\\', ':']), "{file} leads elsewhere on another system");
    }
    if let Ok(user) = Username::parse(text) {
        assert_eq!(Username::parse(user.as_str()), Ok(user));
    }
    if let Some(module) = ModuleFile::of_path(text) {
        assert!(!module.name().is_empty() && !module.name().contains(['/', '\\']));
    }
});

fn kept<T>(text: &str) -> Option<T>
where
    T: FromStr<Err: Debug + PartialEq> + Display + Debug + PartialEq,
{
    let read = text.parse::<T>().ok()?;
    assert_eq!(read.to_string().parse::<T>().as_ref(), Ok(&read));
    Some(read)
}
