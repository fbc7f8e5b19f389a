//! Doses as a query-back expects them, filled in from test data.

use crate::model::{DoseExpect, Text};
use crate::render::{RenderError, Scope};

/// A dose as it is expected, with everything filled in. What is `None` or empty does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dose {
    /// What it is called in reports.
    pub label: String,
    /// CVX codes, one of which stands in a triplet of RXA-5.
    pub cvx: Vec<String>,
    /// NDCs, one of which stands there; with `cvx`, one of the two is enough.
    pub ndc: Vec<String>,
    /// The day of RXA-3, eight digits.
    pub date: Option<String>,
    /// RXA-15.
    pub lot: Option<String>,
    /// The day of RXA-16, eight digits.
    pub expires: Option<String>,
    /// RXA-17.1.
    pub manufacturer: Option<String>,
    /// RXA-6.
    pub amount: Option<String>,
    /// RXR-1.1.
    pub route: Option<String>,
    /// RXR-2.1.
    pub site: Option<String>,
    /// RXA-9.1, any of these.
    pub information_source: Vec<String>,
    /// RXA-20, any of these.
    pub completion: Vec<String>,
    /// RXA-18.1.
    pub refusal: Option<String>,
}

impl Scope<'_> {
    /// A dose with everything filled in. Of an order come its vaccine's codes and its date, as these are what an answer
    /// always tells; lot, maker and the rest are compared when they are written out.
    pub fn dose(&self, dose: &DoseExpect) -> Result<Dose, RenderError> {
        let one = |t: &Option<Text>| t.as_ref().map(|t| self.text(t)).transpose();
        let many = |t: &Option<crate::model::Texts>| {
            t.iter()
                .flat_map(|t| t.iter())
                .map(|t| self.text(t))
                .collect::<Result<Vec<_>, _>>()
        };
        let mut found = Dose {
            label: dose.label.clone().unwrap_or_default(),
            cvx: many(&dose.cvx)?,
            ndc: many(&dose.ndc)?,
            date: one(&dose.date)?,
            lot: one(&dose.lot)?,
            expires: one(&dose.expires)?,
            manufacturer: one(&dose.manufacturer)?,
            amount: one(&dose.amount)?,
            route: one(&dose.route)?,
            site: one(&dose.site)?,
            information_source: many(&dose.information_source)?,
            completion: many(&dose.completion)?,
            refusal: one(&dose.refusal)?,
        };
        if let Some(order) = &dose.order {
            let id = &order.value;
            let no_order = || RenderError::NoRecord {
                kind: "orders".to_owned(),
                name: id.clone(),
                known: self.plan.data.orders.keys().cloned().collect(),
            };
            let order = self.plan.data.orders.get(id).ok_or_else(no_order)?;
            let vaccine = self.plan.data.vaccines.get(&order.vaccine.value);
            if found.cvx.is_empty()
                && found.ndc.is_empty()
                && let Some(v) = vaccine
            {
                found.cvx.push(self.text(&v.cvx)?);
                found.ndc = many(&v.ndc)?;
            }
            if found.date.is_none() {
                found.date = Some(self.text(&order.date)?);
            }
            if found.label.is_empty()
                && let Some(v) = vaccine
            {
                found.label = self.text(&v.name)?;
            }
        }
        if found.label.is_empty() {
            let code = found.cvx.first().or(found.ndc.first());
            found.label = match (code, &found.date) {
                (Some(c), Some(d)) => format!("dose {c} of {d}"),
                (Some(c), None) => format!("dose {c}"),
                (None, Some(d)) => format!("dose of {d}"),
                (None, None) => "dose".to_owned(),
            };
        }
        Ok(found)
    }
}
