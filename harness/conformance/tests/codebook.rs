//! Codes as of a date: the same code on different days, codes that the book does not know, and what the book's findings
//! stand for.

use jiff::civil::{Date, date};
use titer_codes::{Layers, Overlay};
use titer_conformance::{
    Context, Dialect, Scratch, builtin, builtin_in, check_message_as, check_message_with, rules,
};
use titer_finding::{Finding, Severity};
use titer_hl7::{Message, Offsets};

// a sound update; `%` is the day of the message and of the dose
const SOUND: &str = "MSH|^~\\&|EHR|CLINIC|IIS|STATE|%093000-0600||VXU^V04^VXU_V04|A-1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|CLINIC|STATE\r\
PID|1||A1^^^EHR^MR||Lee^Ann^B^^^^L|Ray^Eva^^^^^M|20040115|F||2106-3^White^CDCREC|1 Elm^^Town^MN^55401^USA^P||^PRN^PH^^^612^5550142|||||||||2186-5^Not Hispanic or Latino^CDCREC||N\r\
ORC|RE|1^EHR|2^EHR|||||||1^Lind^M^^^^^^EHR^L^^^PRN||2^Holm^P^^^^^^EHR^L^^^MD\r\
RXA|0|1|%||{VACCINE}|0.5|mL^milliliter^UCUM||{SOURCE}^x^NIP001|1^Lind^M^^^^^^EHR^L^^^PRN|^^^CLINIC||||LOT1|20301231|{MAKER}^x^MVX|||CP|A\r\
RXR|C28161^Intramuscular^NCIT|LT^Left thigh^HL70163\r\
OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F|||%|||VXC40^Immunization level^CDCPHINVS\r";

struct Case {
    day: &'static str,
    vaccine: &'static str,
    maker: &'static str,
    source: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            day: "20251120",
            vaccine: "08^Hep B^CVX",
            maker: "SKB",
            source: "00",
        }
    }
}

impl Case {
    fn message(&self) -> String {
        SOUND
            .replace('%', self.day)
            .replace("{VACCINE}", self.vaccine)
            .replace("{MAKER}", self.maker)
            .replace("{SOURCE}", self.source)
    }

    /// Rule and severity of what the book says, and of codes that a table does not hold.
    fn said(&self) -> Vec<(String, Severity)> {
        found(&self.message(), &Context::default())
            .into_iter()
            .filter(|f| {
                let id = f.rule.as_str();
                id.starts_with("CODE-") || id.starts_with("HL7-CODE")
            })
            .map(|f| (f.rule, f.severity))
            .collect()
    }
}

fn found(message: &str, context: &Context<'_>) -> Vec<Finding> {
    let mut table = Offsets::new();
    let message = Message::parse(message.as_bytes(), &mut table);
    check_message_as(&message, builtin("Z22"), &mut Scratch::new(), context)
}

fn warning(rule: &str) -> Vec<(String, Severity)> {
    vec![(rule.to_owned(), Severity::Warning)]
}

#[test]
fn a_code_in_use_is_not_worth_a_word() {
    assert_eq!(Case::default().said(), []);
}

#[test]
fn a_retired_code_is_right_in_its_time_and_wrong_today() {
    let of = |day, source| {
        Case {
            day,
            source,
            vaccine: "01^DTP^CVX",
            maker: "PFR",
        }
        .said()
    };
    assert_eq!(of("20091120", "01"), []);
    assert_eq!(of("20251120", "00"), warning("CODE-INACTIVE"));
    assert_eq!(of("20251120", "01"), warning("CODE-INACTIVE"));
}

#[test]
fn a_code_newer_than_the_book_is_no_error() {
    let of = |vaccine| {
        Case {
            vaccine,
            ..Case::default()
        }
        .said()
    };
    for newer in ["337^x^CVX", "399^x^CVX"] {
        assert_eq!(of(newer), warning("CODE-NEWER"), "{newer}");
    }
    // the book of November 2025 knows this one
    assert!(!of("334^x^CVX").contains(&("CODE-NEWER".to_owned(), Severity::Warning)));
    assert_eq!(of("99999-8888-77^x^NDC"), warning("CODE-NEWER"));
    // what cannot be a code is one error of the table
    let wrong = of("ABC^x^CVX");
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong.first().map(|w| w.1), Some(Severity::Error));
}

#[test]
fn a_placeholder_is_no_vaccine_that_can_be_given() {
    let of = |source| {
        Case {
            vaccine: "999^unknown^CVX",
            source,
            ..Case::default()
        }
        .said()
    };
    assert_eq!(of("00"), warning("CODE-PLACEHOLDER"));
    assert_eq!(of("01"), []);
}

#[test]
fn a_package_of_last_season_has_expired_and_was_right_last_season() {
    let of = |day| {
        Case {
            day,
            vaccine: "150^Flu^CVX^49281-0419-88^Fluzone^NDC",
            maker: "PMC",
            source: "00",
        }
        .said()
    };
    assert_eq!(of("20191015"), []);
    assert_eq!(of("20201015"), warning("CODE-PRODUCT-EXPIRED"));
    assert_eq!(of("20180601"), warning("CODE-NOT-YET-VALID"));
}

#[test]
fn the_day_of_the_check_counts_where_the_message_has_none() {
    let message = Case {
        vaccine: "01^DTP^CVX",
        maker: "PFR",
        ..Case::default()
    }
    .message()
    .replace("20251120", "");
    let inactive = |as_of: Option<Date>| {
        let context = Context {
            as_of,
            ..Context::default()
        };
        found(&message, &context)
            .iter()
            .any(|f| f.rule == "CODE-INACTIVE")
    };
    assert!(!inactive(None));
    assert!(!inactive(Some(date(2009, 1, 1))));
    assert!(inactive(Some(date(2025, 1, 1))));
}

#[test]
fn two_codes_of_one_dose_must_mean_one_vaccine() {
    let of = |vaccine| {
        Case {
            vaccine,
            maker: "MSD",
            ..Case::default()
        }
        .said()
    };
    assert!(
        of("03^MMR^CVX^90633^Hep A^C4")
            .contains(&("CODE-VACCINE-CONFLICT".to_owned(), Severity::Warning))
    );
    assert_eq!(of("03^MMR^CVX^90707^MMR^C4"), []);
}

#[test]
fn race_and_ethnicity_have_one_finding_each() {
    let base = Case::default().message();
    let of = |race: &str, ethnicity: &str| {
        let message = base
            .replace("2106-3^White^CDCREC", race)
            .replace("2186-5^Not Hispanic or Latino^CDCREC", ethnicity);
        let mut ids: Vec<String> = found(&message, &Context::default())
            .into_iter()
            .filter(|f| {
                f.location.path.starts_with("PID[1]-10") || f.location.path.starts_with("PID[1]-22")
            })
            .map(|f| f.rule)
            .collect();
        ids.sort();
        ids
    };
    let sound = (
        "2106-3^White^CDCREC",
        "2186-5^Not Hispanic or Latino^CDCREC",
    );
    assert!(of(sound.0, sound.1).is_empty());
    assert_eq!(of("", sound.1), ["RACE-MISSING"]);
    assert_eq!(of(sound.0, ""), ["ETHNICITY-MISSING"]);
    assert_eq!(of("W^White^HL70005", sound.1), ["RACE-LEGACY"]);
    assert_eq!(of("W", sound.1), ["RACE-LEGACY"]);
    assert_eq!(
        of("UNK^^NULLFL", "U^^HL70189"),
        ["ETHNICITY-UNKNOWN", "RACE-UNKNOWN"]
    );
    assert_eq!(
        of("2106-3^White^HL70005", "2186-5"),
        ["ETHNICITY-SYSTEM", "RACE-SYSTEM"]
    );
    assert_eq!(
        of("2106-3^White^CDCREC~W^White^HL70005", sound.1),
        ["RACE-LEGACY"]
    );
}

#[test]
fn the_reference_has_no_book() {
    let nist = builtin_in("Z22", Dialect::Nist163).expect("the profile is sound");
    let text = Case {
        vaccine: "01^DTP^CVX",
        ..Case::default()
    }
    .message();
    let mut table = Offsets::new();
    let message = Message::parse(text.as_bytes(), &mut table);
    let found = check_message_with(&message, &nist);
    assert!(found.iter().all(|f| !f.rule.starts_with("CODE-")));
}

#[test]
fn findings_and_their_rules_agree() {
    let rules = rules();
    for rule in rules.iter().filter(|r| !r.fires.is_empty()).filter(|r| {
        r.id.starts_with("CODE-") || r.id.contains("ACE-") || r.id.starts_with("ETHNICITY-")
    }) {
        let finding = found(&rule.fires, &Context::default())
            .into_iter()
            .find(|f| f.rule == rule.id)
            .unwrap_or_else(|| panic!("{} fires", rule.id));
        assert_eq!(finding.fixer, rule.fixer, "{}", rule.id);
        assert_eq!(
            finding.source.as_deref(),
            Some(rule.source.as_str()),
            "{}",
            rule.id
        );
    }
}

const STATE: &str = "\
name: Example State
accept:
  - {system: CVX, code: '01', because: the state still has some}
add:
  - {set: HL70064_IZ, system: HL70064, prefix: XX, characters: 2, name: the state's own codes}
only:
  - {system: NDC, codes: [49281-0425-50]}
";

#[test]
fn what_a_jurisdiction_lays_over_the_book_counts() {
    let overlays = [Overlay::read("state.yaml", STATE).expect("the overlay is sound")];
    let context = Context {
        layers: Layers::new(titer_codes::book(), &overlays),
        ..Context::default()
    };
    let rules = |message: &str, context: &Context<'_>| -> Vec<String> {
        found(message, context)
            .into_iter()
            .map(|f| f.rule)
            .filter(|id| id.starts_with("CODE-") || id == "IZ-35")
            .collect()
    };
    // a retired code is accepted
    let retired = Case {
        vaccine: "01^DTP^CVX",
        maker: "PFR",
        ..Case::default()
    }
    .message();
    assert_eq!(rules(&retired, &Context::default()), ["CODE-INACTIVE"]);
    assert!(rules(&retired, &context).is_empty());
    // an eligibility code of the state is, and one of another state is not
    let own = Case::default()
        .message()
        .replace("V01^Not eligible", "XX07^State fund");
    assert_eq!(rules(&own, &Context::default()), ["IZ-35"]);
    assert!(rules(&own, &context).is_empty());
    let other = own.replace("XX07", "YY07");
    assert_eq!(rules(&other, &context), ["IZ-35"]);
    // of packages only those of the list are taken
    let package = |ndc: &str| {
        let vaccine = format!("140^Flu^CVX^{ndc}^Fluzone^NDC");
        let message = Case {
            maker: "PMC",
            ..Case::default()
        }
        .message();
        message.replace("08^Hep B^CVX", &vaccine)
    };
    assert!(rules(&package("49281-0425-50"), &context).is_empty());
    assert!(rules(&package("49281-0425-88"), &context).contains(&"CODE-NOT-ACCEPTED".to_owned()));
}
