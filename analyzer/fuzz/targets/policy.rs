//! Any text compiles as a policy.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    promises::policies::compiles_and_checks(text);
});
