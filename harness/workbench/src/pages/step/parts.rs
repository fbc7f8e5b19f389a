//! What the page of a step shows, as its template reads it.

use crate::message::MessageView;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Head {
    pub(super) path: String,
    pub(super) href: String,
    pub(super) name: String,
    pub(super) aliases: String,
    pub(super) title: String,
    pub(super) group: String,
    pub(super) case: String,
    pub(super) case_title: String,
    pub(super) kind: String,
    pub(super) counts: String,
    pub(super) requirements: String,
    pub(super) capabilities: String,
    pub(super) standing: &'static str,
    pub(super) word: String,
    pub(super) tell: String,
    pub(super) because: String,
    pub(super) judged: String,
    pub(super) overridden: Option<OverriddenView>,
    pub(super) known: String,
    pub(super) story: String,
    pub(super) default_todo: &'static str,
}

#[derive(Serialize)]
pub(super) struct OverriddenView {
    pub(super) id: &'static str,
    pub(super) word: String,
    pub(super) judged: &'static str,
    pub(super) because: String,
    pub(super) by: String,
}

#[derive(Serialize)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) element: String,
    pub(super) value: String,
    pub(super) mark: &'static str,
    pub(super) mark_words: &'static str,
}

#[derive(Serialize)]
pub(super) struct Code {
    pub(super) svg: String,
    pub(super) text: String,
    pub(super) label: String,
}

#[derive(Serialize)]
pub(super) struct Waiting {
    pub(super) words: &'static str,
    pub(super) how: String,
    /// Whether it is said where addresses and login stand.
    pub(super) connect: bool,
}

#[derive(Serialize)]
pub(super) struct Came {
    pub(super) head: String,
    pub(super) words: String,
    pub(super) href: String,
    pub(super) view: MessageView,
}

#[derive(Serialize)]
pub(super) struct Unclear {
    pub(super) seq: u64,
    pub(super) because: String,
}

#[derive(Serialize)]
pub(super) struct Compared {
    pub(super) what: String,
    pub(super) at: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) because: String,
    pub(super) symbol: &'static str,
    pub(super) word: &'static str,
}

#[derive(Serialize)]
pub(super) struct CheckGroup {
    pub(super) name: &'static str,
    pub(super) items: Vec<Check>,
}

#[derive(Serialize)]
pub(super) struct Check {
    pub(super) index: usize,
    pub(super) text: String,
    pub(super) value: String,
    pub(super) optional: bool,
    pub(super) was: &'static str,
    pub(super) was_comment: String,
    pub(super) comment: String,
    pub(super) options: Vec<Choice>,
}

#[derive(Serialize)]
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) id: &'static str,
    pub(super) class: String,
    pub(super) word: &'static str,
    pub(super) on: bool,
}

#[derive(Serialize)]
pub(super) struct Wanted {
    pub(super) kind: &'static str,
    pub(super) of: String,
    pub(super) optional: bool,
}

#[derive(Serialize)]
pub(super) struct FileView {
    pub(super) href: String,
    pub(super) name: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) seq: u64,
}

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part of the form that the template shows or leaves out"
)]
pub(super) struct ResultView {
    pub(super) head: &'static str,
    pub(super) words: String,
    pub(super) attest: bool,
    pub(super) statement: String,
    pub(super) attestations: Vec<AttestationView>,
    pub(super) done: bool,
    pub(super) is_done: bool,
    pub(super) settle: bool,
    pub(super) legend: &'static str,
    pub(super) options: Vec<Choice>,
    pub(super) reason_hint: &'static str,
    pub(super) reason_wrong: bool,
}

#[derive(Serialize)]
pub(super) struct AttestationView {
    pub(super) words: String,
    pub(super) statement: String,
}

#[derive(Serialize)]
pub(super) struct Forms {
    pub(super) text: String,
    pub(super) title: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) date: String,
    pub(super) expires: String,
    pub(super) because: String,
    pub(super) comment: String,
    pub(super) was_comment: String,
    pub(super) reason: String,
}

#[derive(Serialize)]
pub(super) struct Option_ {
    pub(super) value: String,
    pub(super) word: String,
    pub(super) on: bool,
}
