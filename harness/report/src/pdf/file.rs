//! The file: pages, fonts, outline, links and structure as objects.

use super::marks::QUIET;
use super::metrics::{Face, encode};
use super::paper::{HEIGHT, Kid, MARGIN, Page, Paper, WIDTH};
use crate::recognition::sheet::Sheet;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pdf_writer::types::{AnnotationType, OutlineItemFlags, TableHeaderScope};
use pdf_writer::{Date, Filter, Finish, Name, Pdf, Rect, Ref, Settings, Str, TextStr};

/// Numbers of objects, in blocks by what they are.
struct Ids {
    pages: i32,
    nodes: i32,
    links: i32,
    outline: i32,
    parents: i32,
}

const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const OUTLINE: Ref = Ref::new(4);
const STRUCTURE: Ref = Ref::new(5);
const FONTS: i32 = 6;

fn id(block: i32, index: usize) -> Ref {
    Ref::new(block + i32::try_from(index).unwrap_or(0))
}

impl Ids {
    fn page(&self, index: usize) -> Ref {
        id(self.pages, index * 2)
    }

    fn content(&self, index: usize) -> Ref {
        id(self.pages, index * 2 + 1)
    }
}

pub(super) fn write(mut paper: Paper, sheet: &Sheet, made: Timestamp, hex: &str) -> Vec<u8> {
    paper.turn();
    let pages = std::mem::take(&mut paper.done);
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let first = FONTS + count(Face::ALL.len());
    let nodes = first + count(pages.len() * 2);
    let links = nodes + count(paper.nodes.len());
    let outline = links + count(paper.links.len());
    let ids = Ids {
        pages: first,
        nodes,
        links,
        outline,
        parents: outline + count(paper.outline.len()),
    };
    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    let bytes: Vec<u8> = hex.bytes().take(32).collect();
    pdf.set_file_id((bytes.clone(), bytes));
    let has_outline = !paper.outline.is_empty();
    catalog(&mut pdf, has_outline);
    info(&mut pdf, sheet, made);
    let total = pages.len();
    pdf.pages(TREE)
        .kids((0..total).map(|i| ids.page(i)))
        .count(count(total));
    let owners: Vec<Vec<usize>> = pages.iter().map(|p| p.marked.clone()).collect();
    for (index, page) in pages.into_iter().enumerate() {
        write_page(&mut pdf, &ids, &paper, sheet, page, index, total);
    }
    for (index, face) in Face::ALL.into_iter().enumerate() {
        pdf.type1_font(id(FONTS, index))
            .base_font(Name(face.base()))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    write_links(&mut pdf, &ids, &paper);
    write_outline(&mut pdf, &ids, &paper);
    write_structure(&mut pdf, &ids, &paper, &owners);
    pdf.finish()
}

fn catalog(pdf: &mut Pdf, has_outline: bool) {
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(TREE);
    catalog.lang(TextStr("en"));
    catalog.mark_info().marked(true);
    catalog.viewer_preferences().display_doc_title(true);
    if has_outline {
        catalog.outlines(OUTLINE);
        catalog.page_mode(pdf_writer::types::PageMode::UseOutlines);
    }
    catalog.pair(Name(b"StructTreeRoot"), STRUCTURE);
}

fn info(pdf: &mut Pdf, sheet: &Sheet, made: Timestamp) {
    let at = made.to_zoned(TimeZone::UTC).datetime();
    let small = |n: i8| u8::try_from(n).unwrap_or(0);
    let date = Date::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    pdf.document_info(INFO)
        .title(TextStr(&sheet.title))
        .creator(TextStr(&sheet.tool))
        .creation_date(date)
        .modified_date(date);
}

fn write_page(
    pdf: &mut Pdf,
    ids: &Ids,
    paper: &Paper,
    sheet: &Sheet,
    mut page: Page,
    index: usize,
    total: usize,
) {
    running(&mut page, sheet, index + 1, total);
    let mut object = pdf.page(ids.page(index));
    object
        .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
        .parent(TREE)
        .contents(ids.content(index))
        .struct_parents(i32::try_from(index).unwrap_or(0))
        .tab_order(pdf_writer::types::TabOrder::StructureOrder);
    let own: Vec<Ref> = paper
        .links
        .iter()
        .enumerate()
        .filter(|(_, l)| l.page == index)
        .map(|(i, _)| id(ids.links, i))
        .collect();
    if !own.is_empty() {
        object.annotations(own);
    }
    let mut resources = object.resources();
    let mut fonts = resources.fonts();
    for (i, face) in Face::ALL.into_iter().enumerate() {
        fonts.pair(Name(face.name()), id(FONTS, i));
    }
    fonts.finish();
    resources.finish();
    object.finish();
    let content = page.content.finish();
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&content, 7);
    pdf.stream(ids.content(index), &packed)
        .filter(Filter::FlateDecode);
}

/// The foot of a page: what it is, and its number.
fn running(page: &mut Page, sheet: &Sheet, number: usize, total: usize) {
    let size = 7.5;
    let (r, g, b) = QUIET;
    let mut kicker = encode(&sheet.kicker).0;
    let room = WIDTH - 2.0 * MARGIN - 70.0;
    while Face::Regular.measure(&kicker, size) > room && kicker.pop().is_some() {}
    let count = encode(&format!("Page {number} of {total}")).0;
    let x = WIDTH - MARGIN - Face::Regular.measure(&count, size);
    let content = &mut page.content;
    content.begin_marked_content(Name(b"Artifact"));
    for (x, text) in [(MARGIN, &kicker), (x, &count)] {
        content.begin_text();
        content.set_fill_rgb(r, g, b);
        content.set_font(Name(Face::Regular.name()), size);
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, 32.0]);
        content.show(Str(text));
        content.end_text();
    }
    content.end_marked_content();
}

fn write_links(pdf: &mut Pdf, ids: &Ids, paper: &Paper) {
    for (index, link) in paper.links.iter().enumerate() {
        // what leads nowhere stays on its own page
        let (page, y) = paper
            .anchors
            .get(&link.to)
            .copied()
            .unwrap_or((link.page, HEIGHT));
        let [x1, y1, x2, y2] = link.rect;
        let mut annotation = pdf.annotation(id(ids.links, index));
        annotation
            .subtype(AnnotationType::Link)
            .rect(Rect::new(x1, y1, x2, y2))
            .border(0.0, 0.0, 0.0, None);
        annotation
            .insert(Name(b"Dest"))
            .start::<pdf_writer::writers::Destination<'_>>()
            .page(ids.page(page))
            .xyz(0.0, y + 6.0, None);
    }
}

fn write_outline(pdf: &mut Pdf, ids: &Ids, paper: &Paper) {
    let entries = &paper.outline;
    let at = |i: usize| id(ids.outline, i);
    let tops: Vec<usize> = (0..entries.len())
        .filter(|i| entries.get(*i).is_some_and(|e| e.top))
        .collect();
    let (Some(first), Some(last)) = (tops.first(), tops.last()) else {
        return;
    };
    pdf.outline(OUTLINE)
        .first(at(*first))
        .last(at(*last))
        .count(i32::try_from(tops.len()).unwrap_or(0));
    for (order, top) in tops.iter().enumerate() {
        let next = tops.get(order + 1).copied();
        let end = next.unwrap_or(entries.len());
        let children: Vec<usize> = (top + 1..end).collect();
        for (position, index) in std::iter::once(top).chain(&children).enumerate() {
            let Some(entry) = entries.get(*index) else {
                continue;
            };
            let mut item = pdf.outline_item(at(*index));
            item.title(TextStr(&entry.title));
            item.dest()
                .page(ids.page(entry.page))
                .xyz(0.0, entry.y + 6.0, None);
            if position == 0 {
                item.parent(OUTLINE).flags(OutlineItemFlags::empty());
                if let Some(previous) = order.checked_sub(1).and_then(|o| tops.get(o)) {
                    item.prev(at(*previous));
                }
                if let Some(next) = next {
                    item.next(at(next));
                }
                if let (Some(a), Some(z)) = (children.first(), children.last()) {
                    // folded until somebody opens it
                    item.first(at(*a))
                        .last(at(*z))
                        .count(-i32::try_from(children.len()).unwrap_or(0));
                }
            } else {
                item.parent(at(*top));
                if position > 1 {
                    item.prev(at(index - 1));
                }
                if index + 1 < end {
                    item.next(at(index + 1));
                }
            }
        }
    }
}

fn write_structure(pdf: &mut Pdf, ids: &Ids, paper: &Paper, owners: &[Vec<usize>]) {
    let node_id = |i: usize| id(ids.nodes, i);
    let mut root = pdf
        .indirect(STRUCTURE)
        .start::<pdf_writer::writers::StructTreeRoot<'_>>();
    root.child(node_id(0));
    let mut tree = root.parent_tree();
    let mut numbers = tree.nums();
    for index in 0..owners.len() {
        numbers.insert(i32::try_from(index).unwrap_or(0), id(ids.parents, index));
    }
    numbers.finish();
    tree.finish();
    root.parent_tree_next_key(i32::try_from(owners.len()).unwrap_or(0));
    root.finish();
    for (index, marked) in owners.iter().enumerate() {
        let mut array = pdf.indirect(id(ids.parents, index)).array();
        for node in marked {
            array.item(node_id(*node));
        }
    }
    for (index, node) in paper.nodes.iter().enumerate() {
        let mut element = pdf.struct_element(node_id(index));
        element.kind(node.role);
        element.parent(node.parent.map_or(STRUCTURE, node_id));
        if let Some(alt) = &node.alt {
            element.alt(TextStr(alt));
        }
        if let Some(row) = node.row_header {
            let mut attributes = element.attributes();
            let mut table = attributes.push().table();
            table.scope(if row {
                TableHeaderScope::Row
            } else {
                TableHeaderScope::Column
            });
            if node.span > 1 {
                table.col_span(i32::try_from(node.span).unwrap_or(1));
            }
        }
        let mut kids = element.children();
        for kid in &node.kids {
            match kid {
                Kid::Node(child) => {
                    kids.struct_element(node_id(*child));
                }
                Kid::Mark(page, number) => {
                    kids.marked_content_ref()
                        .page(ids.page(*page))
                        .marked_content_id(*number);
                }
            }
        }
    }
}
