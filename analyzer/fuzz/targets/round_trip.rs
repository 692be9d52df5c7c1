//! Printed formulas read as the same formulas.

#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| {
    for locale in promises::LOCALES {
        promises::printing::prints_the_same_formula(source, locale);
    }
});
