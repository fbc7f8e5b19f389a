//! What it comes to so far, and everything to download.

use super::frame::{Visit, page};
use super::lines::{self, Line, Tally, standing_word};
use crate::app::{App, Now};
use crate::problem::Problem;
use crate::words::many;
use axum::http::StatusCode;
use serde::Serialize;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use tera::Context;
use titer_report::{
    Decision, RuleOverride, recognition, recognition_html, recognition_junit, recognition_markdown,
    recognition_pdf,
};
use titer_runner::result::{RunResult, Standing, Verdict};
use zip::write::SimpleFileOptions;

/// Open steps that are listed here; the plan shows the rest.
const LISTED: usize = 12;

#[derive(Serialize)]
struct VerdictView {
    id: &'static str,
    head: String,
    words: String,
    tell: String,
}

/// An incomplete run is said to be incomplete before anything else.
fn verdict(now: &Now) -> VerdictView {
    let tally = Tally::of(now);
    let bad = match tally.bad {
        0 => "Nothing has failed so far.".to_owned(),
        n => format!("{} failed or could not be judged so far.", many(n, "step")),
    };
    if tally.open > 0 {
        return VerdictView {
            id: "pending",
            head: format!(
                "Incomplete: {} of {} are open",
                tally.open,
                many(tally.all, "step")
            ),
            words: format!("{bad} There is no verdict before every step is finished."),
            tell: format!("Incomplete, {} open", tally.open),
        };
    }
    let (id, head) = match now.result.standing {
        Standing::Passed => ("passed", "Passed"),
        Standing::PassedWithException => ("passed-with-exception", "Passed with exceptions"),
        Standing::Failed => ("failed", "Failed"),
        Standing::Error => ("error", "Something could not be judged"),
        Standing::Inconclusive => ("inconclusive", "Inconclusive"),
        Standing::UnexpectedPass => (
            "unexpected-pass",
            "Failed: something on the list of known failures passed",
        ),
        Standing::Pending => ("pending", "Incomplete"),
        Standing::KnownFailure => ("known-failure", "Passed but for known failures"),
        Standing::Attested => ("attested", "Attested only: nothing was tested"),
        Standing::NotEvaluated => ("not-evaluated", "Nothing was evaluated"),
        Standing::NotApplicable => ("not-applicable", "Nothing applies"),
    };
    VerdictView {
        id,
        head: head.to_owned(),
        words: format!(
            "Every step is finished. {} {} attested or not evaluated and never count as passes. The report below says what that means for recognition.",
            if tally.bad == 0 {
                "Nothing has failed."
            } else {
                &bad
            },
            if tally.apart == 1 {
                "1 is".to_owned()
            } else {
                format!("{} are", tally.apart)
            }
        ),
        tell: head.to_owned(),
    }
}

#[derive(Serialize)]
struct ComponentView {
    title: String,
    standing: &'static str,
    word: String,
    steps: String,
}

fn components(now: &Now) -> Vec<ComponentView> {
    let result = &now.result;
    result
        .components
        .iter()
        .filter_map(|component| {
            let of: Vec<&str> = result
                .capabilities
                .iter()
                .filter(|c| c.component.as_deref() == Some(component.id.as_str()))
                .map(|c| c.id.as_str())
                .collect();
            let steps: Vec<_> = result
                .steps()
                .filter(|s| s.capabilities.iter().any(|c| of.contains(&c.as_str())))
                .collect();
            // the most urgent one decides; what is counted apart does not
            let standing = steps
                .iter()
                .map(|s| s.standing)
                .filter(|s| *s <= Standing::Passed)
                .min()
                .or_else(|| steps.iter().map(|s| s.standing).min())?;
            let passed = steps.iter().filter(|s| s.verdict.is_pass()).count();
            let apart = steps
                .iter()
                .filter(|s| !s.verdict.is_judged() && s.verdict != Verdict::Pending)
                .count();
            Some(ComponentView {
                title: component.title.clone(),
                standing: standing.id(),
                word: standing_word(standing),
                steps: match (steps.len() - apart, apart) {
                    (0, _) => format!("none that counts, {apart} apart"),
                    (counted, 0) => format!("{passed} of {counted} passed"),
                    (counted, _) => format!("{passed} of {counted} passed, {apart} apart"),
                },
            })
        })
        .collect()
}

#[derive(Serialize)]
struct Offer {
    href: &'static str,
    file: &'static str,
    name: &'static str,
    about: &'static str,
}

const OFFERS: &[Offer] = &[
    Offer {
        href: "/report/recognition.html",
        file: "",
        name: "Recognition report as a page",
        about: "what the programme's testers read: identity, the rule, components, every step and how it was judged; one file",
    },
    Offer {
        href: "/report/recognition.pdf",
        file: "recognition.pdf",
        name: "Recognition report as PDF",
        about: "the same on paper, to attach to an application",
    },
    Offer {
        href: "/report/recognition.md",
        file: "recognition.md",
        name: "Summary in Markdown",
        about: "for a ticket or a mail",
    },
    Offer {
        href: "/report/recognition.json",
        file: "recognition.json",
        name: "Recognition report as JSON",
        about: "for other programs",
    },
    Offer {
        href: "/report/junit.xml",
        file: "junit.xml",
        name: "JUnit",
        about: "capabilities as test cases, for a pipeline",
    },
    Offer {
        href: "/report/report.html",
        file: "",
        name: "Report of the run",
        about: "every case with its messages and findings, as titer run makes it",
    },
    Offer {
        href: "/report/result.json",
        file: "result.json",
        name: "Result document",
        about: "everything as JSON; titer report makes every report from it again",
    },
    Offer {
        href: "/report/evidence.zip",
        file: "evidence.zip",
        name: "Result, reports and evidence",
        about: "a zip with the result document, the reports and every file that was added",
    },
];

#[derive(Serialize)]
struct RuleView {
    id: &'static str,
    answer: &'static str,
    lead: String,
}

/// What the programme's rule says, where the plan has one.
fn decided(now: &Now) -> Option<RuleView> {
    now.result.recognition.as_ref()?;
    let said = recognition(&now.result, RuleOverride::default(), false);
    Some(RuleView {
        id: match said.decision {
            Decision::Incomplete => "pending",
            Decision::Error => "error",
            Decision::NotMet => "failed",
            Decision::Undecided => "inconclusive",
            Decision::Met => "passed",
        },
        answer: said.decision.answer(),
        lead: said.lead,
    })
}

/// The page.
pub(crate) fn report(app: &App, visit: &Visit) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let open: Vec<Line> = now
        .result
        .steps()
        .filter(|s| s.verdict != Verdict::NotApplicable && lines::is_open(s, now.is_done(&s.path)))
        .map(|s| lines::line(&now, s))
        .collect();
    let mut context = Context::new();
    context.insert("verdict", &verdict(&now));
    context.insert("rule", &decided(&now));
    context.insert("progress", &lines::progress(&now));
    context.insert("components", &components(&now));
    context.insert("open_count", &open.len());
    context.insert(
        "open_more",
        &(open.len() > LISTED).then(|| format!("All {} of them", open.len())),
    );
    context.insert("open", &open.get(..LISTED.min(open.len())));
    context.insert("downloads", OFFERS);
    context.insert(
        "incomplete_note",
        if open.is_empty() {
            ""
        } else {
            "As long as steps are open, each of them says that the run is incomplete."
        },
    );
    page(
        app,
        &now,
        visit,
        ("report.html", "Report", "report"),
        context,
    )
}

/// Something to download.
pub(crate) enum Download {
    /// Text or bytes; shown in the browser when it is a page.
    Bytes {
        name: &'static str,
        kind: &'static str,
        bytes: Vec<u8>,
        inline: bool,
    },
    /// A file that is too large for memory.
    File {
        name: &'static str,
        kind: &'static str,
        file: File,
        size: u64,
    },
}

fn unmade(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a report could not be made");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the report could not be made",
    )
    .help("the result document can be downloaded all the same, and titer report makes reports from it")
}

/// Reports by the names under which they are downloaded and packed, each with its media type.
const REPORTS: [(&str, &str); 6] = [
    ("recognition.html", "text/html; charset=utf-8"),
    ("recognition.pdf", "application/pdf"),
    ("recognition.md", "text/markdown; charset=utf-8"),
    ("recognition.json", "application/json"),
    ("junit.xml", "application/xml"),
    ("report.html", "text/html; charset=utf-8"),
];

/// A report of [`REPORTS`].
fn rendered(result: &RunResult, name: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let rule = RuleOverride::default();
    Ok(match name {
        "recognition.html" => recognition_html(result, rule, false)?.into_bytes(),
        "recognition.pdf" => recognition_pdf(result, rule, false),
        "recognition.md" => recognition_markdown(result, rule, false).into_bytes(),
        "recognition.json" => serde_json::to_vec_pretty(&recognition(result, rule, false))?,
        "junit.xml" => recognition_junit(result, rule, false)?.into_bytes(),
        _ => titer_report::html(result, false)?.into_bytes(),
    })
}

/// A report, the result document, or all of it with the evidence.
pub(crate) fn download(app: &App, name: &str) -> Result<Download, Problem> {
    let now = app.now();
    let json = || {
        now.result
            .to_json()
            .map(String::into_bytes)
            .map_err(|e| unmade(&e))
    };
    if let Some((name, kind)) = REPORTS.into_iter().find(|(n, _)| *n == name) {
        let bytes = rendered(&now.result, name).map_err(|e| unmade(e.as_ref()))?;
        return Ok(Download::Bytes {
            name,
            kind,
            bytes,
            inline: kind.starts_with("text/html"),
        });
    }
    match name {
        "result.json" => Ok(Download::Bytes {
            name: "result.json",
            kind: "application/json",
            bytes: json()?,
            inline: false,
        }),
        "evidence.zip" => evidence(app, &now.result, &json()?),
        _ => Err(Problem::missing("there is no such report")
            .help("the report page lists what can be downloaded")),
    }
}

/// The result document, the reports and every file, in one archive on the disk.
fn evidence(app: &App, result: &RunResult, json: &[u8]) -> Result<Download, Problem> {
    let archive = || -> Result<(File, u64), Box<dyn std::error::Error>> {
        let mut zip = zip::ZipWriter::new(tempfile::tempfile()?);
        let packed = SimpleFileOptions::default();
        let mut put = |name: &str, bytes: &[u8]| -> Result<(), Box<dyn std::error::Error>> {
            zip.start_file(name, packed)?;
            Ok(zip.write_all(bytes)?)
        };
        put("result.json", json)?;
        for (name, _) in REPORTS {
            put(name, &rendered(result, name)?)?;
        }
        for file in result.steps().flat_map(|s| &s.files) {
            if let Some(bytes) = app.session.file(&file.sha256)? {
                put(&file.name, &bytes)?;
            }
        }
        let mut file = zip.finish()?;
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok((file, size))
    };
    match archive() {
        Ok((file, size)) => Ok(Download::File {
            name: "evidence.zip",
            kind: "application/zip",
            file,
            size,
        }),
        Err(error) => {
            tracing::error!(%error, "the evidence could not be packed");
            Err(Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "the evidence could not be packed",
            )
            .help("is there room in the folder for temporary files? Each file can be downloaded from the page of its step"))
        }
    }
}
