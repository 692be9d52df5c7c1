//! Addresses on the web as formulas hold them: where one is written, and what it consists of, read
//! as browsers read it. Judges nothing.

use std::borrow::Cow;

use crate::ast::NodeId;
use crate::rule::Context;
use crate::span::Span;
use crate::written;

/// The functions whose first argument is an address on the web.
pub(crate) const WITH_ADDRESS: &[&str] = &[
    "HYPERLINK",
    "IMAGE",
    "IMPORTDATA",
    "IMPORTFEED",
    "IMPORTHTML",
    "IMPORTXML",
];

/// The begin of an address, as far as it is written out in the formula.
#[derive(Clone, Debug)]
pub(crate) struct WrittenAddress {
    /// The text, without what browsers leave out of an address.
    pub(crate) text: String,
    /// Where it stands: its first literal, or the argument if it has none.
    pub(crate) span: Span,
    /// Whether the text is the whole address, and not only its begin.
    pub(crate) whole: bool,
}

/// The addresses that the call of one of [`WITH_ADDRESS`] may be given, or their begins.
pub(crate) fn written_addresses(context: &Context<'_>, call: NodeId) -> Vec<WrittenAddress> {
    let Some((_, [address, ..])) = context.formula.call(call) else {
        return Vec::new();
    };
    let texts = written::texts(context, *address).into_iter();
    let addresses = texts.map(|written| WrittenAddress {
        text: as_browsers_read(&written.text).into_owned(),
        span: written
            .literal
            .unwrap_or_else(|| context.formula.span(*address)),
        whole: written.whole,
    });
    addresses.collect()
}

/// The text without the blanks around it and the line breaks and tabs inside it.
fn as_browsers_read(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(|c: char| c.is_ascii_control() || c == ' ');
    if text.contains(['\t', '\n', '\r']) {
        Cow::Owned(text.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(text)
    }
}

impl WrittenAddress {
    /// The parts of the address; `None` if it is none.
    pub(crate) fn address(&self) -> Option<Address<'_>> {
        Address::parse(&self.text)
    }

    /// The scheme as written, if what is sent to the address is not encrypted.
    pub(crate) fn insecure_scheme(&self) -> Option<&str> {
        let scheme = self.address()?.scheme;
        scheme.eq_ignore_ascii_case("http").then_some(scheme)
    }

    /// The web address that the text begins with, if its host is known: what is joined to the text
    /// can not change it.
    pub(crate) fn with_host(&self) -> Option<Address<'_>> {
        self.address()
            .filter(|address| address.is_web() && (self.whole || address.is_host_complete))
    }
}

/// The parts of an address that rules ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// `https` of `https://…`, without the colon; as written.
    pub(crate) scheme: &'a str,
    /// `user:password` of `https://user:password@host/`.
    pub(crate) user: Option<&'a str>,
    /// The host as written, without its port; empty for `javascript:…` and the like.
    pub(crate) host: &'a str,
    /// Whether something follows that ends the host: a path, a query.
    pub(crate) is_host_complete: bool,
    /// What follows the host and its port.
    pub(crate) rest: &'a str,
}

impl<'a> Address<'a> {
    /// `address = scheme ":" ["//" [user "@"] host [":" port]] rest`
    ///
    /// Browsers take `\` for `/`, and care little how many of them stand before a host.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim_start().split_once(':')?;
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        if !named {
            return None;
        }
        let is_web = is_web_scheme(scheme);
        if !is_web && !rest.starts_with("//") {
            return Some(Self {
                scheme,
                user: None,
                host: "",
                is_host_complete: true,
                rest,
            });
        }
        let rest = if is_web {
            rest.trim_start_matches(['/', '\\'])
        } else {
            rest.get(2..).unwrap_or_default()
        };
        Some(Self::after_scheme(scheme, rest))
    }

    /// An address that may lack its scheme, as people write it: `example.org/page`.
    pub(crate) fn parse_loosely(text: &'a str) -> Self {
        let address = Self::parse(text)
            .filter(|address| !address.host.is_empty() && !address.scheme.contains('.'));
        address.unwrap_or_else(|| Self::after_scheme("", text.trim()))
    }

    fn after_scheme(scheme: &'a str, rest: &'a str) -> Self {
        let end = rest.find(['/', '?', '#', '\\']);
        let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let host = if host.starts_with('[') {
            host.split_inclusive(']').next().unwrap_or(host)
        } else {
            host.split(':').next().unwrap_or(host)
        };
        Self {
            scheme,
            user,
            host,
            is_host_complete: end.is_some(),
            rest,
        }
    }

    /// Whether a browser opens the address over the network.
    pub(crate) fn is_web(&self) -> bool {
        is_web_scheme(self.scheme)
    }

    /// The host as it is looked up: in small letters, without dots at its end.
    pub(crate) fn plain_host(&self) -> String {
        plain_host(self.host)
    }
}

/// The host in small letters, without dots at its end.
pub(crate) fn plain_host(host: &str) -> String {
    host.trim_end_matches('.').to_lowercase()
}

fn is_web_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, Option<&str>, &str) {
        let address = Address::parse(text).unwrap();
        (address.scheme, address.user, address.host)
    }

    #[test]
    fn an_address_has_its_parts() {
        assert_eq!(
            parts("https://example.org/a?b=c@d"),
            ("https", None, "example.org")
        );
        assert_eq!(
            parts("HTTP://u:p@example.org:8080"),
            ("HTTP", Some("u:p"), "example.org")
        );
        assert_eq!(parts("http://[::1]:80/"), ("http", None, "[::1]"));
        assert_eq!(parts(" javascript:alert(1)"), ("javascript", None, ""));
        assert_eq!(parts("Price: 5"), ("Price", None, ""));
        assert_eq!(Address::parse("www.example.org"), None);
    }

    #[test]
    fn slashes_are_read_as_browsers_read_them() {
        for text in [
            "https:/evil.example/a",
            "https:\\\\evil.example\\a",
            "https:evil.example",
            "https:////evil.example",
        ] {
            assert_eq!(parts(text), ("https", None, "evil.example"), "{text}");
        }
        let text = "https://good.example\\@evil.example";
        assert_eq!(parts(text), ("https", None, "good.example"));
    }

    #[test]
    fn a_user_is_not_the_host() {
        let text = "https://good.example@evil.example/";
        assert_eq!(parts(text), ("https", Some("good.example"), "evil.example"));
        let text = "https://good.example:80@evil.example:443";
        assert_eq!(
            parts(text),
            ("https", Some("good.example:80"), "evil.example")
        );
    }

    #[test]
    fn a_scheme_can_be_left_out() {
        let host = |text| Address::parse_loosely(text).host;
        assert_eq!(host("example.org:8080/page"), "example.org");
        assert_eq!(host("https://example.org"), "example.org");
        assert_eq!(host("*.example.org"), "*.example.org");
    }

    #[test]
    fn a_host_is_complete_when_something_follows() {
        let is_complete = |text| Address::parse(text).unwrap().is_host_complete;
        assert!(is_complete("https://a.example/"));
        assert!(is_complete("https://a.example?"));
        assert!(!is_complete("https://a.example"));
        assert!(!is_complete("https://a.example:80"));
    }
}
