//! The templates, the style and the script: all of them are in the program.

use std::sync::OnceLock;
use tera::{Context, Tera};

/// What the reports have as well, and `style.css`.
pub(crate) const STYLE: &str = concat!(
    include_str!("../../../report-templates/base.css"),
    include_str!("../pages/style.css")
);
/// `workbench.js`.
pub(crate) const SCRIPT: &str = include_str!("../pages/workbench.js");
/// `icon.svg`.
pub(crate) const ICON: &str = include_str!("../pages/icon.svg");

// the names' ending switches escaping on
const PAGES: [(&str, &str); 16] = [
    // the shapes of verdicts are those of the report
    (
        "symbols.html",
        include_str!("../../../report-templates/symbols.html"),
    ),
    ("components.html", include_str!("../pages/components.html")),
    ("base.html", include_str!("../pages/base.html")),
    ("progress.html", include_str!("../pages/progress.html")),
    ("start.html", include_str!("../pages/start.html")),
    ("fhir.html", include_str!("../pages/fhir.html")),
    ("plan.html", include_str!("../pages/plan.html")),
    ("step.html", include_str!("../pages/step.html")),
    ("stock.html", include_str!("../pages/stock.html")),
    ("messages.html", include_str!("../pages/messages.html")),
    ("message.html", include_str!("../pages/message.html")),
    ("report.html", include_str!("../pages/report.html")),
    ("history.html", include_str!("../pages/history.html")),
    ("rule.html", include_str!("../pages/rule.html")),
    ("problem.html", include_str!("../pages/problem.html")),
    ("key.html", include_str!("../pages/key.html")),
];

/// A page.
pub(crate) fn render(name: &str, context: &Context) -> Result<String, tera::Error> {
    static TERA: OnceLock<Tera> = OnceLock::new();
    if let Some(tera) = TERA.get() {
        return tera.render(name, context);
    }
    let mut tera = Tera::default();
    tera.add_raw_templates(PAGES)?;
    TERA.get_or_init(|| tera).render(name, context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_template_can_be_read() {
        let mut tera = Tera::default();
        tera.add_raw_templates(PAGES).expect("templates");
        assert!(
            PAGES
                .iter()
                .all(|(name, text)| !name.is_empty() && !text.is_empty())
        );
    }

    /// Relative luminance of `#rrggbb`, WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour");
            let c = f64::from(value) / 255.0;
            if c <= 0.03928 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn palettes() -> Vec<BTreeMap<String, String>> {
        STYLE
            .split(":root {")
            .skip(1)
            .map(|block| {
                let block = block.split('}').next().unwrap_or_default();
                block
                    .split(';')
                    .filter_map(|line| {
                        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
                        Some((name.to_owned(), value.trim().to_owned()))
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn every_text_colour_can_be_read_light_dark_and_on_paper() {
        let palettes = palettes();
        assert_eq!(palettes.len(), 3, "light, dark, print");
        let mut seen = 0;
        for palette in &palettes {
            for ground in ["paper", "raised", "sunk"] {
                for (name, colour) in palette {
                    if matches!(
                        name.as_str(),
                        "paper" | "raised" | "sunk" | "line" | "on-accent" | "edge"
                    ) || name.ends_with("-wash")
                    {
                        continue;
                    }
                    let contrast = contrast(colour, &palette[ground]);
                    assert!(contrast >= 4.5, "{name} on {ground}: {contrast:.2}");
                    seen += 1;
                }
            }
            for wash in ["error-wash", "warning-wash", "info-wash", "good-wash"] {
                let contrast = contrast(&palette["text"], &palette[wash]);
                assert!(contrast >= 4.5, "text on {wash}: {contrast:.2}");
            }
            // the edges of what can be operated, WCAG 1.4.11
            assert!(contrast(&palette["edge"], &palette["paper"]) >= 3.0);
        }
        assert!(seen > 90, "{seen}");
        for palette in palettes.iter().take(2) {
            assert!(contrast(&palette["on-accent"], &palette["accent"]) >= 4.5);
        }
    }

    #[test]
    fn nothing_is_asked_of_another_host_and_nothing_is_inline() {
        for (name, text) in PAGES {
            assert!(
                !text.contains("://") || name == "symbols.html",
                "{name} names another host"
            );
            assert!(!text.contains(" style="), "{name} has an inline style");
            assert!(
                !text.contains("onclick") && !text.contains("javascript:"),
                "{name}"
            );
            assert!(
                !text.contains("<script") || text.contains("<script src=\"/workbench.js\" defer>"),
                "{name} has an inline script"
            );
        }
        assert!(!SCRIPT.contains("://") && !STYLE.contains("url("));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("));
    }
}
