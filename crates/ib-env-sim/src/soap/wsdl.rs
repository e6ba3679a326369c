//! The WSDL 1.1 of a service: document/literal wrapped, with a SOAP 1.1 and a SOAP 1.2 binding.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Dialect, KindOf, Method, PAYLOAD, Service, Structure};

/// The WSDL as this environment serves it.
pub(crate) fn wsdl(service: &Service, dialect: Dialect, host: &str) -> String {
    let mut out = String::with_capacity(32 * 1024);
    let namespace = service.namespace();
    let _ = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" \
         xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
         xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" \
         xmlns:s=\"http://www.w3.org/2001/XMLSchema\" xmlns:s0=\"{PAYLOAD}\" xmlns:tns=\"{namespace}\" \
         targetNamespace=\"{namespace}\">"
    );
    types(&mut out, service, dialect);
    for method in service.methods {
        messages(&mut out, method);
    }
    port_type(&mut out, service);
    binding(&mut out, service, &SOAP11);
    binding(&mut out, service, &SOAP12);
    ports(&mut out, service, host);
    out.push_str("</wsdl:definitions>");
    out
}

fn types(out: &mut String, service: &Service, dialect: Dialect) {
    let _ =
        write!(out, "<wsdl:types><s:schema elementFormDefault=\"qualified\" targetNamespace=\"{PAYLOAD}\">");
    for method in service.methods {
        wrapper(out, method.name, &dialect.inputs(method));
        wrapper(out, &format!("{}Response", method.name), &dialect.outputs(method));
    }
    for item in lists(service) {
        let _ = write!(
            out,
            "<s:complexType name=\"ArrayOf{item}\"><s:sequence><s:element minOccurs=\"0\" maxOccurs=\"unbounded\" \
             name=\"{item}\" nillable=\"true\" type=\"s0:{item}\" /></s:sequence></s:complexType>"
        );
    }
    for structure in service.structures {
        complex_type(out, structure);
    }
    out.push_str("</s:schema></wsdl:types>");
}

/// The element types of all lists that occur.
fn lists(service: &Service) -> BTreeSet<&'static str> {
    let of_methods = service.methods.iter().flat_map(|method| method.inputs.iter().chain(method.outputs));
    let of_structures = service.structures.iter().flat_map(|structure| structure.fields);
    of_methods
        .chain(of_structures)
        .filter_map(|field| match field.1 {
            KindOf::ListOf(item) => Some(item),
            _ => None,
        })
        .collect()
}

fn wrapper(out: &mut String, name: &str, fields: &[(String, KindOf)]) {
    let _ = write!(out, "<s:element name=\"{name}\">");
    if fields.is_empty() {
        out.push_str("<s:complexType />");
    } else {
        out.push_str("<s:complexType><s:sequence>");
        for (name, kind) in fields {
            element(out, name, *kind);
        }
        out.push_str("</s:sequence></s:complexType>");
    }
    out.push_str("</s:element>");
}

fn complex_type(out: &mut String, structure: &Structure) {
    let _ = write!(out, "<s:complexType name=\"{}\"><s:sequence>", structure.name);
    for field in structure.fields {
        element(out, field.0, field.1);
    }
    out.push_str("</s:sequence></s:complexType>");
}

/// Text, structures and binaries may be absent; numbers, booleans and dates may not.
fn element(out: &mut String, name: &str, kind: KindOf) {
    let (least, kind) = match kind {
        KindOf::Text => (0, "s:string".to_owned()),
        KindOf::Binary => (0, "s:base64Binary".to_owned()),
        KindOf::ListOf(item) => (0, format!("s0:ArrayOf{item}")),
        KindOf::Int => (1, "s:int".to_owned()),
        KindOf::Bool => (1, "s:boolean".to_owned()),
        KindOf::DateTime => (1, "s:dateTime".to_owned()),
    };
    let _ =
        write!(out, "<s:element minOccurs=\"{least}\" maxOccurs=\"1\" name=\"{name}\" type=\"{kind}\" />");
}

fn messages(out: &mut String, method: &Method) {
    let name = method.name;
    for (direction, element) in [("In", name.to_owned()), ("Out", format!("{name}Response"))] {
        let _ = write!(
            out,
            "<wsdl:message name=\"{name}Soap{direction}\">\
             <wsdl:part name=\"parameters\" element=\"s0:{element}\" /></wsdl:message>"
        );
    }
}

fn port_type(out: &mut String, service: &Service) {
    let _ = write!(out, "<wsdl:portType name=\"{}Soap\">", service.name);
    for Method { name, .. } in service.methods {
        let _ = write!(
            out,
            "<wsdl:operation name=\"{name}\"><wsdl:input message=\"tns:{name}SoapIn\" />\
             <wsdl:output message=\"tns:{name}SoapOut\" /></wsdl:operation>"
        );
    }
    out.push_str("</wsdl:portType>");
}

/// What differs between the two bindings.
struct Binding {
    prefix: &'static str,
    suffix: &'static str,
}

const SOAP11: Binding = Binding { prefix: "soap", suffix: "Soap" };
const SOAP12: Binding = Binding { prefix: "soap12", suffix: "Soap12" };

fn binding(out: &mut String, service: &Service, binding: &Binding) {
    let (prefix, suffix, service_name) = (binding.prefix, binding.suffix, service.name);
    let _ = write!(
        out,
        "<wsdl:binding name=\"{service_name}{suffix}\" type=\"tns:{service_name}Soap\">\
         <{prefix}:binding transport=\"http://schemas.xmlsoap.org/soap/http\" />"
    );
    for Method { name, .. } in service.methods {
        let action = format!("{}{name}", service.namespace());
        let body = format!("<{prefix}:body use=\"literal\" />");
        let _ = write!(
            out,
            "<wsdl:operation name=\"{name}\"><{prefix}:operation soapAction=\"{action}\" style=\"document\" />\
             <wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
        );
    }
    out.push_str("</wsdl:binding>");
}

fn ports(out: &mut String, service: &Service, host: &str) {
    let name = service.name;
    let _ = write!(out, "<wsdl:service name=\"{name}\">");
    for Binding { prefix, suffix } in [SOAP11, SOAP12] {
        let _ = write!(
            out,
            "<wsdl:port name=\"{name}{suffix}\" binding=\"tns:{name}{suffix}\">\
             <{prefix}:address location=\"https://{host}/ServiceCenter/{name}.asmx\" /></wsdl:port>"
        );
    }
    out.push_str("</wsdl:service>");
}
