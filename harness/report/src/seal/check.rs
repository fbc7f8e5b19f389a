//! Recomputing what the document says about itself.

use super::Fault;
use crate::words::visible;
use ring::digest::{Context, SHA256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Read};
use titer_runner::result::{
    Evaluation, EvidenceFile, Judged, MessageEvidence, RunResult, Step, Verdict, rollup, sha256_hex,
};

/// Everything that can be recomputed from the document alone: hashes of messages, the chain, the verdicts that follow from
/// other verdicts, the counts, the coverage, and steps whose verdict is better than what it rests on. Empty when all is right.
pub fn check(result: &RunResult) -> Vec<Fault> {
    let mut faults = Vec::new();
    messages(result, &mut faults);
    for step in result.steps() {
        grounds(step, &mut faults);
    }
    let mut again = result.clone();
    again.settle();
    verdicts(result, &again, &mut faults);
    chain(result, &again, &mut faults);
    faults
}

fn of_step(step: &Step) -> String {
    format!("step {}", visible(&step.path))
}

fn messages(result: &RunResult, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    let of_steps = result
        .steps()
        .flat_map(|s| s.messages.iter().map(move |m| (of_step(s), m)));
    let of_none = result
        .unexpected
        .iter()
        .flat_map(|u| &u.messages)
        .map(|m| ("no step".to_owned(), m));
    for (owner, message) in of_steps.chain(of_none) {
        let place = format!("message {} of {owner}", visible(&message.id));
        hash(message, &place, faults);
        if !seen.insert(&message.id) {
            faults.push(Fault::new(place, "another message has the same id"));
        }
    }
}

fn hash(message: &MessageEvidence, place: &str, faults: &mut Vec<Fault>) {
    let found = sha256_hex(&message.body.bytes());
    if found != message.sha256 {
        faults.push(Fault::new(
            place,
            format!(
                "its bytes have the SHA-256 {found}, and the document says {}",
                visible(&message.sha256)
            ),
        ));
    }
}

/// Whether a step's verdict is better than what the document shows for it.
fn grounds(step: &Step, faults: &mut Vec<Fault>) {
    let mut wrong = |what: String| faults.push(Fault::new(of_step(step), what));
    if let Some(over) = &step.overridden {
        if over.by.trim().is_empty() || over.because.trim().is_empty() {
            wrong("a tester decided otherwise, and the name or the reason is missing".to_owned());
        }
        return;
    }
    match step.verdict {
        Verdict::Passed | Verdict::PassedWithException => {
            if step.evaluation != Evaluation::Evaluated {
                wrong("it is no step that is evaluated, and is called passed".to_owned());
            }
            if matches!(step.judged, Judged::NotJudged | Judged::Attested) {
                wrong(format!(
                    "it is called passed, and is {}",
                    step.judged.words()
                ));
            }
            if step.judged.by_machine() {
                let from = rollup::step_verdict(&step.assertions);
                if step.assertions.is_empty() {
                    wrong("it is called passed, and no expectation was judged".to_owned());
                } else if from < step.verdict {
                    wrong(format!(
                        "it is called {}, and its expectations say {}",
                        word(step.verdict),
                        word(from)
                    ));
                }
            }
        }
        Verdict::Attested if step.attestations.is_empty() => {
            wrong("it is called attested, and nobody is named who attests it".to_owned());
        }
        _ => {}
    }
}

/// Steps that a person passed without looking at a line of a checklist: there is nothing to recompute, and a reader has to know.
/// What the person gave for it, a reason, a comment or a file, is said with it.
pub fn remarks(result: &RunResult) -> Vec<Fault> {
    result
        .steps()
        .filter(|s| by_eye(s) && !looked_at(s))
        .map(|s| {
            let given = given(s);
            let what = if given.is_empty() {
                "it is passed by a person, and nothing shows that anybody looked".to_owned()
            } else {
                format!(
                    "it is passed by a person and by no line of a checklist; given for it: {}",
                    given.join(", ")
                )
            };
            Fault::new(of_step(s), what)
        })
        .collect()
}

fn by_eye(step: &Step) -> bool {
    step.judged == Judged::Juror && step.overridden.is_none() && step.verdict.is_pass()
}

// whether every line that has to be seen was
fn looked_at(step: &Step) -> bool {
    let mut lines = step.checklist.iter().filter(|i| i.required()).peekable();
    lines.peek().is_some() && lines.all(|i| i.seen == Some(true))
}

fn given(step: &Step) -> Vec<&'static str> {
    let told = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
    [
        (told(&step.because), "a reason"),
        (told(&step.comment), "a comment"),
        (!step.files.is_empty(), "files"),
    ]
    .into_iter()
    .filter_map(|(there, what)| there.then_some(what))
    .collect()
}

fn word(verdict: Verdict) -> &'static str {
    titer_runner::result::Standing::new(verdict, false).words()
}

fn verdicts(result: &RunResult, again: &RunResult, faults: &mut Vec<Fault>) {
    let mut differ = |place: String, what: &str, says: String, follows: String| {
        if says != follows {
            faults.push(Fault::new(
                place,
                format!("its {what} is {says}, and {follows} follows from what is below it"),
            ));
        }
    };
    let run = || "the run".to_owned();
    differ(
        run(),
        "standing",
        result.standing.id().to_owned(),
        again.standing.id().to_owned(),
    );
    differ(
        run(),
        "exit code",
        result.exit_code.to_string(),
        again.exit_code.to_string(),
    );
    for (what, says, follows) in [
        ("count of cases", result.case_counts, again.case_counts),
        ("count of steps", result.step_counts, again.step_counts),
    ] {
        let words = crate::words::counts;
        differ(run(), what, words(&says), words(&follows));
        differ(
            run(),
            what,
            says.total.to_string(),
            follows.total.to_string(),
        );
        differ(
            run(),
            what,
            says.judged.to_string(),
            follows.judged.to_string(),
        );
    }
    for (says, follows) in result.groups.iter().zip(&again.groups) {
        differ(
            format!("group {}", visible(&says.id)),
            "standing",
            says.standing.id().to_owned(),
            follows.standing.id().to_owned(),
        );
    }
    for (says, follows) in result.cases().zip(again.cases()) {
        let place = || format!("case {}", visible(&says.path));
        differ(
            place(),
            "verdict",
            word(says.verdict).to_owned(),
            word(follows.verdict).to_owned(),
        );
        differ(
            place(),
            "standing",
            says.standing.id().to_owned(),
            follows.standing.id().to_owned(),
        );
    }
    for (says, follows) in result.steps().zip(again.steps()) {
        differ(
            of_step(says),
            "standing",
            says.standing.id().to_owned(),
            follows.standing.id().to_owned(),
        );
    }
    if result.requirements != again.requirements {
        for follows in &again.requirements {
            if !result.requirements.contains(follows) {
                faults.push(Fault::new(
                    format!("requirement {}", visible(&follows.id)),
                    "its list of steps does not follow from what the steps say",
                ));
            }
        }
    }
}

fn chain(result: &RunResult, again: &RunResult, faults: &mut Vec<Fault>) {
    let lines = result.evidence.len().max(again.evidence.len());
    for index in 0..lines {
        let place = format!("line {} of the evidence list", index + 1);
        match (result.evidence.get(index), again.evidence.get(index)) {
            (Some(says), Some(follows)) if says != follows => {
                let what = if (&says.id, &says.step, &says.title)
                    != (&follows.id, &follows.step, &follows.title)
                {
                    format!(
                        "it names {}, and {} of {} stands there in the steps",
                        visible(&says.id),
                        visible(&follows.id),
                        visible(&follows.step)
                    )
                } else if says.sha256 == follows.sha256 {
                    "its chain value does not follow from the lines before it".to_owned()
                } else {
                    format!(
                        "its SHA-256 is not the one that {} has in its step",
                        visible(&says.id)
                    )
                };
                faults.push(Fault::new(place, what));
                // every line after it differs for the same reason
                return;
            }
            (Some(says), None) => {
                faults.push(Fault::new(
                    place,
                    format!("it names {}, which no step has", visible(&says.id)),
                ));
                return;
            }
            (None, Some(follows)) => {
                faults.push(Fault::new(
                    place,
                    format!("it is missing: {} is not listed", visible(&follows.id)),
                ));
                return;
            }
            _ => {}
        }
    }
}

/// Reads a file that the document names and compares its size and hash; none when they are right.
pub fn check_file(
    step: &str,
    file: &EvidenceFile,
    reader: &mut dyn Read,
) -> io::Result<Option<Fault>> {
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut size = 0_u64;
    loop {
        let n = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        size += n as u64;
        context.update(buffer.get(..n).unwrap_or_default());
    }
    let found = context
        .finish()
        .as_ref()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
    let place = format!("file {} of step {}", visible(&file.name), visible(step));
    Ok(if found != file.sha256 {
        Some(Fault::new(
            place,
            format!(
                "it has the SHA-256 {found}, and the document says {}",
                visible(&file.sha256)
            ),
        ))
    } else if size != file.size {
        Some(Fault::new(
            place,
            format!("it has {size} bytes, and the document says {}", file.size),
        ))
    } else {
        None
    })
}
