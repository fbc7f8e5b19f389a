//! Reading a VXU of about 4 kB and touching 40 fields of it, against a plain scan of the same bytes and rust-hl7.

use divan::{Bencher, black_box, counter::BytesCount};
use titer_hl7::build::{MessageBuilder, SegmentBuilder, components, repetitions};
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets};

fn main() {
    divan::main();
}

/// A VXU with a full patient and eight doses.
fn message() -> Vec<u8> {
    let sent = "2027-03-01T09:30:00+00:00[+00:00]".parse().expect("a date");
    let mut m = MessageBuilder::new();
    m.push(
        SegmentBuilder::msh(("VXU", "V04", "VXU_V04"), "BENCH-1", &sent)
            .field(4, "Elm Street Clinic")
            .field(21, components(["Z22", "CDCPHINVS"])),
    );
    m.push(
        SegmentBuilder::new("PID")
            .field(1, "1")
            .field(
                3,
                repetitions([
                    components(["A1234567", "", "", "ELM", "MR"]),
                    components(["B7654321", "", "", "ELM", "PI"]),
                ]),
            )
            .field(
                5,
                components(["Okonkwo", "Adaeze", "Ngozi", "", "", "", "L"]),
            )
            .field(7, "20250214")
            .field(8, "F")
            .field(
                11,
                components(["12 River Road", "", "Lakeside", "MN", "55401", "USA", "P"]),
            )
            .field(13, components(["", "PRN", "PH", "", "", "612", "5550142"])),
    );
    for n in 1..=8u32 {
        m.push(
            SegmentBuilder::new("ORC")
                .field(1, "RE")
                .field(3, components([format!("{n}000{n}"), "ELM".to_owned()])),
        );
        m.push(
            SegmentBuilder::new("RXA")
                .field(1, "0")
                .field(2, "1")
                .field(3, format!("2026{n:02}15"))
                .field(
                    5,
                    components(["08", "Hep B, adolescent or pediatric", "CVX"]),
                )
                .field(6, "0.5")
                .field(7, components(["mL", "milliliter", "UCUM"]))
                .field(9, components(["00", "New immunization record", "NIP001"]))
                .field(
                    10,
                    components(["1234567893", "Lind", "Maria", "", "", "", "", "", "NPI"]),
                )
                .field(15, "Y5841RR")
                .field(16, "20281231")
                .field(17, components(["SKB", "GlaxoSmithKline", "MVX"]))
                .field(20, "CP")
                .field(21, "A"),
        );
        m.push(
            SegmentBuilder::new("RXR")
                .field(1, components(["IM", "Intramuscular", "HL70162"]))
                .field(2, components(["LT", "Left thigh", "HL70163"])),
        );
        m.push(
            SegmentBuilder::new("OBX")
                .field(1, "1")
                .field(2, "CE")
                .field(
                    3,
                    components([
                        "64994-7",
                        "Vaccine funding program eligibility category",
                        "LN",
                    ]),
                )
                .field(4, "1")
                .field(5, components(["V02", "Medicaid", "HL70064"]))
                .field(11, "F"),
        );
    }
    m.build()
}

const TOUCHED: [(u32, u32); 5] = [(3, 1), (5, 1), (9, 1), (15, 1), (20, 1)];

#[divan::bench]
fn parse_and_touch_40_fields(bencher: Bencher) {
    let source = message();
    let mut table = Offsets::new();
    bencher
        .counter(BytesCount::of_slice(&source))
        .bench_local(|| {
            let m = Message::parse(black_box(&source), &mut table);
            m.all("RXA")
                .map(|rxa| {
                    TOUCHED
                        .iter()
                        .map(|(f, c)| rxa.text(*f, *c).len())
                        .sum::<usize>()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn parse_alone(bencher: Bencher) {
    let source = message();
    let mut table = Offsets::new();
    bencher
        .counter(BytesCount::of_slice(&source))
        .bench_local(|| Message::parse(black_box(&source), &mut table).line_count());
}

#[divan::bench]
fn scan_for_line_ends_and_field_separators(bencher: Bencher) {
    let source = message();
    bencher
        .counter(BytesCount::of_slice(&source))
        .bench_local(|| memchr::memchr2_iter(b'\r', b'|', black_box(&source)).count());
}

#[divan::bench]
fn rust_hl7_and_touch_40_fields(bencher: Bencher) {
    let source = String::from_utf8(message()).expect("UTF-8");
    bencher
        .counter(BytesCount::of_str(&source))
        .bench_local(|| {
            let m = rusthl7::message::Message::new(black_box(&source));
            m.segments
                .iter()
                .filter(|s| s.fields[0].source == "RXA")
                .map(|rxa| {
                    TOUCHED
                        .iter()
                        .map(|(f, _)| {
                            rxa.fields
                                .get(*f as usize)
                                .map_or(0, |v| v.components[0][0].len())
                        })
                        .sum::<usize>()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn stream_of_1000_messages(bencher: Bencher) {
    let source = message().repeat(1000);
    bencher
        .counter(BytesCount::of_slice(&source))
        .bench_local(|| {
            let mut reader = Reader::new(black_box(&source[..]));
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
