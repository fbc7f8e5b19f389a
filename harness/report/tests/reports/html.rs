//! The HTML page: well-formed, closed to the outside, and safe whatever the document holds.

use crate::sample::{HOSTILE, nothing, passed, sample};
use crate::text::IDENTIFYING;
use std::collections::BTreeSet;
use titer_report::html;
use titer_runner::result::{RunResult, Standing};

/// A tag as it stands in the page.
#[derive(Debug)]
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    closes: bool,
    void: bool,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|(n, _)| n == name)?;
        Some(&attribute.1)
    }
}

/// Every tag of the page, in order. Strict: our own pages quote every value and never leave a bare `<` in text.
fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('!') {
            rest = after;
            continue;
        }
        let (closes, body) = rest.strip_prefix('/').map_or((false, rest), |r| (true, r));
        let length = body
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .expect("a tag that ends");
        assert!(
            length > 0,
            "a bare `<` before {:?}",
            &body[..body.len().min(40)]
        );
        let name = body[..length].to_ascii_lowercase();
        let mut attributes = Vec::new();
        let mut inside = &body[length..];
        let void = loop {
            inside = inside.trim_start();
            if let Some(after) = inside.strip_prefix("/>") {
                inside = after;
                break true;
            }
            if let Some(after) = inside.strip_prefix('>') {
                inside = after;
                break false;
            }
            let end = inside
                .find(|c: char| c == '=' || c == '>' || c == '/' || c.is_whitespace())
                .expect("an attribute that ends");
            let attribute = inside[..end].to_owned();
            inside = &inside[end..];
            let value = match inside.strip_prefix("=\"") {
                Some(after) => {
                    let (value, after) = after.split_once('"').expect("a quoted value");
                    inside = after;
                    value.to_owned()
                }
                None => String::new(),
            };
            attributes.push((attribute, value));
        };
        let void = void
            || matches!(
                name.as_str(),
                "meta" | "input" | "br" | "hr" | "img" | "link" | "wbr"
            );
        rest = inside;
        // What stands in these is text for the parser.
        if !closes && (name == "script" || name == "style") {
            let end = rest.find(&format!("</{name}>")).expect("an end");
            rest = &rest[end..];
        }
        tags.push(Tag {
            name,
            attributes,
            closes,
            void,
        });
    }
    tags
}

/// Every tag is closed where it was opened, ids are unique, every link leads somewhere, and nothing can be loaded.
pub(crate) fn well_formed(page: &str) {
    let tags = tags(page);
    let mut open: Vec<&str> = Vec::new();
    for tag in &tags {
        if tag.closes {
            assert_eq!(open.pop(), Some(tag.name.as_str()));
        } else if !tag.void && !["meta", "br", "col", "wbr", "input"].contains(&tag.name.as_str()) {
            open.push(&tag.name);
        }
        for (name, _) in &tag.attributes {
            assert!(
                !["src", "style", "action", "data"].contains(&name.as_str()),
                "{tag:?}"
            );
            assert!(!name.starts_with("on"), "{tag:?}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let mut ids = BTreeSet::new();
    for id in tags.iter().filter_map(|t| t.get("id")) {
        assert!(ids.insert(id), "the id {id} stands twice");
    }
    for link in tags.iter().filter_map(|t| t.get("href")) {
        let id = link.strip_prefix('#').expect("a link into the page");
        assert!(ids.contains(id), "{link} leads nowhere");
    }
}

fn all() -> Vec<(&'static str, RunResult)> {
    vec![
        ("sample", sample()),
        ("passed", passed()),
        ("nothing", nothing()),
    ]
}

#[test]
fn every_tag_is_closed_where_it_was_opened() {
    for (name, result) in all() {
        let page = html(&result, false).expect("renders");
        let mut open: Vec<String> = Vec::new();
        for tag in tags(&page) {
            if tag.closes {
                assert_eq!(open.pop(), Some(tag.name), "{name}");
            } else if !tag.void {
                open.push(tag.name);
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
    }
}

#[test]
fn ids_are_unique_and_every_link_leads_somewhere() {
    for (name, result) in all() {
        let page = html(&result, false).expect("renders");
        let tags = tags(&page);
        let mut ids = BTreeSet::new();
        for id in tags.iter().filter_map(|t| t.get("id")) {
            assert!(ids.insert(id), "{name}: the id {id} stands twice");
        }
        let mut links = 0;
        for tag in &tags {
            for attribute in ["href", "data-copy"] {
                let Some(target) = tag.get(attribute) else {
                    continue;
                };
                let id = match attribute {
                    "href" => target.strip_prefix('#').expect("a link into the page"),
                    _ => target,
                };
                assert!(ids.contains(id), "{name}: {target} leads nowhere");
                links += 1;
            }
        }
        assert!(links > 4, "{name}: {links} links");
    }
}

#[test]
fn nothing_is_loaded_and_nothing_of_the_document_is_markup() {
    let page = html(&sample(), false).expect("renders");
    let loading = [
        "src",
        "srcset",
        "data",
        "action",
        "poster",
        "background",
        "style",
    ];
    let ours = ["script", "style", "svg", "use", "details"];
    let mut scripts = 0;
    for tag in tags(&page) {
        for (name, _) in &tag.attributes {
            assert!(!loading.contains(&name.as_str()), "{tag:?}");
            assert!(!name.starts_with("on"), "{tag:?}");
        }
        let foreign = ["img", "iframe", "object", "embed", "link", "base", "i"];
        assert!(!foreign.contains(&tag.name.as_str()), "{tag:?}");
        scripts += usize::from(tag.name == "script" && !tag.closes);
    }
    assert!(ours.iter().all(|t| page.contains(&format!("<{t}"))));
    assert_eq!(scripts, 1, "only our own script");
    for hostile in &HOSTILE[..3] {
        assert!(!page.contains(hostile), "{hostile}");
    }
    assert!(!page.contains("@import") && !page.contains("url("));
    assert!(
        page.chars()
            .all(|c| c == '\n' || c == '\t' || !c.is_control())
    );
}

#[test]
fn the_answer_stands_at_the_top() {
    for (result, word, lead) in [
        (sample(), "No.", "AD-5/report"),
        (passed(), "Yes.", "All 3 judged cases passed"),
        (nothing(), "No.", "could not be reached"),
    ] {
        let page = html(&result, false).expect("renders");
        let top = page.split_once("</header>").expect("a header").0;
        let top = top.split_once("<header").expect("a header").1;
        assert!(top.contains(word), "{word}");
        assert!(top.contains(lead), "{lead}");
    }
}

#[test]
fn every_standing_has_a_shape_a_colour_and_a_filter() {
    let page = html(&sample(), false).expect("renders");
    for standing in Standing::ALL {
        let id = standing.id();
        assert!(
            page.contains(&format!("<symbol id=\"s-{id}\"")),
            "{id}: shape"
        );
        assert!(
            page.contains(&format!(".v-{id} {{ color: var(--{id}); }}")),
            "{id}: colour"
        );
        assert!(
            page.contains(&format!(
                "body:has(#show-{id}:checked) .case:not(.has-{id})"
            )),
            "{id}: filter"
        );
    }
}

#[test]
fn masked_pages_identify_nobody_and_keep_the_marks() {
    let open = html(&sample(), false).expect("renders");
    let page = html(&sample(), true).expect("renders");
    for name in IDENTIFYING {
        assert!(!page.contains(name), "{name}");
    }
    let marks = |page: &str| page.matches("class=\"ref\"").count();
    assert!(open.contains("MONTGOMERY"));
    assert_eq!(marks(&open), marks(&page));
    assert!(page.contains("masked"));
}

#[test]
fn the_same_document_gives_the_same_page() {
    let once = html(&sample(), false).expect("renders");
    let json = sample().to_json().expect("serializes");
    let again = RunResult::from_json(&json).expect("reads");
    assert_eq!(once, html(&again, false).expect("renders"));
}

/// Relative luminance of `#rrggbb`, after WCAG 2.
fn luminance(colour: &str) -> f64 {
    let part = |i: usize| {
        let value = u8::from_str_radix(&colour[i..i + 2], 16).expect("hexadecimal");
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

#[test]
fn every_text_colour_has_contrast_in_light_dark_and_print() {
    let css = include_str!("../../../../report-templates/base.css");
    let mut checked = 0;
    let mut palettes = 0;
    for block in css.split(":root {").skip(1) {
        palettes += 1;
        let block = block.split_once('}').expect("an end").0;
        let colours: Vec<(&str, &str)> = block
            .split(';')
            .filter_map(|d| d.trim().strip_prefix("--")?.split_once(": "))
            .collect();
        let backs = ["paper", "raised", "sunk"];
        let washes = ["error-wash", "warning-wash", "info-wash"];
        let of = |name: &str| {
            let found = colours.iter().find(|(n, _)| *n == name);
            luminance(found.unwrap_or_else(|| panic!("no --{name}")).1)
        };
        let ratio = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        for (name, _) in &colours {
            // the last three are not of text on these grounds; the tests of the workbench look at them
            let apart = ["line", "edge", "on-accent", "good-wash"];
            if backs.contains(name) || washes.contains(name) || apart.contains(name) {
                continue;
            }
            for back in backs {
                let ratio = ratio(of(name), of(back));
                assert!(ratio >= 4.5, "--{name} on --{back}: {ratio:.2}");
                checked += 1;
            }
        }
        for wash in washes {
            assert!(ratio(of("text"), of(wash)) >= 4.5, "--text on --{wash}");
            assert!(ratio(of("accent"), of(wash)) >= 4.5, "--accent on --{wash}");
        }
    }
    assert_eq!(palettes, 3);
    assert!(checked > 100, "{checked}");
}
