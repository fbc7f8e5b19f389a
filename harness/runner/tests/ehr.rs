//! An EHR under test: a scripted sender plays the plan's messages, right and wrong.

mod common;

use common::{bad, clock, plan, step, unmet};
use std::collections::BTreeMap;
use titer_hl7::edit::Editor;
use titer_hl7::{Message, Offsets};
use titer_plan::{NothingYet, Occasion};
use titer_runner::result::{Outcome, RunResult, Standing, StepKind, Verdict};
use titer_runner::{EhrTarget, Event, Listening, Options, Run, Target};
use titer_wire::{Answer, ClientOptions, Credentials, HttpClient, HttpForm, HttpLogin, SoapClient};

/// The message that the plan gives as an example for a step.
fn example(case: &str, name: &str) -> Vec<u8> {
    let plan = plan("clinic");
    let case = plan.case(case).expect("the case is there");
    let step = case
        .steps
        .iter()
        .find(|s| s.id.text() == name)
        .expect("the step is there");
    let send = step.send.as_ref().expect("the step sends");
    let occasion = Occasion::at(clock().now(), 7);
    let scope = plan.scope(&occasion, case, step, &NothingYet);
    scope
        .message(&send.message.value, &send.vary)
        .expect("the example can be made")
}

fn changed(message: &[u8], path: &str, value: &str) -> Vec<u8> {
    let mut editor = Editor::new(message.to_vec());
    editor
        .set(&path.parse().expect("a path"), value)
        .expect("the place is there");
    editor.finish()
}

fn field(message: &[u8], segment: &str, number: u32) -> String {
    let mut table = Offsets::new();
    let message = Message::parse(message, &mut table);
    message
        .segment(segment, 1)
        .map(|s| s.text(number, 1).into_owned())
        .unwrap_or_default()
}

fn target() -> EhrTarget {
    let mut target = EhrTarget::new();
    target.credentials = Some(common::credentials());
    target.fallback = Some(common::Registry::new(common::Slip::None));
    target.idle = None;
    target
}

/// What the sender does with the run's address, and what came of it.
fn play(
    change: impl FnOnce(&mut Options),
    sender: impl FnOnce(&SoapClient, &Listening) + Send,
) -> (RunResult, Vec<Event>) {
    let mut options = Options::new(Target::Ehr(target()), "the test's sender").clock(clock());
    options.select = ["add", "bad-code", "delete", "query"]
        .map(str::to_owned)
        .to_vec();
    change(&mut options);
    let listening = Run::new(plan("clinic"), options)
        .expect("the plan has cases")
        .listen()
        .expect("a free port");
    let client = client(listening.soap_url(), common::credentials());
    let stop = listening.stop();
    // the sender is done before the run waits: messages are taken as they come
    sender(&client, &listening);
    stop.now();
    let mut events = Vec::new();
    let result = listening.execute(&mut |e| events.push(e));
    (result, events)
}

fn client(url: &str, credentials: Credentials) -> SoapClient {
    let options = ClientOptions {
        credentials,
        clock: clock(),
        ..ClientOptions::default()
    };
    SoapClient::new(url, options).expect("an address")
}

fn send(client: &SoapClient, message: &[u8]) -> Vec<u8> {
    match client.submit(message).outcome {
        Ok(Answer::Reply(reply)) => reply,
        other => panic!("no reply: {other:?}"),
    }
}

fn verdicts(result: &RunResult) -> BTreeMap<String, Verdict> {
    result
        .steps()
        .map(|s| (common::short(s), s.verdict))
        .collect()
}

#[test]
fn a_good_sender_passes_every_step_in_any_order_of_cases() {
    let mut replies = Vec::new();
    let (result, events) = play(
        |_| {},
        |client, _| {
            for (case, step) in [
                ("query", "query"),
                ("add", "report"),
                ("bad-code", "report"),
                ("delete", "report"),
            ] {
                let message = example(case, step);
                let reply = send(client, &message);
                assert_eq!(
                    field(&reply, "MSA", 2),
                    field(&message, "MSH", 10),
                    "{case}"
                );
                replies.push((case, reply, message));
            }
        },
    );
    let told: Vec<String> = result.steps().flat_map(unmet).collect();
    assert!(bad(&result).is_empty(), "{:?}\n{told:#?}", bad(&result));
    let verdicts = verdicts(&result);
    assert_eq!(verdicts["add/report"], Verdict::Passed);
    assert_eq!(verdicts["add/acknowledgment"], Verdict::Passed);
    assert_eq!(verdicts["add/history"], Verdict::NotApplicable);
    assert_eq!(verdicts["query/query"], Verdict::Passed);
    // what a person has to see stays open, with rows made from what was really sent
    let refusal = step(&result, "bad-code/acknowledgment");
    assert_eq!(
        (refusal.kind, refusal.verdict),
        (StepKind::TaAckError, Verdict::Pending)
    );
    let rows: Vec<String> = refusal.checklist.iter().map(|r| r.words(false)).collect();
    assert_eq!(
        rows,
        ["The user is told of the error at RXA-5: the vaccine code is not known"]
    );
    let notice = step(&result, "query/answer");
    assert_eq!(
        (notice.kind, notice.verdict),
        (StepKind::TaResponseNotice, Verdict::Pending)
    );
    assert_eq!(
        notice.checklist[0].text,
        "The user is told that no patient was found"
    );
    assert_eq!(result.exit_code, 3);
    assert_eq!(result.standing, Standing::Pending);
    // QAK-1 and QPD are the query's own
    let (_, reply, query) = &replies[0];
    assert_eq!(field(reply, "QAK", 1), field(query, "QPD", 2));
    assert_eq!(field(reply, "QPD", 2), field(query, "QPD", 2));
    assert!(result.unexpected.is_empty());
    assert!(events.iter().any(|e| matches!(e, Event::Listening { .. })));
    // each message step has its call, with both messages
    let call = &step(&result, "add/report").exchanges[0];
    assert_eq!(call.status, Some(200));
    let ids: Vec<&str> = result
        .steps()
        .flat_map(|s| &s.messages)
        .map(|m| m.id.as_str())
        .collect();
    assert!(ids.contains(&call.request.message.as_deref().expect("what came")));
    let answered = call
        .response
        .as_ref()
        .and_then(|r| r.message.as_deref())
        .expect("what went");
    assert_eq!(step(&result, "add/acknowledgment").messages[0].id, answered);
}

#[track_caller]
fn one_wrong(case: &str, path: &str, value: &str, expected: &[&str]) {
    let (result, _) = play(
        |_| {},
        |client, _| {
            for (c, s) in [
                ("query", "query"),
                ("add", "report"),
                ("bad-code", "report"),
                ("delete", "report"),
            ] {
                let message = example(c, s);
                send(
                    client,
                    &if c == case {
                        changed(&message, path, value)
                    } else {
                        message
                    },
                );
            }
        },
    );
    let wrong: Vec<String> = result
        .steps()
        .filter(|s| s.verdict.is_bad())
        .map(common::short)
        .collect();
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    let unmet: Vec<String> = result
        .steps()
        .flat_map(|s| &s.assertions)
        .filter(|a| a.outcome == Outcome::NotMet)
        .map(|a| a.what.clone())
        .collect();
    assert_eq!(unmet, expected);
    assert_eq!(result.exit_code, 1);
}

#[test]
fn one_wrong_value_fails_exactly_the_assertion_that_names_it() {
    one_wrong(
        "add",
        "RXA-15",
        "LOT24",
        &["the hepatitis B dose: RXA[1]-15 is `LOT42`"],
    );
    one_wrong("add", "PID-5.1", "Hail", &["PID-5.1 is `Hale`"]);
    one_wrong(
        "add",
        "PID-7",
        "20260902",
        &["PID-7 is of the day `20260901`"],
    );
    one_wrong(
        "add",
        "RXA[2]-3",
        "20270102",
        &["the DTaP dose is there at least once"],
    );
    one_wrong("query", "QPD-4.1", "Okaffor", &["QPD-4.1 is `Okafor`"]);
}

#[test]
fn doses_may_come_in_any_order() {
    let message = String::from_utf8(example("add", "report")).expect("text");
    let at = message.find("ORC|RE||D2").expect("the second dose");
    let first = message.find("ORC|RE|P1").expect("the first dose");
    let turned = format!(
        "{}{}{}",
        &message[..first],
        &message[at..],
        &message[first..at]
    );
    let (result, _) = play(|_| {}, |client, _| drop(send(client, turned.as_bytes())));
    assert_eq!(unmet(step(&result, "add/report")), Vec::<String>::new());
    assert_eq!(step(&result, "add/report").verdict, Verdict::Passed);
}

#[test]
fn a_waiver_and_an_allowance_pass_with_an_exception() {
    let message = String::from_utf8(example("add", "report")).expect("text");
    let without: Vec<&str> = message
        .split_inclusive('\r')
        .filter(|l| !l.contains("30963-3"))
        .collect();
    let message = changed(without.concat().as_bytes(), "PID-8", "U");
    let (result, _) = play(|_| {}, |client, _| drop(send(client, &message)));
    let report = step(&result, "add/report");
    assert_eq!(
        report.verdict,
        Verdict::PassedWithException,
        "{:#?}",
        unmet(report)
    );
    insta::assert_debug_snapshot!(unmet(report));
    assert_eq!(report.waivers.len(), 1);
    assert_eq!(report.waivers[0].reason, "who pays need not be told");
}

#[test]
fn a_message_of_nobodys_is_kept_and_judges_nothing() {
    let stranger = ["PID-3.1", "PID-5.1", "PID-5.2", "PID-7"]
        .iter()
        .fold(example("add", "report"), |m, path| {
            changed(&m, path, "20000101")
        });
    let (result, events) = play(
        |_| {},
        |client, _| {
            // the fallback answers it
            assert_eq!(field(&send(client, &stranger), "MSA", 1), "AA");
        },
    );
    assert_eq!(result.unexpected.len(), 1);
    assert_eq!(
        result.unexpected[0].because,
        "it is of no patient and kind that an open step waits for"
    );
    assert_eq!(result.unexpected[0].messages.len(), 2);
    assert_eq!(result.unexpected[0].exchanges.len(), 1);
    assert_eq!(step(&result, "add/report").verdict, Verdict::Pending);
    assert!(events.iter().any(|e| matches!(e, Event::Unexpected { .. })));
    assert_eq!(result.exit_code, 3);
}

#[test]
fn a_step_that_is_not_open_yet_is_not_taken() {
    let (result, _) = play(
        |_| {},
        |client, _| drop(send(client, &example("delete", "report"))),
    );
    assert_eq!(step(&result, "delete/report").verdict, Verdict::Pending);
    assert_eq!(
        result.unexpected[0].because,
        "it looks like clinic/delete/report, which comes after clinic/add"
    );
}

#[test]
fn the_same_message_again_gets_the_same_answer_and_counts_once() {
    let message = example("add", "report");
    let (result, _) = play(
        |_| {},
        |client, _| {
            let (first, second) = (send(client, &message), send(client, &message));
            assert_eq!(first, second);
        },
    );
    assert_eq!(step(&result, "add/report").verdict, Verdict::Passed);
    assert_eq!(result.unexpected.len(), 1);
    assert_eq!(
        result.unexpected[0].because,
        "it is the same message again, and got the same answer"
    );
}

#[test]
fn wrong_credentials_get_a_security_fault() {
    let (result, _) = play(
        |_| {},
        |_, listening| {
            let stranger = client(
                listening.soap_url(),
                Credentials::new("tester", "wrong", "CLINIC"),
            );
            let call = stranger.submit(&example("add", "report"));
            assert!(call.fault().is_some());
        },
    );
    assert_eq!(step(&result, "add/report").verdict, Verdict::Pending);
}

#[test]
fn plain_http_is_heard_too() {
    let (result, _) = play(
        |_| {},
        |_, listening| {
            let options = ClientOptions {
                credentials: common::credentials(),
                clock: clock(),
                ..ClientOptions::default()
            };
            let client = HttpClient::new(
                listening.http_url(),
                HttpForm::default(),
                HttpLogin::default(),
                options,
            )
            .expect("an address");
            let call = client.submit(&example("add", "report"));
            assert!(call.outcome.is_ok(), "{:?}", call.error());
        },
    );
    assert_eq!(step(&result, "add/report").verdict, Verdict::Passed);
    assert_eq!(
        step(&result, "add/report").exchanges[0].transport,
        "HTTP POST"
    );
}

#[test]
fn without_a_fallback_what_no_step_answers_gets_a_fault() {
    let (result, _) = play(
        |o| {
            if let Target::Ehr(target) = &mut o.target {
                target.fallback = None;
            }
            o.select = vec!["protect".to_owned()];
        },
        |client, _| {
            // the plan has no reply of its own here
            let call = client.submit(&example("protect", "report"));
            assert!(call.fault().is_some());
        },
    );
    assert_eq!(step(&result, "protect/report").verdict, Verdict::Passed);
    let acknowledgment = step(&result, "protect/acknowledgment");
    assert_eq!(acknowledgment.verdict, Verdict::Error);
    assert!(
        acknowledgment
            .because
            .as_deref()
            .is_some_and(|b| b.contains("not answered"))
    );
}

#[test]
fn the_fallback_answers_where_the_plan_has_no_reply() {
    let (result, _) = play(
        |o| o.select = vec!["protect".to_owned()],
        |client, _| {
            assert_eq!(
                field(&send(client, &example("protect", "report")), "MSA", 1),
                "AA"
            );
        },
    );
    let acknowledgment = step(&result, "protect/acknowledgment");
    assert_eq!(
        (acknowledgment.kind, acknowledgment.verdict),
        (StepKind::TaAck, Verdict::Passed)
    );
    assert_eq!(acknowledgment.messages.len(), 1);
}

#[test]
fn a_connectivity_test_is_heard() {
    let (result, _) = play(
        |o| o.select = vec!["transport".to_owned()],
        |client, _| assert!(client.connectivity_test("a < b & c").reply().is_some()),
    );
    assert_eq!(
        step(&result, "transport/echo").verdict,
        Verdict::Passed,
        "{:?}",
        unmet(step(&result, "transport/echo"))
    );
    assert_eq!(
        step(&result, "transport/password").verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn people_have_checklists_and_a_later_message_proves_an_entry() {
    let (result, _) = play(
        |o| o.select = vec!["add".to_owned(), "manual".to_owned()],
        |client, _| drop(send(client, &example("add", "report"))),
    );
    let entry = step(&result, "manual/enter");
    assert_eq!(
        (entry.verdict, entry.judged),
        (Verdict::Passed, titer_runner::result::Judged::Traced)
    );
    let rows: Vec<&str> = entry.checklist.iter().map(|r| r.text.as_str()).collect();
    assert_eq!(
        rows,
        [
            "Do: Enter the history.",
            "Enter the patient: Nora Lynn Hale, born 1 September 2026, sex F",
            "Enter the dose: DTaP, unspecified formulation, 1 January 2027",
        ]
    );
    assert_eq!(step(&result, "manual/portal").verdict, Verdict::Pending);
    assert_eq!(
        step(&result, "manual/practice").verdict,
        Verdict::NotEvaluated
    );
    assert_eq!(result.exit_code, 3);
}

#[test]
fn waiting_ends_when_everything_has_come() {
    // nobody stops this one, and there is no idle time
    let mut options = Options::new(Target::Ehr(target()), "the test's sender").clock(clock());
    options.select = vec!["add".to_owned()];
    let listening = Run::new(plan("clinic"), options)
        .expect("cases")
        .listen()
        .expect("a free port");
    let client = client(listening.soap_url(), common::credentials());
    let sender = std::thread::spawn(move || send(&client, &example("add", "report")));
    let result = listening.execute(&mut |_| {});
    assert_eq!(field(&sender.join().expect("the sender"), "MSA", 1), "AA");
    assert_eq!(result.exit_code, 0, "{:?}", bad(&result));
}

#[test]
fn waiting_ends_when_nothing_comes() {
    let mut target = target();
    target.idle = Some(std::time::Duration::from_millis(20));
    let mut options = Options::new(Target::Ehr(target), "nobody").clock(clock());
    options.select = vec!["add".to_owned()];
    let result = Run::new(plan("clinic"), options)
        .expect("cases")
        .execute(&mut |_| {})
        .expect("runs");
    assert_eq!(step(&result, "add/report").verdict, Verdict::Pending);
    assert_eq!(
        step(&result, "add/acknowledgment").verdict,
        Verdict::Pending
    );
    assert_eq!(result.exit_code, 3);
}

#[test]
fn the_same_messages_give_the_same_bytes() {
    let bytes = || {
        let (result, _) = play(
            |_| {},
            |client, _| {
                for (c, s) in [
                    ("query", "query"),
                    ("add", "report"),
                    ("bad-code", "report"),
                ] {
                    send(client, &example(c, s));
                }
            },
        );
        result.to_json().expect("serializes")
    };
    let (first, second) = (bytes(), bytes());
    assert!(first == second);
    assert!(!first.contains("127.0.0.1"));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mut target = target();
    target.bind = taken.local_addr().expect("bound");
    let options = Options::new(Target::Ehr(target), "nobody").clock(clock());
    let error = Run::new(plan("clinic"), options)
        .expect("cases")
        .listen()
        .expect_err("taken");
    assert_eq!(error.to_string(), "cannot wait for the system under test");
}
