//! Fixes mend, and come to an end.

#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| {
    for locale in promises::LOCALES {
        promises::fixing::each_fix_mends(source, locale);
        promises::fixing::safe_fixes_come_to_an_end(source, locale);
    }
});
