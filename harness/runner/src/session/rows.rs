//! The test data of a step, as rows to enter.

use super::view::{DataRow, Needed};
use std::collections::BTreeSet;
use titer_plan::model::{Action, Coded, Order, Patient, PersonName, Refs, Required, Step, Text};
use titer_plan::{Plan, Scope};

/// Whom and what a step is about, by id.
#[derive(Default)]
pub(super) struct About {
    pub(super) patients: Vec<String>,
    pub(super) orders: Vec<String>,
    pub(super) stock: Vec<String>,
}

fn ids(refs: Option<&Refs>) -> Vec<String> {
    refs.into_iter()
        .flat_map(|r| r.iter())
        .map(|r| r.value.clone())
        .collect()
}

/// Whom and what a step is about.
pub(super) fn about(step: &Step, scope: &Scope<'_>, plan: &Plan) -> About {
    let mut about = About::default();
    let bound = scope.bindings();
    match step.action() {
        Some(Action::DataEntry(d)) => {
            about
                .patients
                .extend(d.patient.iter().map(|p| p.value.clone()));
            about.orders = ids(d.orders.as_ref());
        }
        Some(Action::PatientSelect(p)) => {
            about.patients.push(p.patient.value.clone());
            about.patients.extend(ids(p.among.as_ref()));
        }
        Some(Action::Deduplicate(d)) => {
            about.patients = d.patients.iter().map(|r| r.value.clone()).collect();
        }
        Some(Action::Preload(p)) => {
            about.patients = ids(p.patients.as_ref());
            about.orders = ids(p.orders.as_ref());
        }
        Some(Action::AdverseEvent(a)) => about.orders.push(a.after.value.clone()),
        Some(Action::Inventory(i)) => {
            about.stock = i
                .rows
                .iter()
                .filter_map(|r| r.stock.as_ref().map(|s| s.value.clone()))
                .collect();
        }
        Some(Action::Cohort(c)) => {
            about.patients = c.rows.iter().map(|r| r.patient.value.clone()).collect();
        }
        Some(Action::Send(_)) => {
            about
                .patients
                .extend(bound.patient.iter().map(|p| p.value.clone()));
            about
                .orders
                .extend(bound.order.iter().map(|o| o.value.clone()));
        }
        _ => {}
    }
    let of_orders = about
        .orders
        .iter()
        .filter_map(|id| plan.data.orders.get(id)?.value.stock.as_ref())
        .map(|s| s.value.clone());
    about.stock.extend(of_orders);
    let mut seen = BTreeSet::new();
    about.stock.retain(|id| seen.insert(id.clone()));
    about
}

struct Rows<'a> {
    scope: &'a Scope<'a>,
    plan: &'a Plan,
    list: Vec<DataRow>,
}

/// What the tester enters, row by row.
pub(super) fn table(step: &Step, scope: &Scope<'_>, plan: &Plan) -> Vec<DataRow> {
    let about = about(step, scope, plan);
    let mut rows = Rows {
        scope,
        plan,
        list: Vec::new(),
    };
    let several = about.patients.len() > 1;
    for (n, id) in about.patients.iter().enumerate() {
        if let Some(patient) = plan.data.patients.get(id) {
            let group = if several {
                format!("patient {}", n + 1)
            } else {
                "patient".to_owned()
            };
            rows.patient(&group, &patient.value);
        }
    }
    for (n, id) in about.orders.iter().enumerate() {
        if let Some(order) = plan.data.orders.get(id) {
            rows.order(&format!("dose {}", n + 1), &order.value);
        }
    }
    match step.action() {
        Some(Action::DataEntry(d)) => {
            for row in &d.table {
                let needed = match row.required {
                    Required::Yes => Needed::Yes,
                    Required::No => Needed::No,
                    Required::Conditional => Needed::Conditional,
                };
                let element = rows.text(&row.element);
                let value = rows.shown(&row.value);
                rows.push("", &element, value, needed);
            }
        }
        Some(Action::Inventory(i)) => {
            for (n, row) in i.rows.iter().enumerate() {
                let group = format!("stock {}", n + 1);
                let vaccine = plan.data.vaccines.get(&row.vaccine.value);
                if let Some(v) = vaccine {
                    rows.add(&group, "vaccine", Some(&v.value.name));
                }
                rows.add(&group, "lot", Some(&row.lot));
                rows.add(&group, "expires", row.expires.as_ref());
                rows.add(&group, "funding", row.funding.as_ref());
                let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
                rows.push(&group, "doses before", number(row.before), Needed::Yes);
                rows.push(&group, "doses after", number(row.after), Needed::Yes);
            }
        }
        _ => {}
    }
    rows.list
}

impl Rows<'_> {
    fn text(&self, text: &Text) -> String {
        self.scope
            .text(text)
            .unwrap_or_else(|_| text.text().to_owned())
    }

    // a date in words, anything else as it is
    fn shown(&self, text: &Text) -> String {
        let text = self.text(text);
        if text.len() == 8
            && let Ok(day) = jiff::civil::Date::strptime("%Y%m%d", &text)
        {
            return titer_plan::dates::words(day);
        }
        text
    }

    fn push(&mut self, group: &str, element: &str, value: String, needed: Needed) {
        if !value.is_empty() {
            self.list.push(DataRow {
                group: group.to_owned(),
                element: element.to_owned(),
                value,
                needed,
            });
        }
    }

    fn add(&mut self, group: &str, element: &str, text: Option<&Text>) {
        if let Some(text) = text {
            let value = self.shown(text);
            self.push(group, element, value, Needed::Yes);
        }
    }

    fn coded(&mut self, group: &str, element: &str, coded: Option<&Coded>) {
        let Some(coded) = coded else { return };
        let code = self.text(&coded.code);
        let value = match &coded.text {
            Some(text) => format!("{} ({code})", self.text(text)),
            None => code,
        };
        self.push(group, element, value, Needed::Yes);
    }

    fn name(&self, name: &PersonName) -> String {
        [
            name.given.as_ref(),
            name.middle.as_ref(),
            Some(&name.family),
            name.suffix.as_ref(),
        ]
        .into_iter()
        .flatten()
        .map(|t| self.text(t))
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
    }

    fn patient(&mut self, group: &str, p: &Patient) {
        for (element, text) in [
            ("last name", Some(&p.name.family)),
            ("first name", p.name.given.as_ref()),
            ("middle name", p.name.middle.as_ref()),
            ("suffix", p.name.suffix.as_ref()),
            ("date of birth", Some(&p.birth_date)),
            ("sex", Some(&p.sex)),
        ] {
            self.add(group, element, text);
        }
        for id in &p.ids {
            let kind = id.kind.as_ref().map(|k| self.text(k)).unwrap_or_default();
            let element = match kind.as_str() {
                "MR" => "medical record number".to_owned(),
                "" => "identifier".to_owned(),
                kind => format!("identifier ({kind})"),
            };
            // the system under test gives numbers of its own
            let value = self.text(&id.id);
            self.push(group, &element, value, Needed::No);
        }
        if let Some(maiden) = &p.mothers_maiden_name {
            let value = self.name(maiden);
            self.push(group, "mother's maiden name", value, Needed::Yes);
        }
        for race in &p.race {
            self.coded(group, "race", Some(race));
        }
        self.coded(group, "ethnicity", p.ethnicity.as_ref());
        if let Some(a) = &p.address {
            let value = [&a.street, &a.city, &a.state, &a.zip, &a.country]
                .into_iter()
                .flatten()
                .map(|t| self.text(t))
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(", ");
            self.push(group, "address", value, Needed::Yes);
        }
        if let Some(phone) = &p.phone {
            let value = format!("{} {}", self.text(&phone.area), self.text(&phone.number));
            self.push(group, "telephone", value.trim().to_owned(), Needed::Yes);
        }
        for (element, text) in [
            ("e-mail", p.email.as_ref()),
            ("one of several born together", p.multiple_birth.as_ref()),
            ("birth order", p.birth_order.as_ref()),
            ("dead", p.dead.as_ref()),
            ("date of death", p.death_date.as_ref()),
        ] {
            self.add(group, element, text);
        }
        self.coded(group, "reminders and recalls", p.publicity.as_ref());
        self.add(group, "protected", p.protection.as_ref());
        self.add(group, "status in the registry", p.registry_status.as_ref());
        for contact in &p.contacts {
            let relationship = contact
                .relationship
                .text
                .as_ref()
                .unwrap_or(&contact.relationship.code);
            let element = format!("contact: {}", self.text(relationship));
            let value = self.name(&contact.name);
            self.push(group, &element, value, Needed::Yes);
        }
        if let Some(note) = &p.note {
            let value = self.text(note);
            self.push(group, "note", value, Needed::No);
        }
    }

    fn order(&mut self, group: &str, o: &Order) {
        if let Some(v) = self.plan.data.vaccines.get(&o.vaccine.value) {
            let v = &v.value;
            let value = format!("{} (CVX {})", self.text(&v.name), self.text(&v.cvx));
            self.push(group, "vaccine", value, Needed::Yes);
            if o.refusal.is_none() {
                self.coded(group, "manufacturer", v.manufacturer.as_ref());
                if let Some(amount) = &v.amount {
                    let unit = v.unit.as_ref().map(|u| self.text(u)).unwrap_or_default();
                    let value = format!("{} {unit}", self.text(amount));
                    self.push(group, "amount", value.trim().to_owned(), Needed::Yes);
                }
                self.coded(group, "route", v.route.as_ref());
            }
        }
        self.add(group, "date", Some(&o.date));
        let source = o
            .information_source
            .as_ref()
            .map(|s| self.text(s))
            .unwrap_or_default();
        let source = match source.as_str() {
            "" => String::new(),
            "00" => "administered here (00)".to_owned(),
            "01" => "historical, source not known (01)".to_owned(),
            code => format!("historical ({code})"),
        };
        self.push(group, "information source", source, Needed::Yes);
        self.add(group, "lot", o.lot.as_ref());
        self.add(group, "lot expires", o.expires.as_ref());
        self.coded(group, "site", o.site.as_ref());
        if let Some(funding) = &o.funding {
            self.coded(group, "funding source", funding.source.as_ref());
            self.coded(group, "eligibility", funding.eligibility.as_ref());
        }
        if let Some(refusal) = &o.refusal {
            self.coded(group, "refused because", Some(&refusal.reason));
        }
        for (element, id) in [
            ("given by", &o.by.administered),
            ("ordered by", &o.by.ordered),
            ("entered by", &o.by.entered),
        ] {
            let clinician = id
                .as_ref()
                .and_then(|id| self.plan.data.clinicians.get(&id.value));
            if let Some(clinician) = clinician {
                let value = self.name(&clinician.value.name);
                self.push(group, element, value, Needed::Conditional);
            }
        }
    }
}
