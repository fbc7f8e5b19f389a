//! Messages that come, and what testers say about them.

use crate::browser::{Bench, LIMIT};

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).expect("UTF-8")
}

#[test]
fn a_message_that_comes_is_judged_at_its_step() {
    let mut bench = Bench::new();
    let words = bench.get("/step/W-1/report").words();
    assert!(words.contains("Waiting for the message"), "{words}");
    let message = bench.example("W-1/report", "SUT-APP", "D1");
    let answer = bench.hl7(&message);
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains("MSA|AE|D1"),
        "the plan's reply: {}",
        answer.text()
    );
    let page = bench.get("/step/W-1/report");
    let words = page.words();
    assert!(!words.contains("Waiting for the message"));
    assert!(words.contains("The message as it arrived"), "{words}");
    assert!(words.contains("Expected and found"));
    assert!(
        page.text().contains("/rule/"),
        "findings lead to their rules"
    );
    // what the user sees of the answer is for eyes
    let words = bench.get("/step/W-1/warning").words();
    assert!(words.contains("The answer that was sent"), "{words}");
    assert!(words.contains("county is not known"), "{words}");
}

#[test]
fn a_message_that_fits_two_steps_is_shown_to_the_tester() {
    let mut bench = Bench::new();
    let message = bench.example("W-2/first", "SUT-APP", "E1");
    bench.hl7(&message);
    assert_eq!(bench.verdict("W-2/first"), "pending");
    assert_eq!(bench.verdict("R-1/second"), "pending");
    let start = bench.get("/").words();
    assert!(start.contains("say which step it is for"), "{start}");
    let list = bench.get("/messages").words();
    assert!(list.contains("fits several steps"), "{list}");
    let step = bench.get("/step/R-1/second").text();
    assert!(step.contains("could be this step"), "the step offers it");
    let seq = bench.session.messages()[0].seq;
    let page = bench.get(&format!("/messages/{seq}"));
    assert!(page.text().contains("value=\"small/W-2/first\""));
    assert!(page.words().contains("Field by field"));
    let post = format!("/messages/{seq}/assign");
    assert_eq!(bench.post(&post, &[]).status, 422);
    let wrong = bench.post(&post, &[("step", "small/W-1/select")]);
    assert_eq!(wrong.status, 422, "{}", wrong.words());
    let gone = bench.post(&post, &[("step", "small/X/Y")]);
    assert_eq!(gone.status, 404);
    let good = bench.post(&post, &[("step", "small/R-1/second")]);
    assert_eq!(
        good.header("location"),
        "/step/R-1/second?told=assigned#arrived"
    );
    assert_ne!(bench.verdict("R-1/second"), "pending");
    assert_eq!(bench.verdict("W-2/first"), "pending");
    let none = bench.post(&post, &[("other", "none")]);
    assert_eq!(none.status, 303);
    assert_eq!(bench.verdict("R-1/second"), "pending");
    assert_eq!(
        bench
            .post("/messages/99/assign", &[("step", "small/R-1/second")])
            .status,
        404
    );
}

#[test]
fn a_message_that_fits_nothing_says_so() {
    let mut bench = Bench::new();
    bench.hl7(b"MSH|^~\\&|SUT-APP|OFM|||20261122||ADT^A01^ADT_A01|F1|P|2.5.1\rPID|1||x\r");
    let list = bench.get("/messages").words();
    assert!(list.contains("fits no open step"), "{list}");
    let seq = bench.session.messages()[0].seq;
    let words = bench.get(&format!("/messages/{seq}")).words();
    assert!(
        words.contains("It fits no open step, so nothing was judged by it."),
        "{words}"
    );
}

#[test]
fn two_systems_on_one_session_are_shown_plainly() {
    let mut bench = Bench::new();
    let own = bench.example("W-1/report", "SUT-APP", "G1");
    bench.hl7(&own);
    let other =
        text(&bench.example("W-1/report", "OTHER-EHR", "G2")).replace("|OFM|", "|ELSEWHERE|");
    bench.hl7(other.as_bytes());
    let list = bench.get("/messages").words();
    assert!(
        list.contains("Another system sends to this session."),
        "{list}"
    );
    assert!(list.contains("OTHER-EHR"), "{list}");
}

#[test]
fn who_logs_in_wrongly_is_named() {
    let mut bench = Bench::new();
    let message = bench.example("W-1/report", "SUT-APP", "H1");
    let answer = bench.raw(
        "POST /hl7 HTTP/1.1\r\nContent-Type: application/hl7-v2\r\nAuthorization: Basic ZXZlOnB3\r\nFACILITYID: F1\r\n",
        &message,
    );
    assert!(answer.status >= 400, "{}", answer.status);
    let list = bench.get("/messages").words();
    assert!(list.contains("Somebody was turned away."), "{list}");
    assert!(list.contains("eve"), "{list}");
    // it is told where one waits, until something else comes
    for page in ["/", "/step/W-1/report"] {
        let words = bench.get(page).words();
        assert!(words.contains("Somebody was turned away."), "{words}");
    }
    bench.hl7(&message);
    for page in ["/", "/step/R-1/second"] {
        let words = bench.get(page).words();
        assert!(!words.contains("turned away"), "{words}");
    }
}

#[test]
fn messages_are_pasted_for_a_step_or_for_any() {
    let mut bench = Bench::new();
    let message = text(&bench.example("W-2/first", "SUT-APP", "I1"));
    let pasted = message.replace('\r', "\r\n");
    // on a step's page the tester has said which step it is
    let answer = bench.upload("/step/W-2/first/message", &[("text", &pasted)], &[]);
    assert_eq!(
        answer.header("location"),
        "/step/W-2/first?told=judged#arrived",
        "{}",
        answer.words()
    );
    assert_ne!(bench.verdict("W-2/first"), "pending");
    let file = text(&bench.example("W-1/report", "SUT-APP", "I2"));
    let answer = bench.upload(
        "/messages",
        &[("text", "")],
        &[("file", "out.hl7", "text/plain", file.as_bytes())],
    );
    assert_eq!(
        answer.header("location"),
        "/step/W-1/report?told=assigned#arrived",
        "{}",
        answer.words()
    );
    let both = format!("{file}{}", message.replace("I1", "I3"));
    let answer = bench.upload("/messages", &[("text", &both)], &[]);
    assert_eq!(answer.header("location"), "/messages?told=several");
}

#[test]
fn what_is_no_message_is_refused_and_kept_in_the_form() {
    let mut bench = Bench::new();
    let answer = bench.upload("/messages", &[("text", "this is <no> message")], &[]);
    assert_eq!(answer.status, 422, "{}", answer.words());
    assert!(answer.text().contains("this is &lt;no&gt; message"));
    assert!(
        answer.words().contains("a message begins with MSH"),
        "{}",
        answer.words()
    );
    let nothing = bench.upload("/messages", &[("text", "")], &[]);
    assert_eq!(nothing.status, 422);
    let large = vec![b'x'; usize::try_from(LIMIT).expect("fits") + 1];
    let answer = bench.upload(
        "/messages",
        &[("text", "MSH|kept")],
        &[("file", "big.hl7", "text/plain", &large)],
    );
    assert_eq!(answer.status, 413);
    assert!(answer.words().contains("big.hl7 is larger than 1 MB"));
    assert!(answer.text().contains("MSH|kept"));
    assert!(bench.session.messages().is_empty());
}

#[test]
fn a_message_for_the_wrong_step_is_judged_there_and_can_be_taken_away() {
    let mut bench = Bench::new();
    let message = text(&bench.example("W-1/report", "SUT-APP", "J1"));
    let answer = bench.upload("/step/W-2/first/message", &[("text", &message)], &[]);
    assert_eq!(answer.status, 303, "{}", answer.words());
    let seq = bench.session.messages()[0].seq;
    let page = bench.get(&format!("/messages/{seq}")).words();
    assert!(page.contains("Is it for another step?"), "{page}");
    let moved = bench.post(
        &format!("/messages/{seq}/assign"),
        &[("other", "small/W-1/report")],
    );
    assert_eq!(moved.status, 303);
    assert_eq!(bench.verdict("W-2/first"), "pending");
    assert_ne!(bench.verdict("W-1/report"), "pending");
}

#[test]
fn text_of_a_message_takes_no_effect_on_a_page() {
    let mut bench = Bench::new();
    let evil = text(&bench.example("W-1/report", "SUT-APP", "K1"))
        .replace("Springfield", "<script>alert(1)</script>")
        .replace("^Gaige", "^<img src=x onerror=alert(1)>");
    bench.hl7(
        evil.replace("OFM^^MR", "\"'><svg onload=alert(1)>")
            .as_bytes(),
    );
    let seq = bench.session.messages()[0].seq;
    for path in [
        format!("/messages/{seq}"),
        "/messages".to_owned(),
        "/step/W-1/report".to_owned(),
        "/plan".to_owned(),
    ] {
        let html = bench.get(&path).text();
        for never in ["<script>alert", "<img src=x", "<svg onload"] {
            assert!(!html.contains(never), "{path}: {never}");
        }
    }
}
