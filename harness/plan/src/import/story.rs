//! The story of a step or a case: HTML or JSON with HTML in it, as plain text by heading.

use super::files::{Folder, text};
use super::report::{Note, Weight};
use serde_json::Value;
use std::path::Path;

/// A story by its headings.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// What the step is about, what goes before and what comes after.
    pub(super) told: Vec<String>,
    /// What makes it pass.
    pub(super) criteria: Vec<String>,
}

/// Headings under which it is said what makes a step pass.
const CRITERIA: [&str; 3] = ["evaluation criteria", "evcriteria", "evaluationcriteria"];
/// The headings of the stories that there are.
const HEADINGS: [&str; 8] = [
    "description",
    "comments",
    "pre-condition",
    "post-condition",
    "test objectives",
    "objectives",
    "evaluation criteria",
    "notes",
];

/// Reads `TestStory.json` or `TestStory.html`, whichever there is.
pub(super) fn story(dir: &Path, folder: &Folder, notes: &mut Vec<Note>) -> Story {
    let mut story = Story::default();
    if folder.has("TestStory.json") {
        let file = folder.file("TestStory.json");
        if let Some(text) = text(dir, &file, notes) {
            match serde_json::from_str::<Value>(&text) {
                Ok(value) => {
                    from_json(&value, &mut story);
                    return story;
                }
                Err(e) => {
                    let words = e.to_string();
                    let words = words.split(" at line ").next().unwrap_or_default();
                    let said = format!("the story is not JSON: {words}");
                    notes.push(
                        Note::new(Weight::Lost, said, &file).at(e.line() as u32, e.column() as u32),
                    );
                }
            }
        }
    }
    if folder.has("TestStory.html")
        && let Some(text) = text(dir, &folder.file("TestStory.html"), notes)
    {
        from_html(&text, &mut story);
    }
    story
}

fn from_json(value: &Value, story: &mut Story) {
    let Value::Object(fields) = value else { return };
    for (key, value) in fields {
        match value {
            Value::String(text) => {
                let text = plain(text);
                if text.is_empty() {
                    continue;
                }
                if CRITERIA.contains(&key.to_ascii_lowercase().as_str()) {
                    story.criteria.push(text);
                } else {
                    story.told.push(text);
                }
            }
            Value::Object(_) => from_json(value, story),
            _ => {}
        }
    }
}

fn from_html(html: &str, story: &mut Story) {
    let body = html
        .to_ascii_lowercase()
        .find("<body")
        .and_then(|at| html.get(at..))
        .unwrap_or(html);
    let mut criteria = false;
    for line in lines(body) {
        let heading = line.trim_end_matches(':').trim().to_ascii_lowercase();
        if HEADINGS.contains(&heading.as_str()) {
            criteria = CRITERIA.contains(&heading.as_str());
        } else if criteria {
            story.criteria.push(line);
        } else {
            story.told.push(line);
        }
    }
}

/// HTML as one line of text.
pub(super) fn plain(html: &str) -> String {
    lines(html).join(" ")
}

/// Elements after which a new line begins.
const BLOCKS: [&str; 14] = [
    "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "td", "th", "title", "fieldset",
];

fn lines(html: &str) -> Vec<String> {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tag = rest.get(at + 1..).unwrap_or_default();
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let is_tag = !name.is_empty() || tag.starts_with('!') || tag.starts_with('?');
        let Some(end) = tag.find('>').filter(|_| is_tag) else {
            // a "less than", no tag
            out.push('<');
            rest = tag;
            continue;
        };
        rest = tag.get(end + 1..).unwrap_or_default();
        if matches!(name.as_str(), "style" | "script") && !tag.starts_with('/') {
            let close = format!("</{name}");
            let skip = rest.to_ascii_lowercase().find(&close).unwrap_or(rest.len());
            rest = rest.get(skip..).unwrap_or_default();
        }
        if BLOCKS.contains(&name.as_str()) {
            out.push('\n');
        }
    }
    out.push_str(rest);
    let decoded = entities(&out);
    decoded
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|l| !l.is_empty())
        .collect()
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let after = rest.get(at + 1..).unwrap_or_default();
        let name: String = after
            .chars()
            .take(10)
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '#')
            .collect();
        let known = after.get(name.len()..).is_some_and(|r| r.starts_with(';'));
        let value = match name.as_str() {
            _ if !known => None,
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "sect" => Some('§'),
            "ndash" => Some('–'),
            "mdash" => Some('—'),
            "rsquo" => Some('’'),
            n => match n.strip_prefix('#').map(|d| (d, d.strip_prefix(['x', 'X']))) {
                Some((_, Some(hex))) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
                Some((dec, None)) => dec.parse().ok().and_then(char::from_u32),
                None => None,
            },
        };
        match value {
            Some(c) => {
                out.push(c);
                rest = after.get(name.len() + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines() {
        assert_eq!(
            lines(
                "<p>One &amp; <b>two</b></p>\n<ul><li>a &lt; b</li><li>x < y</li></ul><script>if (a<b) {}</script>&nbsp;"
            ),
            ["One & two", "a < b", "x < y"]
        );
        assert_eq!(
            plain("a<br>b &#65;&#x42; &unknown; &"),
            "a b AB &unknown; &"
        );
        assert_eq!(plain("<"), "<");
        assert_eq!(plain("<p"), "<p");
    }

    #[test]
    fn a_story_has_criteria_and_the_rest() {
        let mut story = Story::default();
        from_html(
            "<html><head><title>x</title></head><body><h3>Description</h3><p>Ask.</p><h3>Evaluation Criteria:</h3><p>It is asked.</p><h3>Notes</h3>None",
            &mut story,
        );
        assert_eq!(story.told, ["Ask.", "None"]);
        assert_eq!(story.criteria, ["It is asked."]);
    }
}
