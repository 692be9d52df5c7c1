//! What a compiled policy looks like as JSON.

use analyzer::policy::{Lexicon, compile};
use serde_json::json;

#[test]
fn spans_are_in_utf16_code_units_and_statuses_in_camel_case() {
    let text = "😀 Rules\n\nDo not use NOW. Formulas must zorblax.";
    let compiled = compile(text, &Lexicon::english());
    let wire = serde_json::to_value(compiled.to_wire(text)).expect("a policy can be written");
    assert_eq!(wire["enforced"], 1);
    assert_eq!(wire["partial"], 0);
    assert_eq!(wire["notEnforced"], 1);
    let sentences = wire["sentences"].as_array().expect("there are sentences");
    let of = |name: &str| -> Vec<&serde_json::Value> {
        sentences.iter().map(|sentence| &sentence[name]).collect()
    };
    assert_eq!(
        of("status"),
        [
            &json!("context"),
            &json!("enforced"),
            &json!("notUnderstood")
        ]
    );
    assert_eq!(sentences[2]["span"], json!({"start": 26, "end": 48}));
    assert_eq!(sentences[2]["unread"], json!([{"start": 40, "end": 47}]));
    assert_eq!(sentences[1]["paraphrase"], "Formulas must not use NOW.");
    let rule = &sentences[1]["rules"][0];
    assert_eq!(rule["kind"], "forbid");
    assert_eq!(rule["severity"], "high");
    assert_eq!(rule["tests"]["fail"], json!(["=NOW()"]));
}
