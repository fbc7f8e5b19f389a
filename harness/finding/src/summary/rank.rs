//! From counts to ranked rows.

use super::document::{
    CauseRow, Example, Figures, FixerRow, Messages, PlaceRow, Ranking, RuleRow, SenderRow, Summary,
    Whose,
};
use super::tally::{Cause, FIXERS, Named, Stat, Tally};
use crate::catalogue::Catalogue;
use crate::finding::{Fixer, Severity};
use crate::sink::Tool;
use std::cmp::Reverse;

/// The document's number; it changes when a reader of the old one could misread the new one.
const VERSION: u32 = 1;

impl Tally {
    /// What was counted, worst first. The catalogue gives titles and repairs.
    pub fn summary(&self, catalogue: &Catalogue) -> Summary {
        let clean = self.clean();
        let with_errors =
            self.with_errors + u64::from(self.open_message() == Some(Severity::Error));
        let counts = self.counts;
        let ranking = if counts.errors > 0 {
            Ranking::Errors
        } else if counts.warnings > 0 {
            Ranking::Warnings
        } else {
            Ranking::Infos
        };
        let all = match ranking {
            Ranking::Errors => counts.errors,
            Ranking::Warnings => counts.warnings,
            Ranking::Infos => counts.infos,
        };
        let shares = Shares { ranking, all };
        Summary {
            format: "titer-summary".to_owned(),
            version: VERSION,
            tool: Tool::this(),
            masked: self.mask,
            messages: Messages {
                total: counts.messages,
                with_errors,
                with_warnings: counts.messages - with_errors - clean,
                clean,
            },
            findings: counts,
            ranking,
            causes: self.cause_rows(&shares, catalogue),
            rules: self.rule_rows(&shares, catalogue),
            places: self.place_rows(&shares),
            senders: self.sender_rows(&shares),
            fixers: self.fixer_rows(&shares),
        }
    }

    fn cause_rows(&self, shares: &Shares, catalogue: &Catalogue) -> Vec<CauseRow> {
        let mut rows: Vec<CauseRow> = self
            .causes
            .iter()
            .filter_map(|cause| {
                let rule = &self.rules.get(cause.rule as usize)?.name;
                let page = catalogue.get(rule);
                Some(CauseRow {
                    rule: rule.clone(),
                    place: self.places.get(cause.place as usize)?.name.clone(),
                    title: page.map(|p| p.title.clone()),
                    repair: page.map(|p| p.repair.clone()),
                    fixer: mostly(cause.fixers),
                    whose: self.whose(cause, shares),
                    figures: figures(&cause.stat),
                    example: cause.stat.example.clone()?,
                })
            })
            .collect();
        rows.sort_by(|a, b| {
            order(&a.figures, &b.figures)
                .then_with(|| (&a.rule, &a.place).cmp(&(&b.rule, &b.place)))
        });
        shares.fill(rows.iter_mut().map(|r| &mut r.figures));
        rows
    }

    fn whose(&self, cause: &Cause, shares: &Shares) -> Option<Whose> {
        let of = |counts: &[u64; 3]| shares.of(counts);
        let all: u64 = cause.senders.values().map(of).sum::<u64>() + of(&cause.unknown);
        let most = cause
            .senders
            .iter()
            .max_by_key(|(sender, counts)| (of(counts), Reverse(**sender)))?;
        Some(Whose {
            sender: self.sender_name(*most.0),
            share: share(of(most.1), all),
            senders: cause.senders.values().filter(|c| of(c) > 0).count() as u64,
        })
    }

    fn sender_name(&self, at: u32) -> String {
        if self.mask {
            format!("sender {}", at + 1)
        } else {
            self.senders
                .get(at as usize)
                .map_or_else(String::new, |s| s.name.clone())
        }
    }

    fn rule_rows(&self, shares: &Shares, catalogue: &Catalogue) -> Vec<RuleRow> {
        let mut fixers = vec![[0u64; 4]; self.rules.len()];
        for cause in &self.causes {
            if let Some(sum) = fixers.get_mut(cause.rule as usize) {
                for (all, one) in sum.iter_mut().zip(cause.fixers) {
                    *all += one;
                }
            }
        }
        let mut rows: Vec<RuleRow> = self
            .rules
            .iter()
            .zip(fixers)
            .filter_map(|(Named { name, stat }, fixers)| {
                Some(RuleRow {
                    rule: name.clone(),
                    title: catalogue.get(name).map(|p| p.title.clone()),
                    fixer: mostly(fixers),
                    figures: figures(stat),
                    example: stat.example.clone()?,
                })
            })
            .collect();
        rows.sort_by(|a, b| order(&a.figures, &b.figures).then_with(|| a.rule.cmp(&b.rule)));
        shares.fill(rows.iter_mut().map(|r| &mut r.figures));
        rows
    }

    fn place_rows(&self, shares: &Shares) -> Vec<PlaceRow> {
        let mut first: Vec<Option<&Cause>> = vec![None; self.places.len()];
        for cause in &self.causes {
            if let Some(most) = first.get_mut(cause.place as usize)
                && most.is_none_or(|m| weight(&m.stat) < weight(&cause.stat))
            {
                *most = Some(cause);
            }
        }
        let mut rows: Vec<PlaceRow> = self
            .places
            .iter()
            .zip(first)
            .filter_map(|(Named { name, stat }, first)| {
                Some(PlaceRow {
                    place: name.clone(),
                    rule: self.rules.get(first?.rule as usize)?.name.clone(),
                    figures: figures(stat),
                    example: stat.example.clone()?,
                })
            })
            .collect();
        rows.sort_by(|a, b| order(&a.figures, &b.figures).then_with(|| a.place.cmp(&b.place)));
        shares.fill(rows.iter_mut().map(|r| &mut r.figures));
        rows
    }

    fn sender_rows(&self, shares: &Shares) -> Vec<SenderRow> {
        let mut first: Vec<Option<(u64, &Cause)>> = vec![None; self.senders.len()];
        for cause in &self.causes {
            for (sender, counts) in &cause.senders {
                let count = shares.of(counts);
                if let Some(most) = first.get_mut(*sender as usize)
                    && count > 0
                    && most.is_none_or(|(m, _)| m < count)
                {
                    *most = Some((count, cause));
                }
            }
        }
        let open = self.open_sender();
        let mut rows: Vec<SenderRow> = self
            .senders
            .iter()
            .zip(first)
            .enumerate()
            .map(|(at, (sending, first))| SenderRow {
                sender: self.sender_name(at as u32),
                sent: sending.sent,
                with_errors: sending.with_errors + u64::from(open == Some(at as u32)),
                first: first.map_or_else(String::new, |(_, cause)| self.called(cause)),
                figures: figures(&sending.stat),
                example: sending.stat.example.clone(),
            })
            .collect();
        rows.sort_by(|a, b| order(&a.figures, &b.figures).then_with(|| a.sender.cmp(&b.sender)));
        shares.fill(rows.iter_mut().map(|r| &mut r.figures));
        rows
    }

    fn called(&self, cause: &Cause) -> String {
        let name = |list: &[Named], at: u32| {
            list.get(at as usize)
                .map_or_else(String::new, |n| n.name.clone())
        };
        let (rule, place) = (
            name(&self.rules, cause.rule),
            name(&self.places, cause.place),
        );
        super::text::called(&rule, &place)
    }

    fn fixer_rows(&self, shares: &Shares) -> Vec<FixerRow> {
        let mut rows: Vec<FixerRow> = FIXERS
            .into_iter()
            .zip(self.fixers)
            .filter(|(_, [i, w, e])| i + w + e > 0)
            .map(|(fixer, [infos, warnings, errors])| FixerRow {
                fixer,
                figures: Figures {
                    errors,
                    warnings,
                    infos,
                    ..Figures::default()
                },
            })
            .collect();
        rows.sort_by(|a, b| order(&a.figures, &b.figures));
        shares.fill(rows.iter_mut().map(|r| &mut r.figures));
        rows
    }
}

struct Shares {
    ranking: Ranking,
    all: u64,
}

impl Shares {
    fn of(&self, [infos, warnings, errors]: &[u64; 3]) -> u64 {
        match self.ranking {
            Ranking::Errors => *errors,
            Ranking::Warnings => *warnings,
            Ranking::Infos => *infos,
        }
    }

    fn fill<'f>(&self, rows: impl Iterator<Item = &'f mut Figures>) {
        let mut sum = 0;
        for figures in rows {
            let count = figures.ranked(self.ranking);
            sum += count;
            figures.share = share(count, self.all);
            figures.cumulative = share(sum, self.all);
        }
    }
}

// to ten-thousandths, so that the same counts give the same text
fn share(part: u64, all: u64) -> f64 {
    if all == 0 {
        return 0.0;
    }
    (part as f64 * 10_000.0 / all as f64).round() / 10_000.0
}

fn figures(stat: &Stat) -> Figures {
    let [infos, warnings, errors] = stat.counts;
    Figures {
        errors,
        warnings,
        infos,
        messages: stat.messages,
        ..Figures::default()
    }
}

fn weight(stat: &Stat) -> (u64, u64, u64) {
    let [infos, warnings, errors] = stat.counts;
    (errors, warnings, infos)
}

fn order(a: &Figures, b: &Figures) -> std::cmp::Ordering {
    (b.errors, b.warnings, b.infos).cmp(&(a.errors, a.warnings, a.infos))
}

fn mostly(counts: [u64; 4]) -> Fixer {
    FIXERS
        .into_iter()
        .zip(counts)
        .rev()
        .max_by_key(|(_, n)| *n)
        .map_or(Fixer::SenderSoftware, |(f, _)| f)
}

impl Example {
    /// `file:line:column`, or the file when it points nowhere.
    pub fn place(&self) -> String {
        crate::diagnostic::place(&self.file, self.line, self.column)
    }
}
