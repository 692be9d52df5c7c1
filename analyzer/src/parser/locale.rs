//! What the text of a formula depends on besides itself: the spreadsheet's locale.

/// How a locale writes numbers and separates arguments. The default is that of `en-US`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Locale {
    /// Whether decimals are written `1,5`, arguments are separated by `;` and array columns by `\`.
    pub decimal_comma: bool,
}

/// Languages that write decimals with a comma, unless [`POINT_REGIONS`] says otherwise.
const COMMA_LANGUAGES: &[&str] = &[
    "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fo", "fr",
    "fy", "gl", "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "ky", "lb", "lt", "lv", "mk", "mn",
    "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tk", "tr", "uk",
    "uz", "vi",
];

/// Languages that write decimals with a point, unless [`COMMA_REGIONS`] says otherwise.
const POINT_LANGUAGES: &[&str] = &[
    "am", "ar", "bn", "cy", "en", "fa", "fil", "ga", "gu", "he", "hi", "iw", "ja", "km", "kn",
    "ko", "lo", "ml", "mr", "ms", "mt", "my", "ne", "pa", "si", "sw", "ta", "te", "th", "tl", "ur",
    "yue", "zh", "zu",
];

/// Countries whose locales write a point although the language writes a comma.
const POINT_REGIONS: &[(&str, &[&str])] = &[
    ("de", &["ch", "li"]),
    (
        "es",
        &[
            "419", "do", "gt", "hn", "mx", "ni", "pa", "pe", "pr", "sv", "us",
        ],
    ),
    ("it", &["ch"]),
];

/// Countries whose locales write a comma although the language writes a point.
const COMMA_REGIONS: &[(&str, &[&str])] = &[("en", &["za"])];

impl Locale {
    /// The locale of a tag such as `de-DE`, `de_DE` or `de`, in any case; `None` if the language
    /// is not one that spreadsheets can be set to.
    #[must_use]
    pub fn for_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        let language = parts.next()?;
        let region = parts.next_back().unwrap_or_default();
        let decimal_comma = if COMMA_LANGUAGES.contains(&language) {
            !lists(POINT_REGIONS, language, region)
        } else if POINT_LANGUAGES.contains(&language) {
            lists(COMMA_REGIONS, language, region)
        } else {
            return None;
        };
        Some(Self { decimal_comma })
    }

    /// The locale of a tag, the default if the tag is not known.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        Self::for_tag(tag).unwrap_or_default()
    }

    /// What separates the whole part of a number from its decimals.
    #[must_use]
    pub const fn decimal_separator(self) -> char {
        if self.decimal_comma { ',' } else { '.' }
    }

    /// What separates arguments; `;` does so in every locale.
    #[must_use]
    pub const fn argument_separator(self) -> char {
        if self.decimal_comma { ';' } else { ',' }
    }

    /// What separates the columns of an array; `;` separates its rows in every locale.
    #[must_use]
    pub const fn column_separator(self) -> char {
        if self.decimal_comma { '\\' } else { ',' }
    }
}

fn lists(table: &[(&str, &[&str])], language: &str, region: &str) -> bool {
    table
        .iter()
        .any(|(entry, regions)| *entry == language && regions.contains(&region))
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[track_caller]
    fn case(tag: &str, decimal_comma: Option<bool>) {
        assert_eq!(
            Locale::for_tag(tag).map(|locale| locale.decimal_comma),
            decimal_comma,
            "{tag}"
        );
    }

    #[test]
    fn the_language_decides_unless_the_country_differs() {
        case("en-US", Some(false));
        case("en_GB", Some(false));
        case("de-DE", Some(true));
        case("de", Some(true));
        case("de-CH", Some(false));
        case("es-MX", Some(false));
        case("es-AR", Some(true));
        case("pt-BR", Some(true));
        case("zh-Hant-TW", Some(false));
        case("EN-ZA", Some(true));
    }

    #[test]
    fn an_unknown_tag_is_told_apart_and_reads_as_the_default() {
        case("", None);
        case("klingon", None);
        assert_eq!(Locale::from_tag("klingon"), Locale::default());
    }
}
