//! XML, read piece by piece from a bounded body. No document types, no entities but the five of XML
//! itself, no deep nesting.

use std::borrow::Cow;
use std::io;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::body::Body;

/// Deepest nesting that any real answer needs, with much to spare.
const DEPTH_LIMIT: usize = 64;

/// Why XML could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum XmlError {
    #[error("it is not well-formed: {0}")]
    Malformed(String),
    #[error("it holds {0}")]
    Forbidden(&'static str),
    #[error("it could not be read")]
    Io(#[source] io::Error),
}

impl From<quick_xml::Error> for XmlError {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) => Self::Io(io::Error::new(error.kind(), error)),
            other => Self::Malformed(other.to_string()),
        }
    }
}

/// A whole element, for answers that are small.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The first child of that name, in any case.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name.eq_ignore_ascii_case(name))
    }

    /// The text of the first child of that name; empty where there is none.
    pub(super) fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.trim())
    }

    /// The number that is the text of a child.
    pub(super) fn number_of(&self, name: &str) -> Option<i64> {
        self.text_of(name).parse().ok()
    }
}

/// Elements that have been looked at: the next ones take their room, for lists of thousands.
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<Element>);

impl Spare {
    fn named(&mut self, name: &str) -> Element {
        let mut element = self.0.pop().unwrap_or_default();
        element.name.push_str(name);
        element
    }

    /// Takes back an element that is not needed any more.
    pub(super) fn take(&mut self, mut element: Element) {
        while let Some(child) = element.children.pop() {
            self.take(child);
        }
        element.name.clear();
        element.text.clear();
        self.0.push(element);
    }
}

/// A document that is being read.
pub(super) struct Xml {
    reader: Reader<Body>,
    buffer: Vec<u8>,
    depth: usize,
}

impl Xml {
    pub(super) fn new(body: Body) -> Self {
        let mut reader = Reader::from_reader(body);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// What comes next; `None` at the end of the document. It lasts until the next is read.
    pub(super) async fn next(&mut self) -> Result<Option<Event<'_>>, XmlError> {
        self.buffer.clear();
        self.reader.get_mut().next_token();
        // Where nothing has to be waited for, reading takes half the time.
        let event = if self.reader.get_ref().holds_token() {
            self.reader.read_event_into(&mut self.buffer)?
        } else {
            self.reader.read_event_into_async(&mut self.buffer).await?
        };
        match &event {
            Event::Start(_) if self.depth == DEPTH_LIMIT => {
                return Err(XmlError::Forbidden("elements nested too deep"));
            }
            Event::Start(tag) => {
                self.depth += 1;
                if !tag.attributes_raw().is_empty() {
                    attributes(tag).try_for_each(|attribute| attribute.map(drop))?;
                }
            }
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::GeneralRef(reference) => drop(resolve(reference)?),
            Event::DocType(_) => return Err(XmlError::Forbidden("a document type declaration")),
            Event::Eof if self.depth > 0 => return Err(malformed("it ends too early")),
            Event::Eof => return Ok(None),
            _ => {}
        }
        Ok(Some(event))
    }

    /// The name of the next child that begins inside the element that is open, or `None` when that one ends. Text in
    /// between is passed over.
    pub(super) async fn next_child(&mut self) -> Result<Option<String>, XmlError> {
        loop {
            match self.next().await? {
                Some(Event::Start(tag)) => return Ok(Some(name(&tag).to_owned())),
                Some(Event::End(_)) | None => return Ok(None),
                Some(_) => {}
            }
        }
    }

    /// Reads the element that just began, to its end.
    pub(super) async fn element(&mut self, name: String) -> Result<Element, XmlError> {
        self.element_with(&name, |_| true, &mut Spare::default()).await
    }

    /// The same without those of its children that are not wanted, in the room of spare ones.
    pub(super) async fn element_with(
        &mut self,
        element: &str,
        wanted: impl Fn(&str) -> bool,
        spare: &mut Spare,
    ) -> Result<Element, XmlError> {
        let mut open = vec![spare.named(element)];
        loop {
            match self.next().await?.ok_or_else(|| malformed("it ends too early"))? {
                Event::Start(tag) => {
                    let name = name(&tag);
                    if open.len() > 1 || wanted(name) {
                        open.push(spare.named(name));
                    } else {
                        self.skip().await?;
                    }
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else {
                        return Err(malformed("an end without a beginning"));
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
                other => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text(&other)?);
                    }
                }
            }
        }
    }

    /// Reads on to the end of the document: only then it is known to be whole, and the connection can be
    /// used again.
    pub(super) async fn finish(&mut self) -> Result<(), XmlError> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// Passes over the element that just began, to its end.
    pub(super) async fn skip(&mut self) -> Result<(), XmlError> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            if self.next().await?.is_none() {
                break;
            }
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn malformed(error: impl ToString) -> XmlError {
    XmlError::Malformed(error.to_string())
}

/// The name of an element without prefix.
pub(super) fn name<'a>(tag: &'a BytesStart<'_>) -> &'a str {
    tag.local_name().into_inner()
}

/// The attributes of an element: names without prefix, and values.
pub(super) fn attributes<'a>(
    tag: &'a BytesStart<'_>,
) -> impl Iterator<Item = Result<(&'a str, Cow<'a, str>), XmlError>> {
    tag.attributes().map(|attribute| {
        let attribute = attribute.map_err(malformed)?;
        Ok((attribute.key.local_name().into_inner(), attribute.value))
    })
}

/// What an event adds to the text around it; a comment adds nothing.
fn text<'a>(event: &Event<'a>) -> Result<Cow<'a, str>, XmlError> {
    match event {
        Event::Text(text) => Ok(text.xml10_content()),
        Event::CData(data) => Ok(data.xml10_content()),
        Event::GeneralRef(reference) => resolve(reference),
        _ => Ok("".into()),
    }
}

/// The character that a reference stands for. Entities of a document's own are never resolved.
fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<Cow<'static, str>, XmlError> {
    if let Some(character) = reference.resolve_char_ref().map_err(malformed)? {
        return Ok(character.to_string().into());
    }
    resolve_xml_entity(reference).map(Cow::Borrowed).ok_or(XmlError::Forbidden("an entity of its own"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn xml(text: &[u8], limit: u64) -> Xml {
        Xml::new(Body::from_reader(io::Cursor::new(text.to_vec()), limit))
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    async fn read_all(xml: &mut Xml) -> Result<usize, XmlError> {
        let mut count = 0;
        while xml.next().await?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn outcome(text: &str) -> Result<usize, XmlError> {
        block_on(read_all(&mut xml(text.as_bytes(), 1 << 22)))
    }

    #[test]
    fn an_element_is_read_whole_with_text_entities_and_character_data() {
        let text = "<a xmlns:n='urn:x'><n:b>1 &lt; 2 &#x41;</n:b><c/><d><![CDATA[<x>]]></d></a>";
        let element = block_on(async {
            let mut xml = xml(text.as_bytes(), 1 << 20);
            let name = xml.next_child().await.unwrap().unwrap();
            xml.element(name).await.unwrap()
        });
        assert_eq!(element.text_of("B"), "1 < 2 A");
        assert_eq!(element.text_of("d"), "<x>");
        assert_eq!(element.child("c"), Some(&Element { name: "c".to_owned(), ..Element::default() }));
    }

    #[test]
    fn what_no_answer_needs_is_refused() {
        assert!(matches!(outcome("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), Err(XmlError::Forbidden(_))));
        assert!(matches!(outcome("<a>&b;</a>"), Err(XmlError::Forbidden(_))));
        assert!(matches!(outcome(&"<a>".repeat(100)), Err(XmlError::Forbidden(_))));
        for text in ["<a>", "<a></b>", "<a", "<a b=c>", "<a>&#xFFFFFFFF;</a>", "</a>"] {
            assert!(matches!(outcome(text), Err(XmlError::Malformed(_))), "{text}: {:?}", outcome(text));
        }
    }

    #[test]
    fn one_endless_piece_is_cut_off_inside_its_own_budget() {
        let text = format!("<a>{}</a>", "x".repeat(3 << 20));
        assert!(matches!(outcome(&text), Err(XmlError::Io(_))));
        let many = format!("<a>{}</a>", "<b>x</b>".repeat(300_000));
        assert!(outcome(&many).is_ok());
        assert!(matches!(block_on(read_all(&mut xml(many.as_bytes(), 1 << 20))), Err(XmlError::Io(_))));
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(block_on(read_all(&mut xml(&bytes, 1 << 20))));
        }

        #[test]
        fn no_markup_panics(text in "[<>/a-c&;#!\\[\\]?='\" -]{0,120}") {
            drop(block_on(read_all(&mut xml(text.as_bytes(), 1 << 20))));
        }
    }
}
