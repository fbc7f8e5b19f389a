//! Pages: where the pen is, what was drawn, and which part of the document each piece belongs to.

use super::marks::{self, Rgb};
use super::text::{Line, Placed, Word};
use pdf_writer::types::StructRole;
use pdf_writer::{Content, Name, Settings, Str, TextStr};
use std::collections::BTreeMap;

/// US letter, in points: the programme is American.
pub(super) const WIDTH: f32 = 612.0;
pub(super) const HEIGHT: f32 = 792.0;
pub(super) const MARGIN: f32 = 46.0;
pub(super) const BOTTOM: f32 = 54.0;
pub(super) const MEASURE: f32 = WIDTH - 2.0 * MARGIN;

/// An element of the document's structure: what a screen reader reads it by.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) role: StructRole,
    pub(super) parent: Option<usize>,
    pub(super) kids: Vec<Kid>,
    pub(super) alt: Option<String>,
    /// A header cell of a row (true) or of a column (false).
    pub(super) row_header: Option<bool>,
    pub(super) span: usize,
}

#[derive(Debug)]
pub(super) enum Kid {
    Node(usize),
    /// A marked piece: page and number on it.
    Mark(usize, i32),
}

/// A line of the outline.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) top: bool,
    pub(super) page: usize,
    pub(super) y: f32,
}

/// A rectangle that leads somewhere.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) page: usize,
    pub(super) rect: [f32; 4],
    pub(super) to: String,
}

pub(super) struct Page {
    pub(super) content: Content,
    /// For each marked piece the element it belongs to.
    pub(super) marked: Vec<usize>,
}

/// Everything that was set so far.
pub(super) struct Paper {
    /// The pages that are full.
    pub(super) done: Vec<Page>,
    /// The page that is being set.
    pub(super) page: Page,
    pub(super) nodes: Vec<Node>,
    pub(super) outline: Vec<Entry>,
    pub(super) links: Vec<Link>,
    pub(super) anchors: BTreeMap<String, (usize, f32)>,
    /// The pen's height: the top of what comes next.
    pub(super) y: f32,
    /// Whether some character had to be written as a number.
    pub(super) replaced: bool,
}

impl Page {
    fn new() -> Self {
        Self {
            content: Content::with_settings(Settings { pretty: false }),
            marked: Vec::new(),
        }
    }
}

impl Paper {
    pub(super) fn new() -> Self {
        Self {
            done: Vec::new(),
            page: Page::new(),
            nodes: vec![Node {
                role: StructRole::Document,
                parent: None,
                kids: Vec::new(),
                alt: None,
                row_header: None,
                span: 1,
            }],
            outline: Vec::new(),
            links: Vec::new(),
            anchors: BTreeMap::new(),
            y: HEIGHT - MARGIN,
            replaced: false,
        }
    }

    /// A new page.
    pub(super) fn turn(&mut self) {
        let full = std::mem::replace(&mut self.page, Page::new());
        self.done.push(full);
        self.y = HEIGHT - MARGIN;
    }

    /// A new page, unless so much is left on this one.
    pub(super) fn need(&mut self, height: f32) -> bool {
        if self.y - height < BOTTOM && self.y < HEIGHT - MARGIN {
            self.turn();
            return true;
        }
        false
    }

    pub(super) fn room(&self) -> f32 {
        self.y - BOTTOM
    }

    /// A new element of the structure below another.
    pub(super) fn node(&mut self, role: StructRole, parent: usize) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node {
            role,
            parent: Some(parent),
            kids: Vec::new(),
            alt: None,
            row_header: None,
            span: 1,
        });
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.kids.push(Kid::Node(index));
        }
        index
    }

    /// Draws something that belongs to an element.
    pub(super) fn piece(&mut self, node: usize, tag: &[u8], draw: impl FnOnce(&mut Content)) {
        let index = self.done.len();
        let page = &mut self.page;
        let number = i32::try_from(page.marked.len()).unwrap_or(i32::MAX);
        page.marked.push(node);
        page.content
            .begin_marked_content_with_properties(Name(tag))
            .properties()
            .identify(number);
        draw(&mut page.content);
        page.content.end_marked_content();
        if let Some(node) = self.nodes.get_mut(node) {
            node.kids.push(Kid::Mark(index, number));
        }
    }

    /// Draws something that says nothing: rules, backgrounds, page numbers.
    pub(super) fn artifact(&mut self, draw: impl FnOnce(&mut Content)) {
        let content = &mut self.page.content;
        content.begin_marked_content(Name(b"Artifact"));
        draw(content);
        content.end_marked_content();
    }

    /// A horizontal rule at a height.
    pub(super) fn rule(&mut self, x: f32, width: f32, y: f32, color: Rgb) {
        self.artifact(|c| {
            c.save_state();
            c.set_stroke_rgb(color.0, color.1, color.2);
            c.set_line_width(0.5);
            c.move_to(x, y).line_to(x + width, y).stroke();
            c.restore_state();
        });
    }

    /// A filled rectangle.
    pub(super) fn wash(&mut self, x: f32, y: f32, width: f32, height: f32, color: Rgb) {
        self.artifact(|c| {
            c.save_state();
            c.set_fill_rgb(color.0, color.1, color.2);
            c.rect(x, y, width, height).fill_nonzero();
            c.restore_state();
        });
    }

    /// Sets a line with its baseline at a height, as a piece of an element.
    pub(super) fn line(&mut self, node: usize, tag: &[u8], x: f32, baseline: f32, line: &Line) {
        if line.words.is_empty() {
            return;
        }
        self.replaced |= line.words.iter().any(|p| p.word.actual.is_some());
        let page = self.done.len();
        for placed in &line.words {
            if let Some(to) = &placed.word.link {
                self.links.push(Link {
                    page,
                    rect: [
                        x + placed.x,
                        baseline - placed.word.style.size * 0.22,
                        x + placed.x + placed.word.width,
                        baseline + placed.word.style.size * 0.8,
                    ],
                    to: to.clone(),
                });
            }
        }
        self.piece(node, tag, |content| show(content, x, baseline, line));
    }

    /// Sets a line that says nothing new: a repeated head, a line number.
    pub(super) fn artifact_line(&mut self, x: f32, baseline: f32, line: &Line) {
        if !line.words.is_empty() {
            self.artifact(|content| show(content, x, baseline, line));
        }
    }

    /// Names the place where the pen is.
    pub(super) fn anchor(&mut self, name: &str) {
        let place = (self.done.len(), self.y);
        self.anchors.entry(name.to_owned()).or_insert(place);
    }
}

/// Draws the words of a line; neighbours that look alike become one run of text.
fn show(content: &mut Content, x: f32, baseline: f32, line: &Line) {
    let mut words = line.words.iter().peekable();
    let mut first = true;
    while let Some(placed) = words.next() {
        if let Some(mark) = placed.word.mark {
            let size = placed.word.style.size;
            marks::draw(
                content,
                mark,
                x + placed.x,
                baseline - size * 0.12,
                size * 0.95,
            );
            first = false;
            continue;
        }
        let mut run = Vec::new();
        // a space keeps words apart for whoever copies the text
        if placed.word.space && !first {
            run.push(b' ');
        }
        let lead = placed.word.style.face.measure(&run, placed.word.style.size);
        run.extend(&placed.word.bytes);
        while let Some(next) = words.next_if(|n| together(placed, n)) {
            if next.word.space {
                run.push(b' ');
            }
            run.extend(&next.word.bytes);
        }
        first = false;
        text(content, &placed.word, x + placed.x - lead, baseline, &run);
    }
}

fn together(one: &Placed, other: &Placed) -> bool {
    let (a, b) = (&one.word, &other.word);
    a.style == b.style
        && a.link == b.link
        && a.mark.is_none()
        && b.mark.is_none()
        && a.actual.is_none()
        && b.actual.is_none()
}

fn text(content: &mut Content, word: &Word, x: f32, baseline: f32, run: &[u8]) {
    let (r, g, b) = if word.link.is_some() && word.style.color == marks::TEXT {
        marks::LINK
    } else {
        word.style.color
    };
    if let Some(actual) = &word.actual {
        let actual = if run.first() == Some(&b' ') {
            format!(" {actual}")
        } else {
            actual.clone()
        };
        content
            .begin_marked_content_with_properties(Name(b"Span"))
            .properties()
            .actual_text(TextStr(&actual));
    }
    content.begin_text();
    content.set_fill_rgb(r, g, b);
    content.set_font(Name(word.style.face.name()), word.style.size);
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, baseline]);
    content.show(Str(run));
    content.end_text();
    if word.actual.is_some() {
        content.end_marked_content();
    }
}
