//! Every kind of check fires where it should and nowhere else, on a small profile of our own.

use crate::common::{detect, kinds, message, validator};
use titer_conformance::{Dialect, Kind, Validator};

const FIELDS: &str = "\
- {name: Set ID, usage: RE, type: SI, length: 1..4}
- {name: Old ID, usage: X, type: ST, length: 1..20}
- {name: Identifiers, usage: R, type: CX, occurs: 1..2, length: 1..99}
- {name: Colour, usage: O, type: ID, length: 1..20, codes: COLOUR}
- {name: Look, usage: O, type: CE, occurs: 0..3, length: 1..99, codes: 'COLOUR, SHAPE at 1'}
- {name: Day, usage: O, type: DT}
- {name: Clock, usage: O, type: TM}
- {name: Moment, usage: O, type: DTM}
- {name: Amount, usage: O, type: NM}
- {name: Note, usage: O, type: ST, length: 2..5}
- {name: Fixed, usage: O, type: ST, constant: SAME}
- {name: Gone, usage: W, type: ST}
- {name: Nothing, usage: O, type: ST, codes: NONE}
- {name: Any, usage: O, type: varies}
";

fn titer() -> Validator {
    validator(FIELDS, "", Dialect::Titer)
}

fn nist() -> Validator {
    validator(FIELDS, "", Dialect::Nist163)
}

/// What our dialect says about a PID segment.
fn pid(fields: &str) -> Vec<String> {
    kinds(&titer(), &message(&format!("PID|{fields}")))
}

#[test]
fn a_good_message_is_clean() {
    let text = message(
        "PID|1||A1^^^NS~A2^^^&1.2&ISO|GREEN|ROUND^x^SHP~BLUE^x^COL|20240229|0930|20240229093000+0100|-1.5|four|SAME||\nNK1|1|Ann\nPV1|x\nOBX|1|NM|A^b||5\nNTE|y\nOBX|2|CE|A^b||C^d",
    );
    assert_eq!(kinds(&titer(), &text), Vec::<String>::new());
    assert_eq!(kinds(&nist(), &text), Vec::<String>::new());
}

#[test]
fn required_and_known() {
    assert_eq!(pid("1"), ["RequiredMissing PID[1]-3[1]"]);
    assert_eq!(pid("1||^2"), ["RequiredMissing PID[1]-3[1].1"]);
    let validator = titer();
    let mut known: Vec<String> = detect(&validator, &message("PID|||A1"))
        .iter()
        .map(|d| format!("{:?} {:?} {}", d.kind, d.severity, validator.path(d)))
        .collect();
    known.sort();
    assert_eq!(
        known,
        [
            "KnownMissing Info NK1[1]",
            "KnownMissing Info PID[1]-1[1]",
            "KnownMissing Info PID[1]-3[1].4",
        ]
    );
}

#[test]
fn forbidden() {
    assert_eq!(pid("1|x|A1"), ["NotSupported PID[1]-2[1]"]);
    assert_eq!(pid("1||A1^^CHK"), ["NotSupported PID[1]-3[1].3"]);
    assert_eq!(pid("1||A1|||||||||x"), ["Withdrawn PID[1]-12[1]"]);
    assert_eq!(
        kinds(&titer(), &message("PID|1||A1\nDSC|x")),
        ["NotSupported DSC[1]"]
    );
}

#[test]
fn cardinality() {
    assert_eq!(pid("1||A~B~C"), ["Cardinality PID[1]-3[3]"]);
    assert_eq!(pid("1||A||~~~~BLUE^b^COL"), ["Cardinality PID[1]-5[5]"]);
    assert_eq!(
        kinds(&titer(), &message("PID|1||A\nNK1|1\nNK1|2\nNK1|3")),
        ["Cardinality NK1[3]"]
    );
}

#[test]
fn a_null_beside_values() {
    assert_eq!(pid("1||\"\"~B"), ["NullRepeated PID[1]-3[2]"]);
    assert_eq!(pid("1||\"\""), Vec::<String>::new());
    // the reference forgets what it found before it in the segment
    let text = message("PID|1|x|\"\"~B");
    assert_eq!(
        kinds(&titer(), &text),
        ["NotSupported PID[1]-2[1]", "NullRepeated PID[1]-3[2]"]
    );
    assert_eq!(kinds(&nist(), &text), ["NullRepeated PID[1]-3[2]"]);
}

#[test]
fn constants() {
    assert_eq!(pid("1||A||||||||OTHER"), ["Constant PID[1]-11[1]"]);
    assert_eq!(pid("1||A||||||||SAME"), Vec::<String>::new());
}

#[test]
fn lengths_count_decoded_characters() {
    assert_eq!(pid("1||A|||||||x"), ["Length PID[1]-10[1]"]);
    assert_eq!(pid("1||A|||||||sixsix"), ["Length PID[1]-10[1]"]);
    assert_eq!(pid("1||A|||||||a\\T\\b\\E\\c"), Vec::<String>::new());
    assert_eq!(pid("1||A|||||||äöüß"), Vec::<String>::new());
}

#[test]
fn formats() {
    assert_eq!(
        pid("one||A|||20240230|2460|2024022930|1e5"),
        [
            "Format PID[1]-1[1]",
            "Format PID[1]-6[1]",
            "Format PID[1]-7[1]",
            "Format PID[1]-8[1]",
            "Format PID[1]-9[1]",
        ]
    );
    // what the reference reads more widely
    let text = message("PID|+1||A|||19000229");
    assert_eq!(
        kinds(&titer(), &text),
        ["Format PID[1]-1[1]", "Format PID[1]-6[1]"]
    );
    assert_eq!(kinds(&nist(), &text), Vec::<String>::new());
}

#[test]
fn extra_parts() {
    assert_eq!(pid("1||A^^^^^x"), ["Extra PID[1]-3[1]"]);
    assert_eq!(pid("1||A^^^NS&&&x"), ["Extra PID[1]-3[1].4"]);
    assert_eq!(pid("1||A||||||||||||x"), ["Extra PID[1]"]);
    // empty ones say nothing
    assert_eq!(
        pid("1||A^^^NS&&&&^^^^||||||||||||||||"),
        Vec::<String>::new()
    );
}

#[test]
fn separators_and_escapes() {
    assert_eq!(pid("1||A|||||||a&b"), ["Separator PID[1]-10[1]"]);
    assert_eq!(pid("1||A|||||||a^b"), ["Separator PID[1]-10[1]"]);
    assert_eq!(pid("1||A|||||||a\\b"), ["Escape PID[1]-10[1]"]);
    assert_eq!(pid("1||A|||||||a\\Q\\b"), ["Escape PID[1]-10[1]"]);
    for good in [
        "\\F\\ab",
        "\\.br\\a",
        "\\X0D\\ab",
        "\\H\\a\\N\\",
        "\\.sp2\\a",
    ] {
        let found = pid(&format!("1||A|||||||{good}"));
        assert!(
            found.iter().all(|f| !f.starts_with("Escape")),
            "{good}: {found:?}"
        );
    }
    assert_eq!(
        kinds(&nist(), &message("PID|1||A|||||||a\\b")),
        Vec::<String>::new()
    );
}

#[test]
fn varying_fields() {
    let obx = |fields: &str| {
        kinds(
            &titer(),
            &message(&format!("PID|1||A\nPV1|x\nOBX|{fields}")),
        )
    };
    assert_eq!(obx("1|NM|A^b||five"), ["Format OBX[1]-5[1]"]);
    assert_eq!(obx("1|ZZ|A^b||five"), ["Unresolved OBX[1]-5[1]"]);
    assert_eq!(
        obx("1||A^b||5"),
        ["RequiredMissing OBX[1]-2[1]", "Unresolved OBX[1]-5[1]"]
    );
    // the second reference narrows the first
    assert_eq!(obx("1|ST|SPECIAL^b||^1.2^ISO"), Vec::<String>::new());
    assert_eq!(obx("1|ST|OTHER^b||^1.2^ISO"), ["Separator OBX[1]-5[1]"]);
    assert_eq!(pid("1||A|||||||||||x"), ["Unresolved PID[1]-14[1]"]);
}

#[test]
fn codes_of_simple_elements() {
    assert_eq!(pid("1||A|MAUVE"), ["CodeNotFound PID[1]-4[1]"]);
    assert_eq!(pid("1||A|red"), ["CodeNotFound PID[1]-4[1]"]);
    assert_eq!(pid("1||A|GREY5"), Vec::<String>::new());
    assert_eq!(pid("1||A|PINK"), ["CodePermitted PID[1]-4[1]"]);
    assert_eq!(pid("1||A|BEIGE"), ["CodeExcluded PID[1]-4[1]"]);
    assert_eq!(pid("1||A|\"\""), Vec::<String>::new());
    assert_eq!(
        kinds(&nist(), &message("PID|1||A|\"\"")),
        ["CodeNotFound PID[1]-4[1]"]
    );
    assert_eq!(pid("1||A||||||||||x"), ["TableEmpty PID[1]-13[1]"]);
}

#[test]
fn codes_of_coded_elements() {
    assert_eq!(pid("1||A||BLUE^x^COL"), Vec::<String>::new());
    assert_eq!(pid("1||A||ROUND^x^SHP"), Vec::<String>::new());
    assert_eq!(pid("1||A||MAUVE^x^COL"), ["CodeNotFound PID[1]-5[1].1"]);
    assert_eq!(pid("1||A||BLUE^x^SHP"), ["CodeSystem PID[1]-5[1].3"]);
    assert_eq!(pid("1||A||BLUE^x"), ["CodeSystemMissing PID[1]-5[1].1"]);
    // two codes of one value are told apart by their code system
    assert_eq!(pid("1||A||RED^x^OTHER"), Vec::<String>::new());
    // the reference reports a wrong code system twice, at the element
    assert_eq!(
        kinds(&nist(), &message("PID|1||A||BLUE^x^SHP")),
        ["CodeNotFound PID[1]-5[1]", "CodeSystem PID[1]-5[1]"]
    );
}

#[test]
fn a_message_without_a_header_is_not_judged() {
    for text in ["", "PID|1", "\r\r", "XYZ"] {
        assert!(detect(&titer(), text).is_empty(), "{text:?}");
    }
}

#[test]
fn other_delimiters_are_honoured() {
    let text = "MSH$%*!@\rPID$1$$A1%%%NS*A2%%%@1.2@ISO\r";
    assert_eq!(kinds(&titer(), text), Vec::<String>::new());
    assert_eq!(
        kinds(&titer(), "MSH$%*!@\rPID$1$$A1%%%%x\r"),
        ["Extra PID[1]-3[1]"]
    );
}

#[test]
fn unknown_segments_disturb_nothing() {
    let text = message("PID|1||A\nXYZ|1\nNK1|1\nZAB|1\nPV1|x");
    assert_eq!(
        kinds(&titer(), &text),
        ["UnknownSegment XYZ", "UnknownSegment ZAB"]
    );
    let zab = detect(&titer(), &text)
        .into_iter()
        .rfind(|d| d.kind == Kind::UnknownSegment);
    assert_eq!(zab.map(|d| d.severity), Some(titer_finding::Severity::Info));
}

#[test]
fn a_segment_that_comes_late_is_one_finding() {
    let text = message("PID|1||A\nPV1|x\nOBX|1|NM|A^b||5\nNK1|1\nOBX|2|NM|A^b||five\nPV1|x");
    assert_eq!(
        kinds(&titer(), &text),
        ["MisplacedSegment NK1", "Format OBX[2]-5[1]"]
    );
    // the reference gives up on everything after it
    assert_eq!(
        kinds(&nist(), &text),
        [
            "MisplacedSegment NK1",
            "MisplacedSegment OBX",
            "MisplacedSegment PV1"
        ]
    );
}

#[test]
fn a_segment_that_comes_early_is_one_finding() {
    // the patient would otherwise be missing and misplaced
    let text = message("NK1|1\nPID|1||A\nPV1|x");
    assert_eq!(kinds(&titer(), &text), ["MisplacedSegment PID"]);
    let text = message("PID|1||A\nOBX|1|NM|A^b||5\nNK1|1\nPV1|x\nOBX|2|NM|A^b||5");
    assert_eq!(kinds(&titer(), &text), ["MisplacedSegment OBX"]);
}

#[test]
fn a_group_without_its_first_segment_is_opened_by_the_next() {
    let text = message("PID|1||A\nOBX|1|NM|A^b||5\nNTE|x\nOBX|2|NM|A^b||five");
    assert_eq!(
        kinds(&titer(), &text),
        ["RequiredMissing PV1[1]", "Format OBX[2]-5[1]"]
    );
}

#[test]
fn misplaced_segments_are_still_judged() {
    let text = message("PID|1||A\nPV1|x\nNK1|one");
    assert_eq!(
        kinds(&titer(), &text),
        ["MisplacedSegment NK1", "Format NK1[1]-1[1]"]
    );
}

#[test]
fn groups_repeat() {
    let text = message(
        "PID|1||A\nPV1|x\nOBX|1|NM|A^b||5\nOBX|2|NM|A^b||5\nNTE|x\nNTE|x\nNTE|x\nPV1|x\nOBX|1|NM|A^b||5",
    );
    assert_eq!(kinds(&titer(), &text), ["Cardinality NTE[3]"]);
    assert_eq!(kinds(&nist(), &text), ["Cardinality NTE[3]"]);
}
