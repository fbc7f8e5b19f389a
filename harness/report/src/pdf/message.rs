//! A message with its findings: a segment a line, numbers where findings end, and the findings below their line.

use super::marks::{self, LINE, QUIET, TEXT, WASH};
use super::metrics::Face;
use super::paper::{Entry, MARGIN, MEASURE};
use super::text::{Word, cut, lines, style, words};
use super::{LEADING, Setter, plain};
use crate::recognition::sheet::{Span, sentence};
use crate::view::{LineView, MessageView, NoteView};
use pdf_writer::types::StructRole;

/// The size of a message's text.
const SIZE: f32 = 7.4;
/// Room for line numbers.
const NUMBERS: f32 = 20.0;

impl Setter {
    pub(super) fn message(&mut self, view: &MessageView) {
        self.paper.y -= 6.0;
        self.paper.need(64.0);
        if let Some(anchor) = &view.anchor {
            self.paper.anchor(anchor);
        }
        self.paper.outline.push(Entry {
            title: view.title.clone(),
            top: false,
            page: self.paper.done.len(),
            y: self.paper.y,
        });
        let mut about = view.findings.clone();
        if let Some(profile) = &view.profile {
            about = format!("judged by {profile}, {about}");
        }
        let title = vec![
            Span::strong(&view.title),
            Span::quiet(&format!(" {about}, {}, {}", view.size, view.origin)),
        ];
        self.text(StructRole::H3, words(&title, 9.0, TEXT), 9.0);
        self.paper.y -= 2.0;
        if view.raw {
            let note = [Span::quiet(
                "Some bytes are not UTF-8; each is shown as \\x and two digits.",
            )];
            self.text(StructRole::P, words(&note, 8.0, TEXT), 8.0);
        }
        if view.lines.is_empty() {
            let note = [Span::quiet("The message is empty.")];
            self.text(StructRole::P, words(&note, 8.0, TEXT), 8.0);
        }
        for line in &view.lines {
            self.message_line(line);
        }
        if !view.unplaced.is_empty() {
            let note = [Span::quiet("About the message as a whole:")];
            self.text(StructRole::P, words(&note, 8.0, TEXT), 8.0);
            for note in &view.unplaced {
                self.note(note);
            }
        }
        let hash = vec![Span::quiet("SHA-256 "), Span::code(&view.sha256)];
        self.paper.y -= 1.0;
        self.text(StructRole::P, words(&hash, 7.0, TEXT), 7.0);
        self.paper.y -= 6.0;
    }

    fn message_line(&mut self, line: &LineView) {
        let node = self.paper.node(StructRole::P, 0);
        let mut set: Vec<Word> = Vec::new();
        for piece in &line.pieces {
            let color = match (piece.mark, piece.kind) {
                (Some("error" | "expectation"), _) => marks::color("failed"),
                (Some("warning"), _) => marks::color("inconclusive"),
                (Some(_), _) | (None, "name") => marks::LINK,
                _ => TEXT,
            };
            let face = if piece.mark.is_some() || piece.kind == "name" {
                Face::MonoBold
            } else {
                Face::Mono
            };
            let mut space = false;
            for part in &piece.parts {
                cut(part, style(face, SIZE, color), None, &mut space, &mut set);
            }
            for end in &piece.ends {
                let bold = style(Face::Bold, SIZE, TEXT);
                cut(
                    &format!("[{}]", end.number),
                    bold,
                    None,
                    &mut false,
                    &mut set,
                );
            }
        }
        let step = SIZE * LEADING;
        for (index, text) in lines(set, MEASURE - NUMBERS - 14.0).iter().enumerate() {
            self.paper.need(step);
            let y = self.paper.y;
            self.paper.wash(MARGIN, y - step, MEASURE, step + 0.2, WASH);
            let baseline = y - SIZE;
            if index == 0 {
                let number = plain(&line.number.to_string(), style(Face::Regular, 6.5, QUIET));
                for n in lines(number, NUMBERS) {
                    let x = MARGIN + NUMBERS - 6.0 - n.width;
                    self.paper.artifact_line(x, baseline, &n);
                }
            }
            let x = MARGIN + NUMBERS + if index == 0 { 0.0 } else { 10.0 };
            self.paper.line(node, b"P", x, baseline, text);
            self.paper.y -= step;
        }
        for note in &line.notes {
            self.note(note);
        }
    }

    fn note(&mut self, note: &NoteView) {
        let mark = match note.class {
            "error" | "expectation" => "failed",
            "warning" => "inconclusive",
            _ => "attested",
        };
        let mut spans = Vec::new();
        if let Some(number) = note.number {
            spans.push(Span::strong(&format!("[{number}] ")));
        }
        spans.push(Span::verdict(mark, note.word));
        if let Some(rule) = &note.rule {
            spans.push(Span::text(" "));
            spans.push(Span::code(rule));
        }
        if !note.path.is_empty() {
            spans.push(Span::quiet(&format!(" at {}", note.path)));
        }
        spans.push(Span::text(": "));
        spans.extend(sentence(&note.text));
        let mut more = String::new();
        for (word, text) in [
            ("Expected", &note.expected),
            ("Help", &note.help),
            ("Source", &note.source),
        ] {
            if let Some(text) = text {
                more = format!("{more} {word}: {text}.");
            }
        }
        if let Some(fixer) = note.fixer {
            more = format!("{more} Who can fix it: {fixer}.");
        }
        // on paper it is said once what a rule expects and what helps: where it comes first
        let rule = note.rule.clone().unwrap_or_default();
        if !more.is_empty() && self.said.insert((rule, more.clone())) {
            spans.push(Span::line());
            spans.push(Span::quiet(more.trim_start()));
        }
        let node = self.paper.node(StructRole::Note, 0);
        let x = MARGIN + NUMBERS;
        let set = lines(words(&spans, 8.0, TEXT), MEASURE - NUMBERS - 8.0);
        self.paper.y -= 1.0;
        for line in &set {
            let step = 8.0 * LEADING;
            self.paper.need(step);
            let y = self.paper.y;
            self.paper.wash(x, y - step, 1.6, step + 0.2, LINE);
            self.paper.line(node, b"Note", x + 7.0, y - 8.0, line);
            self.paper.y -= step;
        }
        self.paper.y -= 2.0;
    }
}
