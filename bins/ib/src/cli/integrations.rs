//! The arguments of `ib integrations`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use ib_domain::integration::{IntegrationKind, IntegrationName};

use super::{WorkshopArguments, help};

/// What to do about integrations.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum IntegrationsCommand {
    /// Look at which integrations there are, how each stands, and what each needs of its own
    #[command(after_long_help = help::INTEGRATIONS.text())]
    List(ListIntegrationsArguments),
    /// Upload the package of an integration, in place of an earlier one; nothing is published
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Upload(UploadArguments),
    /// Publish an integration, after the dependencies that are missing
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Publish(PublishIntegrationArguments),
    /// Download the package of an integration, as it was uploaded
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Download(DownloadArguments),
    /// Mark an integration as published by hand; its modules are looked for
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Mark(MarkArguments),
    /// Remove the package of an integration; what is published stays
    #[command(after_long_help = help::INTEGRATIONS.text())]
    Remove(RemovePackageArguments),
}

/// The arguments of `ib integrations list`.
#[derive(Debug, Args)]
pub struct ListIntegrationsArguments {
    /// What every command takes that shows integrations.
    #[command(flatten)]
    pub common: ShownArguments,
}

/// The arguments of `ib integrations upload`.
#[derive(Debug, Args)]
pub struct UploadArguments {
    /// The package, an .oap or .osp file.
    #[arg(index = 2, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Which system the integration leads to.
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub kind: IntegrationKind,
    /// What every command takes that shows integrations.
    #[command(flatten)]
    pub common: ShownArguments,
}

/// The arguments of `ib integrations publish`.
#[derive(Debug, Args)]
pub struct PublishIntegrationArguments {
    /// What the integration is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: IntegrationName,
    /// Do not wait until the publication has ended, with --server.
    #[arg(long)]
    pub no_watch: bool,
    /// What every command takes that shows integrations.
    #[command(flatten)]
    pub common: ShownArguments,
}

/// The arguments of `ib integrations download`.
#[derive(Debug, Args)]
pub struct DownloadArguments {
    /// What the integration is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: IntegrationName,
    /// The file or the folder to write to; - is standard output. Without it: NAME.oap or NAME.osp, as it was uploaded.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub to: Option<PathBuf>,
    /// Replace a file that is there already.
    #[arg(long)]
    pub force: bool,
    /// Where packages are, which infrastructure, and the way to it.
    #[command(flatten)]
    pub workshop: WorkshopArguments,
}

/// The arguments of `ib integrations mark`.
#[derive(Debug, Args)]
pub struct MarkArguments {
    /// What the integration is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: IntegrationName,
    /// What every command takes that shows integrations.
    #[command(flatten)]
    pub common: ShownArguments,
}

/// The arguments of `ib integrations remove`.
#[derive(Debug, Args)]
pub struct RemovePackageArguments {
    /// What the integration is called.
    #[arg(index = 2, value_name = "NAME")]
    pub name: IntegrationName,
    /// Remove it without asking.
    #[arg(long)]
    pub yes: bool,
    /// What every command takes that shows integrations.
    #[command(flatten)]
    pub common: ShownArguments,
}

/// What every command takes that shows integrations.
#[derive(Debug, Args)]
pub struct ShownArguments {
    /// How to print what is there.
    #[arg(long, short, value_enum, default_value_t)]
    pub output: IntegrationsFormat,
    /// Where packages are, which infrastructure, and the way to it.
    #[command(flatten)]
    pub workshop: WorkshopArguments,
}

/// How `ib integrations` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[non_exhaustive]
pub enum IntegrationsFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document, ib.integrations/1.
    Json,
}

/// Reads the id of a kind; help and errors list them all.
fn kind() -> impl TypedValueParser<Value = IntegrationKind> {
    PossibleValuesParser::new(IntegrationKind::ALL.map(IntegrationKind::id))
        .try_map(|text| text.parse::<IntegrationKind>())
}
