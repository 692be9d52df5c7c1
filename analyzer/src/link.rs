//! Addresses on the web as formulas hold them: where one is written, and what it consists of.
//! Judges nothing.

use std::borrow::Cow;

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind};
use crate::span::Span;

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
pub(crate) struct WrittenAddress<'a> {
    /// The literal's text.
    pub(crate) text: Cow<'a, str>,
    /// Where the literal stands.
    pub(crate) literal: Span,
    /// Whether the literal is the whole address, and not only what `&` begins with.
    pub(crate) whole: bool,
}

/// The address that the call of one of [`WITH_ADDRESS`] is given, or its begin.
pub(crate) fn written_address(formula: Formula<'_>, call: NodeId) -> Option<WrittenAddress<'_>> {
    let (_, [address, ..]) = formula.call(call)? else {
        return None;
    };
    let mut first = formula.inside(*address);
    let mut whole = true;
    while let NodeKind::Infix(InfixOperator::Concatenate, left, _) = formula.kind(first) {
        first = formula.inside(left);
        whole = false;
    }
    Some(WrittenAddress {
        text: formula.text(first)?,
        literal: formula.span(first),
        whole,
    })
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
}

impl<'a> Address<'a> {
    /// `address = scheme ":" ["//" [user "@"] host [":" port]] rest`
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim_start().split_once(':')?;
        let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        if !named {
            return None;
        }
        let Some(rest) = rest.strip_prefix("//") else {
            return Some(Self {
                scheme,
                user: None,
                host: "",
            });
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let host = if host.starts_with('[') {
            host.split_inclusive(']').next().unwrap_or(host)
        } else {
            host.split(':').next().unwrap_or(host)
        };
        Some(Self { scheme, user, host })
    }

    /// Whether a browser opens the address over the network.
    pub(crate) fn is_web(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http") || self.scheme.eq_ignore_ascii_case("https")
    }
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
        assert_eq!(Address::parse("www.example.org"), None);
        assert_eq!(
            Address::parse("Price: 5"),
            Some(Address {
                scheme: "Price",
                user: None,
                host: ""
            })
        );
    }
}
