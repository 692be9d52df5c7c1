//! Any text has a sound tree.

#![no_main]

libfuzzer_sys::fuzz_target!(|source: &str| {
    for locale in promises::LOCALES {
        promises::sound::is_sound(source, locale);
    }
});
