//! A patient as somebody said it, before a schedule is looked at.

use crate::date::Day;
use crate::patient::{Observation, Patient};
use crate::schedule::{Code, Schedule};
use std::collections::HashMap;
use std::fmt;
use titer_finding::Phi;

/// Where an observation's code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeSystem {
    /// SNOMED CT.
    Snomed,
    /// CDC's PHIN code system (VXC codes).
    Phin,
    /// A vaccine: what happened after it, or an immune globulin that was given.
    Cvx,
}

impl CodeSystem {
    fn name(self) -> &'static str {
        match self {
            Self::Snomed => "SNOMED CT",
            Self::Phin => "PHIN",
            Self::Cvx => "CVX",
        }
    }
}

/// Something known about the patient in a code system of the field, which a schedule has to translate.
#[derive(Clone, PartialEq, Eq)]
pub struct Coded {
    /// Where the code comes from.
    pub system: CodeSystem,
    /// The code.
    pub code: String,
    /// When it was observed, when that is said.
    pub date: Option<Day>,
}

impl fmt::Debug for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // what is known about a patient is nobody's business
        write!(f, "Coded({:?})", self.system)
    }
}

/// Something that was read and is not part of the history, or that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands, such as `RXA[3]` or `entry[2]`.
    pub at: String,
    /// What was done and why.
    pub text: String,
}

/// A patient as somebody said it.
#[derive(Clone, Default)]
pub struct Stated {
    /// How the sender names the patient.
    pub id: Option<Phi>,
    /// The day for which an answer is asked, when the text says one.
    pub as_of: Option<Day>,
    /// The patient, without what stands in `coded`.
    pub patient: Patient,
    /// What else is known, in other codes than the schedule's own.
    pub coded: Vec<Coded>,
    /// What was left out, and why.
    pub notes: Vec<Note>,
}

impl fmt::Debug for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Stated({} doses, {} observations)",
            self.patient.doses.len(),
            self.patient.observations.len() + self.coded.len()
        )
    }
}

impl Stated {
    pub(super) fn note(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.notes.push(Note {
            at: at.into(),
            text: text.into(),
        });
    }
}

/// Translates codes of the field into a schedule's observations; made once for many patients.
pub struct Translator<'s> {
    schedule: &'s Schedule,
    codes: HashMap<(CodeSystem, &'s str), Vec<&'s str>>,
}

impl fmt::Debug for Translator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Translator({} codes)", self.codes.len())
    }
}

impl<'s> Translator<'s> {
    /// For the observations of a schedule.
    pub fn new(schedule: &'s Schedule) -> Self {
        let mut codes: HashMap<(CodeSystem, &str), Vec<&str>> = HashMap::new();
        for observation in &schedule.observations {
            for value in &observation.coded {
                let system = match value.system.as_str() {
                    "SNOMED" => CodeSystem::Snomed,
                    "CDCPHINVS" => CodeSystem::Phin,
                    "CVX" => CodeSystem::Cvx,
                    _ => continue,
                };
                codes
                    .entry((system, &value.code))
                    .or_default()
                    .push(observation.code.as_str());
            }
        }
        Self { schedule, codes }
    }

    /// The observations that were said with a code that the schedule does not have, as system and code: they change nothing.
    pub fn unknown(&self, stated: &Stated) -> Vec<String> {
        let own = stated.patient.observations.iter().filter(|o| {
            // the engine reads a bare number with leading zeros, too
            Code::new(&format!("{:0>3}", o.code.trim()))
                .is_none_or(|code| self.schedule.observation(code).is_none())
        });
        let coded = stated.coded.iter().filter(|coded| {
            !self
                .codes
                .contains_key(&(coded.system, coded.code.as_str()))
        });
        own.map(|o| format!("CDSi {}", o.code))
            .chain(coded.map(|c| format!("{} {}", c.system.name(), c.code)))
            .collect()
    }

    /// The patient as the engine takes it: codes that the schedule knows have become its observations, and what was given
    /// that is no vaccine of any antigen but is an observation of the schedule (an immune globulin) has become one too.
    pub fn patient(&self, stated: &Stated) -> Patient {
        let mut patient = stated.patient.clone();
        for coded in &stated.coded {
            self.add(
                &mut patient.observations,
                coded.system,
                &coded.code,
                coded.date,
            );
        }
        let observations = &mut patient.observations;
        patient.doses.retain(|dose| {
            let vaccine = Code::cvx(&dose.cvx).and_then(|code| self.schedule.vaccine(code));
            vaccine.is_some()
                || !self.add(observations, CodeSystem::Cvx, &dose.cvx, Some(dose.date))
        });
        patient
    }

    fn add(
        &self,
        to: &mut Vec<Observation>,
        system: CodeSystem,
        code: &str,
        date: Option<Day>,
    ) -> bool {
        let found = self.codes.get(&(system, code));
        for code in found.into_iter().flatten() {
            to.push(Observation {
                code: (*code).to_owned(),
                date,
                ..Observation::default()
            });
        }
        found.is_some()
    }
}

/// A CVX code as tables have it: at least two digits, no blanks. `None` when it is no number of up to three digits.
pub(super) fn cvx(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("{text:0>2}"))
}

/// The CVX code of the vaccine in a package, by its NDC in any spelling.
pub(super) fn cvx_of_ndc(ndc: &str) -> Option<String> {
    let entry = titer_codes::book().ndc(ndc.trim())?;
    cvx(entry.cvx())
}

/// The country's name as schedules write it.
pub(super) fn country(text: &str) -> String {
    match text.trim() {
        "US" | "USA" | "U.S." | "U.S.A." | "United States" | "United States of America" => {
            "U.S.".to_owned()
        }
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{country, cvx, cvx_of_ndc};

    #[test]
    fn codes_are_compared_as_tables_write_them() {
        assert_eq!(cvx("8").as_deref(), Some("08"));
        assert_eq!(cvx(" 08 ").as_deref(), Some("08"));
        assert_eq!(cvx("213").as_deref(), Some("213"));
        assert_eq!(cvx("2130"), None);
        assert_eq!(cvx("8a"), None);
        assert_eq!(cvx(""), None);
        assert_eq!(cvx_of_ndc("49281-0286-01").as_deref(), Some("106"));
        assert_eq!(cvx_of_ndc("00000-0000-00"), None);
        assert_eq!(country("USA"), "U.S.");
        assert_eq!(country("France"), "France");
    }
}
