//! What a line of the stock gives to the orders and rows that name it.

use crate::model::{Data, Funding, Step};

/// An order has the lot, the last day and the source of funding of the stock line from which it is taken, where it gives
/// none of its own. A line that is not there is reported by the checks.
pub(crate) fn fill_orders(data: &mut Data) {
    for order in data.orders.values_mut() {
        let order = &mut order.value;
        let line = order.stock.as_ref().and_then(|r| data.stock.get(&r.value));
        let Some(line) = line else { continue };
        order.lot.get_or_insert_with(|| line.lot.clone());
        order.expires.get_or_insert_with(|| line.expires.clone());
        order
            .funding
            .get_or_insert(Funding {
                source: None,
                eligibility: None,
            })
            .source
            .get_or_insert_with(|| line.funding.clone());
    }
}

/// A row of an inventory has what its stock line says, where it says nothing of its own.
pub(crate) fn fill_rows(step: &mut Step, data: &Data) {
    for row in step.inventory.iter_mut().flat_map(|i| &mut i.rows) {
        let line = row.stock.as_ref().and_then(|r| data.stock.get(&r.value));
        let Some(line) = line else { continue };
        if row.vaccine.value.is_empty() {
            row.vaccine = line.vaccine.clone();
        }
        if row.lot.text().is_empty() {
            row.lot = line.lot.clone();
        }
        row.expires.get_or_insert_with(|| line.expires.clone());
        row.funding.get_or_insert_with(|| {
            let funding = line.funding.text.as_ref();
            funding.unwrap_or(&line.funding.code).clone()
        });
        row.before.get_or_insert(line.doses);
    }
}
