//! What testers do with forms, and what becomes of wrong input.

use crate::browser::{Bench, LIMIT};
use titer_runner::session::SqliteJournal;

#[test]
fn a_name_is_kept_and_stands_beside_what_is_done() {
    let mut bench = Bench::new();
    for bad in ["", "   ", &"x".repeat(81), "driver"] {
        let answer = bench.post("/me", &[("me", bad)]);
        assert_eq!(answer.status, 422, "{bad}");
    }
    assert_eq!(bench.post("/me", &[("me", "Zoë <b>")]).status, 303);
    bench.post("/step/W-1/select/comment", &[("comment", "seen by me")]);
    let history = bench.get("/history").text();
    assert!(history.contains("Zoë &lt;b&gt;"), "{history}");
}

#[test]
fn what_is_tested_stands_on_the_report() {
    let mut bench = Bench::new();
    let answer = bench.post(
        "/system",
        &[
            ("vendor", "Maker"),
            ("product", "Our EHR"),
            ("version", "4.2"),
            ("testers", "Ana, Ben"),
            ("lab", ""),
        ],
    );
    assert_eq!(answer.status, 303);
    let result = bench.session.result();
    assert_eq!(result.system.product.as_deref(), Some("Our EHR"));
    assert_eq!(result.system.tester.as_deref(), Some("Ana, Ben"));
    assert_eq!(result.system.lab, None);
    assert!(bench.get("/").text().contains("value=\"Our EHR\""));
    assert_eq!(
        bench
            .post("/modification", &[("modification", "  ")])
            .status,
        422
    );
    bench.post("/modification", &[("modification", "another lot at 3.6.1")]);
    assert!(bench.get("/").words().contains("another lot at 3.6.1"));
}

#[test]
fn a_checklist_passes_when_all_that_is_required_was_seen() {
    let mut bench = Bench::new();
    let items = bench
        .session
        .step_view("small/W-1/select")
        .expect("a step")
        .step
        .checklist;
    let form: Vec<(String, String)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.required())
        .flat_map(|(i, _)| {
            [
                (format!("was-{i}"), "open".to_owned()),
                (format!("seen-{i}"), "seen".to_owned()),
            ]
        })
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert!(!form.is_empty());
    let answer = bench.post("/step/W-1/select/marks", &form);
    assert_eq!(
        answer.header("location"),
        "/step/W-1/select?told=marks#checklist"
    );
    assert_eq!(bench.verdict("W-1/select"), "passed");
    let page = bench.get("/step/W-1/select?told=marks").words();
    assert!(page.contains("The checklist is saved."), "{page}");
    // the same form again changes nothing, and what another one marked meanwhile stays
    let revision = bench.session.revision();
    let again: Vec<(&str, &str)> = form.iter().map(|(n, _)| (*n, "seen")).collect();
    assert!(
        bench
            .post("/step/W-1/select/marks", &again)
            .header("location")
            .contains("nothing")
    );
    assert_eq!(bench.session.revision(), revision);
    let bad = bench.post(
        "/step/W-1/select/marks",
        &[
            ("was-0", "seen"),
            ("seen-0", "perhaps"),
            ("comment-0", "my words"),
        ],
    );
    assert_eq!(bad.status, 422);
    assert!(bad.text().contains("my words"));
    let missed = bench.post(
        "/step/W-1/select/marks",
        &[
            ("was-0", "seen"),
            ("seen-0", "not-seen"),
            ("comment-0", "hidden"),
        ],
    );
    assert_eq!(missed.status, 303);
}

#[test]
fn a_forecast_that_is_pasted_is_compared() {
    let mut bench = Bench::new();
    let answer = bench.post(
        "/step/R-1/due/shown",
        &[("forecast", "Vaccine,Due\nDTaP,2027-01-22\n,2027-01-22\n")],
    );
    assert_eq!(answer.status, 422);
    let words = answer.words();
    assert!(
        words.contains("line 3 of the table has no vaccine"),
        "{words}"
    );
    assert!(
        answer.text().contains("DTaP,2027-01-22"),
        "what was pasted is still there"
    );
    assert!(answer.text().contains("aria-invalid=\"true\""));
    let empty = bench.post("/step/R-1/due/shown", &[("forecast", "")]);
    assert_eq!(empty.status, 422);
    let good = bench.post(
        "/step/R-1/due/shown",
        &[("forecast", "Vaccine,Due\nDTaP,2027-01-22\nHib,2027-01-22\n")],
    );
    assert_eq!(good.status, 303);
    let answers = bench
        .session
        .step_view("small/R-1/due")
        .expect("a step")
        .step
        .answers
        .expect("answers");
    assert_eq!(answers.forecast.expect("a forecast").len(), 2);
    assert!(
        bench
            .get("/step/R-1/due")
            .text()
            .contains("DTaP,2027-01-22")
    );
    assert_eq!(
        bench
            .post("/step/W-1/report/shown", &[("forecast", "x")])
            .status,
        422
    );
}

#[test]
fn the_ways_of_an_alert_are_ticked() {
    let mut bench = Bench::new();
    let both = bench.post(
        "/step/W-1/warn/shown",
        &[("way", "the lot is marked"), ("none-of-them", "yes")],
    );
    assert_eq!(both.status, 422);
    let other = bench.post("/step/W-1/warn/shown", &[("way", "something else")]);
    assert_eq!(other.status, 422);
    let good = bench.post("/step/W-1/warn/shown", &[("way", "the lot is marked")]);
    assert_eq!(good.status, 303);
    let answers = bench
        .session
        .step_view("small/W-1/warn")
        .expect("a step")
        .step
        .answers
        .expect("answers");
    assert_eq!(answers.seen, ["the lot is marked"]);
}

#[test]
fn stock_is_typed_as_a_table() {
    let mut bench = Bench::new();
    let wrong = bench.post(
        "/step/R-1/stock/shown",
        &[("stock", "Lot,Doses\nIIPVAXN01,nine\n")],
    );
    assert_eq!(wrong.status, 422);
    assert!(wrong.words().contains("the doses are a whole number"));
    let good = bench.post(
        "/step/R-1/stock/shown",
        &[
            ("stock-before", "Lot;Doses\nIIPVAXN01;10"),
            ("stock", "Lot;Doses\nIIPVAXN01;9"),
        ],
    );
    assert_eq!(good.status, 303);
    let answers = bench
        .session
        .step_view("small/R-1/stock")
        .expect("a step")
        .step
        .answers
        .expect("answers");
    assert_eq!(answers.stock.expect("stock")[0].doses, 9);
}

#[test]
fn comments_of_two_testers_do_not_overwrite_each_other() {
    let mut bench = Bench::new();
    assert_eq!(
        bench
            .post(
                "/step/W-1/select/comment",
                &[("was", ""), ("comment", "first")]
            )
            .status,
        303
    );
    let late = bench.post(
        "/step/W-1/select/comment",
        &[("was", ""), ("comment", "second")],
    );
    assert_eq!(late.status, 409);
    assert!(
        late.words()
            .contains("somebody wrote a comment meanwhile: first"),
        "{}",
        late.words()
    );
    assert!(late.text().contains("second"));
    let long = "x".repeat(20_001);
    let answer = bench.post(
        "/step/W-1/select/comment",
        &[("was", "first"), ("comment", &long)],
    );
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains(&long),
        "nothing of the input is lost"
    );
}

#[test]
fn each_of_the_six_results_can_be_set() {
    let mut bench = Bench::new();
    for (word, standing) in [
        ("passed", "passed"),
        ("passed-with-exception", "passed-with-exception"),
        ("failed", "failed"),
        ("failed-not-supported", "failed"),
        ("inconclusive", "inconclusive"),
        ("pending", "pending"),
    ] {
        let answer = bench.post(
            "/step/W-1/warn/settle",
            &[("verdict", word), ("because", "I saw it")],
        );
        assert_eq!(answer.status, 303, "{word}: {}", answer.words());
        assert_eq!(bench.verdict("W-1/warn"), standing, "{word}");
    }
    assert_eq!(
        bench
            .post("/step/W-1/warn/settle", &[("because", "kept")])
            .status,
        422
    );
    let unknown = bench.post(
        "/step/W-1/warn/settle",
        &[("verdict", "great"), ("because", "kept words")],
    );
    assert_eq!(unknown.status, 422);
    assert!(unknown.text().contains("kept words"));
}

#[test]
fn a_machine_is_overruled_with_a_reason_only_and_both_are_shown() {
    let mut bench = Bench::new();
    let bad = String::from_utf8(bench.example("W-1/report", "SUT-APP", "B1"))
        .expect("UTF-8")
        .replace("IIPVAXN01", "WRONG");
    bench.hl7(bad.as_bytes());
    assert_eq!(bench.verdict("W-1/report"), "failed");
    let without = bench.post(
        "/step/W-1/report/settle",
        &[("verdict", "passed"), ("because", " ")],
    );
    assert_eq!(without.status, 422, "{}", without.words());
    assert!(
        without.text().contains("value=\"passed\" checked"),
        "the choice is kept"
    );
    bench.post("/me", &[("me", "Ana")]);
    let with = bench.post(
        "/step/W-1/report/settle",
        &[
            ("verdict", "passed"),
            ("because", "the lot was changed by the programme"),
        ],
    );
    assert_eq!(with.status, 303);
    assert_eq!(bench.verdict("W-1/report"), "passed");
    let words = bench.get("/step/W-1/report").words();
    assert!(words.contains("Before, it was failed"), "{words}");
    assert!(
        words.contains("the lot was changed by the programme")
            || words.contains("The lot was changed by the programme")
    );
    // and taken back
    bench.post("/undo", &[]);
    assert_eq!(bench.verdict("W-1/report"), "failed");
}

#[test]
fn something_that_does_not_count_is_waived_with_a_reason() {
    let mut bench = Bench::new();
    let bad = String::from_utf8(bench.example("W-1/report", "SUT-APP", "B1"))
        .expect("UTF-8")
        .replace("IIPVAXN01", "WRONG");
    bench.hl7(bad.as_bytes());
    assert_eq!(
        bench
            .post("/step/W-1/report/waive", &[("what", "x"), ("reason", "")])
            .status,
        422
    );
    assert_eq!(
        bench
            .post("/step/W-1/report/waive", &[("reason", "why")])
            .status,
        422
    );
    let page = bench.get("/step/W-1/report").text();
    assert!(page.contains("A finding or expectation does not count"));
    let answer = bench.post(
        "/step/W-1/report/waive",
        &[("what", "IZ-23"), ("reason", "the programme allows it")],
    );
    assert_eq!(answer.status, 303);
    assert!(
        bench
            .get("/step/W-1/report")
            .words()
            .contains("Waived: IZ-23: the programme allows it")
    );
}

#[test]
fn an_attestation_needs_a_name_and_a_date() {
    let mut bench = Bench::new();
    let post = "/step/R-1/portal/attest";
    assert_eq!(bench.post(post, &[("date", "2026-11-22")]).status, 422);
    assert_eq!(
        bench
            .post(post, &[("name", "Ana"), ("date", "22/11/2026")])
            .status,
        422
    );
    let late = bench.post(
        post,
        &[
            ("name", "Ana B"),
            ("date", "2026-11-22"),
            ("expires", "2026-01-01"),
        ],
    );
    assert_eq!(late.status, 422);
    assert!(late.text().contains("value=\"Ana B\""), "the name is kept");
    let good = bench.post(
        post,
        &[
            ("name", "Ana"),
            ("role", "Maker"),
            ("date", "2026-11-22"),
            ("expires", "2027-11-22"),
        ],
    );
    assert_eq!(good.status, 303);
    assert_eq!(bench.verdict("R-1/portal"), "attested");
    let words = bench.get("/step/R-1/portal").words();
    assert!(
        words.contains("Attested by Ana (Maker) on 2026-11-22, valid until 2027-11-22."),
        "{words}"
    );
}

#[test]
fn a_step_that_never_counts_is_done_or_not() {
    let mut bench = Bench::new();
    assert_eq!(
        bench
            .post("/step/P-1/load/done", &[("done", "perhaps")])
            .status,
        422
    );
    bench.post("/step/P-1/load/done", &[("done", "yes")]);
    assert!(
        bench
            .get("/")
            .words()
            .contains("1 of 13 steps are finished")
    );
    assert!(bench.get("/").words().contains("Next: open step select"));
    bench.post("/step/P-1/load/done", &[("done", "no")]);
    assert!(
        bench
            .get("/")
            .words()
            .contains("0 of 13 steps are finished")
    );
    assert_eq!(
        bench
            .post("/step/W-1/report/done", &[("done", "yes")])
            .status,
        422
    );
}

#[test]
fn files_are_kept_removed_and_refused_when_too_large() {
    let mut bench = Bench::new();
    let post = "/step/R-1/record/file";
    let none = bench.upload(post, &[("title", "my title")], &[]);
    assert_eq!(none.status, 422);
    assert!(none.text().contains("value=\"my title\""));
    let empty = bench.upload(
        post,
        &[("title", "t")],
        &[("file", "", "application/octet-stream", b"")],
    );
    assert_eq!(empty.status, 422, "an empty input is no file");
    let small = vec![b'x'; 1000];
    let large = vec![b'y'; usize::try_from(LIMIT).expect("fits") * 40];
    let both = bench.upload(
        post,
        &[("title", "two files")],
        &[
            ("file", "small.txt", "text/plain", &small),
            ("file", "large.bin", "application/zip", &large),
        ],
    );
    assert_eq!(both.status, 413);
    let words = both.words();
    assert!(words.contains("large.bin is larger than 1 MB"), "{words}");
    assert!(words.contains("1 other file was kept"), "{words}");
    assert!(both.text().contains("value=\"two files\""));
    let view = bench.session.step_view("small/R-1/record").expect("a step");
    assert_eq!(view.files.len(), 1, "nothing of the large one is kept");
    let page = bench.get("/step/R-1/record").text();
    assert!(page.contains("small.txt"));
    let removed = bench.post(
        "/step/R-1/record/remove",
        &[("file", &view.files[0].to_string())],
    );
    assert_eq!(removed.status, 303);
    assert!(
        bench
            .get("/step/R-1/record")
            .words()
            .contains("No file yet")
    );
    assert_eq!(
        bench
            .post("/step/R-1/record/remove", &[("file", "1")])
            .status,
        404
    );
    assert_eq!(bench.post("/step/R-1/record/remove", &[]).status, 422);
}

#[test]
fn the_evidence_comes_as_an_archive_with_everything() {
    let mut bench = Bench::new();
    bench.upload(
        "/step/W-1/scan/file",
        &[("title", "t")],
        &[("file", "a b.txt", "text/plain", b"content")],
    );
    let answer = bench.get("/report/evidence.zip");
    assert_eq!(answer.header("content-type"), "application/zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).expect("a zip");
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    assert!(names.contains(&"result.json".to_owned()), "{names:?}");
    assert!(names.contains(&"report.html".to_owned()), "{names:?}");
    let evidence = names
        .iter()
        .find(|n| n.starts_with("evidence/"))
        .expect("the file");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(evidence).expect("it"), &mut text)
        .expect("text");
    assert_eq!(text, "content");
}

#[test]
fn undo_takes_back_ones_own_last_act_only() {
    let mut bench = Bench::new();
    let none = bench.post("/undo", &[]);
    assert_eq!(none.status, 409);
    bench.post("/me", &[("me", "Ana")]);
    bench.post("/step/W-1/select/comment", &[("comment", "by Ana")]);
    bench.post("/me", &[("me", "Ben")]);
    bench.post("/step/W-1/scan/comment", &[("comment", "by Ben")]);
    bench.post("/me", &[("me", "Ana")]);
    let page = bench.get("/history");
    assert!(
        page.words()
            .contains("Take back: a comment was written, W-1/select"),
        "{}",
        page.words()
    );
    let stale = bench.post("/undo", &[("seq", "1")]);
    assert_eq!(stale.status, 409);
    assert_eq!(bench.post("/undo", &[]).status, 303);
    assert!(!bench.get("/step/W-1/select").text().contains("by Ana"));
    assert!(bench.get("/step/W-1/scan").text().contains("by Ben"));
    assert!(bench.get("/history").words().contains("taken back"));
}

#[test]
fn a_session_goes_on_in_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("work.sqlite");
    let message = {
        let mut bench = Bench::with(
            Box::new(SqliteJournal::create(&file).expect("created")),
            |_| {},
        );
        bench.post("/me", &[("me", "Ana")]);
        bench.post("/step/W-1/select/comment", &[("comment", "before the end")]);
        bench.upload(
            "/step/W-1/scan/file",
            &[],
            &[("file", "a.txt", "text/plain", b"content")],
        );
        let message = bench.example("W-1/report", "SUT-APP", "C1");
        bench.hl7(&message);
        message
    };
    let mut bench = Bench::with(
        Box::new(SqliteJournal::open(&file).expect("opened")),
        |_| {},
    );
    assert!(
        bench
            .get("/step/W-1/select")
            .text()
            .contains("before the end")
    );
    assert!(bench.get("/step/W-1/scan").text().contains("a.txt"));
    let page = bench.get("/step/W-1/report").text();
    assert!(page.contains("C1"), "the message is still there");
    assert!(!message.is_empty());
    // a form from before the program ended is shown again, and can be sent again
    let old = bench.post_bare(
        "/step/W-1/select/comment",
        &[("token", "of before"), ("comment", "not lost")],
    );
    assert_eq!(old.status, 403);
    assert!(old.text().contains("not lost"));
}

#[test]
fn a_step_that_is_not_there_says_so() {
    let mut bench = Bench::new();
    for (path, status) in [("/step/W-9/x", 404), ("/step/W-1/nothing", 404)] {
        assert_eq!(bench.get(path).status, status);
        let answer = bench.post(&format!("{path}/comment"), &[("comment", "x")]);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.words().contains("no step"), "{}", answer.words());
    }
}
