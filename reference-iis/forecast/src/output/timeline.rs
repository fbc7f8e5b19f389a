//! A picture of doses, windows and forecasts: one row for each vaccine group, as SVG that needs nothing else.
//!
//! Every state has a colour, a shape and a word. The picture has a title and a text alternative, fits its width whatever it
//! shows, and follows the reader's choice of light or dark.

use super::text::{age, in_words, shorten};
use super::urgency::{self, Urgency};
use super::{Report, escape_xml};
use crate::answer::{GroupDose, GroupForecast};
use crate::date::Day;
use crate::patient::Dose;
use crate::reason::DoseStatus;
use std::fmt::Write;

// all in pixels of the picture
const WIDTH: f64 = 1000.0;
const LEFT: f64 = 172.0;
const RIGHT: f64 = 688.0;
const WORDS: f64 = 706.0;
const TOP: f64 = 112.0;
const ROW: f64 = 38.0;
/// Half the size of a dose's shape.
const DOSE: f64 = 8.5;

const STYLE: &str = "\
svg{--bg:#fff;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--band:#f6f8fa;--ok:#1a7f37;--bad:#b42318;--warn:#8a5a00;\
--go:#0b5cad;--soft:#b6d4f2;--on:#fff}\
@media(prefers-color-scheme:dark){svg{--bg:#14181d;--ink:#e6eaee;--dim:#9aa4af;--line:#39424c;--band:#1b2027;--ok:#56c271;\
--bad:#ff8c80;--warn:#e6b450;--go:#6cb2f5;--soft:#274869;--on:#10141a}}\
text{font-family:system-ui,sans-serif;font-size:13px;fill:var(--ink)}\
.t{font-size:18px;font-weight:600}.d{fill:var(--dim)}.s{font-size:11.5px;fill:var(--dim)}.g{font-weight:600}\
.n{font-size:11px;font-weight:700;fill:var(--on);text-anchor:middle}.m{text-anchor:middle}\
.bad{fill:var(--bad)}.ok{fill:var(--ok)}.warn{fill:var(--warn)}.go{fill:var(--go)}";

/// The picture.
pub fn timeline(report: &Report<'_>) -> String {
    let forecasts = urgency::sorted(report, false);
    let scale = Scale::of(report, &forecasts);
    let height = TOP + ROW * forecasts.len().max(1) as f64 + 96.0;
    let as_of = report.answer.as_of;
    let who = report
        .id
        .map_or_else(|| "the patient".to_owned(), |id| shorten(id, 40));
    let title = format!("Doses and forecasts of {who}, as of {}", in_words(as_of));
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title desc\">"
    );
    let _ = writeln!(svg, "<title id=\"title\">{}</title>", escape_xml(&title));
    let _ = writeln!(
        svg,
        "<desc id=\"desc\">{}</desc>",
        escape_xml(&in_text(report, &forecasts))
    );
    let _ = writeln!(svg, "<style>{STYLE}</style>");
    let _ = writeln!(
        svg,
        "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"var(--bg)\"/>"
    );
    let _ = writeln!(
        svg,
        "<text class=\"t\" x=\"20\" y=\"34\">{}</text>",
        escape_xml(&title)
    );
    let _ = writeln!(
        svg,
        "<text class=\"d\" x=\"20\" y=\"56\">Born {}, {} old. One row for each vaccine group, the most pressing first; schedule {}.</text>",
        in_words(report.patient.birth),
        age(report.patient.birth, as_of),
        escape_xml(&shorten(&report.schedule.version, 20)),
    );
    let bottom = TOP + ROW * forecasts.len() as f64;
    for nth in (1..forecasts.len()).step_by(2) {
        let y = TOP + ROW * nth as f64;
        let _ = writeln!(
            svg,
            "<rect x=\"12\" y=\"{y}\" width=\"976\" height=\"{ROW}\" fill=\"var(--band)\"/>"
        );
    }
    scale.axis(&mut svg, report, bottom);
    for (nth, (urgency, forecast)) in forecasts.iter().enumerate() {
        let y = TOP + ROW * (nth as f64 + 0.5);
        row(&mut svg, report, &scale, *urgency, forecast, y);
    }
    if forecasts.is_empty() {
        let y = TOP + ROW * 0.6;
        let _ = writeln!(
            svg,
            "<text class=\"d\" x=\"20\" y=\"{y}\">The schedule asks for nothing.</text>"
        );
    }
    today(&mut svg, &scale, as_of, bottom);
    legend(&mut svg, bottom.max(TOP + ROW) + 34.0);
    svg.push_str("</svg>\n");
    svg
}

/// From days to pixels.
struct Scale {
    first: i32,
    last: i32,
}

impl Scale {
    /// From birth, or for adults from a while before their first dose, to a while after the assessment date.
    fn of(report: &Report<'_>, forecasts: &[(Urgency, &GroupForecast<'_>)]) -> Self {
        const YEAR: i32 = 365;
        let (birth, as_of) = (report.patient.birth.number(), report.answer.as_of.number());
        let doses = || report.patient.doses.iter().map(|d| d.date.number());
        let mut first = birth;
        if as_of.saturating_sub(birth) > 20 * YEAR {
            first = doses()
                .min()
                .unwrap_or(as_of)
                .min(as_of - 2 * YEAR)
                .max(birth);
        }
        // a date that is far off, mistyped perhaps, does not press everything else into a corner
        first = first
            .min(doses().min().unwrap_or(first).max(birth - YEAR))
            .min(as_of);
        let span = as_of.saturating_sub(first).max(60);
        let far = as_of.saturating_add((span * 3 / 10).max(YEAR));
        let last = forecasts
            .iter()
            .flat_map(|(_, f)| [f.recommended, f.past_due])
            .flatten()
            .map(Day::number)
            .chain(doses())
            .filter(|day| *day <= far)
            .max()
            .unwrap_or(as_of)
            .max(as_of.saturating_add((span / 12).max(30)));
        Self {
            first,
            last: last.saturating_add(span / 40 + 5),
        }
    }

    fn x(&self, day: Day) -> f64 {
        let part = f64::from(day.number().saturating_sub(self.first))
            / f64::from(self.last.saturating_sub(self.first).max(1));
        LEFT + (RIGHT - LEFT) * part.clamp(0.0, 1.0)
    }

    fn holds(&self, day: Day) -> bool {
        (self.first..=self.last).contains(&day.number())
    }

    /// Lines at round ages, with the age above and the month below it.
    fn axis(&self, svg: &mut String, report: &Report<'_>, bottom: f64) {
        let birth = report.patient.birth;
        let months = (self.last.saturating_sub(self.first)) / 30;
        let step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600]
            .into_iter()
            .find(|step| months / step <= 9)
            .unwrap_or(1200);
        let begin = (self.first.saturating_sub(birth.number())).max(0) / 31 / step;
        for nth in begin..begin + 24 {
            let Ok(age) = i16::try_from(nth * step) else {
                break;
            };
            let day = birth.plus(age, 0);
            if !self.holds(day) {
                continue;
            }
            let x = self.x(day);
            let words = match age {
                0 => "birth".to_owned(),
                _ if age % 12 == 0 => format!("{} y", age / 12),
                _ if age > 36 => format!("{} y {} m", age / 12, age % 12),
                _ => format!("{age} m"),
            };
            let (year, month, _) = day.ymd();
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{bottom}\" stroke=\"var(--line)\"/>\
                 <text class=\"m\" x=\"{x:.1}\" y=\"{}\">{words}</text>\
                 <text class=\"m s\" x=\"{x:.1}\" y=\"{}\">{year}-{month:02}</text>",
                TOP - 4.0,
                TOP - 22.0,
                TOP - 8.0,
            );
        }
    }
}

fn today(svg: &mut String, scale: &Scale, as_of: Day, bottom: f64) {
    let x = scale.x(as_of);
    let _ = writeln!(
        svg,
        "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\" stroke=\"var(--ink)\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>\
         <text class=\"m s\" x=\"{x:.1}\" y=\"{}\">{as_of}</text>",
        TOP - 2.0,
        bottom + 4.0,
        bottom + 17.0,
    );
}

fn row(
    svg: &mut String,
    report: &Report<'_>,
    scale: &Scale,
    urgency: Urgency,
    forecast: &GroupForecast<'_>,
    y: f64,
) {
    let _ = writeln!(
        svg,
        "<text class=\"g\" x=\"20\" y=\"{}\">{}</text>",
        y + 4.5,
        escape_xml(&shorten(forecast.group, 20))
    );
    window(svg, report, scale, urgency, forecast, y);
    let mut before: Option<(f64, f64)> = None;
    let mut judged = report.answer.doses_of(forecast);
    judged.sort_by_key(|d| report.patient.doses.get(d.dose as usize).map(|d| d.date));
    for judged in &judged {
        let Some(dose) = report.patient.doses.get(judged.dose as usize) else {
            continue;
        };
        let x = scale.x(dose.date);
        // doses that would cover each other stand one above the other
        let shift = match before {
            Some((last, shift)) if x - last < 2.0 * DOSE => {
                if shift < 0.0 {
                    8.0
                } else {
                    -8.0
                }
            }
            _ => 0.0,
        };
        before = Some((x, shift));
        shape(svg, report, dose, judged, x, y + shift);
    }
    let (mark, class) = match urgency {
        Urgency::Overdue => ("!", "bad"),
        Urgency::Due => ("\u{25b8}", "warn"),
        Urgency::Possible => ("\u{25b9}", "go"),
        Urgency::Later => ("\u{25b9}", "d"),
        Urgency::Done => ("\u{2713}", "ok"),
        Urgency::Closed => ("\u{2013}", "d"),
    };
    let (said, more) = words(urgency, forecast);
    let _ = writeln!(
        svg,
        "<text class=\"{class} g\" x=\"{WORDS}\" y=\"{}\">{mark} {}</text><text class=\"s\" x=\"{}\" y=\"{}\">{}</text>",
        y - 1.5,
        escape_xml(&shorten(&said, 36)),
        WORDS + 14.0,
        y + 13.0,
        escape_xml(&shorten(&more, 42)),
    );
}

/// What is said about a forecast: what matters, and the rest.
fn words(urgency: Urgency, forecast: &GroupForecast<'_>) -> (String, String) {
    let on = |day: Option<Day>| day.map(in_words).unwrap_or_default();
    let said = match urgency {
        Urgency::Overdue => format!("overdue since {}", on(forecast.past_due)),
        Urgency::Due => format!("due since {}", on(forecast.recommended)),
        Urgency::Possible | Urgency::Later => format!("due {}", on(forecast.recommended)),
        Urgency::Done | Urgency::Closed => forecast.status.text().to_lowercase(),
    };
    let mut more = forecast
        .dose_number
        .map_or_else(String::new, |n| format!("dose {n}"));
    let rest = match urgency {
        Urgency::Possible => format!(", possible since {}", on(forecast.earliest)),
        Urgency::Later => format!(", not before {}", on(forecast.earliest)),
        Urgency::Due if forecast.past_due.is_some() => {
            format!(", overdue from {}", on(forecast.past_due))
        }
        Urgency::Closed => forecast
            .reasons
            .iter()
            .map(crate::ForecastReason::text)
            .collect::<Vec<_>>()
            .join("; "),
        Urgency::Overdue | Urgency::Due | Urgency::Done => String::new(),
    };
    more.push_str(&rest);
    (said, more)
}

/// The window of the next dose: thin where it is possible, thick where it is recommended, striped where it is overdue.
fn window(
    svg: &mut String,
    report: &Report<'_>,
    scale: &Scale,
    urgency: Urgency,
    forecast: &GroupForecast<'_>,
    y: f64,
) {
    let (Some(earliest), Some(recommended)) = (forecast.earliest, forecast.recommended) else {
        return;
    };
    let mut bar = |from: f64, to: f64, height: f64, fill: &str, words: &str| {
        let _ = writeln!(
            svg,
            "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height}\" rx=\"2\" fill=\"{fill}\"><title>{}</title></rect>",
            y - height / 2.0,
            (to - from).max(2.0),
            escape_xml(words),
        );
    };
    if earliest.number() > scale.last {
        // an arrow at the edge: it lies further on
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}l8 5l-8 5z\" fill=\"var(--dim)\"><title>not before {}</title></path>",
            RIGHT - 8.0,
            y - 5.0,
            in_words(earliest),
        );
        return;
    }
    let end = match (forecast.past_due, forecast.latest) {
        (Some(past_due), _) => scale.x(past_due),
        (None, Some(latest)) => scale.x(latest.plus(0, 1)),
        (None, None) => RIGHT,
    };
    let from = scale.x(earliest);
    let due = scale.x(recommended);
    if due > from {
        bar(
            from,
            due,
            5.0,
            "var(--soft)",
            &format!("possible from {}", in_words(earliest)),
        );
    }
    if recommended.number() <= scale.last {
        bar(
            due,
            end.max(due),
            13.0,
            "var(--go)",
            &format!("recommended from {}", in_words(recommended)),
        );
    }
    if urgency == Urgency::Overdue
        && let Some(past_due) = forecast.past_due
    {
        let now = scale.x(report.answer.as_of);
        let at = scale.x(past_due);
        let words = format!("overdue since {}", in_words(past_due));
        bar(at, now.max(at), 5.0, "var(--bad)", &words);
    }
}

fn shape(svg: &mut String, report: &Report<'_>, dose: &Dose, judged: &GroupDose, x: f64, y: f64) {
    let reasons: Vec<&str> = judged.reasons.iter().map(crate::DoseReason::text).collect();
    let mut words = format!(
        "{}, CVX {} {}: {}",
        in_words(dose.date),
        dose.cvx,
        report.vaccine_name(&dose.cvx),
        judged.status.text().to_lowercase()
    );
    if !reasons.is_empty() {
        let _ = write!(words, " ({})", reasons.join("; "));
    }
    let number = report
        .dose_number(judged)
        .map_or_else(String::new, |n| n.to_string());
    let (path, fill, label) = drawn(judged.status, &number);
    let _ = writeln!(
        svg,
        "<g transform=\"translate({x:.1} {y:.1})\"><title>{}</title><path d=\"{path}\" fill=\"{fill}\" stroke=\"var(--bg)\" \
         stroke-width=\"1.5\"/><text class=\"n\" y=\"4\">{label}</text></g>",
        escape_xml(&words),
    );
}

/// The shape of a status around the origin, its colour, and what stands in it.
fn drawn(status: DoseStatus, number: &str) -> (&'static str, &'static str, String) {
    match status {
        DoseStatus::Valid => (
            "M-8.5 0a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0",
            "var(--ok)",
            number.to_owned(),
        ),
        DoseStatus::NotValid => ("M-8 -8h16v16h-16z", "var(--bad)", "\u{00d7}".to_owned()),
        DoseStatus::Extraneous => (
            "M0 -9.5l9.5 9.5l-9.5 9.5l-9.5 -9.5z",
            "var(--dim)",
            "\u{2013}".to_owned(),
        ),
        DoseStatus::SubStandard => ("M0 -10l9.5 17h-19z", "var(--warn)", "!".to_owned()),
    }
}

fn legend(svg: &mut String, y: f64) {
    let _ = writeln!(svg, "<g aria-hidden=\"true\">");
    let entries = [
        (DoseStatus::Valid, "valid dose and its number", 20.0),
        (DoseStatus::NotValid, "not valid", 240.0),
        (DoseStatus::Extraneous, "extraneous", 348.0),
        (DoseStatus::SubStandard, "sub-standard", 468.0),
    ];
    let y = y + 6.0;
    for (status, words, x) in entries {
        let (path, fill, label) = drawn(status, "1");
        let _ = writeln!(
            svg,
            "<g transform=\"translate({} {y})\"><path d=\"{path}\" fill=\"{fill}\"/><text class=\"n\" y=\"4\">{label}</text>\
             <text x=\"15\" y=\"4.5\">{words}</text></g>",
            x + 9.0,
        );
    }
    let y2 = y + 28.0;
    for (height, fill, words, x) in [
        (5.0, "var(--soft)", "next dose possible", 20.0),
        (13.0, "var(--go)", "recommended", 204.0),
        (5.0, "var(--bad)", "overdue", 350.0),
    ] {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{}\" width=\"26\" height=\"{height}\" rx=\"2\" fill=\"{fill}\"/><text x=\"{}\" y=\"{}\">{words}</text>",
            y2 - height / 2.0,
            x + 34.0,
            y2 + 4.5,
        );
    }
    let _ = writeln!(
        svg,
        "<line x1=\"468\" x2=\"468\" y1=\"{}\" y2=\"{}\" stroke=\"var(--ink)\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"/>\
         <text x=\"478\" y=\"{}\">the day of the forecast</text></g>",
        y2 - 10.0,
        y2 + 10.0,
        y2 + 4.5,
    );
}

/// The picture in words.
fn in_text(report: &Report<'_>, forecasts: &[(Urgency, &GroupForecast<'_>)]) -> String {
    let mut text = String::new();
    for (urgency, forecast) in forecasts {
        let (said, more) = words(*urgency, forecast);
        let doses: Vec<String> = report
            .answer
            .doses_of(forecast)
            .iter()
            .filter_map(|judged| {
                let dose = report.patient.doses.get(judged.dose as usize)?;
                Some(format!(
                    "{} {}",
                    dose.date,
                    judged.status.text().to_lowercase()
                ))
            })
            .collect();
        let _ = write!(text, "{}: {said}", forecast.group);
        if !more.is_empty() {
            let _ = write!(text, ", {more}");
        }
        if !doses.is_empty() {
            let _ = write!(text, "; doses: {}", doses.join(", "));
        }
        text.push_str(". ");
    }
    text.trim_end().to_owned()
}
