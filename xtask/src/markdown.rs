//! The parts of a Markdown page that checks ask about, each with its line.

use std::ops::Range;
use std::path::{Component, Path};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Relative to the repository's root.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
    /// Where links and images lead.
    pub(crate) links: Vec<Spot>,
    /// Images, which are among the links too.
    pub(crate) images: Vec<Image>,
    /// Code spans.
    pub(crate) spans: Vec<Spot>,
    /// Fenced blocks.
    pub(crate) blocks: Vec<Block>,
    /// The names that a link into this page can end with, after `#`.
    pub(crate) anchors: Vec<String>,
    /// The rows of every table, headings left out.
    pub(crate) rows: Vec<Row>,
}

/// A piece of text and its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// An image, and what stands in its place for who does not see it.
#[derive(Debug, Default)]
pub(crate) struct Image {
    pub(crate) target: String,
    pub(crate) words: String,
    pub(crate) line: usize,
}

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// What stands after the fence.
    pub(crate) language: String,
    pub(crate) text: String,
    /// The line of its fence.
    pub(crate) line: usize,
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) cells: Vec<Cell>,
}

/// A cell: its words, and its code spans apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) spans: Vec<String>,
}

impl Document {
    /// Takes a page apart. Any text is a page.
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let mut reader = Reader::new(path, text);
        for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            reader.read(event, &range);
        }
        reader.document
    }

    /// A line of this page, for a report.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// What is being read: headings, blocks and cells arrive in pieces.
#[expect(clippy::struct_excessive_bools, reason = "each is a place that it is in, and they nest")]
struct Reader {
    document: Document,
    /// Where each line but the first begins.
    breaks: Vec<usize>,
    heading: Option<String>,
    in_block: bool,
    in_image: bool,
    in_table_head: bool,
    in_cell: bool,
}

impl Reader {
    fn new(path: &str, text: &str) -> Self {
        let document = Document { path: path.into(), text: text.into(), ..Document::default() };
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Self {
            document,
            breaks,
            heading: None,
            in_block: false,
            in_image: false,
            in_table_head: false,
            in_cell: false,
        }
    }

    fn read(&mut self, event: Event<'_>, range: &Range<usize>) {
        let line = self.breaks.partition_point(|start| *start <= range.start) + 1;
        match event {
            Event::Start(tag) => self.start(tag, line),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text),
            Event::Code(code) => {
                self.words(&code);
                self.document.spans.push(Spot { text: code.to_string(), line });
                if let Some(cell) = self.cell() {
                    cell.spans.push(code.to_string());
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => self.document.anchors.extend(html_anchors(&html)),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, line: usize) {
        match tag {
            Tag::Heading { .. } => self.heading = Some(String::new()),
            Tag::Link { dest_url, .. } => {
                self.document.links.push(Spot { text: dest_url.to_string(), line });
            }
            Tag::Image { dest_url, .. } => {
                self.in_image = true;
                let target = dest_url.to_string();
                self.document.links.push(Spot { text: target.clone(), line });
                self.document.images.push(Image { target, words: String::new(), line });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) => {
                self.in_block = true;
                self.document.blocks.push(Block {
                    language: language.to_string(),
                    text: String::new(),
                    line,
                });
            }
            Tag::TableHead => self.in_table_head = true,
            Tag::TableRow => {
                self.document.rows.push(Row { line, cells: Vec::new() });
            }
            Tag::TableCell if !self.in_table_head => {
                self.in_cell = true;
                if let Some(row) = self.document.rows.last_mut() {
                    row.cells.push(Cell::default());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let heading = self.heading.take().unwrap_or_default();
                let anchor = unused(slug(&heading), &self.document.anchors);
                self.document.anchors.push(anchor);
            }
            TagEnd::Image => self.in_image = false,
            TagEnd::CodeBlock => self.in_block = false,
            TagEnd::TableHead => self.in_table_head = false,
            TagEnd::TableCell => self.in_cell = false,
            _ => {}
        }
    }

    fn words(&mut self, text: &str) {
        if self.in_image {
            if let Some(image) = self.document.images.last_mut() {
                image.words.push_str(text);
            }
        } else if self.in_block {
            if let Some(block) = self.document.blocks.last_mut() {
                block.text.push_str(text);
            }
        } else if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        } else if let Some(cell) = self.cell() {
            cell.text.push_str(text);
        }
    }

    /// The cell that the text now read belongs to, if it belongs to one.
    fn cell(&mut self) -> Option<&mut Cell> {
        self.document.rows.last_mut().filter(|_| self.in_cell)?.cells.last_mut()
    }
}

/// The anchor that code forges give a heading.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Equal headings get `-1`, `-2`, ... in their order.
fn unused(slug: String, taken: &[String]) -> String {
    if !taken.contains(&slug) {
        return slug;
    }
    let free = (1..=taken.len()).map(|n| format!("{slug}-{n}")).find(|numbered| !taken.contains(numbered));
    free.unwrap_or(slug)
}

/// The values of `id="..."` and `name="..."`.
fn html_anchors(html: &str) -> impl Iterator<Item = String> + '_ {
    let values =
        |attribute: &'static str| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    values(" id=\"").chain(values(" name=\"")).map(Into::into)
}

/// A path relative to a page, as one relative to the root.
pub(crate) fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(part) => parts.extend(part.to_str()),
            _ => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# The `ib` page\n\nSee [guide](docs/guide.md#start) and `ib check`.\n\n\
                        ```console\n$ ib check\nall passed\n```\n\n## Done\n\n| id | tests |\n| --- | --- |\n\
                        | A1 | `a::b`, `c::d` |\n\n## Done\n\n<a id=\"here\"></a> after the `table`\n";

    #[test]
    fn everything_asked_for_is_found_with_its_line() {
        let page = Document::parse("README.md", PAGE);
        assert_eq!(page.links, [Spot { text: "docs/guide.md#start".into(), line: 3 }]);
        assert_eq!(page.spans[1], Spot { text: "ib check".into(), line: 3 });
        assert_eq!(page.blocks[0].language, "console");
        assert_eq!(page.blocks[0].text, "$ ib check\nall passed\n");
        assert_eq!(page.blocks[0].line, 5);
        assert_eq!(page.anchors, ["the-ib-page", "done", "done-1", "here"]);
    }

    #[test]
    fn an_image_is_a_link_with_words() {
        let page = Document::parse("a.md", "# A\n\n![The `Setup` widget](images/a.png)\n");
        assert_eq!(page.links, [Spot { text: "images/a.png".into(), line: 3 }]);
        assert_eq!((page.images[0].words.as_str(), page.images[0].line), ("The Setup widget", 3));
    }

    #[test]
    fn tables_keep_their_cells() {
        let page = Document::parse("README.md", PAGE);
        assert_eq!(page.rows.len(), 1);
        let row = &page.rows[0];
        assert_eq!(row.line, 14);
        assert_eq!(row.cells[0].text, "A1");
        assert_eq!(row.cells[1].spans, ["a::b", "c::d"]);
    }

    #[test]
    fn slugs_are_those_of_code_forges() {
        assert_eq!(slug("SETUP-ENV-002: Not reached, why?"), "setup-env-002-not-reached-why");
    }
}
