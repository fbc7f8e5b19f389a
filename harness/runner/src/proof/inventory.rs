//! Stock: the numbers before and after, against the plan and against the doses that the system reported.

use super::context::ProofContext;
use super::rows::{Missing, Rows, same_value};
use super::told;
use crate::result::{Answers, Outcome, StockSeen};
use std::collections::BTreeMap;
use titer_finding::Phi;
use titer_plan::model::{Inventory, InventoryChange, InventoryRow, Step};

// where the number before came from
enum Before {
    Shown(i64),
    Plan(i64),
    Unknown,
}

/// Everything that a step says about the stock.
pub(super) fn stock(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    step: &Step,
    inventory: &Inventory,
    answers: &Answers,
) {
    let Some(after) = answers.stock.as_deref() else {
        return;
    };
    let given = given(ctx, step);
    for wanted in &inventory.rows {
        row(
            rows,
            ctx,
            step,
            inventory.change,
            wanted,
            answers,
            after,
            &given,
        );
    }
}

fn find<'a>(
    ctx: &ProofContext<'_>,
    wanted: &InventoryRow,
    shown: &'a [StockSeen],
) -> Option<&'a StockSeen> {
    let lot = ctx.text(&wanted.lot);
    let funding = wanted.funding.as_ref().map(|f| ctx.text(f));
    let of_lot = || shown.iter().filter(|s| same_value(&lot, &s.lot));
    // one lot may lie there twice, for two payers
    of_lot()
        .find(|s| match (&funding, &s.funding) {
            (Some(a), Some(b)) => same_funding(a, b),
            _ => true,
        })
        .or_else(|| of_lot().next())
}

fn same_funding(a: &str, b: &str) -> bool {
    const PUBLIC: [&str; 6] = ["public", "vxc50", "vfc", "vxc51", "state", "public vfc"];
    const PRIVATE: [&str; 3] = ["private", "phc70", "private funds"];
    let (a, b) = (super::codes::plain(a), super::codes::plain(b));
    a == b
        || [&PUBLIC[..], &PRIVATE[..]]
            .iter()
            .any(|kind| kind.contains(&a.as_str()) && kind.contains(&b.as_str()))
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is another thing that the row is held against"
)]
fn row(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    step: &Step,
    change: InventoryChange,
    wanted: &InventoryRow,
    answers: &Answers,
    after: &[StockSeen],
    given: &BTreeMap<String, i64>,
) {
    let lot = ctx.text(&wanted.lot);
    let name = ctx
        .plan
        .data
        .vaccines
        .get(&wanted.vaccine.value)
        .map_or_else(|| wanted.vaccine.value.clone(), |v| ctx.text(&v.name));
    let name = format!("{name}, lot {lot}");
    let found = find(ctx, wanted, after);
    let listed = rows.check(format!("{name}: it is listed"), found.is_some());
    let Some(found) = found else {
        listed.because = Some("no line of this lot is shown".to_owned());
        return;
    };
    if let Some(expires) = &wanted.expires {
        let missing = match change {
            InventoryChange::Use => Missing::Skipped,
            _ => Missing::Fails,
        };
        let what = format!("{name}: last day");
        rows.value(what, &ctx.text(expires), found.expires.as_deref(), missing);
    }
    if let (Some(funding), Some(shown)) = (&wanted.funding, &found.funding) {
        let funding = ctx.text(funding);
        let row = rows.check(
            format!("{name}: whose stock"),
            same_funding(&funding, shown),
        );
        row.expected = Some(funding);
        row.found = Some(Phi::new(shown.as_str()));
    }
    let before = before(ctx, step, wanted, answers);
    let key = super::codes::plain(&lot);
    let used = given.get(&key).copied().unwrap_or(0);
    let expected = match (change, wanted.after) {
        (_, Some(after)) => Some(i64::from(after)),
        (InventoryChange::List, None) => wanted.before.map(i64::from),
        _ => None,
    };
    if let Some(expected) = expected {
        let what = match change {
            InventoryChange::List => format!("{name}: doses on hand"),
            _ => format!("{name}: doses on hand afterwards"),
        };
        count(rows, what, expected, found.doses, None);
    }
    match (change, before) {
        (InventoryChange::Use, Before::Shown(b) | Before::Plan(b)) if used > 0 => {
            let because = match used {
                1 => "one dose of the lot was reported as given".to_owned(),
                n => format!("{n} doses of the lot were reported as given"),
            };
            count(
                rows,
                format!("{name}: one dose less for each dose given"),
                b - used,
                found.doses,
                Some(because),
            );
        }
        (InventoryChange::Use, Before::Shown(b)) if expected.is_none() => {
            let row = rows.check(
                format!("{name}: there are fewer doses than before"),
                found.doses < b,
            );
            row.expected = Some(format!("fewer than {b}"));
            row.found = Some(Phi::new(found.doses.to_string()));
        }
        (InventoryChange::Receive, Before::Shown(b)) if expected.is_none() => {
            let row = rows.check(
                format!("{name}: there are more doses than before"),
                found.doses > b,
            );
            row.expected = Some(format!("more than {b}"));
            row.found = Some(Phi::new(found.doses.to_string()));
        }
        (InventoryChange::Use, Before::Unknown) if expected.is_none() => {
            rows.add(
                format!("{name}: one dose less for each dose given"),
                Outcome::Inconclusive,
            )
            .because = Some("how many there were before is not known".to_owned());
        }
        _ => {}
    }
}

fn count(rows: &mut Rows, what: String, expected: i64, found: i64, because: Option<String>) {
    let row = rows.check(what, expected == found);
    row.expected = Some(expected.to_string());
    row.found = Some(Phi::new(found.to_string()));
    row.because = because.or_else(|| {
        (expected != found).then(|| {
            let n = (found - expected).unsigned_abs();
            let way = if found > expected { "many" } else { "few" };
            format!("{n} too {way}")
        })
    });
}

// before the step: as it was shown with it, as it was shown at the last step before it, or as the plan has it
fn before(ctx: &ProofContext<'_>, at: &Step, wanted: &InventoryRow, answers: &Answers) -> Before {
    if let Some(shown) = answers
        .stock_before
        .as_deref()
        .and_then(|b| find(ctx, wanted, b))
    {
        return Before::Shown(shown.doses);
    }
    let mut last = None;
    'steps: for (_, case) in ctx.plan.cases() {
        for step in &case.steps {
            if case.id.text() == ctx.case.id.text() && step.id.text() == at.id.text() {
                break 'steps;
            }
            let there = ctx
                .answers_at(case.id.text(), step.id.text())
                .iter()
                .find_map(|a| find(ctx, wanted, a.stock.as_deref()?));
            last = there.map(|s| s.doses).or(last);
        }
    }
    match (last, wanted.before) {
        (Some(doses), _) => Before::Shown(doses),
        (None, Some(doses)) => Before::Plan(i64::from(doses)),
        (None, None) => Before::Unknown,
    }
}

/// How many doses of each lot the system reported as given: by the messages of the steps that the step's `trace` names, else
/// by all that came. A dose that was reported again counts once, as it was reported last; a deleted, refused or historical
/// one does not count.
fn given(ctx: &ProofContext<'_>, step: &Step) -> BTreeMap<String, i64> {
    let named: Vec<_> = step.trace.iter().filter_map(|t| t.step.get()).collect();
    let messages: Vec<_> = if named.is_empty() {
        ctx.all_messages().to_vec()
    } else {
        named.iter().filter_map(|of| ctx.message_of(of)).collect()
    };
    let mut last: BTreeMap<String, Option<String>> = BTreeMap::new();
    for message in messages.iter().filter(|m| m.by_system) {
        if crate::messages::type_of(message.bytes) != "VXU" {
            continue;
        }
        for told in told::doses(message.bytes) {
            let administered = told.dose.source.as_deref() == Some("00")
                && !super::doses::not_given(&told.dose)
                && told.action != "D";
            let lot = told
                .dose
                .lot
                .filter(|_| administered)
                .map(|l| super::codes::plain(&l));
            last.insert(told.key, lot);
        }
    }
    let mut counts = BTreeMap::new();
    for lot in last.into_values().flatten() {
        *counts.entry(lot).or_insert(0) += 1;
    }
    counts
}
