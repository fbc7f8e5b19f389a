//! The EHR's messages: the shape of the plan's example, the content of its own record.

use crate::ehr::Ehr;
use crate::mistakes::Mistakes;
use crate::record::{Dose, text};
use serde_json::Value;
use titer_hl7::edit::Editor;
use titer_hl7::{Message, Offsets, Path};

/// A patient as this EHR keeps one.
pub(crate) fn kept_patient(record: &Value, mistakes: &Mistakes) -> Value {
    let mut kept = record.clone();
    let name = |kept: &mut Value, part: &str| {
        if let Some(name) = kept.get_mut("name").and_then(Value::as_object_mut) {
            name.remove(part);
        }
    };
    if mistakes.makes("lost-middle-name") {
        name(&mut kept, "middle");
    }
    if let Some(parts) = kept.as_object_mut() {
        for (mistake, part) in [
            ("lost-maiden-name", "mothers-maiden-name"),
            ("lost-multiple-birth", "multiple-birth"),
            ("lost-multiple-birth", "birth-order"),
        ] {
            if mistakes.makes(mistake) {
                parts.remove(part);
            }
        }
        if mistakes.makes("wrong-birth-date")
            && let Some(Value::String(day)) = parts.get_mut("birth-date")
        {
            let later = crate::shows::iso(day)
                .parse::<jiff::civil::Date>()
                .and_then(jiff::civil::Date::tomorrow);
            if let Ok(later) = later {
                *day = later.strftime("%Y%m%d").to_string();
            }
        }
        if mistakes.makes("lost-protection") && parts.contains_key("protection") {
            parts.insert("protection".to_owned(), Value::String("N".to_owned()));
        }
    }
    kept
}

/// The message that the EHR sends where the plan's example is `example`.
pub(crate) fn message(ehr: &Ehr, patient: &str, example: &[u8]) -> Result<Vec<u8>, String> {
    let mut editor = Editor::new(example.to_vec());
    if let Some(record) = ehr.record.patients.get(patient) {
        identify(&mut editor, record, &ehr.mistakes)?;
    }
    let mut n = 0;
    while {
        n += 1;
        editor.message().segment("RXA", n).is_some()
    } {
        let Some(own) = own_dose(ehr, patient, &editor, n).cloned() else {
            let message = editor.message();
            let refusal = message
                .segment("RXA", n)
                .is_some_and(|r| r.text(20, 1) == "RE");
            if refusal {
                return Err("there is no refusal to report".to_owned());
            }
            continue;
        };
        order(&mut editor, n, &own, &ehr.mistakes)?;
    }
    Ok(editor.finish())
}

/// What sending a message changes in the record: a dose that was deleted at the registry is gone.
pub(crate) fn after(ehr: &mut Ehr, patient: &str, message: &[u8]) {
    let mut table = Offsets::new();
    let message = Message::parse(message, &mut table);
    for rxa in message.all("RXA").filter(|r| r.text(21, 1) == "D") {
        let date: String = rxa.text(3, 1).chars().take(8).collect();
        let codes = [rxa.text(5, 1).into_owned(), rxa.text(5, 4).into_owned()];
        for dose in &mut ehr.record.doses {
            let same = codes
                .iter()
                .any(|c| !c.is_empty() && (*c == dose.cvx || *c == dose.ndc));
            if dose.patient == patient && dose.date == date && same && !dose.refused() {
                dose.deleted = true;
            }
        }
    }
}

fn put(editor: &mut Editor, path: &str, value: &str) -> Result<(), String> {
    let at: Path = path.parse().map_err(|_| format!("{path} is no path"))?;
    if editor
        .message()
        .segment(at.segment(), at.segment_index().unwrap_or(1))
        .is_none()
    {
        return Ok(());
    }
    editor
        .set(&at, value)
        .map(|_| ())
        .map_err(|e| e.to_string())
}

// PID, PD1, NK1 or QPD from the record
fn identify(editor: &mut Editor, record: &Value, mistakes: &Mistakes) -> Result<(), String> {
    let name = [
        text(record, "name.family"),
        text(record, "name.given"),
        text(record, "name.middle"),
        text(record, "name.suffix"),
    ];
    let query = editor.message().segment("QPD", 1).is_some();
    let (of_name, maiden, birth, twin, order) = if query {
        ("QPD-4", "QPD-5.1", "QPD-6", "QPD-10", "QPD-11")
    } else {
        ("PID-5", "PID-6.1", "PID-7", "PID-24", "PID-25")
    };
    for (part, value) in name.iter().enumerate() {
        put(editor, &format!("{of_name}.{}", part + 1), value)?;
    }
    let mother = text(record, "mothers-maiden-name.family");
    put(editor, maiden, &mother)?;
    if !mother.is_empty() {
        put(editor, &maiden.replace(".1", ".7"), "M")?;
    }
    put(editor, birth, &text(record, "birth-date"))?;
    put(editor, twin, &text(record, "multiple-birth"))?;
    put(editor, order, &text(record, "birth-order"))?;
    if !query {
        let protection = text(record, "protection");
        if !protection.is_empty() {
            put(editor, "PD1-12", &protection)?;
        }
        if mistakes.makes("lost-next-of-kin") {
            let nk1: Path = "NK1".parse().map_err(|_| "NK1".to_owned())?;
            while editor.message().segment("NK1", 1).is_some() {
                editor.delete(&nk1).map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(())
}

// the dose of the record that an RXA of the example is about
fn own_dose<'e>(ehr: &'e Ehr, patient: &str, editor: &Editor, n: u32) -> Option<&'e Dose> {
    let message = editor.message();
    let rxa = message.segment("RXA", n)?;
    let date: String = rxa.text(3, 1).chars().take(8).collect();
    let codes = [rxa.text(5, 1).into_owned(), rxa.text(5, 4).into_owned()];
    let refused = matches!(&*rxa.text(20, 1), "RE" | "NA");
    ehr.record.doses.iter().find(|d| {
        let same = codes
            .iter()
            .any(|c| !c.is_empty() && (*c == d.cvx || *c == d.ndc));
        let day = d.date == date || ehr.mistakes.makes("wrong-dose-date");
        d.patient == patient && same && day && d.refused() == refused
    })
}

// one ORDER group from a dose of the record
fn order(editor: &mut Editor, n: u32, dose: &Dose, mistakes: &Mistakes) -> Result<(), String> {
    let at = |field: &str| format!("RXA[{n}]-{field}");
    put(editor, &at("3"), &dose.date)?;
    let (first, second) = {
        let message = editor.message();
        let rxa = message.segment("RXA", n).ok_or("no RXA")?;
        (rxa.text(5, 3).into_owned(), rxa.text(5, 6).into_owned())
    };
    for (system, code) in [(first, 1), (second, 4)] {
        let own = match system.as_str() {
            "CVX" => &dose.cvx,
            "NDC" => &dose.ndc,
            _ => continue,
        };
        put(editor, &at(&format!("5.{code}")), own)?;
        if system == "CVX" && code == 4 && mistakes.makes("no-cvx") {
            for part in 4..=6 {
                put(editor, &at(&format!("5.{part}")), "")?;
            }
        }
    }
    if !dose.lot.is_empty() {
        put(editor, &at("15"), &dose.lot)?;
    }
    if !dose.expires.is_empty() {
        put(editor, &at("16"), &dose.expires)?;
    }
    if !dose.mvx.is_empty() {
        put(editor, &at("17.1"), &dose.mvx)?;
    }
    if !dose.source.is_empty() && dose.completion != "RE" {
        put(editor, &at("9.1"), &dose.source)?;
    }
    if !dose.refusal.is_empty() {
        put(editor, &at("18.1"), &dose.refusal)?;
    }
    let action = {
        let message = editor.message();
        let rxa = message.segment("RXA", n).ok_or("no RXA")?;
        rxa.text(21, 1).into_owned()
    };
    if action == "U" && mistakes.makes("add-for-update") {
        put(editor, &at("21"), "A")?;
    }
    if action == "D" && mistakes.makes("no-delete") {
        put(editor, &at("21"), "U")?;
    }
    around(editor, n, dose)
}

// RXR and OBX that follow an RXA
fn around(editor: &mut Editor, n: u32, dose: &Dose) -> Result<(), String> {
    let mut changes: Vec<(String, String)> = Vec::new();
    let mut gone: Vec<String> = Vec::new();
    {
        let message = editor.message();
        let (mut rxa, mut rxr, mut obx) = (0, 0, 0);
        for segment in message.segments() {
            match segment.name() {
                "RXA" => rxa += 1,
                "RXR" => {
                    rxr += 1;
                    if rxa == n {
                        if dose.route.is_empty() {
                            changes.push((format!("RXR[{rxr}]-1.1"), String::new()));
                        }
                        if !dose.site.is_empty() {
                            changes.push((format!("RXR[{rxr}]-2.1"), dose.site.clone()));
                        }
                    }
                }
                "OBX" => {
                    obx += 1;
                    if rxa == n {
                        let own = match &*segment.text(3, 1) {
                            "30963-3" => &dose.funding,
                            "64994-7" => &dose.eligibility,
                            "69764-9" => match dose.vis.first() {
                                Some(vis) => vis,
                                None => continue,
                            },
                            _ => continue,
                        };
                        if own.is_empty() {
                            gone.push(format!("OBX[{obx}]"));
                        } else {
                            changes.push((format!("OBX[{obx}]-5.1"), own.clone()));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    for (path, value) in changes {
        put(editor, &path, &value)?;
    }
    // from the last, so that the others keep their numbers
    for path in gone.iter().rev() {
        let at: Path = path.parse().map_err(|_| path.clone())?;
        editor.delete(&at).map_err(|e| e.to_string())?;
    }
    Ok(())
}
