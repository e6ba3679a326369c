//! Lists of applications, modules and their versions.

use crate::login::Session;
use crate::request::Scene;
use crate::scenario::{Application, Module};
use crate::soap::Value;

/// The level that lets a user see applications.
const LIST: u8 = 2;

pub(super) fn applications(scene: &Scene<'_>, session: &Session, modules: bool, status: bool) -> Value {
    if session.permission.level < LIST {
        return Value::List("CS_Application", Vec::new());
    }
    let records = scene.environment.all_applications().map(move |found| application(found, modules, status));
    Value::Stream("CS_Application", Box::new(records))
}

pub(super) fn modules(scene: &Scene<'_>, session: &Session) -> Value {
    if session.permission.level < LIST {
        return Value::List("CS_Module", Vec::new());
    }
    Value::Stream("CS_Module", Box::new(scene.environment.all_modules().map(|found| module(found, true))))
}

fn application(found: Application, modules: bool, status: bool) -> Value {
    let key = found.key();
    let inner = if modules { found.modules } else { Vec::new() };
    let inner = inner.into_iter().map(|found| module(found, status)).collect();
    Value::Record(vec![
        ("Key", Value::text(key)),
        ("Name", Value::text(found.name)),
        ("Description", Value::text(found.description)),
        ("Modules", Value::List("CS_Module", inner)),
    ])
}

fn module(found: Module, status: bool) -> Value {
    let key = found.key();
    let notes = if status { found.status_messages } else { Vec::new() };
    let notes = notes
        .into_iter()
        .map(|note| Value::Record(vec![("Id", Value::Int(note.id)), ("Message", Value::text(note.message))]))
        .collect();
    Value::Record(vec![
        ("Key", Value::text(key)),
        ("Name", Value::text(found.name)),
        ("Kind", Value::text(found.kind)),
        ("Description", Value::text(found.description)),
        ("StatusMessages", Value::List("CS_StatusMessage", notes)),
    ])
}

/// All versions of a module: earlier ones have the empty date of the platform.
pub(super) fn versions(scene: &Scene<'_>, session: &Session, key: &str) -> Vec<Value> {
    let visible = session.permission.level >= LIST;
    let found =
        scene.environment.all_modules().find(|module| visible && module.key().eq_ignore_ascii_case(key));
    let Some(module) = found else {
        let nothing = Value::List("CS_ModuleVersion", Vec::new());
        return vec![nothing, Value::Int(0), Value::Int(1), Value::text("There is no module with this key.")];
    };
    let record = |number: i32| {
        let date = if number == module.version { module.uploaded_on.as_str() } else { "1900-01-01T00:00:00" };
        let key = crate::scenario::guid("version", &format!("{}/{number}", module.name));
        Value::Record(vec![
            ("Key", Value::text(key)),
            ("Version", Value::Int(number)),
            ("UploadedOn", Value::text(date)),
        ])
    };
    let earliest = (module.version - 99).max(1);
    let all = (earliest..=module.version).map(record).collect();
    vec![Value::List("CS_ModuleVersion", all), Value::Int(module.version), Value::Int(0), Value::text("")]
}
