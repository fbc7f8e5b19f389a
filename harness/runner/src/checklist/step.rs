//! Rows from a step of the plan.

use crate::result::{ChecklistItem, Wants};
use titer_plan::model::{
    Action, AlertKind, CheckItem, DataEntry, EvidenceKind, ForecastRow, InventoryChange, Patient,
    Required, SamePerson, Step, Text, Texts,
};
use titer_plan::{Plan, Scope};

struct Rows<'a> {
    scope: &'a Scope<'a>,
    plan: &'a Plan,
    items: Vec<ChecklistItem>,
}

/// Instructions, checklist and evidence of a step, and what its kind asks for.
pub(crate) fn of_step(step: &Step, scope: &Scope<'_>, plan: &Plan) -> Vec<ChecklistItem> {
    let mut rows = Rows {
        scope,
        plan,
        items: Vec::new(),
    };
    for instruction in &step.instructions {
        rows.asks(Wants::Do, format!("Do: {}", rows.text(instruction)));
    }
    if let Some(action) = step.action() {
        rows.action(action);
    }
    for item in &step.checklist {
        rows.item(item);
    }
    for evidence in &step.evidence {
        let kind = match evidence.kind {
            EvidenceKind::Screenshot => "a picture of the screen",
            EvidenceKind::Document => "the file",
            EvidenceKind::Message => "the message",
            EvidenceKind::Note => "a note",
        };
        let optional = if evidence.optional {
            " (if there is one)"
        } else {
            ""
        };
        rows.asks(
            Wants::Keep,
            format!(
                "Keep as evidence {kind}: {}{optional}",
                rows.text(&evidence.of)
            ),
        );
    }
    rows.items
}

impl Rows<'_> {
    fn add(&mut self, text: impl Into<String>) {
        self.items.push(ChecklistItem::new(text, None));
    }

    fn asks(&mut self, wants: Wants, text: impl Into<String>) {
        let mut item = ChecklistItem::new(text, None);
        item.wants = wants;
        self.items.push(item);
    }

    fn text(&self, text: &Text) -> String {
        self.scope
            .text(text)
            .unwrap_or_else(|_| text.text().to_owned())
    }

    fn date(&self, text: &Text) -> String {
        let text = self.text(text);
        let day = text.get(..8).unwrap_or_default();
        jiff::civil::Date::strptime("%Y%m%d", day).map_or(text, titer_plan::dates::words)
    }

    fn one_of(&self, texts: &[Text]) -> String {
        texts
            .iter()
            .map(|t| self.text(t))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn many(&self, texts: Option<&Texts>) -> Vec<String> {
        texts
            .into_iter()
            .flat_map(|t| t.iter())
            .map(|t| self.text(t))
            .collect()
    }

    fn item(&mut self, item: &CheckItem) {
        let group = item
            .group
            .as_ref()
            .map(|g| format!("{g}: "))
            .unwrap_or_default();
        let value = item
            .value
            .as_ref()
            .map(|v| format!(": {}", self.text(v)))
            .unwrap_or_default();
        let ways = if item.at_least_one_of.is_empty() {
            String::new()
        } else {
            format!(
                ", by at least one of: {}",
                self.one_of(&item.at_least_one_of)
            )
        };
        let optional = if item.optional {
            " (may be missing)"
        } else {
            ""
        };
        let see = self.text(&item.see);
        self.add(format!("{group}{see}{value}{ways}{optional}"));
        if let Some(added) = self.items.last_mut() {
            added.optional = item.optional;
        }
    }

    fn name(&self, id: &str) -> String {
        match self.plan.data.patients.get(id) {
            Some(p) => self.full_name(p),
            None => id.to_owned(),
        }
    }

    fn full_name(&self, p: &Patient) -> String {
        let mut parts: Vec<String> = [&p.name.given, &p.name.middle]
            .into_iter()
            .flatten()
            .map(|t| self.text(t))
            .collect();
        parts.push(self.text(&p.name.family));
        parts.extend(p.name.suffix.as_ref().map(|t| self.text(t)));
        let born = self.date(&p.birth_date);
        format!(
            "{}, born {born}, sex {}",
            parts.join(" "),
            self.text(&p.sex)
        )
    }

    fn order(&self, id: &str) -> String {
        let Some(order) = self.plan.data.orders.get(id) else {
            return id.to_owned();
        };
        let vaccine = self.vaccine(&order.vaccine.value);
        let mut words = format!("{vaccine}, {}", self.date(&order.date));
        if let Some(lot) = &order.lot {
            words = format!("{words}, lot {}", self.text(lot));
        }
        if let Some(refusal) = &order.refusal {
            let reason = refusal.reason.text.as_ref().unwrap_or(&refusal.reason.code);
            words = format!("{words}, refused: {}", self.text(reason));
        }
        words
    }

    fn vaccine(&self, id: &str) -> String {
        match self.plan.data.vaccines.get(id) {
            Some(v) => self.text(&v.name),
            None => id.to_owned(),
        }
    }

    fn dose(&self, dose: &titer_plan::model::DoseExpect) -> String {
        match self.scope.dose(dose) {
            Err(_) => "a dose".to_owned(),
            Ok(d) => {
                let date = d.date.as_deref().and_then(|t| t.get(..8));
                let date = date.and_then(|t| jiff::civil::Date::strptime("%Y%m%d", t).ok());
                match date {
                    Some(date) => format!("{}, {}", d.label, titer_plan::dates::words(date)),
                    None => d.label,
                }
            }
        }
    }

    fn action(&mut self, action: Action<'_>) {
        match action {
            Action::Send(_)
            | Action::Reply(_)
            | Action::QueryBack(_)
            | Action::Compare(_)
            | Action::Transport(_)
            | Action::Inspect(_) => {}
            Action::Preload(p) => {
                for id in p.patients.iter().flat_map(|r| r.iter()) {
                    self.add(format!("The patient is there: {}", self.name(&id.value)));
                }
                for id in p.orders.iter().flat_map(|r| r.iter()) {
                    self.add(format!("The dose is there: {}", self.order(&id.value)));
                }
                for id in p.without.iter().flat_map(|r| r.iter()) {
                    self.add(format!("Nothing is there for {}", self.name(&id.value)));
                }
            }
            Action::DataEntry(d) => self.entry(d),
            Action::PatientSelect(p) => {
                self.add(format!(
                    "The right patient is open: {}",
                    self.name(&p.patient.value)
                ));
                for id in p.among.iter().flat_map(|r| r.iter()) {
                    self.add(format!(
                        "Not taken for the right one: {}",
                        self.name(&id.value)
                    ));
                }
            }
            Action::Deduplicate(d) => {
                let names: Vec<String> = d.patients.iter().map(|r| self.name(&r.value)).collect();
                let words = match d.are {
                    SamePerson::Same => "are brought together as one person",
                    SamePerson::Different => "stay apart as different persons",
                    SamePerson::Undecided => "are shown to a person who decides",
                };
                self.add(format!("The records {words}: {}", names.join("; ")));
            }
            Action::Alert(a) => {
                let why = match a.kind {
                    AlertKind::Interval => "the dose comes too early",
                    AlertKind::Age => "the age is outside the vaccine's",
                    AlertKind::ExpiredLot => "the lot has expired",
                    AlertKind::IneligibleStock => "the patient is not eligible for the stock",
                    AlertKind::PriorReaction => "the patient reacted before",
                    AlertKind::Contraindication => "the patient has a contraindication",
                    AlertKind::Duplicate => "the patient has had the vaccine",
                    AlertKind::Other => "of the reason given",
                };
                self.asks(Wants::Do, format!("Try: {}", self.text(&a.when)));
                self.add(format!(
                    "An alert is shown because {why}, by at least one of: {}",
                    self.one_of(&a.at_least_one_of)
                ));
            }
            Action::DataQuality(d) => {
                self.asks(
                    Wants::Do,
                    format!(
                        "Try to enter {}: {} ({})",
                        self.text(&d.element),
                        self.text(&d.entry),
                        self.text(&d.wrong)
                    ),
                );
                self.add(format!(
                    "The entry is prevented by at least one of: {}",
                    self.one_of(&d.at_least_one_of)
                ));
            }
            Action::Reconcile(r) => {
                for (words, doses) in [
                    ("Taken over", &r.import),
                    ("Not taken over", &r.leave),
                    ("In the history afterwards", &r.result),
                ] {
                    for dose in doses {
                        self.add(format!("{words}: {}", self.dose(dose)));
                    }
                }
            }
            Action::ForecastDisplay(f) => {
                for row in &f.must {
                    self.forecast(row, f.tolerance_days);
                }
                for vaccine in self.many(f.must_not.as_ref()) {
                    self.add(format!("Not recommended: {vaccine}"));
                }
                for difference in &f.differences {
                    self.add(format!("Different from before: {}", self.text(difference)));
                }
            }
            Action::Document(d) => {
                self.add(format!("The document is made: {}", self.text(&d.title)));
                self.contents("It holds", &d.contains);
                self.contents("It does not hold", &d.leaves_out);
            }
            Action::PatientAccess(p) => {
                self.add(format!(
                    "The patient sees the record through: {}",
                    self.text(&p.through)
                ));
                self.contents("It shows", &p.contains);
            }
            Action::AdverseEvent(a) => {
                self.add(format!("After the dose: {}", self.order(&a.after.value)));
                for reaction in &a.reactions {
                    let code = self.text(&reaction.code);
                    let text = reaction
                        .text
                        .as_ref()
                        .map(|t| self.text(t))
                        .unwrap_or_default();
                    self.add(
                        format!("The reaction is stored with its code: {code} {text}")
                            .trim_end()
                            .to_owned(),
                    );
                }
                if let Some(onset) = &a.onset {
                    self.add(format!("It began on {}", self.date(onset)));
                }
            }
            Action::Inventory(i) => {
                let change = match i.change {
                    InventoryChange::List => "listed",
                    InventoryChange::Receive => "received",
                    InventoryChange::Use => "used",
                    InventoryChange::Adjust => "adjusted",
                };
                for row in &i.rows {
                    let mut words = format!(
                        "{change}: {}, lot {}",
                        self.vaccine(&row.vaccine.value),
                        self.text(&row.lot)
                    );
                    if let Some(expires) = &row.expires {
                        words = format!("{words}, expires {}", self.date(expires));
                    }
                    if let Some(funding) = &row.funding {
                        words = format!("{words}, {} stock", self.text(funding));
                    }
                    match (row.before, row.after) {
                        (Some(b), Some(a)) => {
                            words = format!("{words}, {b} doses before and {a} after");
                        }
                        (Some(b), None) => words = format!("{words}, {b} doses before"),
                        (None, Some(a)) => words = format!("{words}, {a} doses after"),
                        (None, None) => {}
                    }
                    self.add(format!("Stock {words}"));
                }
            }
            Action::Cohort(c) => {
                self.add(format!("The list is made by: {}", self.text(&c.criteria)));
                for row in &c.rows {
                    self.add(format!(
                        "In the list: {} ({})",
                        self.name(&row.patient.value),
                        self.text(&row.with)
                    ));
                }
                for id in c.without.iter().flat_map(|r| r.iter()) {
                    self.add(format!("Not in the list: {}", self.name(&id.value)));
                }
            }
            Action::Attest(a) => self.add(format!("Declared: {}", self.text(&a.statement))),
        }
    }

    fn contents(&mut self, words: &str, texts: &[Text]) {
        for text in texts {
            self.add(format!("{words}: {}", self.text(text)));
        }
    }

    fn entry(&mut self, d: &DataEntry) {
        if let Some(patient) = &d.patient {
            self.add(format!("Enter the patient: {}", self.name(&patient.value)));
        }
        for id in d.orders.iter().flat_map(|r| r.iter()) {
            self.add(format!("Enter the dose: {}", self.order(&id.value)));
        }
        for row in &d.table {
            let flag = match row.required {
                Required::Yes => "",
                Required::No => " (not judged)",
                Required::Conditional => " (where the system asks for it)",
            };
            self.add(format!(
                "Enter {}: {}{flag}",
                self.text(&row.element),
                self.text(&row.value)
            ));
            if let Some(added) = self.items.last_mut() {
                added.optional = row.required != Required::Yes;
            }
        }
    }

    fn forecast(&mut self, row: &ForecastRow, tolerance: Option<u32>) {
        let mut words = format!("Recommended: {}", self.text(&row.vaccine));
        for (name, date) in [
            ("not before", &row.earliest),
            ("due", &row.due),
            ("overdue from", &row.overdue),
            ("not after", &row.latest),
        ] {
            if let Some(date) = date {
                words = format!("{words}, {name} {}", self.date(date));
            }
        }
        if let Some(dose) = &row.dose {
            words = format!("{words}, dose {}", self.text(dose));
        }
        if let Some(days) = tolerance {
            words = format!("{words} (within {days} days)");
        }
        self.add(words);
    }
}
