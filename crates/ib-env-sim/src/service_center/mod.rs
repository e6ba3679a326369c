//! Service Center: SOAP services, the console's log-in page, a REST method (`service-center-soap.md`).

mod catalog;
mod deploy;
mod directory;
mod platform;
mod platform_services;
mod publish;
mod rights;
mod solutions;
mod staging;

use http::{Method, Response, StatusCode};

use crate::reply::{self, Body, HTML};
use crate::request::Scene;
use crate::scenario::WsdlForm;
use crate::soap::{self, Arguments, Call, Fault, Outputs, Service, Unreadable, Value};

/// A call as read from the body of a POST to an `.asmx`.
pub(crate) type ReadCall = Result<Call, Unreadable>;

/// The sentence that a blocked visitor gets.
pub(crate) const NOT_AUTHORIZED: &str = "You are not authorized to view this page.";

/// Answers a path under `/ServiceCenter`, given in lower case without that prefix.
pub(crate) fn answer(scene: &Scene<'_>, path: &str, call: Option<ReadCall>) -> Response<Body> {
    if scene.is_closed_to_caller() {
        return reply::page(StatusCode::FORBIDDEN, "Service Center", NOT_AUTHORIZED);
    }
    match path {
        "" => reply::redirect(StatusCode::FOUND, "/ServiceCenter/"),
        "/" | "/default.aspx" => reply::text(StatusCode::OK, HTML, LOG_IN_PAGE),
        "/rest/platformservices/staging_publishwith2stepoption" => staging::answer(scene),
        _ => match service(path) {
            Some(service) => service_answer(scene, service, call),
            None => reply::not_found(),
        },
    }
}

const LOG_IN_PAGE: &str = "<!DOCTYPE html><html><head><title>Service Center</title></head><body>\
    <h1>Service Center</h1><form method=\"post\" action=\"/ServiceCenter/\">\
    <label>Username <input name=\"username\"></label><label>Password <input type=\"password\" name=\"password\"></label>\
    <button>Log in</button></form></body></html>";

fn service(path: &str) -> Option<&'static Service> {
    let name = path.strip_prefix('/')?.strip_suffix(".asmx")?;
    catalog::SERVICES.into_iter().find(|service| service.name.eq_ignore_ascii_case(name))
}

fn service_answer(scene: &Scene<'_>, service: &'static Service, call: Option<ReadCall>) -> Response<Body> {
    match (&scene.request.method, call) {
        (&Method::POST, Some(call)) => call_answer(scene, service, call),
        (&Method::GET, _) if scene.request.asks_for_wsdl() => wsdl_answer(scene, service),
        (&Method::GET | &Method::HEAD, _) => reply::text(StatusCode::OK, HTML, soap::html_help(service)),
        _ => reply::page(StatusCode::METHOD_NOT_ALLOWED, "405", "The HTTP verb is not allowed."),
    }
}

fn wsdl_answer(scene: &Scene<'_>, service: &Service) -> Response<Body> {
    let environment = scene.environment;
    match environment.wsdl {
        WsdlForm::Refused => reply::page(StatusCode::FORBIDDEN, "403 - Forbidden", "Access is denied."),
        WsdlForm::Absent => reply::not_found(),
        _ => {
            let wsdl = soap::wsdl(service, service.dialect(environment), &environment.host);
            reply::text(StatusCode::OK, "text/xml; charset=utf-8", wsdl)
        }
    }
}

fn call_answer(scene: &Scene<'_>, service: &'static Service, call: ReadCall) -> Response<Body> {
    let mut call = match call {
        Ok(call) => call,
        Err(Unreadable::MediaType) => {
            return reply::page(StatusCode::UNSUPPORTED_MEDIA_TYPE, "415", "Unsupported media type.");
        }
        Err(Unreadable::Fault(version, fault)) => return soap::fault(version, &fault),
    };
    let version = call.version;
    let Some(method) = service.method(&call.method) else {
        let action = call.action.as_deref().unwrap_or_default();
        return soap::fault(version, &soap::not_recognised(action));
    };
    let dialect = service.dialect(scene.environment);
    let outcome = Arguments::bind(method, dialect, &mut call)
        .and_then(|arguments| perform(scene, service, method.name, &arguments));
    match outcome {
        Ok(outputs) => soap::respond(version, method, dialect, outputs),
        Err(fault) => soap::fault(version, &fault),
    }
}

fn perform(scene: &Scene<'_>, service: &Service, method: &str, arguments: &Arguments) -> Outputs {
    match service.name {
        catalog::PLATFORM => platform::perform(scene, method, arguments),
        catalog::SOLUTIONS => solutions::perform(scene, method, arguments),
        catalog::STUDIO => Ok(vec![no_properties()]),
        _ => platform_services::perform(scene, method, arguments),
    }
}

/// The names of the handshake properties are not public, so there are none.
fn no_properties() -> Value {
    Value::List("Properties", Vec::new())
}

/// The answer of a method that the WSDL has and the simulator has not.
fn unavailable(method: &str) -> Fault {
    Fault::service(format!("{method} is not available in this environment."))
}
