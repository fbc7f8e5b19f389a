//! The page of a step: what to do, what came, what was found, and everything that a tester says.

mod parts;

use super::frame::{Visit, page};
use super::lines::{self, href, only_done, planned, short};
use super::shown::{self, Asked};
use crate::acts::RESULTS;
use crate::app::{App, Now};
use crate::message::{self, MessageView, NoteView, note};
use crate::problem::Problem;
use crate::words::{full, many, sentence, size};
use axum::http::StatusCode;
use parts::{
    AttestationView, Came, Check, CheckGroup, Choice, Code, Compared, FileView, Forms, Head,
    Option_, OverriddenView, ResultView, Row, Table, Unclear, Waiting, Wanted,
};
use tera::Context;
use titer_plan::model::{Action, EvidenceKind, StepKind as PlanKind};
use titer_runner::result::{
    Assertion, Evaluation, EvidenceFile, Judged, Origin, Outcome, Standing, Step, StepKind,
    Verdict, Wants,
};
use titer_runner::session::{Needed, StepView};

/// The page.
pub(crate) fn step(app: &App, visit: &Visit, path: &str) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let (Some(step), Some(view)) = (now.step(path), app.session.step_view(path)) else {
        return Err(
            Problem::missing(format!("the plan has no step {}", short(path)))
                .help("the plan lists every step"),
        );
    };
    let mut context = Context::new();
    let head = head(app, &now, step, &view);
    let title = format!("{} {}", head.name, head.title);
    context.insert("s", &head);
    context.insert(
        "todo",
        &view
            .instructions
            .iter()
            .map(|t| full(t))
            .collect::<Vec<_>>(),
    );
    context.insert(
        "pass",
        &view.pass.iter().map(|p| full(p)).collect::<Vec<_>>(),
    );
    context.insert("proof_words", &proof_words(&view));
    context.insert("tables", &tables(&view));
    context.insert("codes", &codes(&view));
    context.insert("waiting", &waiting(app, visit, step, &view));
    context.insert("ambiguous", &ambiguous(&now, &view));
    context.insert("messages", &came(app, &now, step, &view));
    let notes: Vec<NoteView> = step
        .findings
        .iter()
        .map(|f| note(f, None, "transport", &app.catalogue))
        .collect();
    context.insert("notes", &notes);
    let (met, rest): (Vec<&Assertion>, Vec<&Assertion>) = step
        .assertions
        .iter()
        .partition(|a| a.outcome == Outcome::Met && step.assertions.len() > 6);
    let found = |all: &[&Assertion]| -> Vec<Compared> { all.iter().map(|a| finding(a)).collect() };
    let met_count = step
        .assertions
        .iter()
        .filter(|a| a.outcome == Outcome::Met)
        .count();
    context.insert(
        "met",
        &format!("{met_count} of {} met", step.assertions.len()),
    );
    context.insert(
        "assertions",
        &(!step.assertions.is_empty()).then(|| found(&rest)),
    );
    context.insert(
        "met_words",
        &format!("{} met", many(met.len(), "expectation")),
    );
    context.insert("met_assertions", &found(&met));
    context.insert("example", &example(app, &view));
    let takes = matches!(step.kind, StepKind::SutMessage)
        || matches!(
            planned(app, path).and_then(|(_, s)| s.kind()),
            Some(PlanKind::Send)
        );
    let kept = visit.kept();
    context.insert("take_message", &takes);
    context.insert(
        "give_open",
        &(visit.wrong("text") || kept.get("text").is_some()),
    );
    context.insert("checklist", &checklist(step, visit));
    let traced = view.proofs.iter().any(|p| p == "trace");
    context.insert(
        "checklist_hint",
        if only_done(step) {
            "To help you; nothing of it is judged."
        } else if traced && step.verdict == Verdict::Pending {
            "Tick what your EHR shows, or wait: the message of a later step can prove it without your eyes."
        } else {
            "Tick what your EHR shows, and save the list."
        },
    );
    context.insert("checklist_words", &checklist_words(step));
    context.insert(
        "shown",
        &shown::view(
            &asked(app, path, &view),
            step.answers.as_ref(),
            &kept,
            |f| visit.wrong(f),
        ),
    );
    context.insert("fhir", &super::fhir::view(app, &now, visit, Some(path)));
    context.insert("wanted", &wanted(&view));
    context.insert("files", &files(app, path));
    // why a document does not judge the step stands beside it as well
    let files_told = match (&step.because, step.verdict) {
        (Some(because), Verdict::Pending)
            if step.files.iter().any(|f| because.contains(&f.name)) =>
        {
            full(because)
        }
        _ => String::new(),
    };
    context.insert("files_told", &files_told);
    context.insert("result", &result(&now, step, &view, visit));
    let waivers: Vec<String> = step
        .waivers
        .iter()
        .map(|w| format!("{}: {}", w.what, w.reason))
        .collect();
    context.insert("waivers", &waivers);
    let waivable = waivable(step, kept.get("what"));
    context.insert("can_waive", &(!waivable.is_empty() || !waivers.is_empty()));
    context.insert(
        "waive_open",
        &(visit.wrong("what") || visit.wrong("reason")),
    );
    context.insert("waivable", &waivable);
    context.insert("forms", &forms(app, &now, step, visit));
    context.insert("file_limit", &app.file_limit);
    context.insert("file_limit_words", &size(app.file_limit));
    context.insert("message_limit", &app.message_limit);
    context.insert("message_limit_words", &size(app.message_limit));
    let at = now.position(path).unwrap_or(0);
    let neighbour = |n: Option<usize>| {
        n.and_then(|n| now.result.steps().nth(n))
            .map(|s| lines::line(&now, s))
    };
    context.insert("before", &neighbour(at.checked_sub(1)));
    context.insert("after", &neighbour(at.checked_add(1)));
    context.insert(
        "next_open",
        &lines::next_open(&now, Some(at))
            .filter(|s| s.path != path)
            .map(|s| lines::line(&now, s)),
    );
    page(app, &now, visit, ("step.html", &title, "plan"), context)
}

fn head(app: &App, now: &Now, step: &Step, view: &StepView) -> Head {
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

fn default_todo(kind: StepKind) -> &'static str {
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

fn proof_words(view: &StepView) -> String {
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

fn tables(view: &StepView) -> Vec<Table> {
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

fn codes(view: &StepView) -> Vec<Code> {
    view.bar_codes
        .iter()
        .map(|b| Code {
            svg: b.svg.clone(),
            text: b.text.clone(),
            label: b.label.clone(),
        })
        .collect()
}

fn waiting(app: &App, visit: &Visit, step: &Step, view: &StepView) -> Option<Waiting> {
    if step.verdict != Verdict::Pending || !lines::by_message(step) || step.kind == StepKind::TaAck
    {
        return None;
    }
    let addresses = app.addresses().seen_from(&visit.host);
    if let Some(before) = &view.waits_for {
        return Some(Waiting {
            words: "Another step comes first",
            connect: false,
            how: format!(
                "This step is open for its message when {} has had its own.",
                short(before)
            ),
        });
    }
    Some(if step.kind == StepKind::Transport {
        Waiting {
            words: "Waiting for a call by SOAP",
            connect: true,
            how: format!("Let your EHR call {}.", addresses.soap),
        }
    } else {
        Waiting {
            words: "Waiting for the message",
            connect: true,
            how: format!(
                "It appears here by itself when your EHR sends it to {} (SOAP) or {} (HTTP); with the login of the start page. You can also paste it below.",
                addresses.soap, addresses.http
            ),
        }
    })
}

fn ambiguous(now: &Now, view: &StepView) -> Vec<Unclear> {
    now.messages
        .iter()
        .filter(|m| view.candidates.contains(&m.seq) && now.is_unclear(m.seq))
        .map(|m| Unclear {
            seq: m.seq,
            because: m.because.as_deref().map(full).unwrap_or_default(),
        })
        .collect()
}

fn came(app: &App, now: &Now, step: &Step, view: &StepView) -> Vec<Came> {
    let of = view
        .message
        .and_then(|seq| now.messages.iter().find(|m| m.seq == seq));
    step.messages
        .iter()
        .enumerate()
        .map(|(i, m)| {
            let bytes = m.body.bytes();
            let ours = m.origin == Origin::Harness;
            let mut words = Vec::new();
            let of = of.filter(|v| ours || v.bytes == bytes);
            match of {
                Some(v) if ours => words.push(super::messages::answered_words(v)),
                Some(v) => words.push(format!(
                    "Came by {} on {}.",
                    v.way.words(),
                    crate::words::time(v.at)
                )),
                None => {}
            }
            if let (Some(profile), false) = (&m.profile, ours) {
                words.push(format!("Judged by the profile {profile}."));
            }
            let id = format!("m{}", i + 1);
            Came {
                head: if ours {
                    "The answer that was sent".to_owned()
                } else {
                    "The message as it arrived".to_owned()
                },
                words: words.join(" "),
                href: of
                    .map(|v| format!("/messages/{}", v.seq))
                    .unwrap_or_default(),
                view: message::view(&id, &m.title, &bytes, &m.findings, &app.catalogue),
            }
        })
        .collect()
}

fn finding(a: &Assertion) -> Compared {
    let (symbol, word) = match a.outcome {
        Outcome::Error => ("error", "could not be judged"),
        Outcome::NotMet => ("failed", "not met"),
        Outcome::Inconclusive => ("inconclusive", "inconclusive"),
        Outcome::Allowed => ("passed-with-exception", "also allowed"),
        Outcome::Met => ("passed", "met"),
    };
    Compared {
        what: sentence(&a.what),
        at: a.at.clone().unwrap_or_default(),
        expected: a.expected.clone().unwrap_or_default(),
        found: a
            .found
            .as_ref()
            .map(|f| {
                if f.reveal().is_empty() {
                    "(empty)".to_owned()
                } else {
                    f.reveal().to_owned()
                }
            })
            .unwrap_or_default(),
        because: a.because_text(false).map(|b| full(&b)).unwrap_or_default(),
        symbol,
        word,
    }
}

fn example(app: &App, view: &StepView) -> Option<MessageView> {
    let bytes = view.example.as_ref()?;
    Some(message::view(
        "example-message",
        "Example",
        bytes,
        &[],
        &app.catalogue,
    ))
}

fn checklist(step: &Step, visit: &Visit) -> Vec<CheckGroup> {
    let kept = visit.kept();
    let mut groups: Vec<CheckGroup> = Vec::new();
    for (index, item) in step.checklist.iter().enumerate() {
        let was = match item.seen {
            Some(true) => "seen",
            Some(false) => "not-seen",
            None => "open",
        };
        let is = kept.or(&format!("seen-{index}"), was);
        let was_comment = item.comment.clone().unwrap_or_default();
        let (name, words) = match item.wants {
            Wants::See => ("", ["seen", "not seen", "open"]),
            Wants::Do => ("To do", ["done", "not done", "open"]),
            Wants::Keep => ("To keep as evidence", ["kept", "not kept", "open"]),
        };
        let values = [
            ("seen", "passed"),
            ("not-seen", "failed"),
            ("open", "pending"),
        ];
        let check = Check {
            index,
            text: sentence(&item.text),
            value: item
                .value
                .as_ref()
                .map(|v| v.reveal().to_owned())
                .unwrap_or_default(),
            optional: item.optional && item.wants == Wants::See,
            was,
            comment: kept.or(&format!("comment-{index}"), &was_comment),
            was_comment,
            options: values
                .into_iter()
                .zip(words)
                .map(|((value, id), word)| Choice {
                    value,
                    id,
                    class: format!("v-{id}"),
                    word,
                    on: is == value,
                })
                .collect(),
        };
        match groups.last_mut().filter(|g| g.name == name) {
            Some(group) => group.items.push(check),
            None => groups.push(CheckGroup {
                name,
                items: vec![check],
            }),
        }
    }
    groups
}

fn checklist_words(step: &Step) -> String {
    let count = |seen| step.checklist.iter().filter(|c| c.seen == seen).count();
    let (seen, not, open) = (count(Some(true)), count(Some(false)), count(None));
    let mut parts = vec![format!("{seen} seen")];
    if not > 0 {
        parts.push(format!("{not} not seen"));
    }
    if open > 0 {
        parts.push(format!("{open} open"));
    }
    parts.join(", ")
}

fn wanted(view: &StepView) -> Vec<Wanted> {
    view.evidence
        .iter()
        .map(|e| Wanted {
            kind: match e.kind {
                EvidenceKind::Screenshot => "Screenshot",
                EvidenceKind::Document => "Document",
                EvidenceKind::Message => "Message",
                EvidenceKind::Note => "Note",
            },
            of: e.of.clone(),
            optional: e.optional,
        })
        .collect()
}

fn files(app: &App, path: &str) -> Vec<FileView> {
    files_of(app, path)
        .into_iter()
        .map(|(seq, file)| FileView {
            href: format!("/file{}/{seq}", href(path).trim_start_matches("/step")),
            name: file.name.rsplit('/').next().unwrap_or_default().to_owned(),
            title: file.title,
            about: format!(
                "{}, SHA-256 {}",
                size(file.size),
                file.sha256.get(..16).unwrap_or_default()
            ),
            seq,
        })
        .collect()
}

/// The files of a step, each with the entry that brought it: its name begins with that.
pub(crate) fn files_of(app: &App, path: &str) -> Vec<(u64, EvidenceFile)> {
    let now = app.now();
    let files = now.step(path).map(|s| s.files.clone()).unwrap_or_default();
    files
        .into_iter()
        .filter_map(|file| {
            let name = file.name.rsplit('/').next()?;
            let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
            Some((digits.parse().ok()?, file))
        })
        .collect()
}

/// What a step's page asks the tester to copy out of the system.
pub(crate) fn asked_of(app: &App, path: &str) -> Asked {
    app.session
        .step_view(path)
        .map(|view| asked(app, path, &view))
        .unwrap_or_default()
}

fn asked(app: &App, path: &str, view: &StepView) -> Asked {
    let Some((_, step)) = planned(app, path) else {
        return Asked::default();
    };
    let elements: Vec<String> = match step.action() {
        Some(Action::DataEntry(_)) => view
            .data
            .iter()
            .filter(|r| r.group.is_empty() && r.needed != Needed::No)
            .map(|r| r.element.clone())
            .collect(),
        _ => Vec::new(),
    };
    Asked::of(step, &view.at_least_one_of, &elements)
}

/// What an attestation step declares.
pub(crate) fn statement(app: &App, path: &str) -> String {
    app.session
        .step_view(path)
        .and_then(|v| v.statement)
        .unwrap_or_default()
}

fn result(now: &Now, step: &Step, view: &StepView, visit: &Visit) -> ResultView {
    let kept = visit.kept();
    let attest = view.statement.is_some();
    let done = only_done(step) && !attest;
    let applies = step.verdict != Verdict::NotApplicable;
    let settle = applies && matches!(step.evaluation, Evaluation::Evaluated);
    let own = step.overridden.is_some() || step.judged == Judged::Juror;
    let options = RESULTS
        .into_iter()
        .map(|(value, _)| {
            let (id, word) = match value {
                "passed" => ("passed", "passed"),
                "passed-with-exception" => {
                    ("passed-with-exception", "passed with a notable exception")
                }
                "failed" => ("failed", "failed"),
                "failed-not-supported" => ("failed", "failed: not supported"),
                "inconclusive" => ("inconclusive", "inconclusive"),
                _ => ("pending", "open"),
            };
            let now = match step.verdict {
                Verdict::Passed => "passed",
                Verdict::PassedWithException => "passed-with-exception",
                Verdict::Failed if step.not_supported => "failed-not-supported",
                Verdict::Failed => "failed",
                Verdict::Inconclusive => "inconclusive",
                _ => "pending",
            };
            Choice {
                value,
                id,
                class: String::new(),
                word,
                on: kept.or("verdict", if own { now } else { "" }) == value,
            }
        })
        .collect();
    let machine = step.judged.by_machine() && step.verdict != Verdict::Pending;
    ResultView {
        head: "Result",
        words: if !applies {
            "The step cannot apply to your system.".to_owned()
        } else if attest {
            "Read the statement. Whoever may speak for the product attests it.".to_owned()
        } else if done {
            "Say so here, and go on to the next step. It never counts; the rest of this page can stay empty.".to_owned()
        } else if machine {
            format!(
                "The program says: {}. When you know better, set your own result and say why; the report shows both.",
                lines::word(step, false)
            )
        } else if lines::by_message(step) {
            "The program judges it when the message comes. When your EHR cannot do it, say so here."
                .to_owned()
        } else {
            "It follows from the checklist, from what you copied here, or from later messages. You can also set it yourself.".to_owned()
        },
        attest,
        statement: view.statement.clone().unwrap_or_default(),
        attestations: step
            .attestations
            .iter()
            .map(|a| AttestationView {
                words: format!(
                    "Attested by {}{} on {}{}.",
                    a.name,
                    a.role
                        .as_ref()
                        .map(|r| format!(" ({r})"))
                        .unwrap_or_default(),
                    a.date,
                    a.expires
                        .map(|d| format!(", valid until {d}"))
                        .unwrap_or_default()
                ),
                statement: a.statement.clone(),
            })
            .collect(),
        done,
        is_done: now.is_done(&step.path),
        settle,
        legend: if machine {
            "Overrule the program"
        } else {
            "Your own result"
        },
        options,
        reason_hint: if machine {
            "Needed: it stands on the report beside what the program found."
        } else {
            ""
        },
        reason_wrong: visit.wrong("because"),
    }
}

fn waivable(step: &Step, chosen: Option<&str>) -> Vec<Option_> {
    let mut all: Vec<Option_> = Vec::new();
    let mut put = |value: &str, word: String| {
        if !all.iter().any(|o| o.value == value) {
            all.push(Option_ {
                on: chosen == Some(value),
                value: value.to_owned(),
                word,
            });
        }
    };
    for a in step
        .assertions
        .iter()
        .filter(|a| matches!(a.outcome, Outcome::NotMet | Outcome::Inconclusive))
    {
        put(&a.what, sentence(&a.what));
    }
    for f in step
        .all_findings()
        .filter(|f| f.severity == titer_finding::Severity::Error)
    {
        put(&f.rule, format!("{} at {}", f.rule, f.location.path));
    }
    all
}

fn forms(app: &App, now: &Now, step: &Step, visit: &Visit) -> Forms {
    let kept = visit.kept();
    let comment = now.comment(&step.path).to_owned();
    let own = step
        .overridden
        .as_ref()
        .map(|o| o.because.clone())
        .unwrap_or_default();
    let today = app.clock.now().date().to_string();
    Forms {
        text: kept.or("text", ""),
        title: kept.or("title", ""),
        name: kept.or("name", &visit.tester),
        role: kept.or("role", now.result.system.vendor.as_deref().unwrap_or("")),
        date: kept.or("date", &today),
        expires: kept.or("expires", ""),
        because: kept.or("because", &own),
        comment: kept.or("comment", &comment),
        was_comment: comment,
        reason: kept.or("reason", ""),
    }
}
