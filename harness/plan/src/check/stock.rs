//! The stock: products that there are, numbers and days that a bar code can hold.

use super::data::place_of;
use super::{Checker, File};
use crate::barcode;

impl Checker<'_> {
    pub(super) fn stock(&mut self) {
        let plan = self.plan;
        let occasion = self.occasion.clone();
        let scope = plan.plan_scope(&occasion);
        for (id, line) in &plan.data.stock {
            let (shown, text) = self.file_of("stock", id);
            let file = File { shown, text: &text };
            self.record("vaccines", &line.vaccine, &file);
            let begin = place_of(&plan.data, "stock", id);
            let place = line.gtin.as_ref().map_or(begin, crate::span::Parsed::place);
            match barcode::of_line(&scope, line) {
                Ok(_) | Err(barcode::BarcodeError::NoGtin) => {}
                Err(e @ barcode::BarcodeError::Render { .. }) => {
                    let source = std::error::Error::source(&e).map(ToString::to_string);
                    self.error(file.about(begin, source.unwrap_or_else(|| e.to_string())));
                }
                Err(
                    e @ (barcode::BarcodeError::Lot { .. } | barcode::BarcodeError::TooLong { .. }),
                ) => {
                    self.error(file.about(line.lot.place(), e.to_string()));
                }
                Err(e @ barcode::BarcodeError::Day { .. }) => {
                    self.error(file.about(line.expires.place(), e.to_string()));
                }
                Err(e) => {
                    self.error(file.about(place, e.to_string()));
                }
            }
        }
    }
}
