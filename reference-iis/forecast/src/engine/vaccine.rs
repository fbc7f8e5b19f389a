//! Whether the vaccine fits: conflicts with earlier doses (6.7), preferable and allowable vaccines (6.8 and 6.9).

use super::history::Run;
use super::interval::View;
use super::tables::SeriesDose;
use crate::date::add;
use crate::options::ConflictReading;
use crate::reason::{DoseReason, DoseReasons, DoseStatus};
use crate::trace::Listener;

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// 6.7: whether an earlier dose of the whole history impacts the one at hand (CALCDTCONFLICT-1 and -2, CONFLICT-3).
    pub(super) fn impacted(&self, view: View, cvx: u16) -> bool {
        let tables = self.tables;
        let rows = tables
            .conflicts_of
            .get(usize::from(cvx))
            .copied()
            .unwrap_or_default()
            .of(&tables.conflicts);
        let Some(current) = view.current.filter(|_| !rows.is_empty()) else {
            return false;
        };
        self.scratch
            .doses
            .iter()
            .zip(&self.scratch.status)
            .take(current.place)
            .any(|(earlier, judged)| {
                rows.iter()
                    .filter(|row| row.previous == earlier.cvx)
                    .any(|row| {
                        // "Has an evaluation status" is read as: in this series. The other reading asks the dose's own antigen.
                        let status = judged.status.or_else(|| match self.options.conflict {
                            ConflictReading::InSeries => None,
                            ConflictReading::AnyAntigen => self
                                .scratch
                                .own_status
                                .get(earlier.index as usize)
                                .copied()
                                .flatten(),
                        });
                        let end = if status.is_none_or(|status| status == DoseStatus::Valid) {
                            row.minimum_end
                        } else {
                            row.end
                        };
                        add(earlier.date, row.begin) <= current.date
                            && current.date < add(earlier.date, end)
                    })
            })
    }

    /// 6.8 and 6.9: a preferable or an allowable vaccine.
    pub(super) fn allowed(
        &self,
        dose: &SeriesDose,
        index: u32,
        date: i32,
        cvx: u16,
        reasons: &mut DoseReasons,
    ) -> bool {
        let tables = self.tables;
        let reported = self.patient.doses.get(index as usize);
        let (mut other_age, mut other_product, mut low) = (false, false, None);
        for row in dose
            .preferable
            .of(&tables.preferable)
            .iter()
            .filter(|row| row.cvx == cvx)
        {
            let same = row
                .product
                .and_then(|product| tables.products.get(product as usize))
                .is_none_or(|product| {
                    let differs = |ours: Option<&str>, theirs: Option<&str>| {
                        ours.zip(theirs).is_some_and(|(ours, theirs)| {
                            !ours.trim().eq_ignore_ascii_case(theirs.trim())
                        })
                    };
                    let (mvx, name) = (
                        reported.and_then(|dose| dose.mvx.as_deref()),
                        reported.and_then(|dose| dose.product.as_deref()),
                    );
                    !differs(product.mvx.as_ref().map(crate::schedule::Code::as_str), mvx)
                        && !differs(product.name.as_deref(), name)
                });
            let of_age = self.age(row.begin) <= date && date < self.age(row.end);
            if same && of_age {
                let short = reported
                    .and_then(|dose| dose.volume)
                    .is_some_and(|volume| volume < row.volume);
                low = Some(low.unwrap_or(true) && short);
            }
            other_age |= !of_age;
            other_product |= of_age && !same;
        }
        if let Some(low) = low {
            if low {
                reasons.insert(DoseReason::LowVolume);
            }
            return true;
        }
        let mut rows = dose
            .allowed
            .of(&tables.allowed)
            .iter()
            .filter(|row| row.cvx == cvx);
        let allowable = rows.any(|row| {
            let of_age = self.age(row.begin) <= date && date < self.age(row.end);
            other_age |= !of_age;
            of_age
        });
        if other_product {
            reasons.insert(DoseReason::OtherProduct);
        }
        if !allowable {
            reasons.insert(DoseReason::NotAllowed);
            if other_age {
                reasons.insert(DoseReason::VaccineAge);
            }
        }
        allowable
    }
}
