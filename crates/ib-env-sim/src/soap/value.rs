//! Values on their way into XML, written piece by piece so that a large list is never held as a whole.

use std::borrow::Cow;
use std::fmt::Write as _;

use bytes::Bytes;

/// Text as XML content; characters that XML 1.0 cannot carry become U+FFFD.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    let allowed =
        |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(allowed) {
        return quick_xml::escape::escape(text);
    }
    let clean: String = text.chars().map(|c| if allowed(c) { c } else { '\u{fffd}' }).collect();
    Cow::Owned(quick_xml::escape::escape(clean.as_str()).into_owned())
}

/// An output of a method, or a part of one.
pub(crate) enum Value {
    Text(String),
    Int(i32),
    Bool(bool),
    /// Fields in the order of the structure.
    Record(Vec<(&'static str, Value)>),
    /// Items of `ArrayOf<T>`, each under the name of `T`.
    List(&'static str, Vec<Value>),
    /// The same, made while it is sent.
    Stream(&'static str, Box<dyn Iterator<Item = Value> + Send>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether all of it is in memory already.
    pub(crate) fn is_small(&self) -> bool {
        !matches!(self, Self::Stream(..))
    }

    /// Writes the value as an element. A stream inside a record is written as a whole.
    fn write(self, name: &str, out: &mut String) {
        if matches!(&self, Self::Text(text) if text.is_empty()) {
            let _ = write!(out, "<{name} />");
            return;
        }
        let _ = write!(out, "<{name}>");
        match self {
            Self::Text(text) => out.push_str(&escaped(&text)),
            Self::Int(number) => {
                let _ = write!(out, "{number}");
            }
            Self::Bool(flag) => {
                let _ = write!(out, "{flag}");
            }
            Self::Record(fields) => fields.into_iter().for_each(|(field, value)| value.write(field, out)),
            Self::List(item, values) => values.into_iter().for_each(|value| value.write(item, out)),
            Self::Stream(item, values) => values.for_each(|value| value.write(item, out)),
        }
        let _ = write!(out, "</{name}>");
    }

    /// The element in pieces.
    pub(crate) fn pieces(self, name: &str) -> Box<dyn Iterator<Item = String> + Send> {
        match self {
            Self::Stream(item, values) => {
                let items = values.map(move |value| element(value, item));
                Box::new(once(format!("<{name}>")).chain(items).chain(once(format!("</{name}>"))))
            }
            value => Box::new(once(element(value, name))),
        }
    }
}

fn once(text: String) -> std::iter::Once<String> {
    std::iter::once(text)
}

fn element(value: Value, name: &str) -> String {
    let mut out = String::new();
    value.write(name, &mut out);
    out
}

/// Gathers small pieces into larger ones.
pub(crate) struct Gathered<I>(pub(crate) I);

impl<I: Iterator<Item = String>> Iterator for Gathered<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        const ENOUGH: usize = 16 * 1024;
        let mut gathered = self.0.next()?;
        while gathered.len() < ENOUGH {
            let Some(piece) = self.0.next() else { break };
            gathered.push_str(&piece);
        }
        Some(Bytes::from(gathered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_and_a_list_are_the_same_xml() {
        let record = || {
            Value::Record(vec![("A", Value::text("<&>")), ("B", Value::Int(-1)), ("C", Value::Bool(true))])
        };
        let list = element(Value::List("T", vec![record(), Value::text("")]), "L");
        let stream = Value::Stream("T", Box::new([record(), Value::text("")].into_iter()));
        assert_eq!(stream.pieces("L").collect::<String>(), list);
        assert_eq!(list, "<L><T><A>&lt;&amp;&gt;</A><B>-1</B><C>true</C></T><T /></L>");
    }

    #[test]
    fn what_xml_cannot_carry_is_replaced() {
        assert_eq!(escaped("a\u{1b}[31m\u{202e}b"), "a\u{fffd}[31m\u{202e}b");
    }
}
