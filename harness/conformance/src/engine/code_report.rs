//! What is said about the codes of one element, after all places and tables of its binding were looked at.

use super::codes::{Hit, Holder, System, holder, look_up};
use super::element::{At, View};
use super::profile::{Binding, Code, NONE, Table};
use super::structure::Sink;
use crate::detection::Kind;
use crate::dialect::Difference;
use crate::model::{CodeUsage, Openness, Stability, Strength};
use titer_finding::Severity;

/// What the tables together said.
#[derive(Default)]
pub(super) struct Result {
    pub(super) found: bool,
    pub(super) unclear: bool,
    pub(super) missed: bool,
}

struct Report<'r, 'v, 's> {
    view: &'r View<'v>,
    binding: &'r Binding,
    index: u32,
    at: &'r At,
    sink: &'r mut Sink<'s>,
    result: Result,
}

/// Looks an element up and reports.
pub(super) fn report(
    view: &View<'_>,
    sink: &mut Sink<'_>,
    at: &At,
    binding: &Binding,
    index: u32,
) -> Result {
    let mut report = Report {
        view,
        binding,
        index,
        at,
        sink,
        result: Result::default(),
    };
    report.places();
    if !report.settled() {
        if view.dialect.has(Difference::CodeSystemOnce) {
            report.ours();
        } else {
            report.reference();
        }
    }
    report.result
}

impl Report<'_, '_, '_> {
    fn put(&mut self, kind: Kind, severity: Severity, at: &At, table: u32) {
        self.sink
            .at(self.view, kind, severity, at, (self.index, table));
    }

    // where something about a component is reported
    fn spot(&self, component: &At) -> At {
        if self.view.dialect.has(Difference::CodePlace) {
            *component
        } else {
            *self.at
        }
    }

    // how a code counts that is not in the tables
    fn severity(&self) -> Severity {
        match self.binding.strength {
            Strength::Required => Severity::Error,
            _ => Severity::Info,
        }
    }

    // how a code counts that must not be used, or two that exclude each other
    fn sharp(&self) -> Severity {
        match self.binding.strength {
            Strength::Suggested => Severity::Info,
            _ => Severity::Error,
        }
    }

    fn places(&mut self) {
        for place in &self.binding.at {
            if holder(self.view, self.at, place).is_err() {
                let at = *self.at;
                self.put(Kind::Binding, Severity::Error, &at, NONE);
                self.result.unclear = true;
            }
        }
    }

    fn each(&self, f: &mut dyn FnMut(&Holder)) {
        for place in &self.binding.at {
            if let Ok(Some(holder)) = holder(self.view, self.at, place) {
                let null = self.view.raw(&holder.code) == b"\"\"";
                if !(null && self.view.dialect.has(Difference::NullCode)) {
                    f(&holder);
                }
            }
        }
    }

    fn hits(&self, holder: &Holder, f: &mut dyn FnMut(u32, &Table, Hit)) {
        let view = self.view;
        let value = view.text(&holder.code);
        let given = holder.system.map(|s| view.text(&s));
        let system = match (&given, holder.asked) {
            (_, false) => System::NotAsked,
            (None, true) => System::Missing,
            (Some(s), true) => System::Given(s),
        };
        let first = view.dialect.has(Difference::CodeInSeveralTables);
        for index in &self.binding.live {
            if let Some(table) = view.profile.tables.get(*index as usize) {
                f(*index, table, look_up(table, &value, system, first));
            }
        }
    }

    // whether there is nothing to say: no code, or one required code in one table
    fn settled(&mut self) -> bool {
        let (mut lookups, mut found, mut plain) = (0u32, 0u32, true);
        self.each(&mut |holder| {
            self.hits(holder, &mut |_, _, hit| {
                lookups += 1;
                if hit.found() {
                    found += 1;
                    plain &= matches!(hit, Hit::One(CodeUsage::Required));
                }
            });
        });
        self.result.found = found > 0;
        self.result.missed = found == 0 && lookups > 0;
        let quiet = self.binding.strength != Strength::Suggested
            || self.view.dialect.has(Difference::SuggestedFound);
        lookups == 0 || (found == 1 && plain && quiet)
    }

    // a code that was found, by what its table says about it
    fn usage(&mut self, usage: CodeUsage, table: u32, at: &At) {
        match usage {
            CodeUsage::Required => {
                if self.binding.strength == Strength::Suggested
                    && !self.view.dialect.has(Difference::SuggestedFound)
                {
                    self.put(Kind::CodeSuggested, Severity::Info, at, table);
                }
            }
            CodeUsage::Permitted => self.put(Kind::CodePermitted, Severity::Info, at, table),
            CodeUsage::Excluded => {
                let severity = self.sharp();
                self.put(Kind::CodeExcluded, severity, at, table);
            }
        }
    }

    // what a permitted code says about its table
    fn permitted(&mut self, usage: CodeUsage, table: u32, def: (Openness, Stability), at: &At) {
        if usage != CodeUsage::Permitted {
            return;
        }
        if def.0 == Openness::Closed {
            self.put(Kind::CodePermittedClosed, Severity::Info, at, table);
        }
        if def.1 == Stability::Dynamic && !self.view.dialect.has(Difference::DynamicTable) {
            self.put(Kind::TableDynamic, Severity::Info, at, table);
        }
    }

    fn collect(&self) -> Vec<(Holder, Vec<(u32, Hit)>)> {
        let mut all = Vec::new();
        self.each(&mut |holder| {
            let mut hits = Vec::new();
            self.hits(holder, &mut |table, _, hit| hits.push((table, hit)));
            all.push((*holder, hits));
        });
        all
    }

    fn table(&self, index: u32) -> (Openness, Stability) {
        self.view
            .profile
            .tables
            .get(index as usize)
            .map_or((Openness::Unstated, Stability::Unstated), |t| {
                (t.openness, t.stability)
            })
    }

    // the same table met at several places
    fn twice(&mut self) {
        if self.binding.at.len() < 2 {
            return;
        }
        let binding = self.binding;
        for table in &binding.live {
            let mut met = 0;
            self.each(&mut |holder| {
                let mut here = false;
                self.hits(holder, &mut |t, _, hit| here |= t == *table && hit.found());
                met += u32::from(here);
            });
            if met > 1 {
                let (severity, at) = (self.sharp(), *self.at);
                self.put(Kind::CodeTwice, severity, &at, *table);
            }
        }
    }

    // entry by entry as the reference
    fn reference(&mut self) {
        let all = self.collect();
        let matched = self.result.found;
        let ambiguous = !self.view.dialect.has(Difference::CodeInSeveralTables);
        for (holder, hits) in &all {
            let found = hits.iter().filter(|(_, h)| h.found()).count();
            let code = self.spot(&holder.code);
            let system = self.spot(&holder.system.unwrap_or(holder.code));
            for (table, hit) in hits {
                match hit {
                    Hit::One(usage) => {
                        self.usage(*usage, *table, &code);
                        let def = self.table(*table);
                        self.permitted(*usage, *table, def, &code);
                    }
                    Hit::Several => {
                        if ambiguous {
                            self.put(Kind::CodeAmbiguous, Severity::Error, &code, *table);
                        }
                        for usage in self.usages(*table, holder) {
                            self.usage(usage, *table, &code);
                        }
                    }
                    Hit::NoSystem if !matched && found == 0 => {
                        self.put(Kind::CodeSystemMissing, Severity::Error, &code, *table);
                    }
                    Hit::OtherSystem if !matched && found == 0 => {
                        let severity = self.severity();
                        self.put(Kind::CodeSystem, severity, &system, *table);
                    }
                    _ => {}
                }
            }
            if found > 1 && ambiguous {
                self.put(Kind::CodeAmbiguous, Severity::Error, &code, NONE);
            }
            let no_system = hits.iter().any(|(_, h)| matches!(h, Hit::NoSystem));
            if found == 0 && !no_system {
                if !matched {
                    let table = hits.first().map_or(NONE, |(t, _)| *t);
                    let severity = self.severity();
                    self.put(Kind::CodeNotFound, severity, &code, table);
                }
                for (table, _) in hits {
                    if self.table(*table).1 == Stability::Dynamic
                        && !self.view.dialect.has(Difference::DynamicTable)
                    {
                        self.put(Kind::TableDynamic, Severity::Info, &code, *table);
                    }
                }
            }
        }
        self.twice();
    }

    // what the table says about each of the codes that were met at once
    fn usages(&self, table: u32, holder: &Holder) -> Vec<CodeUsage> {
        let view = self.view;
        let value = view.text(&holder.code);
        let system = holder.system.map(|s| view.text(&s));
        let Some(def) = view.profile.tables.get(table as usize) else {
            return Vec::new();
        };
        let fits = |c: &&Code| match &system {
            Some(s) => c.system.as_deref().unwrap_or_default() == s,
            None => true,
        };
        def.matching(&value, false)
            .filter(fits)
            .map(|c| c.usage)
            .collect()
    }

    // one finding, at the component that is wrong
    fn ours(&mut self) {
        let (mut code, mut system) = (None, None);
        let mut worst: Option<(u8, u32)> = None;
        let (mut usage, mut ambiguous) = (None, 0);
        self.each(&mut |holder| {
            code = code.or(Some(holder.code));
            system = system.or(holder.system);
            self.hits(holder, &mut |table, _, hit| {
                let rank = match hit {
                    Hit::One(u) => {
                        usage = Some((u, table, holder.code));
                        ambiguous += 1;
                        return;
                    }
                    Hit::Several => {
                        ambiguous += 2;
                        return;
                    }
                    Hit::NoSystem => 3,
                    Hit::OtherSystem | Hit::OtherSystems => 2,
                    Hit::NotFound => 1,
                };
                if worst.is_none_or(|(r, _)| rank > r) {
                    worst = Some((rank, table));
                }
            });
        });
        if self.result.found {
            if let Some((usage, table, place)) = usage {
                let place = self.spot(&place);
                self.usage(usage, table, &place);
                let def = self.table(table);
                self.permitted(usage, table, def, &place);
            }
            if ambiguous > 1 && !self.view.dialect.has(Difference::CodeInSeveralTables) {
                let at = *self.at;
                self.put(Kind::CodeAmbiguous, Severity::Error, &at, NONE);
            }
            self.twice();
            return;
        }
        let Some(code) = code else {
            return;
        };
        let (code, system) = (self.spot(&code), self.spot(&system.unwrap_or(code)));
        let severity = self.severity();
        match worst {
            Some((3, table)) => self.put(Kind::CodeSystemMissing, Severity::Error, &code, table),
            Some((2, table)) => self.put(Kind::CodeSystem, severity, &system, table),
            Some((_, table)) => self.put(Kind::CodeNotFound, severity, &code, table),
            None => {}
        }
        if !self.view.dialect.has(Difference::DynamicTable) {
            let binding = self.binding;
            for table in &binding.live {
                if self.table(*table).1 == Stability::Dynamic {
                    self.put(Kind::TableDynamic, Severity::Info, &code, *table);
                }
            }
        }
    }
}
