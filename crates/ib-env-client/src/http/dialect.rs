//! How an environment's `PlatformServices_v8_0_0` calls its parameters (`service-center-soap.md` 4).
//!
//! Positions and types are known, names are not. So the names come from the environment's own WSDL, by
//! position, with every type checked; where there is no WSDL, the reference's names are used. What does
//! not fit is an unknown dialect, never a guess.

use std::collections::HashMap;

use super::wsdl::{Part, Schema};

/// Longest name of a parameter, in bytes: names are remembered for many environments.
const NAME_LIMIT: usize = 100;

/// What stands in a parameter of a call.
#[derive(Clone, Copy)]
pub(super) enum Input<'a> {
    Text(&'a str),
    /// The package that is [uploaded](super::transport::Transport::upload); there is one at most.
    Package,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
    Int,
    Binary,
    List,
}

impl Kind {
    fn fits(self, xsd: &str) -> bool {
        match self {
            Self::Text => matches!(xsd, "string" | "guid"),
            Self::Bool => xsd == "boolean",
            Self::Int => matches!(xsd, "int" | "long" | "short" | "integer"),
            Self::Binary => xsd == "base64Binary",
            Self::List => xsd.starts_with("ArrayOf"),
        }
    }
}

/// A method that is called, with its parameters by position under the reference's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Method {
    ApplicationsGet,
    ModulesGet,
    ModuleGetVersions,
    Publish,
    PublishMessages,
    PublishContinue,
    PublishAbort,
}

type Signature = &'static [(&'static str, Kind)];

const USER: (&str, Kind) = ("Username", Kind::Text);
const PASSWORD: (&str, Kind) = ("Password", Kind::Text);
const PUBLISH_ID: (&str, Kind) = ("PublishId", Kind::Int);
const MESSAGES: (&str, Kind) = ("Messages", Kind::List);

impl Method {
    const ALL: &'static [Self] = &[
        Self::ApplicationsGet,
        Self::ModulesGet,
        Self::ModuleGetVersions,
        Self::Publish,
        Self::PublishMessages,
        Self::PublishContinue,
        Self::PublishAbort,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ApplicationsGet => "Applications_Get",
            Self::ModulesGet => "Modules_Get",
            Self::ModuleGetVersions => "Module_GetVersions",
            Self::Publish => "SolutionPack_PublishWith2StepOption",
            Self::PublishMessages => "SolutionPack_GetPublishMessages",
            Self::PublishContinue => "SolutionPack_PublishContinue",
            Self::PublishAbort => "SolutionPack_PublishAbort",
        }
    }

    const fn inputs(self) -> Signature {
        match self {
            Self::ApplicationsGet => {
                &[USER, PASSWORD, ("IncludeModules", Kind::Bool), ("IncludeStatus", Kind::Bool)]
            }
            Self::ModulesGet => &[USER, PASSWORD],
            Self::ModuleGetVersions => &[USER, PASSWORD, ("ModuleKey", Kind::Text)],
            Self::Publish => &[USER, PASSWORD, ("File", Kind::Binary), ("TwoStepMode", Kind::Bool)],
            Self::PublishMessages => &[USER, PASSWORD, PUBLISH_ID, ("AfterMessageId", Kind::Int)],
            Self::PublishContinue | Self::PublishAbort => &[USER, PASSWORD, PUBLISH_ID],
        }
    }

    const fn outputs(self) -> Signature {
        match self {
            Self::ApplicationsGet => &[("Applications", Kind::List)],
            Self::ModulesGet => &[("Modules", Kind::List)],
            Self::ModuleGetVersions => &[
                ("Versions", Kind::List),
                ("PublishedVersion", Kind::Int),
                ("ErrorCode", Kind::Int),
                ("ErrorMessage", Kind::Text),
            ],
            Self::Publish => &[MESSAGES, PUBLISH_ID],
            Self::PublishMessages => &[MESSAGES, ("LastMessageId", Kind::Int), ("Finished", Kind::Bool)],
            Self::PublishContinue | Self::PublishAbort => &[],
        }
    }
}

/// The names of one method's parameters, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    inputs: Vec<String>,
    outputs: Vec<String>,
}

/// The names of all methods' parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect(HashMap<Method, Names>);

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method}: {what}")]
pub(super) struct UnknownDialect {
    method: &'static str,
    what: String,
}

impl Dialect {
    /// The reference's own names.
    pub(super) fn reference() -> Self {
        let names = |signature: Signature| signature.iter().map(|(name, _)| (*name).to_owned()).collect();
        let all = Method::ALL.iter().map(|method| {
            (*method, Names { inputs: names(method.inputs()), outputs: names(method.outputs()) })
        });
        Self(all.collect())
    }

    /// The names of an environment's own WSDL.
    pub(super) fn bind(schema: &Schema) -> Result<Self, UnknownDialect> {
        let mut names = HashMap::new();
        for method in Method::ALL {
            let outputs = method.outputs();
            let response = format!("{}Response", method.name());
            let bound = Names {
                inputs: by_position(*method, schema.elements.get(method.name()), method.inputs())?,
                // What a method without known outputs answers is not looked at.
                outputs: if outputs.is_empty() {
                    Vec::new()
                } else {
                    by_position(*method, schema.elements.get(&response), outputs)?
                },
            };
            names.insert(*method, bound);
        }
        Ok(Self(names))
    }

    /// The inputs of a call under the environment's names.
    pub(super) fn inputs<'a>(&'a self, method: Method, inputs: &[Input<'a>]) -> Vec<(&'a str, Input<'a>)> {
        let names = self.0.get(&method).map(|names| names.inputs.as_slice()).unwrap_or_default();
        names.iter().map(String::as_str).zip(inputs.iter().copied()).collect()
    }

    /// The environment's name of the output at a position.
    pub(super) fn output(&self, method: Method, position: usize) -> &str {
        self.0.get(&method).and_then(|names| names.outputs.get(position)).map_or("", String::as_str)
    }
}

fn by_position(
    method: Method,
    parts: Option<&Vec<Part>>,
    expected: Signature,
) -> Result<Vec<String>, UnknownDialect> {
    let unknown = |what: String| UnknownDialect { method: method.name(), what };
    let parts = parts.ok_or_else(|| unknown("it is not there".to_owned()))?;
    if parts.len() != expected.len() {
        return Err(unknown(format!("{} parameters where {} are known", parts.len(), expected.len())));
    }
    for (position, (part, (_, kind))) in parts.iter().zip(expected).enumerate() {
        if part.name.len() > NAME_LIMIT {
            return Err(unknown(format!("the name of parameter {} is too long", position + 1)));
        }
        if !kind.fits(&part.kind) {
            return Err(unknown(format!("parameter {} is of type {}", position + 1, part.kind)));
        }
    }
    Ok(parts.iter().map(|part| part.name.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema with every method, each parameter renamed by `rename`.
    fn schema(rename: impl Fn(&str) -> String) -> Schema {
        let xsd = |kind: Kind| match kind {
            Kind::Text => "string",
            Kind::Bool => "boolean",
            Kind::Int => "int",
            Kind::Binary => "base64Binary",
            Kind::List => "ArrayOfThing",
        };
        let parts = |signature: Signature| {
            signature
                .iter()
                .map(|(name, kind)| Part { name: rename(name), kind: xsd(*kind).to_owned() })
                .collect()
        };
        let mut schema = Schema::default();
        for method in Method::ALL {
            schema.elements.insert(method.name().to_owned(), parts(method.inputs()));
            schema.elements.insert(format!("{}Response", method.name()), parts(method.outputs()));
        }
        schema
    }

    #[test]
    fn renamed_parameters_are_bound_by_position() {
        let dialect = Dialect::bind(&schema(|name| format!("p_{name}"))).unwrap();
        let inputs = dialect.inputs(Method::PublishMessages, &["u", "p", "7", "3"].map(Input::Text));
        assert!(matches!(inputs[2], ("p_PublishId", Input::Text("7"))));
        assert_eq!(dialect.output(Method::PublishMessages, 2), "p_Finished");
    }

    #[test]
    fn the_reference_names_bind_to_themselves() {
        assert_eq!(Dialect::bind(&schema(str::to_owned)).unwrap(), Dialect::reference());
    }

    #[test]
    fn another_number_or_type_is_an_unknown_dialect() {
        let mut more = schema(str::to_owned);
        let extra = Part { name: "Extra".to_owned(), kind: "string".to_owned() };
        more.elements.get_mut("Modules_Get").unwrap().push(extra);
        assert!(Dialect::bind(&more).unwrap_err().to_string().contains("Modules_Get: 3 parameters"));

        let mut other = schema(str::to_owned);
        other.elements.get_mut("SolutionPack_PublishAbort").unwrap()[2].kind = "string".to_owned();
        assert!(Dialect::bind(&other).is_err());

        let long = schema(|name| name.repeat(20));
        assert!(Dialect::bind(&long).unwrap_err().to_string().contains("too long"));

        let mut none = schema(str::to_owned);
        none.elements.remove("Applications_GetResponse");
        assert!(Dialect::bind(&none).is_err());
    }
}
