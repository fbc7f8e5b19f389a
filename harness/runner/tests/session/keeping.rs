//! Calls from outside, several testers, files, and interruptions.

use crate::common::{clock, plan, step};
use crate::{Shared, begin, changed, example, field, options, played, verdict};
use std::io::{Read, Write as _};
use std::time::Duration;
use titer_hl7::read::frame;
use titer_runner::result::Verdict;
use titer_runner::session::{
    Attachment, Carrier, JournalError, ListenOptions, MemoryJournal, Session, SessionError,
    SqliteJournal, What,
};
use titer_wire::{Answer, ClientOptions, Credentials, SoapClient};

fn soap(url: &str, credentials: Credentials) -> SoapClient {
    let options = ClientOptions {
        credentials,
        clock: clock(),
        ..ClientOptions::default()
    };
    SoapClient::new(url, options).expect("an address")
}

#[test]
fn calls_judge_the_transport_and_others_credentials_are_turned_away() {
    let mut options = options();
    options.credentials = Some(crate::common::credentials());
    let session =
        Session::begin(plan("desk"), options, Box::new(MemoryJournal::new())).expect("begins");
    let endpoints = session
        .listen(ListenOptions {
            mllp: Some(([127, 0, 0, 1], 0).into()),
            ..ListenOptions::default()
        })
        .expect("free ports");
    let message = example(session.plan(), "twice", "first");
    let stranger = soap(
        endpoints.soap_url(),
        Credentials::new("mallory", "guess", "CLINIC"),
    );
    assert!(stranger.submit(&message).fault().is_some());
    assert!(stranger.submit(&message).fault().is_some());
    let notices = session.notices();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].id, "refused");
    assert!(notices[0].text.contains("mallory"));
    assert!(session.messages().is_empty());

    let client = soap(endpoints.soap_url(), crate::common::credentials());
    assert!(client.connectivity_test("hello").outcome.is_ok());
    let reply = client.submit(&message);
    assert!(matches!(reply.outcome, Ok(Answer::Reply(_))));
    // over MLLP: the same message again, and one that is no message
    let mut stream =
        std::net::TcpStream::connect(endpoints.mllp().expect("listens")).expect("connects");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a socket");
    stream.write_all(&frame(&message)).expect("sent");
    let answer = read_frame(&mut stream);
    assert_eq!(field(&answer, "MSA", 2), field(&message, "MSH", 10));
    drop(stream);
    endpoints.close();
    let result = session.result();
    assert_eq!(verdict(&result, "wire/echo").0, Verdict::Passed);
    let submit = step(&result, "wire/submit");
    assert_eq!(submit.verdict, Verdict::Passed);
    assert_eq!(submit.exchanges.len(), 1);
    assert_eq!(verdict(&result, "wire/elsewhere").0, Verdict::NotApplicable);
    let ways: Vec<Carrier> = session.messages().iter().map(|m| m.way).collect();
    assert_eq!(ways, [Carrier::Soap, Carrier::Mllp]);
    assert_eq!(session.messages()[1].delivered, Some(true));
}

fn read_frame(stream: &mut std::net::TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut part = [0u8; 1024];
    while !all.ends_with(b"\x1C\r") {
        let n = stream.read(&mut part).expect("an answer in time");
        assert!(n > 0, "the connection was closed");
        all.extend_from_slice(&part[..n]);
    }
    all[1..all.len() - 2].to_vec()
}

#[test]
fn several_testers_act_at_once_and_everybody_sees_it() {
    let session = begin("desk");
    let began = session.revision();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| session.wait(began, Duration::from_secs(20)));
        for tester in ["Ada", "Bea", "Cleo", "Dan"] {
            let session = session.clone();
            scope.spawn(move || {
                for n in 0..5 {
                    let what = What::Comment {
                        step: "desk/hand/warn".to_owned(),
                        text: format!("{tester} {n}"),
                    };
                    session.act(tester, what).expect("written");
                }
            });
        }
        assert!(waiting.join().expect("waited") > began);
    });
    assert_eq!(session.revision(), began + 20);
    let history = session.history();
    assert_eq!(history.iter().filter(|h| h.by == "Ada").count(), 5);
    assert!(history.windows(2).all(|w| w[0].seq + 1 == w[1].seq));
    assert_eq!(
        session.wait(session.revision(), Duration::ZERO),
        began + 20,
        "nothing new, and no time to wait"
    );
}

#[test]
fn a_session_in_a_file_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session.sqlite");
    let journal = SqliteJournal::create(&path).expect("made");
    let session = Session::begin(plan("desk"), options(), Box::new(journal)).expect("begins");
    let picture = Attachment {
        name: "shot.png",
        title: "",
        media_type: "image/png",
    };
    let bytes: Vec<u8> = (0..2_500_000u32).map(|n| n as u8).collect();
    session
        .attach(
            "Ada",
            "desk/hand/warn",
            &picture,
            &mut bytes.as_slice(),
            u64::MAX,
        )
        .expect("kept");
    played(&session);
    let (before, revision) = (
        session.result().to_json().expect("writes"),
        session.revision(),
    );
    // while it is open nobody else has it
    assert!(matches!(
        SqliteJournal::open(&path),
        Err(JournalError::InUse { .. })
    ));
    drop(session);
    let journal = SqliteJournal::open(&path).expect("opens");
    let session = Session::resume(plan("desk"), options(), Box::new(journal)).expect("resumes");
    assert_eq!(session.revision(), revision);
    assert!(session.result().to_json().expect("writes") == before);
    let sha256 = step(&session.result(), "hand/warn").files[0].sha256.clone();
    assert_eq!(session.file(&sha256).expect("reads"), Some(bytes));
    drop(session);

    // the same file with another plan
    let journal = SqliteJournal::open(&path).expect("opens");
    let other = Session::resume(plan("clinic"), options(), Box::new(journal));
    let error = other.expect_err("another plan");
    assert!(matches!(error, SessionError::OtherPlan { .. }));
    assert_eq!(
        error.to_string(),
        "the session was begun with the plan desk 1.0, and another plan was given"
    );
    // begun again
    let journal = SqliteJournal::open(&path).expect("opens");
    let twice = Session::begin(plan("desk"), options(), Box::new(journal));
    assert!(matches!(twice, Err(SessionError::Begun)));
    assert!(matches!(
        SqliteJournal::create(&path),
        Err(JournalError::Exists { .. })
    ));
}

#[test]
fn a_file_that_is_no_session_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    assert!(matches!(
        SqliteJournal::open(at("none.sqlite")),
        Err(JournalError::Missing { .. })
    ));
    std::fs::write(
        at("text.sqlite"),
        "this is a letter and not a database at all",
    )
    .expect("written");
    std::fs::write(at("empty.sqlite"), "").expect("written");
    for name in ["text.sqlite", "empty.sqlite"] {
        let why = SqliteJournal::open(at(name)).expect_err("no session");
        assert!(matches!(why, JournalError::NotAJournal { .. }), "{why:?}");
    }
    {
        let other = rusqlite::Connection::open(at("other.sqlite")).expect("made");
        other.execute_batch("CREATE TABLE t (x)").expect("a table");
    }
    assert!(matches!(
        SqliteJournal::open(at("other.sqlite")),
        Err(JournalError::NotAJournal { .. })
    ));
    drop(SqliteJournal::create(at("newer.sqlite")).expect("made"));
    {
        let newer = rusqlite::Connection::open(at("newer.sqlite")).expect("opens");
        newer.pragma_update(None, "user_version", 99).expect("set");
    }
    let why = SqliteJournal::open(at("newer.sqlite")).expect_err("a newer one");
    assert!(why.to_string().contains("version 99"), "{why}");

    // a whole session with a page of it overwritten
    let journal = SqliteJournal::create(at("torn.sqlite")).expect("made");
    let session = Session::begin(plan("desk"), options(), Box::new(journal)).expect("begins");
    played(&session);
    drop(session);
    let mut bytes = std::fs::read(at("torn.sqlite")).expect("reads");
    let half = bytes.len() / 2;
    bytes[4096..half.max(8192)].fill(0x5a);
    std::fs::write(at("torn.sqlite"), &bytes).expect("written");
    let why = SqliteJournal::open(at("torn.sqlite")).expect_err("it is damaged");
    assert!(matches!(why, JournalError::Damaged { .. }), "{why:?}");
}

#[test]
fn the_registry_holds_what_the_plan_says_before_and_after_an_interruption() {
    let query = example(&plan("clinic"), "query", "query");
    let asks = |id: &str| {
        changed(
            &query,
            &[("QPD-3.1", id), ("MSH-10", id), ("QPD-4.1", "Nobody")],
        )
    };
    let shared = Shared::default();
    let session =
        Session::begin(plan("desk"), options(), Box::new(shared.clone())).expect("begins");
    let found = |session: &Session, id: &str| -> String {
        let taken = session
            .take_in(Carrier::Paste, &asks(id), "Ada")
            .expect("a message");
        field(taken[0].answer.as_ref().expect("an answer"), "QAK", 2)
    };
    // C9 is the plan's, B3 is reported by the system under test
    assert_eq!(found(&session, "C9"), "OK");
    session
        .take_in(
            Carrier::File,
            &example(session.plan(), "hand", "second"),
            "Ada",
        )
        .expect("a message");
    assert_eq!(found(&session, "B3"), "OK");
    drop(session);
    let again = Session::resume(plan("desk"), options(), Box::new(shared)).expect("resumes");
    assert_eq!(found(&again, "C9"), "OK");
    assert_eq!(found(&again, "B3"), "OK");
}
