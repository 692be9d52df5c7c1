//! How long a policy of 1 MiB takes to compile, made of the labelled sentences:
//! `cargo run --release -p analyzer --example policy_speed`.

use std::error::Error;
use std::time::Instant;

use analyzer::policy::{Lexicon, compile};

/// The size of the policy, in bytes.
const SIZE: usize = 1 << 20;

#[expect(clippy::print_stdout, reason = "a measurement says what it found")]
fn main() -> Result<(), Box<dyn Error>> {
    let labelled = include_str!("../tests/policies/sentences.jsonl");
    let mut sentences = Vec::new();
    for line in labelled.lines() {
        let one: serde_json::Value = serde_json::from_str(line)?;
        let policy = one.get("policy").and_then(serde_json::Value::as_str);
        sentences.push(policy.unwrap_or_default().to_owned());
    }
    let mut text = String::new();
    for sentence in sentences.iter().cycle() {
        if text.len() >= SIZE {
            break;
        }
        text.push_str(sentence);
        text.push_str("\n\n");
    }
    let lexicon = Lexicon::english();
    let start = Instant::now();
    let compiled = compile(&text, &lexicon);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} bytes, {} sentences, {} enforced: {seconds:.3} s",
        text.len(),
        compiled.sentences.len(),
        compiled.enforced()
    );
    Ok(())
}
