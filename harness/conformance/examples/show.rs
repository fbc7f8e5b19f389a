use titer_hl7::{Message, Offsets};
fn main() {
    for f in std::env::args().skip(1) {
        let b = std::fs::read(&f).unwrap();
        let mut o = Offsets::new();
        let m = Message::parse(&b, &mut o);
        let c = titer_conformance::check_message(&m);
        println!("== {f} {:?} {}", c.profile, c.findings.len());
        for x in c.findings {
            if x.severity == titer_finding::Severity::Info {
                continue;
            }
            println!(
                "{}[{}] {}:{} {} | {}\n      help: {:?}\n      exp: {:?} {:?}",
                x.severity.word(),
                x.rule,
                x.location.line,
                x.location.column,
                x.location.path,
                x.text(false),
                x.help_text(false),
                x.expected,
                x.labels.iter().map(|l| l.text.clone()).collect::<Vec<_>>()
            );
        }
    }
}
