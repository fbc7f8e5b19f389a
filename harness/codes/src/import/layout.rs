//! Which table a file is: by the names of its columns, or, without a heading, by its name and the number of cells.

use super::Said;
use super::sheet::{Cell, Sheet};
use titer_finding::{Diagnostic, words};

/// A table that CDC publishes.
#[derive(Debug)]
pub(super) struct Dataset {
    pub(super) name: &'static str,
    /// Our name of a column, whether it must be there, and the names that it has in the files, letters and digits only.
    columns: &'static [(&'static str, bool, &'static [&'static str])],
    /// The columns in the order of the form with bars, `-` where a cell does not count.
    bars: &'static [&'static [&'static str]],
    /// What the name of such a file begins with.
    files: &'static [&'static str],
}

const DATASETS: &[Dataset] = &[
    Dataset {
        name: "cvx",
        columns: &[
            ("code", true, &["cvxcode", "cvx"]),
            (
                "short",
                true,
                &["shortdescription", "short", "cvxshortdescription"],
            ),
            ("full", true, &["fullvaccinename", "full"]),
            ("status", true, &["status", "vaccinestatus"]),
            (
                "updated",
                true,
                &["lastupdated", "updatedate", "lastupdateddate"],
            ),
            ("notes", false, &["notes", "note"]),
            ("-", false, &["vaccinegroups", "groupcvx", "internalid"]),
            ("nonvaccine", false, &["nonvaccine"]),
        ],
        bars: &[
            &[
                "code",
                "short",
                "full",
                "notes",
                "status",
                "nonvaccine",
                "updated",
            ],
            &[
                "code",
                "short",
                "full",
                "notes",
                "status",
                "-",
                "nonvaccine",
                "updated",
            ],
        ],
        files: &["cvx."],
    },
    Dataset {
        name: "mvx",
        columns: &[
            ("code", true, &["mvxcode", "mvx"]),
            ("name", true, &["manufacturername"]),
            ("notes", false, &["notes", "note"]),
            ("status", true, &["status", "mvxstatus"]),
            ("updated", true, &["lastupdated", "lastupdateddate"]),
            ("-", false, &["manufacturerid", "internalid"]),
        ],
        bars: &[&["code", "name", "notes", "status", "updated"]],
        files: &["mvx."],
    },
    Dataset {
        name: "product",
        columns: &[
            ("name", true, &["cdcproductname"]),
            (
                "-",
                false,
                &["shortdescription", "manufacturer", "mvxstatus"],
            ),
            ("cvx", true, &["cvxcode"]),
            ("mvx", true, &["mvxcode"]),
            ("status", true, &["productnamestatus"]),
            ("updated", true, &["lastupdated", "lastupdateddate"]),
        ],
        bars: &[&["name", "-", "cvx", "-", "mvx", "-", "status", "updated"]],
        files: &["tradename", "product"],
    },
    Dataset {
        name: "group",
        columns: &[
            ("-", false, &["shortdescription", "status", "vaccinestatus"]),
            ("cvx", true, &["cvxcode"]),
            ("group", true, &["vaccinegroupname"]),
            ("group-cvx", true, &["cvxforvaccinegroup"]),
        ],
        bars: &[&["-", "cvx", "-", "group", "group-cvx"]],
        files: &["vg.", "vax2vg", "vaccinegroup"],
    },
    Dataset {
        name: "cpt",
        columns: &[
            ("cpt", true, &["cptcode"]),
            // the descriptions of billing codes are not carried
            (
                "-",
                false,
                &[
                    "cptdesc",
                    "cptdescription",
                    "status",
                    "vaccinename",
                    "cptcodeid",
                    "internalid",
                ],
            ),
            ("comments", false, &["comments"]),
            ("cvx", true, &["cvxcode"]),
            ("updated", true, &["lastupdated", "lastupdateddate"]),
        ],
        bars: &[
            &["cpt", "-", "-", "-", "cvx", "comments", "updated", "-"],
            &["cpt", "-", "-", "-", "cvx", "comments", "updated"],
        ],
        files: &["cpt"],
    },
    Dataset {
        name: "vis",
        columns: &[
            (
                "name",
                true,
                &["visdocumenttypedescription", "visdocumentname"],
            ),
            ("edition", true, &["editiondate", "viseditiondate"]),
            (
                "vis",
                true,
                &["visencodedstring", "visfullyencodedtextstring"],
            ),
            ("document", true, &["visgdtidocumentcode"]),
            (
                "status",
                true,
                &["status", "editionstatus", "viseditionstatus"],
            ),
            ("updated", false, &["lastupdated", "lastupdateddate"]),
        ],
        bars: &[&["name", "edition", "vis", "document", "status", "updated"]],
        files: &["vis.", "visbarcode", "vis_barcode", "vis-barcode"],
    },
    Dataset {
        name: "vis-document",
        columns: &[
            ("name", true, &["visdocumenttypedescriptionconceptname"]),
            ("document", true, &["visgdtidocumentconceptcode"]),
            ("pdf", true, &["vispdfurl"]),
            ("html", true, &["vishtmlurl"]),
        ],
        bars: &[&["name", "document", "pdf", "html"]],
        files: &["vis_url", "visurl"],
    },
    Dataset {
        name: "cvx-vis",
        columns: &[
            ("cvx", true, &["cvxcode"]),
            (
                "-",
                false,
                &[
                    "cvxvaccinedescription",
                    "visdocumentname",
                    "viseditiondate",
                    "status",
                    "viseditionstatus",
                ],
            ),
            (
                "vis",
                true,
                &["fullyencodedstring", "visfullyencodedtextstring"],
            ),
        ],
        bars: &[&["cvx", "-", "vis", "-", "-", "-"]],
        files: &["cvx_vis", "cvxvis"],
    },
    Dataset {
        name: "ndc-sale",
        columns: &[
            ("id", true, &["outerid", "ndcouterid"]),
            ("labeler", true, &["labeler", "outerlabeler"]),
            ("product", true, &["product", "outerproduct"]),
            ("package", true, &["package", "outerpackage"]),
            ("name", true, &["propname", "outerpropname"]),
            (
                "-",
                false,
                &[
                    "genericname",
                    "outergenericname",
                    "cvxdescription",
                    "cvxshortdescription",
                ],
            ),
            ("labeler-name", true, &["labelername", "outerlabelername"]),
            ("from", true, &["startdate", "outerstartdate"]),
            ("until", true, &["enddate", "outerenddate"]),
            ("form", true, &["packform", "outerpackform"]),
            ("route", true, &["route", "outerroute"]),
            ("updated", true, &["lastupdated", "lastupdateddate"]),
            ("cvx", true, &["cvx", "cvxcode"]),
            ("ndc", true, &["ndc11", "outerndc11"]),
            ("gtin", false, &["gtin", "outergtin"]),
        ],
        bars: &[
            &[
                "id",
                "labeler",
                "product",
                "package",
                "name",
                "-",
                "labeler-name",
                "from",
                "until",
                "form",
                "route",
                "updated",
                "cvx",
                "-",
                "ndc",
                "gtin",
            ],
            &[
                "id",
                "labeler",
                "product",
                "package",
                "name",
                "-",
                "labeler-name",
                "from",
                "until",
                "form",
                "route",
                "updated",
                "cvx",
                "-",
                "ndc",
            ],
        ],
        files: &[
            "ndc_unit_of_sale",
            "ndc_sale",
            "unitsale",
            "unit_of_sale",
            "ndcunitofsale",
        ],
    },
    Dataset {
        name: "ndc-use",
        columns: &[
            ("id", true, &["innerid", "ndcinnerid"]),
            ("labeler", true, &["labeler", "useunitlabeler"]),
            ("product", true, &["product", "useunitproduct"]),
            ("package", true, &["package", "useunitpackage"]),
            ("name", true, &["propname", "useunitpropname"]),
            (
                "-",
                false,
                &[
                    "genericname",
                    "useunitgenericname",
                    "cvxdescription",
                    "cvxshortdescription",
                    "gtin2",
                ],
            ),
            ("labeler-name", true, &["labelername", "useunitlabelername"]),
            ("from", true, &["startdate", "useunitstartdate"]),
            ("until", true, &["enddate", "useunitenddate"]),
            ("form", true, &["packform", "useunitpackform"]),
            ("gtin", false, &["gtin", "useunitgtin"]),
            ("cvx", true, &["cvx", "cvxcode"]),
            ("no-inner", false, &["noinner"]),
            ("ndc", true, &["ndc11", "ndcinner11"]),
            ("updated", true, &["lastupdated", "lastupdateddate"]),
        ],
        bars: &[
            &[
                "id",
                "labeler",
                "product",
                "package",
                "name",
                "-",
                "labeler-name",
                "from",
                "until",
                "form",
                "gtin",
                "cvx",
                "-",
                "no-inner",
                "ndc",
                "updated",
                "-",
            ],
            &[
                "id",
                "labeler",
                "product",
                "package",
                "name",
                "-",
                "labeler-name",
                "from",
                "until",
                "form",
                "gtin",
                "cvx",
                "-",
                "no-inner",
                "ndc",
                "updated",
            ],
        ],
        files: &[
            "ndc_unit_of_use",
            "ndc_use",
            "unituse",
            "unit_of_use",
            "ndcunitofuse",
        ],
    },
    Dataset {
        name: "ndc-link",
        columns: &[
            ("-", false, &["linkid", "ndclinkerid", "linkerid"]),
            ("sale", true, &["outerid", "ndcouterid"]),
            ("use", true, &["innerid", "ndcinnerid"]),
            ("mvx", true, &["mvx", "mvxcode"]),
        ],
        bars: &[&["-", "sale", "use", "mvx"]],
        files: &["ndc_link", "linker", "ndclink"],
    },
    Dataset {
        name: "ndc-crosswalk",
        columns: &[
            (
                "-",
                false,
                &["sequencenumber", "cvxdescription", "cvxshortdescription"],
            ),
            ("sale", true, &["salendc11"]),
            ("name", true, &["saleproprietaryname"]),
            ("labeler-name", true, &["salelabeler"]),
            ("from", true, &["startdate"]),
            ("until", true, &["enddate"]),
            ("gtin", false, &["salegtin"]),
            ("updated", true, &["salelastupdate"]),
            ("use", true, &["usendc11"]),
            ("no-inner", false, &["nousendc"]),
            ("use-gtin", false, &["usegtin"]),
            ("use-updated", false, &["uselastupdate"]),
            ("cvx", true, &["cvxcode"]),
            ("mvx", true, &["mvxcode"]),
        ],
        bars: &[
            &[
                "sale",
                "name",
                "labeler-name",
                "from",
                "until",
                "gtin",
                "updated",
                "use",
                "no-inner",
                "use-gtin",
                "use-updated",
                "cvx",
                "-",
                "mvx",
            ],
            &[
                "-",
                "sale",
                "name",
                "labeler-name",
                "from",
                "until",
                "gtin",
                "updated",
                "use",
                "no-inner",
                "use-gtin",
                "use-updated",
                "cvx",
                "-",
                "mvx",
            ],
        ],
        files: &["get_all_ndc_display", "ndc_crosswalk", "ndc-crosswalk"],
    },
    Dataset {
        name: "set",
        columns: &[
            ("set", true, &["valueset"]),
            ("code", true, &["value"]),
            ("name", true, &["display"]),
            ("system", true, &["codesystem"]),
            ("usage", true, &["usage"]),
            ("libraries", true, &["profiles", "libraries"]),
        ],
        bars: &[],
        files: &[],
    },
    Dataset {
        name: "field",
        columns: &[
            ("set", true, &["set"]),
            ("label", true, &["label"]),
            ("code", true, &["value"]),
            ("name", true, &["codelabel"]),
            ("-", false, &["description"]),
            ("status", true, &["status"]),
            ("replaced-by", true, &["deprecatedto"]),
        ],
        bars: &[],
        files: &[],
    },
];

/// A file whose columns are known.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: String,
    pub(super) dataset: &'static Dataset,
    /// Our names of the columns, in the file's order.
    columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Found {
    /// The cell of a column; an empty one at the row's place when the file does not have it.
    pub(super) fn cell(&self, row: &[Cell], column: &str) -> Cell {
        let at = self.columns.iter().position(|c| *c == column);
        at.and_then(|at| row.get(at)).cloned().unwrap_or_else(|| {
            let first = row.first().cloned().unwrap_or_default();
            Cell {
                text: String::new(),
                ..first
            }
        })
    }
}

/// The letters and digits of a column's name, small.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn ours(dataset: &Dataset, name: &str) -> Option<&'static str> {
    let columns = dataset.columns.iter();
    columns
        .clone()
        .find(|(_, _, names)| names.contains(&name))
        .map(|(ours, _, _)| *ours)
}

/// How many of the heading's names a table knows, and whether all are there that must be.
fn fit(dataset: &Dataset, heading: &[String]) -> (usize, bool) {
    let known = heading
        .iter()
        .filter(|n| ours(dataset, n).is_some())
        .count();
    let whole = dataset
        .columns
        .iter()
        .filter(|(_, must, _)| *must)
        .all(|(_, _, names)| heading.iter().any(|h| names.contains(&h.as_str())));
    (known, whole)
}

/// Tells which table a file is; `None` when it is none, which is said.
pub(super) fn recognize(sheet: Sheet, text: &str, said: &mut Said) -> Option<Found> {
    let named = sheet.names.is_some();
    let Sheet {
        file,
        names,
        mut rows,
    } = sheet;
    let Some(heading) = names.or_else(|| rows.first().cloned()) else {
        said.errors
            .push(Diagnostic::new("the file has no rows").in_file(file));
        return None;
    };
    let plain: Vec<String> = heading.iter().map(|c| plain(&c.text)).collect();
    let best = DATASETS
        .iter()
        .map(|d| (d, fit(d, &plain)))
        .max_by_key(|(_, (known, whole))| (*whole, *known));
    if let Some((dataset, (known, whole))) = best
        && (whole || known >= 2)
    {
        if !named {
            rows.remove(0);
        }
        return with_heading(file, dataset, &heading, &plain, rows, text, said);
    }
    without_heading(file, rows, text, said)
}

fn with_heading(
    file: String,
    dataset: &'static Dataset,
    heading: &[Cell],
    plain: &[String],
    rows: Vec<Vec<Cell>>,
    text: &str,
    said: &mut Said,
) -> Option<Found> {
    let before = said.errors.len();
    let mut columns = Vec::new();
    for (cell, name) in heading.iter().zip(plain) {
        match ours(dataset, name) {
            Some(ours) => columns.push(ours),
            None if name.is_empty() => columns.push("-"),
            None => {
                let known: Vec<&str> = dataset
                    .columns
                    .iter()
                    .flat_map(|(_, _, names)| names.iter().copied())
                    .collect();
                let mut diagnostic = Diagnostic::new(format!(
                    "the table {} has no column `{}`",
                    dataset.name, cell.text
                ))
                .at(
                    &file,
                    text,
                    cell.line,
                    cell.column,
                    cell.text.chars().count() as u32,
                );
                if let Some(near) = words::nearest(name, known) {
                    diagnostic = diagnostic.with_help(format!("did you mean `{near}`?"));
                }
                said.errors.push(diagnostic);
            }
        }
    }
    for (ours, must, names) in dataset.columns {
        if *must && !columns.contains(ours) {
            let name = names.first().unwrap_or(ours);
            said.errors.push(
                Diagnostic::new(format!(
                    "the table {} needs the column `{name}`",
                    dataset.name
                ))
                .at(&file, text, heading.first().map_or(1, |c| c.line), 1, 0),
            );
        }
    }
    let width = heading.len();
    for row in &rows {
        wrong_width(&file, row, width, text, said);
    }
    (said.errors.len() == before).then_some(Found {
        file,
        dataset,
        columns,
        rows,
    })
}

fn wrong_width(file: &str, row: &[Cell], width: usize, text: &str, said: &mut Said) {
    let empty = row.iter().skip(width).all(|c| c.text.is_empty());
    if row.len() >= width && empty {
        return;
    }
    let at = row.get(width).or(row.last()).cloned().unwrap_or_default();
    let what = if row.len() < width {
        "the row is cut short"
    } else {
        "the row has more cells than the heading"
    };
    said.errors.push(
        Diagnostic::new(format!(
            "{what}: {} cells, where {width} are expected",
            row.len()
        ))
        .at(
            file,
            text,
            at.line,
            at.column,
            at.text.chars().count().max(1) as u32,
        ),
    );
}

fn without_heading(
    file: String,
    rows: Vec<Vec<Cell>>,
    text: &str,
    said: &mut Said,
) -> Option<Found> {
    let stem = file
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let named = DATASETS
        .iter()
        .find(|d| d.files.iter().any(|f| stem.starts_with(f)));
    let Some(dataset) = named.filter(|d| !d.bars.is_empty()) else {
        let heading = rows
            .first()
            .and_then(|r| r.first())
            .cloned()
            .unwrap_or_default();
        said.errors.push(
            Diagnostic::new("this is no table that CDC publishes, as far as its columns and its name tell")
                .at(&file, text, heading.line.max(1), 1, 0)
                .with_help("without a heading the name tells what a file is: cvx.txt, mvx.txt, TRADENAME.txt, VG.txt, cpt.txt, cvx_vis.txt, get_all_ndc_display.txt"),
        );
        return None;
    };
    // most rows tell the width: one that is cut short must not
    let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
    widths.sort_unstable();
    let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
    let bars = dataset.bars.iter().find(|b| b.len() == usual).or_else(|| {
        // a bar at the end of each line makes one more, empty cell
        dataset.bars.iter().find(|b| b.len() + 1 == usual)
    });
    let Some(bars) = bars else {
        let expected: Vec<String> = dataset.bars.iter().map(|b| b.len().to_string()).collect();
        said.errors.push(
            Diagnostic::new(format!(
                "the table {} has {usual} cells in a row, where {} are expected",
                dataset.name,
                expected.join(" or ")
            ))
            .at(
                &file,
                text,
                rows.first().and_then(|r| r.first()).map_or(1, |c| c.line),
                1,
                0,
            ),
        );
        return None;
    };
    let before = said.errors.len();
    for row in &rows {
        wrong_width(&file, row, bars.len(), text, said);
    }
    (said.errors.len() == before).then_some(Found {
        file,
        dataset,
        columns: bars.to_vec(),
        rows,
    })
}
