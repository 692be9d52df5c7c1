//! A page for each built-in rule: what reports in other tools lead to.

use analyzer::rule::Rule;
use analyzer::rules;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Options, Parser};
use utoipa_axum::router::OpenApiRouter;

use crate::error::{Error, Result};
use crate::extract::Path;
use crate::routes::document::{answer, document};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/rules", get(list_rule_pages))
        .route("/rules/{name}", get(get_rule_page))
}

async fn list_rule_pages() -> Response {
    let body = html! {
        h1 { "Built-in rules" }
        table {
            thead { tr { th { "Rule" } th { "Severity" } th { "What it flags" } } }
            tbody {
                @for rule in rules::ALL {
                    tr {
                        td { a href={ "/rules/" (rule.name) } { (rule.name) } }
                        td { (rule.severity.name()) }
                        td { (rule.summary()) }
                    }
                }
            }
        }
    };
    answer(document("Built-in rules", &body))
}

async fn get_rule_page(Path(name): Path<String>) -> Result<Response> {
    let rule = rules::find(&name).ok_or_else(|| Error::not_found("rule"))?;
    Ok(answer(document(rule.name, &page(rule))))
}

fn page(rule: &Rule) -> Markup {
    let docs = rule.page();
    let mut written = String::new();
    // The docs are part of the program, so what they hold needs no cleaning.
    pulldown_cmark::html::push_html(&mut written, Parser::new_ext(&docs, Options::ENABLE_TABLES));
    html! {
        h1 { (rule.name) }
        p.quiet { "Severity " (rule.severity.name()) ", category " (rule.category.name()) }
        (PreEscaped(written))
        @if !rule.options.is_empty() {
            h2 { "Settings" }
            table {
                tbody {
                    @for setting in rule.options {
                        tr { th { code { (setting.name) } } td { (setting.docs) } }
                    }
                }
            }
        }
        p.quiet { "As JSON: " a href={ "/api/rules/" (rule.name) } { "/api/rules/" (rule.name) } }
    }
}
