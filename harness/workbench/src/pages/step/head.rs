//! What the step is, what to do, and the test data.

use super::super::lines::{self, href};
use super::parts::{Code, Head, OverriddenView, Row, Table};
use crate::app::{App, Now};
use crate::words::{full, sentence};
use titer_runner::result::{Evaluation, Judged, Standing, Step, StepKind, Verdict};
use titer_runner::session::StepView;

pub(super) fn head(app: &App, now: &Now, step: &Step, view: &StepView) -> Head {
    let done = now.is_done(&step.path);
    let case_path = step.path.rsplit_once('/').map_or("", |(case, _)| case);
    let (group, case) = now
        .result
        .groups
        .iter()
        .flat_map(|g| g.cases.iter().map(move |c| (g, c)))
        .find(|(_, c)| c.path == case_path)
        .map_or((String::new(), String::new()), |(g, c)| {
            (g.title.clone(), c.title.clone())
        });
    let named = |ids: &[String], title: &dyn Fn(&str) -> Option<String>| {
        let all: Vec<String> = ids
            .iter()
            .map(|id| title(id).unwrap_or_else(|| id.clone()))
            .collect();
        all.join("; ")
    };
    let word = sentence(&lines::word(step, done));
    Head {
        href: href(&step.path),
        path: step.path.clone(),
        name: step.name().to_owned(),
        aliases: view.aliases.join(", "),
        title: step.title.clone(),
        group,
        case: case_path.rsplit('/').next().unwrap_or_default().to_owned(),
        case_title: case,
        kind: sentence(step.kind.words()),
        counts: match &step.evaluation {
            Evaluation::Evaluated => "evaluated".to_owned(),
            Evaluation::Attestation => "attested, which counts apart and is no pass".to_owned(),
            Evaluation::NotEvaluated { because } | Evaluation::NotApplicable { because } => {
                format!("never counts: {because}")
            }
        },
        requirements: step.requirements.join(", "),
        capabilities: named(&step.capabilities, &|id| {
            app.plan.capability(id).map(|c| c.title.clone())
        }),
        standing: lines::symbol(step, done),
        tell: format!("This step: {word}"),
        word,
        because: step.because.as_deref().map(full).unwrap_or_default(),
        judged: if step.judged == Judged::NotJudged {
            String::new()
        } else {
            sentence(&lines::judged(step))
        },
        overridden: step.overridden.as_ref().map(|o| OverriddenView {
            id: Standing::new(o.verdict, false).id(),
            word: match o.verdict {
                Verdict::Pending => "open".to_owned(),
                verdict => Standing::new(verdict, false).words().to_owned(),
            },
            judged: o.judged.words(),
            because: full(&o.because),
            by: o.by.clone(),
        }),
        known: step
            .known
            .as_ref()
            .map(|k| full(&k.reason))
            .unwrap_or_default(),
        story: view.story.clone().unwrap_or_default(),
        default_todo: default_todo(step.kind),
    }
}

pub(super) fn default_todo(kind: StepKind) -> &'static str {
    match kind {
        StepKind::SutMessage => "Let your EHR send the message to the addresses of the start page.",
        StepKind::Transport => "Let your EHR call the SOAP address of the start page.",
        StepKind::TaAck => "Nothing: the program answers the message of the step before.",
        StepKind::TaAckError | StepKind::TaResponseNotice | StepKind::TaResponseJuror => {
            "The program answers the message of the step before. Look at what your EHR shows of the answer."
        }
        StepKind::Attestation => {
            "Read the statement below and attest it when it is true of your EHR."
        }
        _ => "Do in your EHR what the title says.",
    }
}

pub(super) fn proof_words(view: &StepView) -> String {
    let ways: Vec<&str> = view
        .proofs
        .iter()
        // nothing drives the EHR here
        .filter(|proof| *proof != "driver")
        .map(|proof| match proof.as_str() {
            "trace" => "a later message shows it",
            "reconciliation" => "you copy the histories here",
            "forecast" => "you copy the recommendations here",
            "inventory" => "you copy the stock here",
            "document" => "you add the printed record as PDF or text",
            "fhir" => "the EHR's FHIR interface is read, below",
            other => other,
        })
        .collect();
    if ways.is_empty() {
        return String::new();
    }
    format!("Nobody has to look when {}.", ways.join(", or when "))
}

pub(super) fn tables(view: &StepView) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for row in &view.data {
        let title = if row.group.is_empty() {
            "To be entered".to_owned()
        } else {
            sentence(&row.group)
        };
        let row = Row {
            element: row.element.clone(),
            value: row.value.clone(),
            mark: row.needed.mark(),
            mark_words: row.needed.words(),
        };
        match tables.last_mut().filter(|t| t.title == title) {
            Some(table) => table.rows.push(row),
            None => tables.push(Table {
                title,
                rows: vec![row],
            }),
        }
    }
    tables
}

pub(super) fn codes(view: &StepView) -> Vec<Code> {
    view.bar_codes
        .iter()
        .map(|b| Code {
            svg: b.svg.clone(),
            text: b.text.clone(),
            label: b.label.clone(),
        })
        .collect()
}
