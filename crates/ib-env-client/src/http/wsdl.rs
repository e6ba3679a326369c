//! The schema inside a WSDL: which elements have which children, in order.

use std::borrow::Cow;
use std::collections::HashMap;

use quick_xml::events::Event;

use super::xml::{self, Xml, XmlError};

/// Most elements and children that are kept; a real service has a few hundred.
const PARTS_LIMIT: usize = 20_000;

/// A child of an element: its name and its type, without prefixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) kind: String,
}

/// The top-level elements of a schema, each with its sequence of children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Schema {
    pub(super) target_namespace: String,
    pub(super) elements: HashMap<String, Vec<Part>>,
}

impl Schema {
    /// Reads the schema of a WSDL. What is not known is passed over.
    pub(super) async fn read(xml: &mut Xml) -> Result<Self, XmlError> {
        let mut reading = Reading::default();
        while let Some(event) = xml.next().await? {
            reading.take(&event)?;
        }
        if reading.seen_definitions {
            Ok(reading.schema)
        } else {
            Err(XmlError::Malformed("it is no WSDL".to_owned()))
        }
    }
}

/// Where in the document the reader stands.
#[derive(Default)]
struct Reading {
    schema: Schema,
    seen_definitions: bool,
    path: Vec<String>,
    /// The top-level element that is open.
    open: Option<String>,
    kept: usize,
}

impl Reading {
    fn take(&mut self, event: &Event<'_>) -> Result<(), XmlError> {
        match event {
            Event::Start(tag) => {
                let attributes: Vec<_> = xml::attributes(tag).collect::<Result<_, _>>()?;
                self.begin(xml::name(tag), &attributes)
            }
            Event::End(_) => {
                self.path.pop();
                if self.path.last().is_some_and(|parent| parent == "schema") {
                    self.open = None;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, name: &str, attributes: &[(&str, Cow<'_, str>)]) -> Result<(), XmlError> {
        let attribute = |key: &str| attributes.iter().find(|(k, _)| *k == key).map(|(_, value)| &**value);
        match name {
            "definitions" if self.path.is_empty() => {
                self.seen_definitions = true;
                attribute("targetNamespace")
                    .unwrap_or_default()
                    .clone_into(&mut self.schema.target_namespace);
            }
            "element" if self.path.last().is_some_and(|parent| parent == "schema") => {
                let element = attribute("name").unwrap_or_default().to_owned();
                self.schema.elements.insert(element.clone(), Vec::new());
                self.open = Some(element);
                self.kept += 1;
            }
            "element" => {
                if let Some(parts) = self.open.as_ref().and_then(|open| self.schema.elements.get_mut(open)) {
                    let kind = attribute("type").unwrap_or_default();
                    let kind = kind.rsplit(':').next().unwrap_or_default().to_owned();
                    parts.push(Part { name: attribute("name").unwrap_or_default().to_owned(), kind });
                    self.kept += 1;
                }
            }
            _ => {}
        }
        if self.kept > PARTS_LIMIT {
            return Err(XmlError::Forbidden("more elements than any service has"));
        }
        self.path.push(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::body::Body;
    use super::*;

    pub(in super::super) fn schema(text: &str) -> Result<Schema, XmlError> {
        let mut xml = Xml::new(Body::from_reader(std::io::Cursor::new(text.as_bytes().to_vec()), 4 << 20));
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(Schema::read(&mut xml))
    }

    const WSDL: &str = r#"<wsdl:definitions xmlns:wsdl="w" targetNamespace="http://ServiceCenter/X/"><wsdl:types>
        <s:schema xmlns:s="x"><s:element name="Get"><s:complexType><s:sequence>
        <s:element minOccurs="0" name="User" type="s:string"/><s:element name="Id" type="s:int"/>
        </s:sequence></s:complexType></s:element><s:element name="GetResponse"><s:complexType/></s:element>
        <s:complexType name="Other"><s:sequence><s:element name="No" type="s:string"/></s:sequence></s:complexType>
        </s:schema></wsdl:types></wsdl:definitions>"#;

    #[test]
    fn children_are_read_in_order_and_only_those_of_top_level_elements() {
        let schema = schema(WSDL).unwrap();
        let part = |name: &str, kind: &str| Part { name: name.to_owned(), kind: kind.to_owned() };
        assert_eq!(schema.target_namespace, "http://ServiceCenter/X/");
        assert_eq!(schema.elements["Get"], [part("User", "string"), part("Id", "int")]);
        assert_eq!(schema.elements["GetResponse"], []);
        assert_eq!(schema.elements.len(), 2);
    }

    #[test]
    fn what_is_no_wsdl_is_no_schema() {
        assert!(schema("<html/>").is_err());
        assert!(schema("").is_err());
        assert!(schema("<!DOCTYPE definitions><definitions/>").is_err());
    }

    proptest! {
        #[test]
        fn no_mutation_of_a_wsdl_panics(at in 0..WSDL.len(), replacement in "[<>/=\"a-z :]{0,4}") {
            let mut text = WSDL.to_owned();
            if text.is_char_boundary(at) {
                text.insert_str(at, &replacement);
            }
            drop(schema(&text));
            drop(schema(&text[..text.floor_char_boundary(at)]));
        }
    }
}
