//! What the patient's observations do: relevant series (chapter 5), evidence of immunity (7.2) and contraindications (7.3).

use super::history::{Place, Run};
use super::tables::{Rows, Sign, country_key};
use crate::answer::{Notice, NoticeKind};
use crate::patient::Sex;
use crate::schedule::SeriesKind;
use crate::trace::Listener;

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// Tables 5-4 and 5-5.
    pub(super) fn relevant(&mut self, antigen: usize, number: usize) -> bool {
        let Some(series) = self.tables.series.get(number) else {
            return false;
        };
        let gender = match self.patient.sex {
            Sex::Female => 0,
            Sex::Male => 1,
            Sex::Unknown => 2,
        };
        let place = Place {
            antigen,
            series: number,
        };
        if series
            .genders
            .is_some_and(|genders: [bool; 3]| !genders.get(gender).copied().unwrap_or_default())
        {
            self.note(place, "5-5", || {
                "not relevant: the series is for another sex".to_owned()
            });
            return false;
        }
        if series.kind != SeriesKind::Risk {
            self.note(place, "5-5", || {
                format!("relevant: a series of the type {}", series.kind.text())
            });
            return true;
        }
        let signs = series.indications.of(&self.tables.signs);
        if self.scratch.set_observations.is_empty() {
            return false;
        }
        let applying = signs.iter().find(|sign| self.applies(sign));
        self.notice_unknown(antigen, series.indications, NoticeKind::Indication);
        if let Some(sign) = applying {
            self.note(place, "5-4", || {
                format!(
                    "relevant: indication {} applies",
                    self.tables.observation_name(sign.observation)
                )
            });
        }
        applying.is_some()
    }

    /// Whether an observation is present and the age fits at the assessment date.
    pub(super) fn applies(&self, sign: &Sign) -> bool {
        self.observed(sign.observation).present
            && self.age(sign.begin) <= self.as_of
            && self.as_of < self.age(sign.end)
    }

    fn notice_unknown(&mut self, antigen: usize, signs: Rows, kind: NoticeKind) {
        let tables = self.tables;
        if !self.scratch.uncertain {
            return;
        }
        for sign in signs.of(&tables.signs) {
            let observed = self.observed(sign.observation);
            let of_age = self.age(sign.begin) <= self.as_of && self.as_of < self.age(sign.end);
            if observed.unknown && !observed.present && of_age {
                self.notice(antigen, sign.observation, kind);
            }
        }
    }

    fn notice(&mut self, antigen: usize, observation: u16, kind: NoticeKind) {
        let tables = self.tables;
        let Some(antigen) = tables.antigens.get(antigen) else {
            return;
        };
        let notice = Notice {
            antigen: &antigen.name,
            code: tables.observation_name(observation),
            kind,
        };
        if !self.answer.notices.contains(&notice) {
            self.answer.notices.push(notice);
        }
    }

    /// Table 7-3.
    pub(super) fn immune(&mut self, index: usize) -> bool {
        let tables = self.tables;
        let Some(antigen) = tables.antigens.get(index) else {
            return false;
        };
        for number in &antigen.immunity {
            let observed = self.observed(*number);
            if observed.present {
                return true;
            }
            if observed.unknown {
                self.notice(index, *number, NoticeKind::Immunity);
            }
        }
        antigen.births.iter().any(|birth| {
            self.patient.birth.0 < birth.before
                && !birth
                    .exclusions
                    .iter()
                    .any(|number| self.observed(*number).present)
                && birth.country.as_ref().is_none_or(|country| {
                    self.patient
                        .country
                        .as_ref()
                        .is_some_and(|given| country_key(given) == **country)
                })
        })
    }

    /// Tables 7-5 and 7-6: whether the antigen is contraindicated; and which vaccines are, into the scratch.
    pub(super) fn contraindicated(&mut self, index: usize) -> bool {
        let tables = self.tables;
        self.scratch.forbidden.clear();
        let Some(antigen) = tables
            .antigens
            .get(index)
            .filter(|_| !self.scratch.set_observations.is_empty())
        else {
            return false;
        };
        self.notice_unknown(
            index,
            antigen.contraindications,
            NoticeKind::Contraindication,
        );
        self.notice_unknown(
            index,
            antigen.vaccine_contraindications,
            NoticeKind::Contraindication,
        );
        for sign in antigen.vaccine_contraindications.of(&tables.signs) {
            if self.observed(sign.observation).present {
                for row in sign.vaccines.of(&tables.allowed) {
                    if self.age(row.begin) <= self.as_of && self.as_of < self.age(row.end) {
                        self.scratch.forbidden.push(row.cvx);
                    }
                }
            }
        }
        antigen
            .contraindications
            .of(&tables.signs)
            .iter()
            .any(|sign| self.applies(sign))
    }
}
