//! Moving a season to the year of the assessment date: a deliberate option, off by default.

use super::history::Run;
use super::tables::{SeriesDose, Window};
use crate::date::{ALWAYS, Day, NEVER, Span, add};
use crate::trace::Listener;

impl<'s, L: Listener<'s>> Run<'_, 's, L> {
    /// By how many years to move a dose's season: none unless asked for, and none while the assessment date lies in the season or
    /// before it within the year; otherwise to the next season that is not over. A season without an end is moved back only.
    pub(super) fn season_shift(&self, dose: &SeriesDose) -> i16 {
        match dose.season {
            Some(season) if self.options.shift_season && season.first != ALWAYS => {
                shift(season, self.as_of)
            }
            _ => 0,
        }
    }
}

/// A day moved by whole years; an absent one stays absent.
pub(super) fn years(day: i32, shift: i16) -> i32 {
    if shift == 0 || day == ALWAYS || day == NEVER {
        day
    } else {
        add(
            day,
            Span {
                months: shift.saturating_mul(12),
                days: 0,
            },
        )
    }
}

fn shift(season: Window, as_of: i32) -> i16 {
    let year = |day: i32| Day(day).ymd().0;
    if season.last == NEVER {
        if as_of >= season.first {
            return 0;
        }
        let guess = (year(as_of) - year(season.first)).clamp(-2000, 2000) as i16;
        return if years(season.first, guess) <= as_of {
            guess
        } else {
            guess - 1
        };
    }
    let guess = (year(as_of) - year(season.last)).clamp(-2000, 2000) as i16;
    if years(season.last, guess) >= as_of {
        guess
    } else {
        guess + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i32 {
        text.parse::<Day>()
            .unwrap_or_else(|error| panic!("{error}"))
            .0
    }

    #[test]
    fn a_season_moves_to_the_one_that_is_not_over() {
        let winter = Window {
            first: day("2025-10-01"),
            last: day("2026-03-31"),
        };
        for (as_of, by) in [
            ("2025-12-01", 0),
            ("2026-03-31", 0),
            ("2025-09-01", 0),
            ("2025-03-31", -1),
            ("2025-04-01", 0),
            ("2026-04-01", 1),
            ("2030-01-01", 4),
            ("1990-07-01", -35),
        ] {
            assert_eq!(shift(winter, day(as_of)), by, "{as_of}");
        }
        let open = Window {
            first: day("2025-08-27"),
            last: NEVER,
        };
        for (as_of, by) in [
            ("2025-08-27", 0),
            ("2031-01-01", 0),
            ("2025-08-26", -1),
            ("2024-08-27", -1),
            ("2024-08-26", -2),
        ] {
            assert_eq!(shift(open, day(as_of)), by, "{as_of}");
        }
    }
}
