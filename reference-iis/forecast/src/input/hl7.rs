//! A patient's history in an HL7 v2 message: a VXU that reports it or an RSP that returns it.
//!
//! PID gives birth date (7), sex (8) and country of birth (11, type BDL); every order gives a dose (RXA-3, 5, 6, 7, 16, 17,
//! 20). Refused, not given and deleted doses are left out; a partly given one (RXA-20 PA) counts as sub-standard. OBX of
//! contraindications, reactions, special indications and presumed immunity give observations.

use super::stated::{CodeSystem, Coded, Stated, country, cvx, cvx_of_ndc};
use crate::date::Day;
use crate::patient::{Dose, Sex};
use std::borrow::Cow;
use titer_finding::{Diagnostic, Phi};
use titer_hl7::{Element, Message, Offsets, Segment, Ts};

/// CVX code of an order in which no vaccine was given.
const NO_VACCINE: &str = "998";

/// LOINC codes of OBX-3 whose values say something about the patient: contraindication, reaction, disease with presumed
/// immunity, special indication.
const ABOUT_THE_PATIENT: [&str; 4] = ["30945-0", "31044-1", "59784-9", "59785-6"];

/// Values that say that the patient does not bear this very vaccine: PHIN VXC20, allergy to a previous dose of it, and
/// SNOMED CT 39579001, anaphylaxis, as a reaction to it.
const NOT_AGAIN: [&str; 2] = ["VXC20", "39579001"];

/// Reads one message. `file` is its name in diagnostics, `first_line` the line of the file on which it begins, from 1.
pub fn read(file: &str, bytes: &[u8], first_line: u32) -> Result<Stated, Box<Diagnostic>> {
    let mut table = Offsets::new();
    let message = Message::parse(bytes, &mut table);
    let reader = Reader {
        file,
        message,
        first_line,
    };
    reader.patient()
}

struct Reader<'a> {
    file: &'a str,
    message: Message<'a>,
    first_line: u32,
}

/// The order that the lines at hand belong to.
struct Order {
    cvx: Option<String>,
    date: Option<Day>,
    deleted: bool,
}

impl<'a> Reader<'a> {
    fn patient(&self) -> Result<Stated, Box<Diagnostic>> {
        self.kind()?;
        let mut all = self.message.all("PID");
        let Some(pid) = all.next() else {
            return self.whole("the message has no PID: there is no patient in it");
        };
        if all.next().is_some() {
            return self.whole(
                "the message lists several patients (a second PID): a history of one is needed",
            );
        }
        let mut stated = Stated::default();
        let id = pid.text(3, 1);
        if !id.trim().is_empty() {
            stated.id = Some(Phi::new(id.trim()));
        }
        let patient = &mut stated.patient;
        patient.birth = self.birth_date(&pid)?;
        patient.sex = match pid.text(8, 1).trim() {
            "F" => Sex::Female,
            "M" => Sex::Male,
            _ => Sex::Unknown,
        };
        patient.country = pid.field(11).and_then(|addresses| {
            let mut born = addresses
                .repetitions()
                .filter(|a| part(a.component(7).as_deref()) == "BDL");
            let place = born.next()?;
            let code = part(place.component(6).as_deref()).into_owned();
            (!code.is_empty()).then(|| country(&code))
        });
        self.orders(&mut stated)?;
        Ok(stated)
    }

    /// Whether the message can hold a history: nobody is told that all is due because the wrong file was read.
    fn kind(&self) -> Result<(), Box<Diagnostic>> {
        let Some(msh) = self.message.segment("MSH", 1) else {
            return Ok(());
        };
        let kind = msh.text(9, 1);
        let known = matches!(kind.trim(), "" | "VXU" | "RSP");
        if known || self.message.all("RXA").next().is_some() {
            return Ok(());
        }
        let problem = Diagnostic::new("the message is no VXU and no RSP, and has no dose (RXA)")
            .with_help("a history stands in a VXU that reports it or in an RSP that returns it");
        self.at_field(problem, &msh, 9)
    }

    fn birth_date(&self, pid: &Segment<'a>) -> Result<Day, Box<Diagnostic>> {
        let written = pid.text(7, 1);
        if written.trim().is_empty() {
            let problem =
                Diagnostic::new("PID-7 is empty: without a birth date nothing can be forecast");
            return self.at_segment(problem, pid);
        }
        match day(&written) {
            Some(Ok(day)) => Ok(day),
            Some(Err(())) => {
                let problem =
                    Diagnostic::new("PID-7 has no day: a birth date is needed to the day");
                self.at_field(problem, pid, 7)
            }
            None => self.at_field(Diagnostic::new("PID-7 is not a date"), pid, 7),
        }
    }

    fn orders(&self, stated: &mut Stated) -> Result<(), Box<Diagnostic>> {
        let mut order: Option<Order> = None;
        let mut nth = 0;
        for segment in self.message.segments() {
            match segment.name() {
                "ORC" => order = None,
                "RXA" => {
                    nth += 1;
                    order = Some(self.order(nth, &segment, stated)?);
                }
                "OBX" => observation(&segment, order.as_ref(), stated),
                _ => {}
            }
        }
        Ok(())
    }

    fn order(
        &self,
        nth: u32,
        rxa: &Segment<'a>,
        stated: &mut Stated,
    ) -> Result<Order, Box<Diagnostic>> {
        let at = format!("RXA[{nth}], line {}", rxa.number() + self.first_line - 1);
        let code = vaccine(rxa);
        let date = day(&rxa.text(3, 1));
        let completion = rxa.text(20, 1);
        let deleted = rxa.text(21, 1).trim() == "D";
        let order = Order {
            cvx: code.clone(),
            date: date.and_then(Result::ok),
            deleted,
        };
        let out = match completion.trim() {
            _ if deleted => Some("a deletion: the dose is left out"),
            "RE" => Some("a refused dose is left out"),
            // a forecast or an observation without a dose is nothing to speak of
            _ if code.as_deref() == Some(NO_VACCINE) => return Ok(order),
            "NA" => Some("a dose that was not given is left out"),
            _ => None,
        };
        if let Some(text) = out {
            stated.note(at, text);
            return Ok(order);
        }
        let Some(code) = code else {
            let problem = Diagnostic::new(format!("RXA[{nth}]-5 has no CVX code and no known NDC"))
                .with_help("the dose cannot be judged without one");
            return self.at_field(problem, rxa, 5);
        };
        let date = match date {
            Some(Ok(date)) => date,
            Some(Err(())) => {
                stated.note(at, "the dose is left out: its date has no day");
                return Ok(order);
            }
            None => {
                let what = if rxa.text(3, 1).trim().is_empty() {
                    "is empty"
                } else {
                    "is not a date"
                };
                let problem = Diagnostic::new(format!("RXA[{nth}]-3 {what}"));
                return self.at_field(problem, rxa, 3);
            }
        };
        let maker = rxa.text(17, 1);
        let maker_system = rxa.text(17, 3);
        let mvx = (!maker.trim().is_empty() && matches!(maker_system.trim(), "" | "MVX"))
            .then(|| maker.trim().to_owned());
        stated.patient.doses.push(Dose {
            id: nth.to_string(),
            date,
            cvx: code,
            mvx,
            product: None,
            volume: volume(rxa),
            expiry: Ts::parse(rxa.text(16, 1).trim())
                .ok()
                .map(|at| at.last_day().into()),
            condition: completion.trim() == "PA",
        });
        Ok(order)
    }

    fn whole<T>(&self, message: &str) -> Result<T, Box<Diagnostic>> {
        let mut diagnostic = Diagnostic::new(message).in_file(self.file);
        diagnostic.line = self.first_line;
        Err(diagnostic.into())
    }

    fn at_segment<T>(
        &self,
        problem: Diagnostic,
        segment: &Segment<'a>,
    ) -> Result<T, Box<Diagnostic>> {
        let name = segment.span();
        Err(self
            .at(problem, name.start, segment.name().len() as u32)
            .into())
    }

    /// At the field, or at its segment when the field is empty.
    fn at_field<T>(
        &self,
        problem: Diagnostic,
        segment: &Segment<'a>,
        n: u32,
    ) -> Result<T, Box<Diagnostic>> {
        let span = segment.field(n).map(|f| f.span()).unwrap_or_default();
        if span.is_empty() {
            return self.at_segment(problem, segment);
        }
        Err(self.at(problem, span.start, span.end - span.start).into())
    }

    fn at(&self, problem: Diagnostic, offset: u32, length: u32) -> Diagnostic {
        let (line, column) = self.message.position(offset);
        let shown = self.message.line(line).map(|l| l.text().into_owned());
        Diagnostic {
            file: self.file.to_owned(),
            line: line + self.first_line - 1,
            column,
            end_column: column + length,
            source_line: shown,
            ..problem
        }
    }
}

fn observation(obx: &Segment<'_>, order: Option<&Order>, stated: &mut Stated) {
    let withdrawn = matches!(obx.text(11, 1).trim(), "D" | "W" | "X");
    let asked = obx.text(3, 1);
    if withdrawn || !ABOUT_THE_PATIENT.contains(&asked.trim()) || order.is_some_and(|o| o.deleted) {
        return;
    }
    let date = day(&obx.text(14, 1))
        .and_then(Result::ok)
        .or(order.and_then(|o| o.date));
    // the code and, behind it, the same in another system
    for (code, system) in [(1, 3), (4, 6)] {
        let code = obx.text(5, code);
        let code = code.trim();
        let system = match obx.text(5, system).trim() {
            _ if code.is_empty() => continue,
            "SCT" | "SNOMED" | "SNOMED-CT" => CodeSystem::Snomed,
            "CDCPHINVS" => CodeSystem::Phin,
            _ => continue,
        };
        stated.coded.push(Coded {
            system,
            code: code.to_owned(),
            date,
        });
        let vaccine = order
            .and_then(|o| o.cvx.as_deref())
            .filter(|c| *c != NO_VACCINE);
        if let Some(vaccine) = vaccine
            && NOT_AGAIN.contains(&code)
        {
            stated.coded.push(Coded {
                system: CodeSystem::Cvx,
                code: vaccine.to_owned(),
                date,
            });
        }
    }
}

fn part<'e>(element: Option<&Element<'e>>) -> Cow<'e, str> {
    element.map(Element::text).unwrap_or_default()
}

/// `None` when it is no date, `Err` when it has no day.
fn day(text: &str) -> Option<Result<Day, ()>> {
    let ts = Ts::parse(text.trim()).ok()?;
    Some(ts.date().map(Day::from).ok_or(()))
}

/// The CVX code in RXA-5, whichever triplet it stands in, or that of the package whose NDC stands there.
fn vaccine(rxa: &Segment<'_>) -> Option<String> {
    for (code, system) in [(1, 3), (4, 6)] {
        if matches!(rxa.text(5, system).trim(), "CVX" | "HL70292") {
            return cvx(&rxa.text(5, code));
        }
    }
    for (code, system) in [(1, 3), (4, 6)] {
        if rxa.text(5, system).trim() == "NDC" {
            return cvx_of_ndc(&rxa.text(5, code));
        }
    }
    // a code without a system: CVX is what the guide asks for
    if rxa.text(5, 3).trim().is_empty() {
        return cvx(&rxa.text(5, 1));
    }
    None
}

/// Ten-thousandths of a millilitre; 999 says that nobody knows.
fn volume(rxa: &Segment<'_>) -> Option<u32> {
    let amount = rxa.text(6, 1);
    let amount = amount.trim();
    let unit = rxa.text(7, 1);
    if amount == "999" || !unit.trim().eq_ignore_ascii_case("ml") {
        return None;
    }
    let ml: f64 = amount.parse().ok()?;
    (0.0..=1000.0)
        .contains(&ml)
        .then(|| super::json::ten_thousandths(ml))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "MSH|^~\\&|||||20250101||VXU^V04^VXU_V04|1|P|2.5.1\r\
        PID|1||77^^^A^MR||Doe^Jo||20240115|F|||1 Main^^Town^ST^1^USA^H~^^^^^USA^BDL\r";

    fn history(orders: &str) -> Stated {
        read("m.hl7", format!("{HEAD}{orders}").as_bytes(), 1).unwrap()
    }

    #[test]
    fn a_dose_is_read_with_what_is_known_of_it() {
        let stated = history(
            "ORC|RE||1\rRXA|0|1|20240315101500-0500||49281-0286-01^Daptacel^NDC^106^DTaP^CVX|0.5|mL^^UCUM||00\
             ||||||L1|202601|PMC^Sanofi^MVX|||CP|A\r",
        );
        let patient = &stated.patient;
        assert_eq!(stated.id.as_ref().map(Phi::reveal), Some("77"));
        assert_eq!(patient.birth.to_string(), "2024-01-15");
        assert_eq!(
            (patient.sex, patient.country.as_deref()),
            (Sex::Female, Some("U.S."))
        );
        let dose = &patient.doses[0];
        assert_eq!(
            (dose.cvx.as_str(), dose.date.to_string().as_str()),
            ("106", "2024-03-15")
        );
        assert_eq!(
            (dose.mvx.as_deref(), dose.volume),
            (Some("PMC"), Some(5000))
        );
        assert_eq!(dose.expiry.unwrap().to_string(), "2026-01-31");
        assert!(!dose.condition);
    }

    #[test]
    fn what_was_not_given_is_left_out_and_said() {
        let stated = history(
            "ORC|RE||9999\rRXA|0|1|20240315||20^DTaP^CVX|999||||||||||||00^^NIP002||RE\r\
             ORC|RE||2\rRXA|0|1|20240316||20^DTaP^CVX|999||||||||||||||CP|D\r\
             ORC|RE||3\rRXA|0|1|202403||20^DTaP^CVX|999||||||||||||||CP\r\
             ORC|RE||4\rRXA|0|1|20240318||20^DTaP^CVX|999||||||||||||||PA\r\
             ORC|RE||9999\rRXA|0|1|20240318||998^none^CVX|999||||||||||||||NA\r\
             OBX|1|CE|30956-7^type^LN|1|107^DTaP^CVX||||||F\r",
        );
        assert_eq!(stated.patient.doses.len(), 1);
        assert!(stated.patient.doses[0].condition);
        let notes: Vec<String> = stated
            .notes
            .iter()
            .map(|n| format!("{}: {}", n.at, n.text))
            .collect();
        assert_eq!(
            notes,
            [
                "RXA[1], line 4: a refused dose is left out",
                "RXA[2], line 6: a deletion: the dose is left out",
                "RXA[3], line 8: the dose is left out: its date has no day",
            ]
        );
    }

    #[test]
    fn observations_keep_their_codes_and_dates() {
        let stated = history(
            "OBX|1|CE|59785-6^^LN|1|VXC7^^CDCPHINVS||||||F|||20240101\r\
             ORC|RE||1\rRXA|0|1|20240318||998^none^CVX|999||||||||||||||NA\r\
             OBX|1|CE|59784-9^^LN|1|38907003^Varicella^SCT||||||F\r\
             ORC|RE||2\rRXA|0|1|20240319||21^Varicella^CVX|999||||||||||||||CP\r\
             OBX|1|CE|31044-1^^LN|1|39579001^Anaphylaxis^SCT||||||F\r\
             OBX|1|CE|31044-1^^LN|1|39579001^Anaphylaxis^SCT||||||W\r\
             OBX|1|CE|64994-7^^LN|1|V02^^HL70064||||||F\r",
        );
        let said: Vec<_> = stated
            .coded
            .iter()
            .map(|c| (c.system, c.code.as_str(), c.date.unwrap().to_string()))
            .collect();
        assert_eq!(
            said,
            [
                (CodeSystem::Phin, "VXC7", "2024-01-01".to_owned()),
                (CodeSystem::Snomed, "38907003", "2024-03-18".to_owned()),
                (CodeSystem::Snomed, "39579001", "2024-03-19".to_owned()),
                (CodeSystem::Cvx, "21", "2024-03-19".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_shown_at_its_place() {
        let wrong = |text: &str| {
            let d = read("m.hl7", text.as_bytes(), 11).unwrap_err();
            (d.line, d.column, d.message)
        };
        let head = "MSH|^~\\&|||||20250101||VXU^V04^VXU_V04|1|P|2.5.1\r";
        assert_eq!(
            wrong(head),
            (
                11,
                0,
                "the message has no PID: there is no patient in it".to_owned()
            )
        );
        assert_eq!(
            wrong("MSH|^~\\&|||||20250101||ADT^A04|1|P|2.5.1\rPID|1||1||Doe||20240115\r"),
            (
                11,
                24,
                "the message is no VXU and no RSP, and has no dose (RXA)".to_owned()
            )
        );
        for (pid, column, message) in [
            (
                "PID|1",
                1,
                "PID-7 is empty: without a birth date nothing can be forecast",
            ),
            (
                "PID|1||1||Doe||2024",
                16,
                "PID-7 has no day: a birth date is needed to the day",
            ),
            ("PID|1||1||Doe||20241301", 16, "PID-7 is not a date"),
        ] {
            assert_eq!(
                wrong(&format!("{head}{pid}\r")),
                (12, column, message.to_owned())
            );
        }
        for (rxa, column, message) in [
            (
                "RXA|0|1|20240101||X^Y^L",
                19,
                "RXA[1]-5 has no CVX code and no known NDC",
            ),
            ("RXA|0|1|2024x||20^^CVX", 9, "RXA[1]-3 is not a date"),
            ("RXA|0|1|||20^^CVX", 1, "RXA[1]-3 is empty"),
        ] {
            let text = format!("{HEAD}{rxa}\r");
            assert_eq!(wrong(&text), (13, column, message.to_owned()));
        }
    }
}
