//! What opening the book and asking it costs.

use divan::{Bencher, black_box};
use jiff::civil::date;
use titer_codes::{Book, Ndc, Scan, System, book};

fn main() {
    divan::main();
}

#[divan::bench]
fn open() -> Book {
    Book::shipped()
}

#[divan::bench(args = ["03", "334", "337"])]
fn cvx(bencher: Bencher<'_, '_>, code: &str) {
    let book = book();
    bencher.bench(|| book.cvx(black_box(code)).is_some());
}

#[divan::bench(args = ["03", "118", "337"])]
fn cvx_status(bencher: Bencher<'_, '_>, code: &str) {
    let book = book();
    bencher.bench(|| book.status(System::Cvx, black_box(code), date(2025, 12, 1)));
}

#[divan::bench(args = ["PMC", "ZZZ"])]
fn mvx(bencher: Bencher<'_, '_>, code: &str) {
    let book = book();
    bencher.bench(|| book.mvx(black_box(code)).is_some());
}

#[divan::bench(args = ["49281-0425-50", "49281042550", "49281-0999-99"])]
fn ndc(bencher: Bencher<'_, '_>, code: &str) {
    let book = book();
    bencher.bench(|| book.ndc(black_box(code)).is_some());
}

#[divan::bench]
fn ndc_spelling() -> Option<titer_codes::NdcRead> {
    Ndc::read(black_box("49281-425-50"))
}

#[divan::bench]
fn vis(bencher: Bencher<'_, '_>) {
    let book = book();
    bencher.bench(|| book.vis(black_box("253088698300001111200108")).is_some());
}

#[divan::bench]
fn cpt(bencher: Bencher<'_, '_>) {
    let book = book();
    bencher.bench(|| book.cpt(black_box("90744")).count());
}

#[divan::bench]
fn race(bencher: Bencher<'_, '_>) {
    let book = book();
    bencher.bench(|| book.status(System::CdcRec, black_box("2106-3"), date(2025, 12, 1)));
}

#[divan::bench]
fn value_set(bencher: Bencher<'_, '_>) {
    let book = book();
    bencher.bench(|| {
        book.set(black_box("HL70001_IZ"))
            .is_some_and(|s| s.contains("F"))
    });
}

#[divan::bench]
fn scan() -> bool {
    Scan::read(black_box(
        "(01)00349281425509(17)260630(10)UJ123AB(21)1000000001",
    ))
    .is_ok()
}
