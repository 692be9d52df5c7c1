//! Any text is audited soundly with every preset.

#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| {
    for locale in promises::LOCALES {
        promises::auditing::is_audited_soundly(source, locale);
    }
});
