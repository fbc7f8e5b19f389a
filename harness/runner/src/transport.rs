//! The transport steps: the CDC SOAP interface of 2011 tried with right and wrong calls.

use crate::assertion;
use crate::caller::{Came, no_answer, nothing};
use crate::error::RunError;
use crate::iis::Sender;
use crate::ledger::{Kept, Pair};
use crate::messages::{header, type_of};
use crate::result::{Assertion, Origin, Outcome, Step};
use crate::stage::{Judging, conclude, ids, unjudged};
use titer_finding::{Finding, Fixer, Location, Phi};
use titer_hl7::edit::{Editor, Place};
use titer_plan::Scope;
use titer_plan::model::{
    self, Case, Credentials as Which, FaultExpect, FaultKind as Wanted, TransportCall,
};
use titer_wire::envelope::{Body, write_connectivity, write_submit};
use titer_wire::{Answer, Call, CallError, Credentials, FaultKind, SoapFault, SoapVersion};

/// A fault in words, without what the system under test wrote into it.
pub(crate) fn fault_words(fault: &SoapFault) -> String {
    format!("a SOAP fault ({})", fault.kind.name())
}

// what came back, whatever was called
enum Back {
    Text(String),
    Message(Vec<u8>),
    Fault(SoapFault),
    Nothing(CallError),
}

struct Tried {
    back: Back,
    exchange: titer_wire::Exchange,
    notes: Vec<Finding>,
    sent: Option<Kept>,
    echo: Option<String>,
}

/// Executes one transport step.
pub(crate) fn run(
    sender: &mut Sender<'_>,
    case: &Case,
    plan_step: &model::Step,
    transport: &model::Transport,
    step: &mut Step,
) -> Result<(), RunError> {
    let tried = match attempt(sender, case, plan_step, transport, step)? {
        Ok(tried) => tried,
        Err(why) => {
            unjudged(step, why);
            return Ok(());
        }
    };
    step.findings.extend(tried.notes);
    if let Back::Nothing(error) = &tried.back
        && let Came::Nothing {
            unreachable: Some(why),
            ..
        } = nothing(error)
    {
        step.exchanges.push(sender.stage.call(
            sender.setting,
            &tried.exchange,
            tried.sent.as_ref(),
            None,
        ));
        sender.unreachable = Some(why.clone());
        unjudged(
            step,
            format!("the system under test could not be reached: {why}"),
        );
        return Ok(());
    }
    let received = match &tried.back {
        Back::Message(bytes) => {
            let title = format!("{} received", type_of(bytes));
            Some(sender.stage.keep(&title, Origin::System, bytes.clone()))
        }
        _ => None,
    };
    step.exchanges.push(sender.stage.call(
        sender.setting,
        &tried.exchange,
        tried.sent.as_ref(),
        received.as_ref().map(|(k, _)| k),
    ));
    match (&transport.expect_fault, &tried.back) {
        (Some(wanted), back) => fault(sender, case, plan_step, wanted, back, step),
        (None, Back::Fault(fault)) => {
            let (assertion, finding) = no_answer(&fault_words(fault));
            step.assertions.push(assertion);
            step.findings.push(finding);
        }
        (None, Back::Nothing(error)) => {
            let (assertion, finding) = no_answer(&error.to_string());
            step.assertions.push(assertion);
            step.findings.push(finding);
        }
        (None, Back::Text(_) | Back::Message(_)) => {
            step.assertions
                .push(Assertion::new("the call is answered", Outcome::Met));
        }
    }
    if transport.expect_echo {
        echo(&tried.back, tried.echo.as_deref().unwrap_or_default(), step);
    }
    let pair = Pair {
        sent: tried.sent,
        received: received.as_ref().map(|(k, _)| k.clone()),
        own_is_received: true,
    };
    if let Some((kept, mut evidence)) = received {
        let judging = Judging {
            case,
            step: plan_step,
            message: &kept,
            pair: Some(&pair),
            profiles: ids(transport.reply_profile.as_ref()),
            expect: &transport.expect,
            allowances: &transport.also_allowed,
        };
        let wanted = transport.expect_fault.is_none();
        let control_id = pair
            .sent
            .as_ref()
            .map(|k| header(&k.bytes, "MSH", 10))
            .unwrap_or_default();
        sender.stage.judge(
            sender.setting,
            &judging,
            |asserting| {
                if wanted {
                    vec![asserting.echoed("MSA-2", "repeats MSH-10 of the message", &control_id)]
                } else {
                    Vec::new()
                }
            },
            step,
            &mut evidence,
        );
        step.messages.push(evidence);
    } else if transport.expect_fault.is_none() && !transport.expect.is_empty() {
        for expectation in &transport.expect {
            let what = expectation
                .at
                .as_ref()
                .map_or("the answer's message", |a| a.text());
            let mut assertion = Assertion::new(format!("{what} is judged"), Outcome::Inconclusive);
            assertion.because = Some("no message came back".to_owned());
            step.assertions.push(assertion);
        }
    }
    sender
        .stage
        .ledger
        .put(case.id.text(), plan_step.id.text(), pair);
    conclude(step);
    Ok(())
}

type Ready = Result<Tried, String>;

fn attempt(
    sender: &mut Sender<'_>,
    case: &Case,
    plan_step: &model::Step,
    transport: &model::Transport,
    step: &mut Step,
) -> Result<Ready, RunError> {
    let occasion = sender.setting.occasion();
    let view = sender.stage.ledger.view(case.id.text(), None);
    let scope = sender.setting.plan.scope(&occasion, case, plan_step, &view);
    let echo = match transport.echo.as_ref().map(|t| scope.text(t)).transpose() {
        Ok(text) => text.unwrap_or_else(|| "titer".to_owned()),
        Err(error) => return Ok(Err(format!("the text cannot be made: {error}"))),
    };
    let message = match messages(&scope, transport) {
        Ok(message) => message,
        Err(why) => return Ok(Err(why)),
    };
    let facility = scope.bindings().facility.as_ref().and_then(|id| {
        let facility = sender.setting.plan.data.facilities.get(&id.value)?;
        Some((id.value.clone(), scope.text(&facility.code).ok()?))
    });
    let own = sender
        .caller
        .credentials(facility.as_ref().map(|(i, c)| (i.as_str(), c.clone())));
    let credentials = changed(&own, transport.credentials, &occasion);
    let client = sender.caller.soap(&credentials)?;
    let version = match sender.caller.target.way {
        crate::options::Way::Soap(version) => version,
        crate::options::Way::Http(..) => SoapVersion::V12,
    };
    let mut kept = None;
    let mut keep = |sender: &mut Sender<'_>, bytes: &[u8]| {
        let (k, mut evidence) = sender.stage.keep(
            &format!("{} sent", type_of(bytes)),
            Origin::Harness,
            bytes.to_vec(),
        );
        crate::stage::Stage::note_own(&mut evidence, bytes);
        step.messages.push(evidence);
        kept = Some(k);
    };
    let tried = match transport.call {
        TransportCall::ConnectivityTest => of_answer(client.connectivity_test(&echo), Back::Text),
        TransportCall::Submit | TransportCall::Oversized => {
            let message = match transport.call {
                TransportCall::Oversized => {
                    match filled(&message, transport.size.unwrap_or(70_000)) {
                        Ok(message) => message,
                        Err(why) => return Ok(Err(why)),
                    }
                }
                _ => message,
            };
            keep(sender, &message);
            if transport.credentials == Which::None {
                let text = String::from_utf8_lossy(&message);
                match write_submit(version, &Credentials::default(), &text) {
                    Ok(envelope) => {
                        of_envelope(client.post_envelope(&without_credentials(&envelope), None))
                    }
                    Err(_) => {
                        return Ok(Err(
                            "the message has a character that XML cannot carry".to_owned()
                        ));
                    }
                }
            } else {
                of_answer(client.submit(&message), Back::Message)
            }
        }
        TransportCall::UnknownOperation => {
            let name = transport.operation.as_deref().unwrap_or("noSuchOperation");
            match write_connectivity(version, &echo) {
                Ok(envelope) => {
                    let text = String::from_utf8_lossy(&envelope).replace("connectivityTest", name);
                    of_envelope(client.post_envelope(text.as_bytes(), None))
                }
                Err(_) => {
                    return Ok(Err(
                        "the text has a character that XML cannot carry".to_owned()
                    ));
                }
            }
        }
        TransportCall::MalformedXml => {
            let text = String::from_utf8_lossy(&message);
            match write_submit(version, &credentials, &text) {
                // the end tags of the body and the envelope are cut off
                Ok(envelope) => {
                    let text = String::from_utf8_lossy(&envelope);
                    let cut = text
                        .rfind("</")
                        .and_then(|at| text.get(..at))
                        .and_then(|t| t.rfind("</"));
                    let text = text
                        .get(..cut.unwrap_or(text.len() / 2))
                        .unwrap_or_default();
                    of_envelope(client.post_envelope(text.as_bytes(), None))
                }
                Err(_) => {
                    return Ok(Err(
                        "the message has a character that XML cannot carry".to_owned()
                    ));
                }
            }
        }
    };
    Ok(Ok(Tried {
        sent: kept,
        echo: Some(echo),
        ..tried
    }))
}

fn of_answer<T>(call: Call<Answer<T>>, back: impl FnOnce(T) -> Back) -> Tried {
    Tried {
        back: match call.outcome {
            Ok(Answer::Reply(reply)) => back(reply),
            Ok(Answer::Fault(fault)) => Back::Fault(fault),
            Err(error) => Back::Nothing(error),
        },
        exchange: call.exchange,
        notes: call.notes,
        sent: None,
        echo: None,
    }
}

fn of_envelope(call: Call<titer_wire::Envelope>) -> Tried {
    let back = match call.outcome {
        Ok(envelope) => match envelope.body {
            Body::Fault(fault) => Back::Fault(fault),
            Body::SubmitResponse(Some(text)) => Back::Message(text.into_bytes()),
            Body::ConnectivityResponse(Some(text)) => Back::Text(text),
            other => Back::Nothing(CallError::Unexpected {
                expected: "an answer or a fault",
                found: other.what(),
            }),
        },
        Err(error) => Back::Nothing(error),
    };
    Tried {
        back,
        exchange: call.exchange,
        notes: call.notes,
        sent: None,
        echo: None,
    }
}

fn messages(scope: &Scope<'_>, transport: &model::Transport) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    for (n, name) in transport.messages.iter().enumerate() {
        let scope = match n {
            0 => scope.clone(),
            n => scope.clone().again(n as u32),
        };
        let bytes = scope
            .message(&name.value, &transport.vary)
            .map_err(|e| format!("the message cannot be made: {e}"))?;
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

// fills a message up with a comment, so that it stays a message
fn filled(message: &[u8], size: u32) -> Result<Vec<u8>, String> {
    let size = size as usize;
    let mut editor = Editor::new(message.to_vec());
    let room = size.saturating_sub(message.len() + "NTE|1|||\r".len());
    let comment = titer_hl7::build::SegmentBuilder::new("NTE")
        .field(1, "1")
        .field(3, "x".repeat(room));
    editor
        .insert_segment(Place::End, &comment)
        .map_err(|e| format!("the message cannot be filled up: {e}"))?;
    Ok(editor.finish())
}

fn changed(own: &Credentials, which: Which, occasion: &titer_plan::Occasion) -> Credentials {
    match which {
        Which::Right | Which::None => own.clone(),
        Which::WrongPassword => Credentials {
            password: occasion.id(&["wrong password"]),
            ..own.clone()
        },
        Which::WrongUser => Credentials {
            username: occasion.id(&["wrong user"]),
            ..own.clone()
        },
        Which::Empty => Credentials {
            username: String::new(),
            password: String::new(),
            facility: own.facility.clone(),
        },
    }
}

fn without_credentials(envelope: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(envelope).into_owned();
    for name in ["username", "password"] {
        for empty in [format!("<{name}/>"), format!("<{name}></{name}>")] {
            text = text.replace(&empty, "");
        }
    }
    text.into_bytes()
}

fn echo(back: &Back, sent: &str, step: &mut Step) {
    let mut assertion = Assertion::new("the echo is exactly the text that was sent", Outcome::Met);
    assertion.expected = Some(sent.to_owned());
    match back {
        Back::Text(text) if text == sent => assertion.found = Some(Phi::new(text.as_str())),
        Back::Text(text) => {
            assertion.outcome = Outcome::NotMet;
            assertion.found = Some(Phi::new(text.as_str()));
            assertion.because = assertion::near_miss(sent, text).map(str::to_owned);
            step.findings
                .push(about_call("the echo is not the text that was sent", None));
        }
        _ => {
            assertion.outcome = Outcome::NotMet;
            assertion.because = Some("no echo came back".to_owned());
        }
    }
    step.assertions.push(assertion);
}

fn about_call(message: &str, help: Option<String>) -> Finding {
    let mut finding =
        assertion::finding(assertion::id::FAULT, Fixer::Receiver, Location::default());
    message.clone_into(&mut finding.message);
    finding.help = help;
    finding
}

fn fault(
    sender: &Sender<'_>,
    case: &Case,
    plan_step: &model::Step,
    wanted: &FaultExpect,
    back: &Back,
    step: &mut Step,
) {
    let name = match wanted.fault {
        Wanted::Any => "a SOAP fault",
        Wanted::SecurityFault => "SecurityFault",
        Wanted::MessageTooLargeFault => "MessageTooLargeFault",
        Wanted::UnsupportedOperationFault => "UnsupportedOperationFault",
        Wanted::UnknownFault => "UnknownFault",
    };
    let mut checks = Checks {
        step,
        fixer: sender.setting.fixer(),
    };
    let fault = match back {
        Back::Fault(fault) => fault,
        other => {
            let found = match other {
                Back::Text(_) => "an echo".to_owned(),
                Back::Message(bytes) => format!("an HL7 message ({})", type_of(bytes)),
                Back::Nothing(error) => error.to_string(),
                Back::Fault(fault) => fault_words(fault),
            };
            checks.check(
                &format!("the call is answered with {name}"),
                name,
                Some(&found),
                false,
            );
            return;
        }
    };
    let kind = match fault.kind {
        FaultKind::Security => Wanted::SecurityFault,
        FaultKind::MessageTooLarge => Wanted::MessageTooLargeFault,
        FaultKind::UnsupportedOperation => Wanted::UnsupportedOperationFault,
        FaultKind::Unknown => Wanted::UnknownFault,
        FaultKind::Undeclared => Wanted::Any,
    };
    let right = wanted.fault == Wanted::Any || wanted.fault == kind;
    checks.check(
        &format!("the call is answered with {name}"),
        name,
        Some(fault.kind.name()),
        right,
    );
    let reason = wanted.reason.clone().or_else(|| {
        right
            .then(|| fault.kind.fixed_reason().map(str::to_owned))
            .flatten()
    });
    if let Some(reason) = reason {
        checks.check(
            "Reason of the fault's detail",
            &reason,
            Some(&fault.reason),
            fault.reason == reason,
        );
    }
    if wanted.numeric_code && fault.kind != FaultKind::Undeclared {
        let numeric = fault.code.trim().parse::<i64>().is_ok();
        checks.check(
            "Code of the fault's detail is a whole number",
            "a whole number",
            Some(&fault.code),
            numeric,
        );
    }
    if wanted.detail {
        let says = !fault.detail.trim().is_empty();
        checks.check(
            "Detail of the fault says something",
            "a text",
            Some(&fault.detail),
            says,
        );
    }
    let occasion = sender.setting.occasion();
    let view = sender.stage.ledger.view(case.id.text(), None);
    let scope = sender.setting.plan.scope(&occasion, case, plan_step, &view);
    for text in wanted.without.iter().flat_map(|w| w.iter()) {
        let Ok(word) = scope.text(text) else { continue };
        let all = [&fault.text, &fault.code, &fault.reason, &fault.detail];
        let told = !word.is_empty()
            && all
                .iter()
                .any(|t| t.to_lowercase().contains(&word.to_lowercase()));
        checks.check(
            &format!("the fault does not tell `{word}`"),
            "nothing of it",
            None,
            !told,
        );
    }
}

struct Checks<'s> {
    step: &'s mut Step,
    fixer: Fixer,
}

impl Checks<'_> {
    fn check(&mut self, what: &str, expected: &str, found: Option<&str>, right: bool) {
        let mut assertion =
            Assertion::new(what, if right { Outcome::Met } else { Outcome::NotMet });
        assertion.expected = Some(expected.to_owned());
        assertion.found = found.map(Phi::new);
        if !right {
            let mut finding =
                assertion::finding(assertion::id::FAULT, self.fixer, Location::default());
            finding.message = match found {
                Some(_) => format!("{what}: expected {expected}, found `{{value}}`"),
                None => format!("{what}: it does"),
            };
            finding.value = found.map(Phi::new);
            finding.expected = Some(expected.to_owned());
            self.step.findings.push(finding);
        }
        self.step.assertions.push(assertion);
    }
}
