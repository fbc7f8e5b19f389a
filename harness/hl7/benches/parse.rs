//! Reading 400 varied VXU of about 2.7 kB, against a scan of the same bytes for three delimiters and two other parsers.

mod varied;

use divan::{Bencher, black_box, counter::BytesCount, counter::ItemsCount};
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets};

const COUNT: usize = 400;

fn main() {
    divan::main();
}

/// The messages, and how many bytes they are together.
fn messages() -> (Vec<String>, BytesCount) {
    let list = varied::messages(COUNT);
    let bytes = list.iter().map(String::len).sum::<usize>();
    (list, BytesCount::new(bytes))
}

const TOUCHED: [(u32, u32); 5] = [(3, 1), (5, 1), (9, 1), (15, 1), (20, 1)];

#[divan::bench]
fn scan_for_three_delimiters(bencher: Bencher) {
    let (list, bytes) = messages();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| memchr::memchr3_iter(b'\r', b'|', b'^', black_box(m.as_bytes())).count())
                .sum::<usize>()
        });
}

#[divan::bench]
fn parse(bencher: Bencher) {
    let (list, bytes) = messages();
    let mut table = Offsets::new();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| Message::parse(black_box(m.as_bytes()), &mut table).line_count())
                .sum::<usize>()
        });
}

#[divan::bench]
fn parse_and_read_five_values_of_every_dose(bencher: Bencher) {
    let (list, bytes) = messages();
    let mut table = Offsets::new();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| {
                    Message::parse(black_box(m.as_bytes()), &mut table)
                        .all("RXA")
                        .flat_map(|rxa| TOUCHED.map(|(f, c)| rxa.text(f, c).len()))
                        .sum::<usize>()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn hl7_parser(bencher: Bencher) {
    let (list, bytes) = messages();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| {
                    hl7_parser::Message::parse(black_box(m))
                        .expect("it reads these")
                        .segments
                        .len()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn rust_hl7(bencher: Bencher) {
    let (list, bytes) = messages();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            list.iter()
                .map(|m| {
                    rusthl7::message::Message::new(black_box(m.as_str()))
                        .segments
                        .len()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn stream(bencher: Bencher) {
    let (list, bytes) = messages();
    let source = list.concat();
    bencher
        .counter(bytes)
        .counter(ItemsCount::new(COUNT))
        .bench_local(|| {
            let mut reader = Reader::new(black_box(source.as_bytes()));
            let mut table = Offsets::new();
            let mut lines = 0;
            while let Some(item) = reader.next_item().expect("memory can be read") {
                if let Item::Message(m) = item {
                    lines += Message::parse(m.bytes, &mut table).line_count();
                }
            }
            lines
        });
}
