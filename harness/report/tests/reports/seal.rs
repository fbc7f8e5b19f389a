//! A document that was changed is found, and where.

use crate::recognition_sample::{at, full, met};
use crate::sample::{nothing, passed, sample};
use titer_report::seal::{KeyError, PublicKey, Signature, SigningKey, check, check_file, remarks};
use titer_runner::result::{Judged, Outcome, Overridden, RunResult, Standing, Verdict};

fn told(result: &RunResult) -> Vec<String> {
    check(result)
        .into_iter()
        .map(|f| format!("{}: {}", f.place, f.what))
        .collect()
}

#[test]
fn documents_as_runs_write_them_hold_together() {
    for result in [met(), passed(), nothing()] {
        assert_eq!(told(&result), [""; 0]);
        let again = RunResult::from_json(&result.to_json().expect("JSON")).expect("reads");
        assert_eq!(told(&again), [""; 0]);
    }
}

/// Changes a document by hand, as text would be, and says what is found first.
fn changed(change: impl FnOnce(&mut RunResult)) -> Vec<String> {
    let mut result = met();
    change(&mut result);
    let found = told(&result);
    assert!(!found.is_empty(), "nothing was found");
    found
}

#[test]
fn every_kind_of_change_by_hand_is_found_at_its_place() {
    // a verdict made better, with and without what follows from it
    let found = changed(|r| at(r, "5/stock").verdict = Verdict::Passed);
    assert!(
        found.iter().any(|f| f
            == "step iip-sample/5/stock: it is called passed, and its expectations say failed"),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|f| f.starts_with("the run: its standing is failed"))
    );
    let found = changed(|r| {
        at(r, "5/stock").verdict = Verdict::Passed;
        r.settle();
    });
    assert_eq!(
        found,
        ["step iip-sample/5/stock: it is called passed, and its expectations say failed"]
    );
    // the standing of a step, of a case, of a group, of the run
    let found = changed(|r| at(r, "5/stock").standing = Standing::Passed);
    assert_eq!(
        found,
        [
            "step iip-sample/5/stock: its standing is passed, and failed follows from what is below it"
        ]
    );
    let found = changed(|r| r.groups[2].cases[1].verdict = Verdict::Passed);
    assert_eq!(
        found,
        ["case iip-sample/5: its verdict is passed, and failed follows from what is below it"]
    );
    let found = changed(|r| r.groups[2].standing = Standing::Passed);
    assert!(found[0].starts_with("group decisions: its standing is passed"));
    let found = changed(|r| {
        r.standing = Standing::Passed;
        r.exit_code = 0;
    });
    assert_eq!(found.len(), 2, "{found:?}");
    // counts and coverage
    let found = changed(|r| r.step_counts.passed += 1);
    assert!(
        found[0].starts_with("the run: its count of steps"),
        "{found:?}"
    );
    let found = changed(|r| r.case_counts.judged += 1);
    assert!(
        found[0].starts_with("the run: its count of cases"),
        "{found:?}"
    );
    let found = changed(|r| {
        r.requirements[1].steps.pop();
    });
    assert!(found[0].starts_with("requirement CAP-16"), "{found:?}");
    // a message's bytes, its hash, both, its id
    let found = changed(|r| {
        let body = &mut at(r, "2/report").messages[0].body;
        *body = titer_runner::result::Body::new(b"MSH|^~\\&|other");
    });
    assert!(
        found[0].starts_with("message m1 of step iip-sample/2/report: its bytes have the SHA-256"),
        "{found:?}"
    );
    let found = changed(|r| at(r, "2/report").messages[0].sha256 = "00".repeat(32));
    assert_eq!(found.len(), 2, "the message and the list: {found:?}");
    let found = changed(|r| {
        let message = &mut at(r, "2/report").messages[0];
        message.body = titer_runner::result::Body::new(b"other");
        message.sha256 = titer_runner::result::sha256_hex(b"other");
    });
    assert_eq!(
        found,
        ["line 1 of the evidence list: its SHA-256 is not the one that m1 has in its step"]
    );
    let found = changed(|r| at(r, "2/report").messages[1].id = "m1".to_owned());
    assert!(
        found[0].ends_with("another message has the same id"),
        "{found:?}"
    );
    // the evidence list: a line left out, put in, changed, exchanged
    let found = changed(|r| {
        r.evidence.remove(1);
    });
    assert!(
        found[0].starts_with("line 2 of the evidence list: it names m3"),
        "{found:?}"
    );
    let found = changed(|r| {
        r.evidence.pop();
    });
    assert_eq!(
        found,
        ["line 4 of the evidence list: it is missing: evidence/history.png is not listed"]
    );
    let found = changed(|r| {
        let more = r.evidence[0].clone();
        r.evidence.push(more);
    });
    assert_eq!(
        found,
        ["line 5 of the evidence list: it names m1, which no step has"]
    );
    let found = changed(|r| r.evidence.swap(0, 1));
    assert!(found[0].starts_with("line 1"), "{found:?}");
    let found = changed(|r| r.evidence[2].chain = "00".repeat(32));
    assert_eq!(
        found,
        ["line 3 of the evidence list: its chain value does not follow from the lines before it"]
    );
    let found = changed(|r| at(r, "3/look").files[0].sha256 = "00".repeat(32));
    assert!(found[0].starts_with("line 4"), "{found:?}");
}

#[test]
fn a_pass_without_grounds_is_found() {
    let one = |change: fn(&mut titer_runner::result::Step)| {
        changed(|r| {
            change(at(r, "4/forecast"));
            r.settle();
        })
    };
    assert_eq!(
        one(|s| s.assertions.clear()),
        ["step iip-sample/4/forecast: it is called passed, and no expectation was judged"]
    );
    assert_eq!(
        one(|s| s.judged = Judged::NotJudged),
        ["step iip-sample/4/forecast: it is called passed, and is not judged"]
    );
    assert_eq!(
        one(|s| s.evaluation = titer_runner::result::Evaluation::Attestation),
        ["step iip-sample/4/forecast: it is no step that is evaluated, and is called passed"]
    );
    assert_eq!(
        one(|s| s.assertions[0].outcome = Outcome::Allowed),
        [
            "step iip-sample/4/forecast: it is called passed, and its expectations say passed with an exception"
        ]
    );
    assert_eq!(
        one(|s| s.verdict = Verdict::Attested),
        ["step iip-sample/4/forecast: it is called attested, and nobody is named who attests it"]
    );
    let unsigned = Overridden {
        verdict: Verdict::Failed,
        judged: Judged::Forecast,
        because: " ".to_owned(),
        by: "R. Okafor".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let found = changed(|r| at(r, "4/forecast").overridden = Some(unsigned));
    assert_eq!(found.len(), 1, "{found:?}");
    // one with a name and a reason is a tester's right
    assert_eq!(told(&full()), [""; 0]);
    // a masked copy is another document
    assert!(!told(&titer_report::masked(&sample())).is_empty());
}

#[test]
fn a_file_is_compared_by_size_and_hash() {
    let mut result = met();
    let mut file = at(&mut result, "3/look").files[0].clone();
    let look = |file: &titer_runner::result::EvidenceFile, bytes: &[u8]| {
        check_file("p/c/s", file, &mut &*bytes)
            .expect("reads")
            .map(|f| f.what)
    };
    assert_eq!(look(&file, b"no real picture"), None);
    assert!(
        look(&file, b"no real pictura")
            .expect("found")
            .contains("SHA-256")
    );
    assert!(look(&file, b"").is_some());
    file.size += 1;
    assert_eq!(
        look(&file, b"no real picture").expect("found"),
        "it has 15 bytes, and the document says 16"
    );
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32]).expect("a key")
}

fn signed(bytes: &[u8]) -> Signature {
    let at = "2026-11-22T17:00:00Z".parse().expect("a time");
    Signature::new("result.json", bytes, "R. Okafor", at, &key(1)).expect("signs")
}

#[test]
fn a_signature_finds_a_change_of_any_byte() {
    let json = met().to_json().expect("JSON").into_bytes();
    let signature = signed(&json);
    let by = key(1).public();
    assert_eq!(signature.check(&json, Some(by)), []);
    assert_eq!(signature.check(&json, None), []);
    // the same name, time and bytes give the same signature
    assert_eq!(signature, signed(&json));
    let mut changed = json.clone();
    for index in (0..json.len()).step_by(97).chain([json.len() - 1]) {
        changed[index] ^= 1;
        assert!(
            !signature.check(&changed, Some(by)).is_empty(),
            "byte {index}"
        );
        changed[index] ^= 1;
    }
    assert!(!signature.check(&json[..json.len() - 1], None).is_empty());
    // by another key
    let other = signature.check(&json, Some(key(2).public()));
    assert_eq!(other.len(), 1);
    assert!(
        other[0].what.starts_with("it was made by the key"),
        "{other:?}"
    );
}

#[test]
fn every_field_of_a_signature_that_is_signed_holds_it() {
    let json = b"{}";
    let text = signed(json).to_json().expect("JSON");
    let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let changes = [
        ("sha256", "00".repeat(32)),
        ("signer", "S. Other".to_owned()),
        ("signed", "2026-11-22T17:00:01Z".to_owned()),
        ("public_key", key(2).public().to_hex()),
        ("public_key", "abc".to_owned()),
        ("signature", "00".repeat(64)),
        ("signature", "zz".to_owned()),
        ("signature", String::new()),
        ("algorithm", "none".to_owned()),
    ];
    for (field, value) in changes {
        let mut other = whole.clone();
        other[field] = value.clone().into();
        let read = Signature::from_json(&other.to_string()).expect("reads");
        assert!(!read.check(json, None).is_empty(), "{field} {value}");
    }
    // every character of the signature
    let good = signed(json);
    for index in 0..good.signature.len() {
        let mut read = good.clone();
        let old = &good.signature[index..=index];
        let new = if old == "0" { "1" } else { "0" };
        read.signature.replace_range(index..=index, new);
        assert_eq!(read.check(json, None).len(), 1, "character {index}");
    }
    // the document's name is for people
    let mut renamed = good.clone();
    renamed.document = "other.json".to_owned();
    assert_eq!(renamed.check(json, None), []);
    // what is no signature
    for bad in ["", "{}", "[]", "{\"format\": \"titer-signature/9\"}"] {
        assert!(Signature::from_json(bad).is_err(), "{bad}");
    }
    let error = Signature::from_json("{\"format\": \"titer-signature/9\"}").expect_err("another");
    assert!(error.to_string().contains("titer-signature/9"));
    let at = jiff::Timestamp::UNIX_EPOCH;
    assert!(Signature::new("r", json, "two\nlines", at, &key(1)).is_err());
}

#[test]
fn keys_are_files_that_other_programs_read() {
    // RFC 8410, section 10.3
    let rfc = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let key = SigningKey::from_pem(rfc).expect("a key");
    assert_eq!(key.to_pem(), rfc);
    assert_eq!(
        key.public().to_pem(),
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"
    );
    // the same with the public key beside it
    let both = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    assert_eq!(
        SigningKey::from_pem(both).expect("a key").public(),
        key.public()
    );
    let public = key.public();
    assert_eq!(PublicKey::read(&public.to_pem()).expect("a key"), public);
    assert_eq!(
        PublicKey::read(&format!("{}\n", public.to_hex())).expect("a key"),
        public
    );
    // the private key is not shown
    assert!(!format!("{key:?}").contains("d4ee72"));
    assert!(!format!("{key:?}").contains("212, 238"));
    let error = |text: &str| SigningKey::from_pem(text).expect_err("no key");
    assert_eq!(error(""), KeyError::NoBlock("PRIVATE KEY"));
    assert_eq!(error(&public.to_pem()), KeyError::NoBlock("PRIVATE KEY"));
    assert_eq!(
        error("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"),
        KeyError::Base64
    );
    assert_eq!(
        error("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        KeyError::Kind
    );
    assert_eq!(
        PublicKey::read("abcd"),
        Err(KeyError::NoBlock("PUBLIC KEY"))
    );
}

#[test]
fn a_persons_pass_without_a_look_is_said() {
    let said = |result: &RunResult| -> Vec<String> {
        let all = remarks(result).into_iter();
        all.filter(|f| f.place.ends_with("4/diagnosis"))
            .map(|f| f.what)
            .collect()
    };
    // it has no checklist at all
    let mut result = met();
    let nothing = "it is passed by a person, and nothing shows that anybody looked";
    assert_eq!(said(&result), [nothing]);
    at(&mut result, "4/diagnosis").because = Some("seen on the second page".to_owned());
    assert_eq!(
        said(&result),
        ["it is passed by a person and by no line of a checklist; given for it: a reason"]
    );
    let mut line = titer_runner::result::ChecklistItem::new("the diagnosis is shown", None);
    at(&mut result, "4/diagnosis").checklist = vec![line.clone()];
    assert_eq!(said(&result).len(), 1, "a line that nobody looked at");
    line.seen = Some(true);
    at(&mut result, "4/diagnosis").checklist = vec![line];
    assert!(said(&result).is_empty());
}
