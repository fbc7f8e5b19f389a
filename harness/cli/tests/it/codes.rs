//! `titer codes` from outside.

use crate::common::{redacted, said, titer};
use std::fmt::Write as _;
use std::path::Path;

const DAY: [&str; 2] = ["--as-of", "2025-12-01"];

/// A message of 2 December 2025 with one dose in RXA-5 and its date in RXA-3.
fn message(sender: &str, doses: &[(&str, &str)]) -> String {
    let mut text = format!(
        "MSH|^~\\&|EHR|{sender}|IIS|STATE|20251202101500-0500||VXU^V04^VXU_V04|1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r\
         PID|1||A1^^^{sender}^MR||MARKER^ANNA||20200101|F||2106-3^White^CDCREC~W^White^HL70005|||||||||||2186-5^^CDCREC\r"
    );
    for (nth, (code, day)) in doses.iter().enumerate() {
        let _ = write!(
            text,
            "ORC|RE||{nth}^{sender}\rRXA|0|1|{day}||{code}|0.5|mL^^UCUM||00^^NIP001||||||L1||PMC^^MVX|||CP|A\r\
             RXR|C28161^^NCIT|LT^^HL70163\r\
             OBX|1|CE|64994-7^^LN|1|V02^^HL70064||||||F\r"
        );
    }
    text
}

/// Every case of which the book's answer differs.
fn traffic(folder: &Path) {
    let north = message(
        "NORTH",
        &[
            ("334^^CVX", "20251101"),
            ("334^^CVX", "20250101"),
            ("337^^CVX", "20251201"),
            ("999^^CVX", "20251201"),
            ("118^^CVX", "20251201"),
            ("118^^CVX", "20120505"),
            ("88^^CVX", "20101010"),
        ],
    );
    let south = message(
        "SOUTH",
        &[
            ("49281-0424-50^^NDC", "20251101"),
            ("49281-0424-50^^NDC", "20241101"),
            ("49281-425-50^^NDC^140^^CVX", "20251101"),
            ("12345-6789-01^^NDC", "20251101"),
            ("XYZ^^L", "20251101"),
            ("03", "20251101"),
        ],
    );
    std::fs::write(folder.join("north.hl7"), north).expect("written");
    std::fs::write(folder.join("south.hl7"), south).expect("written");
}

#[test]
fn a_code_is_shown_with_all_that_is_known() {
    for (name, args) in [
        ("cvx", vec!["show", "165"]),
        ("ndc", vec!["show", "49281-424-50"]),
        ("vis", vec!["show", "253088698300001111140611"]),
        ("mvx", vec!["show", "SKB"]),
        ("race", vec!["map", "race", "W"]),
        ("cpt", vec!["map", "cpt", "90744"]),
        ("route", vec!["map", "route", "IM"]),
        ("product", vec!["map", "product", "fluzone-high dose"]),
        (
            "scan",
            vec!["scan", "(01)00349281425509(17)260630(10)UJ123AB(21)1"],
        ),
        (
            "scan-raw",
            vec!["scan", "]d201003492814255091726063010UJ123AB\u{1d}211"],
        ),
        ("scan-vis", vec!["scan", "253088698300001111200108"]),
        ("search", vec!["search", "hep", "b", "dialysis"]),
        ("list", vec!["list", "HL70322_IZ"]),
    ] {
        let day = if args[0] == "list" {
            &DAY[..0]
        } else {
            &DAY[..]
        };
        let said = said(titer().arg("codes").args(&args).args(day));
        assert_eq!(said.code, 0, "{args:?}: {}", said.stderr);
        insta::assert_snapshot!(name, said.stdout);
    }
}

#[test]
fn every_answer_is_json_when_asked() {
    for args in [
        vec!["show", "165", "--as-of", "2025-12-01"],
        vec!["map", "ndc", "49281042450", "--as-of", "2025-12-01"],
        vec!["scan", "00349281425509", "--as-of", "2025-12-01"],
        vec!["search", "mmr", "--as-of", "2025-12-01"],
        vec!["list"],
        vec!["list", "cvx"],
        vec!["diff", "shipped", "shipped"],
    ] {
        let said = said(titer().arg("codes").args(&args).arg("--json"));
        assert_eq!(said.code, 0, "{args:?}: {}", said.stderr);
        let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
        assert!(json.is_object(), "{args:?}");
    }
    let said = said(titer().args([
        "codes",
        "map",
        "ndc",
        "49281042450",
        "--json",
        "--as-of",
        "2025-12-01",
    ]));
    let json: serde_json::Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(json["found"][0]["status"], "expired");
    assert_eq!(json["found"][0]["code"], "49281-0424-50");
}

#[test]
fn messages_are_checked_code_by_code_as_of_their_days() {
    let room = tempfile::tempdir().expect("a folder");
    traffic(room.path());
    let found = said(titer().current_dir(&room).args(["codes", "check", "."]));
    assert_eq!(found.code, 1);
    insta::assert_snapshot!(found.stdout);
    insta::assert_snapshot!(redacted(&found.stderr, room.path()));
    let masked = said(
        titer()
            .current_dir(&room)
            .args(["codes", "check", ".", "--mask", "--json"]),
    );
    assert!(
        !masked.stdout.contains("12345-6789-01"),
        "{}",
        masked.stdout
    );
    assert!(!masked.stdout.contains("MARKER"));
    let json: serde_json::Value = serde_json::from_str(&masked.stdout).expect("JSON");
    assert_eq!(json["messages"], 2);
    assert_eq!(json["without-a-system"]["RXA-5"], 1);
    assert_eq!(json["of-other-systems"]["RXA-5"], 1);
}

#[test]
fn an_overlay_changes_what_is_said() {
    let room = tempfile::tempdir().expect("a folder");
    traffic(room.path());
    let overlay = "name: Example State\naccept:\n  - {system: NDC, code: 49281-0424-50, until: 2025-12-31, because: still given}\n";
    std::fs::write(room.path().join("state.yaml"), overlay).expect("written");
    let found = said(titer().current_dir(&room).args([
        "codes",
        "show",
        "49281-0424-50",
        "--overlay",
        "state.yaml",
        "--as-of",
        "2025-12-01",
    ]));
    assert!(
        found
            .stdout
            .contains("valid, says Example State: still given"),
        "{}",
        found.stdout
    );
    let found = said(titer().current_dir(&room).args([
        "codes",
        "check",
        "south.hl7",
        "--overlay",
        "state.yaml",
    ]));
    assert!(
        found.stdout.contains("valid, says Example State"),
        "{}",
        found.stdout
    );
}

#[test]
fn a_book_is_imported_and_the_difference_tells_whose_traffic_it_hits() {
    let room = tempfile::tempdir().expect("a folder");
    traffic(room.path());
    let shipped = titer_codes::book();
    let mut bars = String::new();
    for cvx in shipped.cvxs() {
        let status = match cvx.code() {
            "334" => "Inactive",
            _ => match cvx.published_status() {
                "active" => "Active",
                "inactive" => "Inactive",
                "non-us" => "Non-US",
                _ => "Never Active",
            },
        };
        let day = if cvx.code() == "334" {
            "2/1/2026".to_owned()
        } else {
            let day = cvx.updated().expect("a day");
            format!("{}/{}/{}", day.month(), day.day(), day.year())
        };
        let _ = writeln!(
            bars,
            "{:10}|{}|full||{status}|False|{day}",
            cvx.code(),
            cvx.name()
        );
    }
    bars.push_str("337       |a new vaccine|full||Active|False|1/15/2026\n");
    std::fs::create_dir(room.path().join("cdc")).expect("made");
    std::fs::write(room.path().join("cdc/cvx.txt"), bars).expect("written");
    let imported = said(titer().current_dir(&room).args([
        "codes",
        "import",
        "cdc",
        "--out",
        "new",
        "--retrieved",
        "2026-03-01",
    ]));
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    insta::assert_snapshot!(redacted(&imported.stdout, room.path()));
    let known = said(titer().current_dir(&room).args([
        "codes",
        "show",
        "337",
        "--book",
        "new",
        "--as-of",
        "2026-03-01",
    ]));
    assert!(known.stdout.contains("a new vaccine"), "{}", known.stdout);
    let diff = said(titer().current_dir(&room).args([
        "codes",
        "diff",
        "shipped",
        "new",
        "--messages",
        "north.hl7",
        "--messages",
        "south.hl7",
    ]));
    assert_eq!(diff.code, 0, "{}", diff.stderr);
    let hits = diff
        .stdout
        .split("\nin 2 messages:\n")
        .nth(1)
        .expect("what it hits");
    insta::assert_snapshot!(hits);
    // a second import that is wrong leaves the book as it was
    std::fs::write(
        room.path().join("cdc/cvx.txt"),
        "3|MMR|full||Active|False|5/28/2010\n",
    )
    .expect("written");
    let wrong = said(titer().current_dir(&room).args([
        "codes",
        "import",
        "cdc",
        "--out",
        "new",
        "--retrieved",
        "2026-03-02",
    ]));
    assert_eq!(wrong.code, 2);
    let known = said(titer().current_dir(&room).args([
        "codes",
        "show",
        "337",
        "--book",
        "new",
        "--as-of",
        "2026-03-01",
    ]));
    assert_eq!(known.code, 0, "{}", known.stderr);
}

#[test]
fn a_book_is_exported() {
    let room = tempfile::tempdir().expect("a folder");
    for (format, file) in [("csv", "cvx.csv"), ("fhir", "CodeSystem-cvx.json")] {
        let done = said(
            titer()
                .current_dir(&room)
                .args(["codes", "export", "--format", format, "--out", format]),
        );
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(room.path().join(format).join(file).is_file());
    }
}

#[test]
fn the_version_tells_how_old_the_codes_are() {
    let said = said(titer().arg("--version"));
    assert_eq!(
        said.stdout,
        format!(
            "titer {}\ncode book of {}\n",
            env!("CARGO_PKG_VERSION"),
            titer_codes::book().retrieved()
        )
    );
}
