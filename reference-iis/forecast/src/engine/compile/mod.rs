//! From a [`Schedule`] to [`Tables`]. What the schedule names but does not define (an antigen of an association without series, a
//! group that no antigen has) is left out here: the schedule's own reader complains about it.

mod dose;

use super::tables::{
    ALWAYS_AGE, Age, Antigen, Association, Birth, Conflict, Cvx, CvxSet, Group, Map, NEVER_AGE,
    Rows, Series, Sign, Tables, Window, country_key,
};
use crate::date::{ALWAYS, Day, NEVER, Span};
use crate::schedule::{self, Ages, Code, Dates, Gender, Period, Schedule};

/// What is met for the first time gets the next number.
struct Compiler {
    out: Tables,
    ages: Map<Span, Age>,
    sets: Map<Vec<Cvx>, CvxSet>,
    set_list: Vec<Vec<Cvx>>,
}

pub(super) fn compile(schedule: &Schedule) -> Tables {
    let mut compiler = Compiler {
        out: Tables {
            version: schedule.version.as_str().into(),
            ..Tables::default()
        },
        ages: Map::default(),
        sets: Map::default(),
        set_list: Vec::new(),
    };
    for vaccine in &schedule.vaccines {
        compiler.cvx(vaccine.cvx);
    }
    for observation in &schedule.observations {
        compiler.observation(observation.code);
    }
    let mut by_current: Vec<Vec<Conflict>> = Vec::new();
    for conflict in &schedule.conflicts {
        let (previous, current) = (
            compiler.cvx(conflict.previous),
            usize::from(compiler.cvx(conflict.current)),
        );
        if by_current.len() <= current {
            by_current.resize_with(current + 1, Vec::new);
        }
        if let Some(rows) = by_current.get_mut(current) {
            rows.push(Conflict {
                previous,
                begin: span(conflict.begin),
                minimum_end: span(conflict.minimum_end),
                end: span(conflict.end),
            });
        }
    }
    for rows in by_current {
        let rows = append(&mut compiler.out.conflicts, rows);
        compiler.out.conflicts_of.push(rows);
    }
    compiler.out.groups = schedule
        .groups
        .iter()
        .map(|group| Group {
            name: group.name.as_str().into(),
            antigens: schedule
                .antigens
                .iter()
                .enumerate()
                .filter(|(_, antigen)| group.antigens.contains(&antigen.name))
                .map(|(index, _)| index as u16)
                .collect(),
            full: group.administer_full == Some(true),
        })
        .collect();
    for (index, antigen) in schedule.antigens.iter().enumerate() {
        let antigen = compiler.antigen(antigen, index as u16);
        compiler.out.antigens.push(antigen);
    }
    compiler.associations(schedule);
    compiler.finish()
}

impl Compiler {
    fn cvx(&mut self, code: Code) -> Cvx {
        let next = self.out.cvx.len() as u16;
        let all = &mut self.out.cvx;
        *self.out.cvx_index.entry(code).or_insert_with(|| {
            all.push(code);
            next
        })
    }

    fn observation(&mut self, code: Code) -> u16 {
        let next = self.out.observations.len() as u16;
        let all = &mut self.out.observations;
        *self.out.observation_index.entry(code).or_insert_with(|| {
            all.push(code);
            next
        })
    }

    fn age(&mut self, period: Option<Period>, absent: Age) -> Age {
        let Some(period) = period else { return absent };
        let next = self.out.ages.len() as u16 + 2;
        let all = &mut self.out.ages;
        let span = span(period);
        *self.ages.entry(span).or_insert_with(|| {
            all.push(span);
            next
        })
    }

    fn begin_end(&mut self, ages: Ages) -> (Age, Age) {
        (
            self.age(ages.begin, ALWAYS_AGE),
            self.age(ages.end, NEVER_AGE),
        )
    }

    fn set(&mut self, codes: &[Code]) -> Option<CvxSet> {
        if codes.is_empty() {
            return None;
        }
        let mut members: Vec<Cvx> = codes.iter().map(|code| self.cvx(*code)).collect();
        members.sort_unstable();
        members.dedup();
        if let Some(set) = self.sets.get(&members) {
            return Some(*set);
        }
        let set = self.set_list.len() as CvxSet;
        self.set_list.push(members.clone());
        self.sets.insert(members, set);
        Some(set)
    }

    fn antigen(&mut self, antigen: &schedule::Antigen, index: u16) -> Antigen {
        let mut series_groups: Vec<(u8, Box<str>)> = antigen
            .series
            .iter()
            .map(|series| {
                (
                    series.selection.group,
                    series.selection.group_name.as_str().into(),
                )
            })
            .collect();
        series_groups.sort_by_key(|group| group.0);
        series_groups.dedup_by_key(|group| group.0);
        let immunity = antigen
            .immunity
            .history
            .iter()
            .map(|code| self.observation(*code))
            .collect();
        let births = antigen
            .immunity
            .births
            .iter()
            .map(|birth| Birth {
                before: Day::from(birth.before).number(),
                country: birth
                    .country
                    .as_deref()
                    .map(|name| country_key(name).into()),
                exclusions: birth
                    .exclusions
                    .iter()
                    .map(|code| self.observation(*code))
                    .collect(),
            })
            .collect();
        let signs: Vec<Sign> = antigen
            .contraindications
            .iter()
            .map(|sign| {
                let (begin, end) = self.begin_end(sign.ages);
                let observation = self.observation(sign.observation);
                Sign {
                    observation,
                    begin,
                    end,
                    guidance: sign.guidance,
                    vaccines: Rows::default(),
                }
            })
            .collect();
        let contraindications = append(&mut self.out.signs, signs);
        let mut signs = Vec::new();
        for sign in &antigen.vaccine_contraindications {
            let rows = sign
                .vaccines
                .iter()
                .map(|vaccine| self.allowed(vaccine))
                .collect();
            signs.push(Sign {
                observation: self.observation(sign.observation),
                begin: ALWAYS_AGE,
                end: NEVER_AGE,
                guidance: sign.guidance,
                vaccines: append(&mut self.out.allowed, rows),
            });
        }
        let vaccine_contraindications = append(&mut self.out.signs, signs);
        let rows = antigen
            .series
            .iter()
            .map(|series| self.series(series, &series_groups, index))
            .collect();
        Antigen {
            name: antigen.name.as_str().into(),
            series: append(&mut self.out.series, rows),
            asks_completed: antigen.series.iter().any(asks_completed),
            series_groups,
            immunity,
            births,
            contraindications,
            vaccine_contraindications,
        }
    }

    fn series(
        &mut self,
        series: &schedule::Series,
        groups: &[(u8, Box<str>)],
        antigen: u16,
    ) -> Series {
        let group = self
            .out
            .groups
            .iter()
            .position(|group| *group.name == series.vaccine_group)
            .or_else(|| {
                self.out
                    .groups
                    .iter()
                    .position(|group| group.antigens.contains(&antigen))
            });
        let mut signs = Vec::new();
        for sign in &series.indications {
            let (begin, end) = self.begin_end(sign.ages);
            let observation = self.observation(sign.observation);
            signs.push(Sign {
                observation,
                begin,
                end,
                guidance: sign.guidance,
                vaccines: Rows::default(),
            });
        }
        let mut doses = Vec::new();
        for (index, dose) in series.doses.iter().enumerate() {
            doses.push(self.dose(dose, index as u16 + 1, groups));
        }
        Series {
            name: series.name.as_str().into(),
            antigen,
            group: group.map_or(u16::MAX, |group| group as u16),
            kind: series.kind,
            equivalent: bits(&series.equivalent_groups, groups),
            place: groups
                .iter()
                .position(|group| group.0 == series.selection.group)
                .unwrap_or_default() as u8,
            genders: (!series.genders.is_empty()).then(|| {
                [Gender::Female, Gender::Male, Gender::Unknown]
                    .map(|gender| series.genders.contains(&gender))
            }),
            default: series.selection.default,
            product: series.selection.product_path,
            priority: series
                .selection
                .priority
                .map_or(u8::MAX, |letter| u32::from(letter) as u8),
            preference: series.selection.preference.map_or(u16::MAX, u16::from),
            start_before: self.age(series.selection.start.end, NEVER_AGE),
            indications: append(&mut self.out.signs, signs),
            guidance: append(&mut self.out.keys, series.guidance.clone()),
            doses: append(&mut self.out.doses, doses),
        }
    }

    fn associations(&mut self, schedule: &Schedule) {
        let mut by_cvx: Vec<Vec<Association>> = vec![Vec::new(); self.out.cvx.len()];
        for vaccine in &schedule.vaccines {
            let cvx = usize::from(self.cvx(vaccine.cvx));
            for association in &vaccine.antigens {
                let Some(antigen) = schedule
                    .antigens
                    .iter()
                    .position(|antigen| antigen.name == association.antigen)
                else {
                    continue;
                };
                let (begin, end) = self.begin_end(association.ages);
                if let Some(rows) = by_cvx.get_mut(cvx) {
                    rows.push(Association {
                        antigen: antigen as u16,
                        begin,
                        end,
                    });
                }
            }
        }
        for rows in by_cvx {
            let rows = append(&mut self.out.associations, rows);
            self.out.associations_of.push(rows);
        }
    }

    fn finish(mut self) -> Tables {
        self.out.words = self.out.cvx.len().div_ceil(64);
        self.out.bits = vec![0; self.out.words * self.set_list.len()];
        for (set, members) in self.set_list.iter().enumerate() {
            for cvx in members {
                if let Some(word) = self
                    .out
                    .bits
                    .get_mut(set * self.out.words + usize::from(*cvx) / 64)
                {
                    *word |= 1 << (cvx % 64);
                }
            }
        }
        self.out
    }
}

fn append<T>(all: &mut Vec<T>, rows: Vec<T>) -> Rows {
    let start = all.len() as u32;
    all.extend(rows);
    Rows {
        start,
        end: all.len() as u32,
    }
}

fn asks_completed(series: &schedule::Series) -> bool {
    let mut conditions = series
        .doses
        .iter()
        .flat_map(|dose| &dose.skips)
        .flat_map(|skip| &skip.sets)
        .flat_map(|set| &set.conditions);
    conditions.any(|condition| matches!(condition, schedule::Condition::CompletedSeries(_)))
}

/// Years are twelve months and weeks seven days: the order of CALCDT-6 is kept, since years and months are added in one step and
/// a day that does not exist is moved after it.
fn span(period: Period) -> Span {
    Span {
        months: period
            .years
            .saturating_mul(12)
            .saturating_add(period.months),
        days: i32::from(period.weeks) * 7 + i32::from(period.days),
    }
}

fn window(dates: Dates) -> Window {
    Window {
        first: dates.first.map_or(ALWAYS, |day| Day::from(day).number()),
        last: dates.last.map_or(NEVER, |day| Day::from(day).number()),
    }
}

fn bits(numbers: &[u8], groups: &[(u8, Box<str>)]) -> u32 {
    let places = numbers
        .iter()
        .filter_map(|number| groups.iter().position(|group| group.0 == *number));
    places
        .filter(|place| *place < 32)
        .fold(0, |bits, place| bits | 1 << place)
}
