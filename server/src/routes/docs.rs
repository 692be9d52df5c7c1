//! The API's description as a page to read: rendered here, once, because what others offer for it
//! loads its scripts from elsewhere.
#![expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not hold is null, not a panic"
)]

use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use crate::routes::document::{answer, document};

/// The page, as it is answered each time.
pub(crate) fn page(description: &OpenApi) -> impl Fn() -> Response + Clone + use<> {
    let api = serde_json::to_value(description).unwrap_or_default();
    let page = document("API", &content(&api));
    move || answer(page.clone())
}

fn content(api: &Value) -> Markup {
    let tags = api["tags"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    html! {
        h1 { "API" }
        p { (text(&api["info"]["description"])) }
        p { "For programs: " a href="/openapi.json" { "/openapi.json" } }
        ul {
            @for tag in tags {
                li {
                    a href={ "#" (text(&tag["name"])) } { (text(&tag["name"])) } ": " (text(&tag["description"]))
                }
            }
            li { a href="#schemas" { "schemas" } ": what is sent and answered" }
        }
        @for tag in tags {
            h2 id=(text(&tag["name"])) { (text(&tag["description"])) }
            @for (path, method, operation) in operations(api, text(&tag["name"])) {
                (entry(path, method, operation))
            }
        }
        h2 id="schemas" { "Schemas" }
        @for (name, schema) in members(&api["components"]["schemas"]) {
            section.entry id={ "schema-" (name) } {
                h3 { code { (name) } }
                (schema_docs(schema))
            }
        }
    }
}

/// The operations of a tag, in the order of their paths.
fn operations<'a>(
    api: &'a Value,
    tag: &'a str,
) -> impl Iterator<Item = (&'a String, &'a String, &'a Value)> {
    members(&api["paths"])
        .flat_map(|(path, item)| {
            members(item).map(move |(method, operation)| (path, method, operation))
        })
        .filter(move |(.., operation)| operation["tags"][0] == *tag)
}

fn entry(path: &str, method: &str, operation: &Value) -> Markup {
    let parameters = operation["parameters"].as_array();
    let body = &operation["requestBody"];
    html! {
        section.entry id=(text(&operation["operationId"])) {
            h3 { code { (method.to_uppercase()) " " (path) } }
            p { (text(&operation["summary"])) }
            @for paragraph in text(&operation["description"]).split("\n\n").filter(|text| !text.is_empty()) {
                p { (paragraph) }
            }
            @if let Some(parameters) = parameters {
                table {
                    thead { tr { th { "Parameter" } th { "In" } th { "Type" } th { "Meaning" } } }
                    tbody {
                        @for parameter in parameters {
                            tr {
                                td { code { (text(&parameter["name"])) } @if parameter["required"] == true { " (required)" } }
                                td { (text(&parameter["in"])) }
                                td { (type_of(&parameter["schema"])) }
                                td { (text(&parameter["description"])) }
                            }
                        }
                    }
                }
            }
            table {
                thead { tr { th { "Message" } th { "Content" } th { "Meaning" } } }
                tbody {
                    @if body.is_object() {
                        (message("request", body))
                    }
                    @for (status, response) in members(&operation["responses"]) {
                        (message(status, response))
                    }
                }
            }
        }
    }
}

fn message(name: &str, message: &Value) -> Markup {
    html! {
        tr {
            td { (name) }
            td {
                @for (kind, content) in members(&message["content"]) {
                    div { (kind) ": " (type_of(&content["schema"])) }
                }
            }
            td { (text(&message["description"])) }
        }
    }
}

fn schema_docs(schema: &Value) -> Markup {
    let required = schema["required"].as_array();
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
    let parts = schema["allOf"].as_array();
    html! {
        p { (text(&schema["description"])) }
        @if let Some(values) = schema["enum"].as_array() {
            p { "One of " @for (place, value) in values.iter().enumerate() { @if place > 0 { ", " } code { (text(value)) } } }
        }
        @if schema["properties"].is_object() {
            table {
                tbody {
                    @for (name, property) in members(&schema["properties"]) {
                        tr {
                            td { code { (name) } @if is_required(name) { " (always)" } }
                            td { (type_of(property)) }
                            td { (text(&property["description"])) }
                        }
                    }
                }
            }
        } @else if parts.is_none() && schema["enum"].is_null() {
            p { (type_of(schema)) }
        }
        @for part in parts.into_iter().flatten() {
            @if part["$ref"].is_string() {
                p { "All of " (type_of(part)) ", and:" }
            } @else {
                (schema_docs(part))
            }
        }
    }
}

/// What a value is, in a word or with a link to its schema.
fn type_of(schema: &Value) -> Markup {
    let choices = ["oneOf", "anyOf", "allOf"]
        .iter()
        .find_map(|word| schema[*word].as_array());
    let name = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    html! {
        @if let Some(name) = name {
            a href={ "#schema-" (name) } { (name) }
        } @else if let Some(choices) = choices {
            @for (place, choice) in choices.iter().enumerate() {
                @if place > 0 { " or " }
                (type_of(choice))
            }
        } @else if schema["items"].is_object() {
            "list of " (type_of(&schema["items"]))
        } @else if let Some(types) = schema["type"].as_array() {
            @for (place, one) in types.iter().enumerate() { @if place > 0 { " or " } (text(one)) }
        } @else if schema["type"].is_string() {
            (text(&schema["type"]))
        } @else {
            "any"
        }
        @if let Some(format) = schema["format"].as_str() {
            " (" (format) ")"
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
