//! What a service offers, as data: its WSDL, its dispatch and its replies all follow from it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Call, Fault};
use crate::scenario::{Environment, WsdlForm};

/// The type of a parameter or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KindOf {
    Text,
    Int,
    Bool,
    DateTime,
    Binary,
    /// `ArrayOf<T>`.
    ListOf(&'static str),
}

/// A parameter or field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field(pub(crate) &'static str, pub(crate) KindOf);

/// A method: inputs and outputs in order.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) inputs: &'static [Field],
    pub(crate) outputs: &'static [Field],
}

/// A structure of the schema.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// An `.asmx` service of Service Center.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) methods: &'static [Method],
    pub(crate) structures: &'static [Structure],
    /// Whether the names of its parameters are public; if not, an environment may use others.
    pub(crate) names_are_public: bool,
}

impl Service {
    /// The WSDL's target namespace, which is also the prefix of every action.
    pub(crate) fn namespace(&self) -> String {
        format!("http://ServiceCenter/{}/", self.name)
    }

    pub(crate) fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// How this environment names and orders the parameters of this service.
    pub(crate) fn dialect(&self, environment: &Environment) -> Dialect {
        match environment.wsdl {
            WsdlForm::RenamedElements if !self.names_are_public => Dialect::Renamed,
            WsdlForm::OtherDialect if !self.names_are_public => Dialect::Other,
            _ => Dialect::Default,
        }
    }
}

/// How parameters are named and which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The default names.
    Default,
    /// The same positions and types under other names.
    Renamed,
    /// One more input and one more output, so that binding by position must notice.
    Other,
}

impl Dialect {
    pub(crate) fn inputs(self, method: &Method) -> Vec<(String, KindOf)> {
        match self {
            Self::Default => named(method.inputs),
            Self::Renamed => numbered("In", method.inputs),
            Self::Other => {
                let extra = [("ProtocolVersion".to_owned(), KindOf::Int)];
                extra.into_iter().chain(named(method.inputs)).collect()
            }
        }
    }

    pub(crate) fn outputs(self, method: &Method) -> Vec<(String, KindOf)> {
        match self {
            Self::Default => named(method.outputs),
            Self::Renamed => numbered("Out", method.outputs),
            Self::Other => {
                named(method.outputs).into_iter().chain([("ResultCode".to_owned(), KindOf::Int)]).collect()
            }
        }
    }
}

fn named(fields: &[Field]) -> Vec<(String, KindOf)> {
    fields.iter().map(|Field(name, kind)| ((*name).to_owned(), *kind)).collect()
}

fn numbered(prefix: &str, fields: &[Field]) -> Vec<(String, KindOf)> {
    fields
        .iter()
        .enumerate()
        .map(|(index, Field(_, kind))| (format!("{prefix}{}", index + 1), *kind))
        .collect()
}

/// The inputs of a call by position, whatever their names were.
#[derive(Debug, Default)]
pub(crate) struct Arguments(Vec<Option<String>>);

impl Arguments {
    /// Takes the inputs that the method knows; unknown elements are ignored, as ASMX does.
    pub(crate) fn bind(method: &Method, dialect: Dialect, call: &mut Call) -> Result<Self, Fault> {
        let mut values: Vec<Option<String>> = dialect
            .inputs(method)
            .iter()
            .map(|(name, _)| {
                let found = call.arguments.iter_mut().find(|(given, _)| given == name);
                found.map(|(_, value)| std::mem::take(value))
            })
            .collect();
        if dialect == Dialect::Other && values.remove(0).is_none() {
            return Err(Fault::service("ProtocolVersion is missing."));
        }
        Ok(Self(values))
    }

    /// The text at a position, empty if absent.
    pub(crate) fn text(&self, position: usize) -> &str {
        self.0.get(position).and_then(Option::as_deref).unwrap_or_default()
    }

    /// The first two inputs of most methods.
    pub(crate) fn credentials(&self) -> (&str, &str) {
        (self.text(0), self.text(1))
    }

    pub(crate) fn int(&self, position: usize) -> Result<i32, Fault> {
        match self.text(position).trim() {
            "" => Ok(0),
            text => text.parse().map_err(|_| unreadable()),
        }
    }

    pub(crate) fn flag(&self, position: usize) -> Result<bool, Fault> {
        match self.text(position).trim() {
            "" | "false" | "0" => Ok(false),
            "true" | "1" => Ok(true),
            _ => Err(unreadable()),
        }
    }

    pub(crate) fn binary(&self, position: usize) -> Result<Vec<u8>, Fault> {
        let text = self.text(position);
        let broken = text.bytes().any(|byte| byte.is_ascii_whitespace());
        let joined: String = if broken { text.split_ascii_whitespace().collect() } else { String::new() };
        let text = if broken { joined.as_str() } else { text };
        STANDARD.decode(text).map_err(|_| unreadable())
    }
}

fn unreadable() -> Fault {
    Fault::caller(
        "Server was unable to read request. ---> There is an error in the XML document. ---> \
         Input string was not in a correct format.",
    )
}
