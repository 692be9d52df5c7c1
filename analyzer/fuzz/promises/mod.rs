//! What the analyzer promises of any text, each promise as a function that panics where it is
//! broken. The fuzz targets call them, and so do the tests, on inputs of their own making.

pub mod auditing;
pub mod fixing;
pub mod policies;
pub mod printing;
pub mod sound;

use analyzer::parser::Locale;

/// Both ways of writing formulas.
pub const LOCALES: [Locale; 2] = [
    Locale {
        decimal_comma: false,
    },
    Locale {
        decimal_comma: true,
    },
];
