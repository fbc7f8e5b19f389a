//! Colours, and the shapes that stand before a verdict: a colour, a shape and a word, as on the page.

use pdf_writer::Content;

/// Red, green and blue, from 0 to 1.
pub(super) type Rgb = (f32, f32, f32);

pub(super) const TEXT: Rgb = (0.10, 0.12, 0.15);
pub(super) const QUIET: Rgb = (0.29, 0.32, 0.36);
pub(super) const LINE: Rgb = (0.71, 0.74, 0.78);
pub(super) const WASH: Rgb = (0.945, 0.953, 0.965);
pub(super) const LINK: Rgb = (0.04, 0.34, 0.64);

/// The colour of a standing.
pub(super) fn color(mark: &str) -> Rgb {
    match mark {
        "passed" => (0.09, 0.41, 0.23),
        "passed-with-exception" => (0.30, 0.38, 0.02),
        "failed" => (0.70, 0.15, 0.12),
        "error" => (0.48, 0.16, 0.58),
        "inconclusive" => (0.54, 0.29, 0.0),
        "pending" => (0.29, 0.35, 0.47),
        "attested" => (0.06, 0.39, 0.45),
        _ => (0.35, 0.38, 0.41),
    }
}

/// Draws a mark into the square with its lower left corner at `x`, `y`. The shapes are those of the page, on a square of 16.
pub(super) fn draw(content: &mut Content, mark: &str, x: f32, y: f32, size: f32) {
    let unit = size / 16.0;
    content.save_state();
    content.transform([unit, 0.0, 0.0, unit, x, y]);
    fill(content, color(mark));
    stroke(content, color(mark));
    content.set_line_width(1.8);
    match mark {
        "passed" => {
            circle(content, 7.0);
            content.fill_nonzero();
            white(content);
            check(content);
        }
        "passed-with-exception" => {
            circle(content, 6.1);
            content.stroke();
            check(content);
        }
        "failed" => {
            content.rect(1.0, 1.0, 14.0, 14.0).fill_nonzero();
            white(content);
            content.move_to(5.0, 5.0).line_to(11.0, 11.0);
            content.move_to(11.0, 5.0).line_to(5.0, 11.0).stroke();
        }
        "error" => {
            polygon(
                content,
                &[
                    (5.1, 15.0),
                    (10.9, 15.0),
                    (15.0, 10.9),
                    (15.0, 5.1),
                    (10.9, 1.0),
                    (5.1, 1.0),
                    (1.0, 5.1),
                    (1.0, 10.9),
                ],
            );
            white(content);
            content.move_to(8.0, 11.8).line_to(8.0, 7.2);
            content.move_to(8.0, 5.2).line_to(8.0, 3.6).stroke();
        }
        "inconclusive" => {
            polygon(content, &[(8.0, 15.4), (15.4, 8.0), (8.0, 0.6), (0.6, 8.0)]);
            white(content);
            content.move_to(8.0, 11.4).line_to(8.0, 7.2);
            content.move_to(8.0, 5.6).line_to(8.0, 4.2).stroke();
        }
        "pending" => {
            circle(content, 6.1);
            content.stroke();
            content
                .move_to(8.0, 11.6)
                .line_to(8.0, 8.0)
                .line_to(10.6, 6.4)
                .stroke();
        }
        "attested" => {
            content.rect(1.9, 1.9, 12.2, 12.2).stroke();
            content
                .move_to(4.4, 5.4)
                .line_to(6.6, 9.6)
                .line_to(8.6, 5.6)
                .line_to(11.6, 9.0)
                .stroke();
        }
        "not-evaluated" => {
            circle(content, 6.1);
            content.stroke();
        }
        _ => {
            content.move_to(2.5, 8.0).line_to(13.5, 8.0).stroke();
        }
    }
    content.restore_state();
}

fn white(content: &mut Content) {
    stroke(content, (1.0, 1.0, 1.0));
}

/// What is filled from now on has this colour.
pub(super) fn fill(content: &mut Content, color: Rgb) {
    content.set_fill_rgb(color.0, color.1, color.2);
}

/// What is drawn as a line from now on has this colour.
pub(super) fn stroke(content: &mut Content, color: Rgb) {
    content.set_stroke_rgb(color.0, color.1, color.2);
}

fn check(content: &mut Content) {
    content
        .move_to(4.6, 7.7)
        .line_to(7.0, 5.3)
        .line_to(11.5, 10.4)
        .stroke();
}

fn polygon(content: &mut Content, points: &[(f32, f32)]) {
    let mut points = points.iter();
    if let Some((x, y)) = points.next() {
        content.move_to(*x, *y);
    }
    for (x, y) in points {
        content.line_to(*x, *y);
    }
    content.close_path().fill_nonzero();
}

/// A circle around the middle, from four curves.
fn circle(content: &mut Content, r: f32) {
    let k = r * 0.5523;
    let (x, y) = (8.0, 8.0);
    content
        .move_to(x + r, y)
        .cubic_to(x + r, y + k, x + k, y + r, x, y + r)
        .cubic_to(x - k, y + r, x - r, y + k, x - r, y)
        .cubic_to(x - r, y - k, x - k, y - r, x, y - r)
        .cubic_to(x + k, y - r, x + r, y - k, x + r, y)
        .close_path();
}
