//! The recognition report, signatures and verification from outside.

use crate::common::{Said, said, titer};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with an invented result and its one evidence file.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/results/recognition-met.json");
    fs::copy(fixture, folder.path().join("result.json")).expect("a copy");
    fs::create_dir(folder.path().join("evidence")).expect("a folder");
    fs::write(
        folder.path().join("evidence/history.png"),
        "no real picture",
    )
    .expect("a file");
    folder
}

fn report(folder: &TempDir, args: &[&str]) -> Said {
    said(titer().current_dir(folder.path()).arg("report").args(args))
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    fs::read(folder.path().join(name)).expect("a file")
}

#[test]
fn every_form_is_written_and_twice_the_same() {
    let folder = folder();
    for (form, begins) in [
        ("recognition-html", "<!doctype html>"),
        ("recognition-pdf", "%PDF-1.7"),
        (
            "recognition-md",
            "## \u{2705} Recognition: ClinicChart 12.4",
        ),
        (
            "recognition-json",
            "{\n  \"schema\": \"titer-recognition/1\"",
        ),
        ("recognition-junit", "<?xml"),
    ] {
        for file in ["one", "two"] {
            let done = report(
                &folder,
                &["result.json", "--format", form, "--output", file],
            );
            assert_eq!(done.code, 0, "{form}: {}", done.stderr);
            assert!(done.stdout.is_empty(), "{form}");
            assert!(
                done.stderr.contains("recognition  "),
                "{form}: {}",
                done.stderr
            );
        }
        let one = read(&folder, "one");
        assert!(one.starts_with(begins.as_bytes()), "{form}");
        assert!(one == read(&folder, "two"), "{form}");
    }
    // to stdout without a file
    let done = report(&folder, &["result.json", "--format", "recognition-md"]);
    assert!(
        done.stdout.contains("**Is the rule met? Yes.**"),
        "{}",
        done.stdout
    );
    // beside the other forms
    let done = report(
        &folder,
        &[
            "result.json",
            "--format",
            "recognition-md",
            "--output",
            "a.md",
            "--junit",
            "a.xml",
        ],
    );
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(read(&folder, "a.xml").starts_with(b"<?xml") && read(&folder, "a.md").len() > 100);
}

#[test]
fn the_rule_can_be_given() {
    let folder = folder();
    let ask = |more: &[&str]| {
        let mut args = vec!["result.json", "--format", "recognition-json"];
        args.extend(more);
        let done = report(&folder, &args);
        assert_eq!(done.code, 0, "{}", done.stderr);
        let json: serde_json::Value = serde_json::from_str(&done.stdout).expect("JSON");
        json["rule"].clone()
    };
    let of_plan = ask(&[]);
    assert_eq!(
        (&of_plan["source"], &of_plan["rounding"]),
        (&"plan".into(), &"up".into())
    );
    assert_eq!(of_plan["optional_needed"], 3);
    let given = ask(&["--optional-share", "50", "--rounding", "down"]);
    assert_eq!(
        (&given["source"], &given["optional_needed"]),
        (&"given".into(), &1.into())
    );
    let wrong = report(
        &folder,
        &[
            "result.json",
            "--format",
            "recognition-md",
            "--optional-share",
            "101",
        ],
    );
    assert_eq!(wrong.code, 2);
    // it belongs to the recognition report alone
    assert_eq!(
        report(&folder, &["result.json", "--rounding", "up"]).code,
        2
    );
}

fn sign(folder: &TempDir) {
    let made = report(folder, &["key", "new", "lab"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(made.stdout.trim().len(), 64, "{}", made.stdout);
    let signed = report(
        folder,
        &[
            "sign",
            "result.json",
            "--key",
            "lab.pem",
            "--now",
            "2026-11-22T17:00:00Z",
        ],
    );
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    assert!(
        signed.stderr.contains("signed by R. Okafor"),
        "{}",
        signed.stderr
    );
}

#[test]
fn what_was_signed_verifies_until_something_changes() {
    let folder = folder();
    sign(&folder);
    let verify = ["verify", "result.json", "--key", "lab.pub.pem"];
    let done = report(&folder, &verify);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(
        done.stdout
            .contains("ok     document   3 messages, 4 lines of evidence, 14 steps")
    );
    assert!(
        done.stdout
            .contains("ok     files      1 in . are the ones"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout
            .contains("R. Okafor signed these bytes on 2026-11-22T17:00:00Z")
    );
    assert!(
        done.stdout
            .ends_with("everything is as the document says\n")
    );

    // an evidence file changes, or is gone
    let evidence = folder.path().join("evidence/history.png");
    fs::write(&evidence, "no real pictura").expect("a file");
    let done = report(&folder, &verify);
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains(
        "wrong  file evidence/history.png of step iip-sample/3/look: it has the SHA-256"
    ));
    fs::remove_file(&evidence).expect("gone");
    let done = report(&folder, &verify);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout
            .contains("it cannot be read: there is no such file"),
        "{}",
        done.stdout
    );
    // it is elsewhere
    fs::create_dir_all(folder.path().join("kept/evidence")).expect("a folder");
    fs::write(
        folder.path().join("kept/evidence/history.png"),
        "no real picture",
    )
    .expect("a file");
    let mut elsewhere = verify.to_vec();
    elsewhere.extend(["--evidence", "kept"]);
    assert_eq!(report(&folder, &elsewhere).code, 0);
    elsewhere[5] = "nowhere";
    assert_eq!(report(&folder, &elsewhere).code, 2);

    // a verdict is changed by hand
    fs::write(&evidence, "no real picture").expect("a file");
    let path = folder.path().join("result.json");
    let whole = fs::read_to_string(&path).expect("a document");
    fs::write(&path, whole.replacen("\"failed\"", "\"passed\"", 1)).expect("written");
    let done = report(&folder, &verify);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout
            .contains("the document was changed after it was signed"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains(" follows from what is below it"),
        "{}",
        done.stdout
    );
    // and such a document is not signed
    let refused = report(
        &folder,
        &["sign", "result.json", "--key", "lab.pem", "-o", "-"],
    );
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("does not hold together"),
        "{}",
        refused.stderr
    );

    // white space alone: the document says the same, and the signature does not hold
    fs::write(&path, whole.clone() + "\n").expect("written");
    let done = report(&folder, &verify);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("ok     document") && done.stdout.contains("wrong  the signature")
    );
    fs::write(&path, &whole).expect("written");

    // by another key; without one the signer has to be known
    assert_eq!(report(&folder, &["key", "new", "other"]).code, 0);
    let done = report(
        &folder,
        &["verify", "result.json", "--key", "other.pub.pem"],
    );
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("it was made by the key"),
        "{}",
        done.stdout
    );
    let done = report(&folder, &["verify", "result.json"]);
    assert_eq!(done.code, 0);
    assert!(
        done.stdout.contains("whose key that is, is not known here"),
        "{}",
        done.stdout
    );

    // a signature that is asked for and not there
    fs::remove_file(folder.path().join("result.json.sig")).expect("gone");
    assert_eq!(report(&folder, &verify).code, 1);
    assert_eq!(report(&folder, &["verify", "result.json"]).code, 0);
    let gone = report(
        &folder,
        &["verify", "result.json", "--signature", "gone.sig"],
    );
    assert_eq!(gone.code, 2);
}

#[test]
fn keys_are_kept_and_names_that_lead_away_are_not_followed() {
    let folder = folder();
    sign(&folder);
    let again = report(&folder, &["key", "new", "lab"]);
    assert_eq!(again.code, 2);
    assert!(
        again.stderr.contains("not written over"),
        "{}",
        again.stderr
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path().join("lab.pem"))
            .expect("a key")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
    }
    let wrong = report(&folder, &["sign", "result.json", "--key", "lab.pub.pem"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("not a private key"),
        "{}",
        wrong.stderr
    );

    let path = folder.path().join("result.json");
    let whole = fs::read_to_string(&path).expect("a document");
    fs::write(
        &path,
        whole.replace("evidence/history.png", "../history.png"),
    )
    .expect("written");
    let done = report(&folder, &["verify", "result.json"]);
    assert_eq!(done.code, 1);
    assert!(
        done.stdout.contains("leads out of the folder of evidence"),
        "{}",
        done.stdout
    );
}
