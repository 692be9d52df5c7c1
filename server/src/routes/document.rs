//! What the pages that only show text have in common. They need nothing but themselves: no script
//! runs in them and nothing is loaded, from here or from elsewhere.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("document.css");
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A whole page.
pub(crate) fn document(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · SheetBrain" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav.quiet {
                    a href="/" { "SheetBrain" } " · "
                    a href="/docs" { "API" } " · "
                    a href="/rules" { "Rules" } " · "
                    a href="/problems" { "Problems" }
                }
                main { (body) }
            }
        }
    };
    page.into_string()
}

/// The page as an answer.
pub(crate) fn answer(page: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page.into()).into_response()
}
