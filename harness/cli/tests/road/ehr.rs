//! An EHR under test: a scripted sender plays every message of the ONC plan, rightly and with one wrong value.

use crate::clock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::edit::Editor;
use titer_plan::model::{Action, Case, Side, Step};
use titer_plan::{NothingYet, Occasion, Plan};
use titer_registry::Registry;
use titer_runner::result::{RunResult, Verdict};
use titer_runner::{EhrTarget, Event, Options, Run, Target};
use titer_service::{Iis, IisConfig, Personality, Policy};
use titer_wire::{ClientOptions, Credentials, SoapClient};

/// What the sender changes in one message: the step, the place, the value.
type Slip<'a> = Option<(&'a str, &'a str, &'a str)>;

/// The message of a step as the example in the plan has it.
fn message(plan: &Plan, occasion: &Occasion, case: &Case, step: &Step) -> Option<Vec<u8>> {
    let Some(Action::Send(send)) = step.action() else {
        return None;
    };
    step.applies(Side::Ehr).then(|| {
        let scope = plan.scope(occasion, case, step, &NothingYet);
        scope.message(&send.message.value, &send.vary).unwrap()
    })
}

/// The IIS that answers where the plan has no reply of its own.
fn reference(credentials: &Credentials) -> Iis {
    let config = IisConfig {
        policy: Policy::national(),
        personality: Personality::well_behaved(),
        scripts: Vec::new(),
        credentials: credentials.clone(),
        kept_exchanges: 0,
    };
    Iis::new(Registry::memory(clock(), 42).unwrap(), config, clock())
}

fn play(select: &[&str], slip: Slip) -> RunResult {
    let plan = Arc::new(titer_plan::load_builtin("onc-2015").unwrap());
    let credentials = Credentials::new("clinic", "secret", "NISTEHRFAC");
    let target = EhrTarget {
        credentials: Some(credentials.clone()),
        fallback: Some(Arc::new(reference(&credentials))),
        idle: Some(Duration::from_secs(120)),
        ..EhrTarget::new()
    };
    let mut options = Options::new(Target::Ehr(target), "scripted sender").clock(clock());
    options.select = select.iter().map(|s| (*s).to_owned()).collect();
    let occasion = Occasion {
        as_of: options.as_of,
        now: options.clock.now(),
        seed: 7,
    };
    let listening = Run::new(Arc::clone(&plan), options)
        .unwrap()
        .listen()
        .unwrap();
    let url = listening.soap_url().to_owned();
    let stop = listening.stop();
    let chosen: Vec<String> = match select {
        [] => plan.cases().map(|(_, c)| c.id.text().to_owned()).collect(),
        some => some.iter().map(|s| (*s).to_owned()).collect(),
    };
    let slip = slip.map(|(step, path, value)| (step.to_owned(), path.to_owned(), value.to_owned()));
    let sender = std::thread::spawn(move || {
        let client = SoapClient::new(
            &url,
            ClientOptions {
                credentials,
                clock: clock(),
                ..ClientOptions::default()
            },
        )
        .unwrap();
        for (_, case) in plan
            .cases()
            .filter(|(_, c)| chosen.iter().any(|id| id == c.id.text()))
        {
            for step in &case.steps {
                let Some(mut bytes) = message(&plan, &occasion, case, step) else {
                    continue;
                };
                let name = format!("{}/{}", case.id.text(), step.id.text());
                if let Some((_, path, value)) = slip.as_ref().filter(|(s, _, _)| *s == name) {
                    let mut editor = Editor::new(bytes);
                    editor.set(&path.parse().unwrap(), value.as_str()).unwrap();
                    bytes = editor.finish();
                }
                let call = client.submit(&bytes);
                assert!(
                    call.outcome.is_ok(),
                    "{name} was not answered: {:?}",
                    call.outcome
                );
            }
        }
        stop.now();
    });
    let mut events = 0;
    let result = listening.execute(&mut |_: Event| events += 1);
    sender.join().unwrap();
    assert!(events > 0);
    result
}

/// Verdicts of the steps that wait for a message.
fn awaited(result: &RunResult) -> BTreeMap<String, Verdict> {
    let plan = titer_plan::load_builtin("onc-2015").unwrap();
    let waits: Vec<String> = plan
        .cases()
        .flat_map(|(_, c)| c.steps.iter().map(move |s| (c, s)))
        .filter(|(_, s)| matches!(s.action(), Some(Action::Send(_))))
        .map(|(c, s)| format!("onc-2015/{}/{}", c.id.text(), s.id.text()))
        .collect();
    result
        .steps()
        .filter(|s| waits.contains(&s.path))
        .map(|s| (s.path.clone(), s.verdict))
        .collect()
}

#[test]
fn a_sender_that_does_everything_right_passes_every_step_that_awaits_it() {
    let result = play(&[], None);
    let awaited = awaited(&result);
    assert_eq!(awaited.len(), 14, "10 reports and 4 queries");
    for (step, verdict) in &awaited {
        assert_eq!(
            *verdict,
            Verdict::Passed,
            "{step}: {:#?}",
            failed(&result, step)
        );
    }
    assert!(result.unexpected.is_empty());
    // what a person has to see is open, so the run is not complete
    assert_eq!(result.exit_code, 3);
}

/// The assertions of a step that are not met: place and words.
fn failed(result: &RunResult, step: &str) -> Vec<String> {
    use titer_runner::result::Outcome;
    let step = result.steps().find(|s| s.path == step).unwrap();
    step.assertions
        .iter()
        .filter(|a| a.outcome == Outcome::NotMet)
        .map(|a| format!("{} {}", a.at.as_deref().unwrap_or_default(), a.what))
        .collect()
}

#[test]
fn one_wrong_value_fails_the_step_and_the_assertion_that_name_it_and_no_other() {
    // (the case and step, the place, the wrong value): each is a value that the case fixes
    let slips = [
        ("AD-1/report", "PID-8", "F"),
        ("AD-2/report", "PID-10.1", "2106-3"),
        ("AD-3/report", "PD1-12", "N"),
        ("AD-5/report", "RXA[4]-20", "CP"),
        ("AD-6/report", "RXA-15", "208940"),
        ("AD-7/report", "PD1-11.1", "01"),
        ("AD-9/report", "PID-22.1", "2135-2"),
        ("QR-4/query", "QPD-4.2", "Jim"),
    ];
    for slip in slips {
        let case = slip.0.split('/').next().unwrap();
        // AD-6 corrects what AD-5 reported
        let cases = if case == "AD-6" {
            vec!["AD-5", "AD-6"]
        } else {
            vec![case]
        };
        let result = play(&cases, Some(slip));
        let path = format!("onc-2015/{}", slip.0);
        for (step, verdict) in awaited(&result) {
            let wanted = if step == path {
                Verdict::Failed
            } else {
                Verdict::Passed
            };
            assert_eq!(verdict, wanted, "{step} after {slip:?}");
        }
        let failed = failed(&result, &path);
        let place: titer_hl7::Path = slip.1.parse().unwrap();
        // the profile may find more that follows from the slip; the plan's own assertions name the one place
        let named: Vec<&String> = failed
            .iter()
            .filter(|f| !f.contains("conforms to"))
            .collect();
        let [only] = named.as_slice() else {
            panic!("{slip:?} made {failed:#?}")
        };
        let at: titer_hl7::Path = only.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(
            (at.segment(), at.field()),
            (place.segment(), place.field()),
            "{slip:?} made {failed:#?}"
        );
    }
}
