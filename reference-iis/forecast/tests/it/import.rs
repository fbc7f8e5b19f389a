//! The import of CDC's XML.

use crate::cdc::{readable, supporting_data};
use titer_forecast::schedule::import;

#[test]
fn the_published_data_is_read_without_a_word() {
    let Some(files) = supporting_data() else {
        return;
    };
    let imported = readable(import(&files, "4.64", Some("2025-11")));
    assert_eq!(imported.warnings, []);
    let schedule = imported.schedule;
    let series = || schedule.antigens.iter().flat_map(|a| &a.series);
    let doses = || series().flat_map(|s| &s.doses);
    // counts of rows that hold something, taken from the files by another reader
    assert_eq!(schedule.antigens.len(), 30);
    assert_eq!(series().count(), 143);
    assert_eq!(doses().count(), 484);
    assert_eq!(doses().map(|d| d.ages.len()).sum::<usize>(), 332);
    assert_eq!(doses().map(|d| d.intervals.len()).sum::<usize>(), 490);
    assert_eq!(
        doses().map(|d| d.allowable_intervals.len()).sum::<usize>(),
        19
    );
    assert_eq!(doses().map(|d| d.preferable.len()).sum::<usize>(), 1089);
    assert_eq!(doses().map(|d| d.allowable.len()).sum::<usize>(), 3706);
    assert_eq!(doses().map(|d| d.inadvertent.len()).sum::<usize>(), 307);
    assert_eq!(doses().map(|d| d.skips.len()).sum::<usize>(), 264);
    assert_eq!(
        doses()
            .flat_map(|d| &d.skips)
            .map(|s| s.sets.len())
            .sum::<usize>(),
        385
    );
    assert_eq!(doses().filter(|d| d.recurring).count(), 29);
    assert_eq!(doses().filter(|d| d.season.is_some()).count(), 53);
    assert_eq!(series().map(|s| s.indications.len()).sum::<usize>(), 731);
    assert_eq!(
        schedule
            .antigens
            .iter()
            .map(|a| a.contraindications.len())
            .sum::<usize>(),
        250
    );
    assert_eq!(
        schedule
            .antigens
            .iter()
            .map(|a| a.vaccine_contraindications.len())
            .sum::<usize>(),
        142
    );
    assert_eq!(schedule.vaccines.len(), 218);
    assert_eq!(schedule.groups.len(), 26);
    // of the 625 rows one is there twice
    assert_eq!(schedule.conflicts.len(), 624);
    assert_eq!(schedule.observations.len(), 277);
}
