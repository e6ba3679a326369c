//! Doors for fuzz targets: what the body of a reply goes through once it is here, without a connection.
//!
//! Each tells what came of it as text, to be compared: a body that comes in other pieces must not read otherwise.

use std::io::Cursor;
use std::time::Duration;

use ib_domain::permission::model::PermissionModel;
use reqwest::StatusCode;
use tokio::io::BufReader;
use tokio::runtime::Builder;

use super::body::Body;
use super::dialect::{Dialect, Method};
use super::lifetime;
use super::messages::Messages;
use super::service_center::{OF_A_MODULE, identity_provider, module, platform_info, several_catalogs};
use super::soap::{self, Answer, FaultMeaning};
use super::transport::{Deadline, Reply};
use super::wsdl::Schema;
use super::xml::Xml;
use crate::Obstacle;

/// Most bytes of a body.
const LIMIT: u64 = 1 << 20;

/// Reads a body that comes `piece` bytes at a time as the answer to a call, once for each kind of answer.
pub fn answer(body: &[u8], piece: usize) -> String {
    run(async {
        let whole = match soap::open(reply(body, piece)).await? {
            Answer::Fault(text) => return Ok(format!("{:?}: {text}", FaultMeaning::of(&text))),
            Answer::Page(page) => return Ok(page.describe()),
            Answer::Outputs(outputs) => outputs.all().await?,
        };
        let small = (platform_info(&whole), identity_provider(&whole), several_catalogs(&whole));
        let Answer::Outputs(outputs) = soap::open(reply(body, piece)).await? else {
            return Ok("the same body is two kinds of answer".to_owned());
        };
        let (mut modules, mut messages) = (Vec::new(), Messages::default());
        let wanted = [OF_A_MODULE, Messages::WANTED].concat();
        let rest = outputs.each("Modules", &wanted, |item| {
            modules.push(module(item));
            messages.take(item);
        });
        let rest = rest.await?;
        Ok(format!("{small:?} {modules:?} {:?} {rest:?}", messages.page(0, i64::MAX, true)))
    })
}

/// Reads a body that comes `piece` bytes at a time as a WSDL, and learns the names of parameters from it.
pub fn wsdl(body: &[u8], piece: usize) -> String {
    run(async {
        let read = Schema::read(&mut Xml::new(body_of(body, piece))).await;
        let dialect = read.map(|schema| Dialect::bind(&schema));
        let names =
            dialect.map(|dialect| dialect.map(|dialect| dialect.output(Method::ModulesGet, 0).to_owned()));
        Ok(format!("{names:?}"))
    })
}

/// Reads LifeTime's lists of environments, permission levels, roles, users and teams.
///
/// # Errors
///
/// An [`Obstacle`] where one of them is no such list, or they contradict each other.
pub fn permission_model(lists: [&[u8]; 5]) -> Result<PermissionModel, Obstacle> {
    lifetime::model_of(lists)
}

/// Reads to the end; an obstacle is as good a text as any.
fn run(reading: impl Future<Output = Result<String, Obstacle>>) -> String {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.map_or_else(
        |error| error.to_string(),
        |runtime| runtime.block_on(reading).unwrap_or_else(|obstacle| format!("{obstacle:?}")),
    )
}

fn reply(body: &[u8], piece: usize) -> Reply {
    Reply {
        status: StatusCode::OK,
        content_type: "text/xml".to_owned(),
        redirect: None,
        certificate: None,
        body: body_of(body, piece),
        deadline: Deadline::within(Duration::from_hours(1), LIMIT),
    }
}

fn body_of(body: &[u8], piece: usize) -> Body {
    Body::from_reader(BufReader::with_capacity(piece.max(1), Cursor::new(body.to_vec())), LIMIT)
}
