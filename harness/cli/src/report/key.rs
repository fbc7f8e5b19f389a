//! Keys and signatures: the files, the clock and the randomness that the library does not have.

use super::args::SignArgs;
use super::parse_result;
use crate::exit::Exit;
use crate::failure::{Failure, chain, io_diagnostic, read_text};
use crate::{output, reference, ui};
use ring::rand::{SecureRandom, SystemRandom};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use titer_finding::Diagnostic;
use titer_report::seal::{Signature, SigningKey};

/// Makes a key. Nothing is written over.
pub(super) fn new(file: &Path) -> Result<Exit, Failure> {
    let mut seed = [0_u8; 32];
    SystemRandom::new()
        .fill(&mut seed)
        .map_err(|_| Diagnostic::new("cannot make a key: the system gives no random bytes"))?;
    let key = SigningKey::from_seed(seed)
        .map_err(|e| Diagnostic::new(format!("cannot make a key: {}", chain(&e))))?;
    let secret = with_end(file, "pem");
    let public = with_end(file, "pub.pem");
    for path in [&secret, &public] {
        if path.exists() {
            return Err(
                Diagnostic::new("there is a key already, and it is not written over")
                    .in_file(path.display().to_string())
                    .with_help("give another name, or move the old key away")
                    .into(),
            );
        }
    }
    create(&secret, &key.to_pem(), true)?;
    create(&public, &key.public().to_pem(), false)?;
    ui::say(format!(
        "secret  {} (keep it to yourself)",
        secret.display()
    ));
    ui::say(format!("public  {}", public.display()));
    output::print(&format!("{}\n", key.public().to_hex()))?;
    Ok(Exit::Good)
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    PathBuf::from(name)
}

fn create(path: &Path, text: &str, secret: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|e| io_diagnostic("write the file", path, &e).into())
}

/// Signs a document that holds together; one that does not is not vouched for.
pub(super) fn sign(args: &SignArgs) -> Result<Exit, Failure> {
    let text = read_text(&args.result)?;
    let result = parse_result(&args.result, &text)?;
    let faults = titer_report::seal::check(&result);
    if let Some(first) = faults.first() {
        return Err(Diagnostic::new(format!(
            "the document does not hold together, so it is not signed: {}: {}",
            first.place, first.what
        ))
        .in_file(args.result.display().to_string())
        .with_help("`titer report verify` lists everything that is wrong")
        .into());
    }
    let signer = match args.signer.as_ref().or(result.system.tester.as_ref()) {
        Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
        _ => {
            return Err(Diagnostic::new("nobody is named who signs")
                .with_help("the document names no tester: give --signer NAME")
                .into());
        }
    };
    let pem = read_text(&args.key)?;
    let key = SigningKey::from_pem(&pem).map_err(|e| {
        Diagnostic::new(format!("not a private key: {}", chain(&e)))
            .in_file(args.key.display().to_string())
            .with_help("`titer report key new NAME` makes one")
    })?;
    let clock = reference::clock(args.now.as_deref())?;
    let now = jiff::Timestamp::from_second(clock.now().timestamp().as_second())
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let name = args
        .result
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let signature = Signature::new(name, text.as_bytes(), &signer, now, &key)
        .map_err(|e| Diagnostic::new(format!("cannot sign: {}", chain(&e))))?;
    let json = signature
        .to_json()
        .map_err(|e| Diagnostic::new(format!("cannot write JSON: {e}")))?;
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| with_end(&args.result, "sig"));
    if let Some((what, path)) = output::write("signature", &path, &json)? {
        ui::say(format!("{what}  {path}"));
    }
    ui::say(format!(
        "signed by {signer} with the key {}",
        signature.public_key
    ));
    Ok(Exit::Good)
}
