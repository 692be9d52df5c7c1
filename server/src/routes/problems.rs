//! What the `type` of a problem leads to: what it means and what to do.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

use crate::error::{Error, Result};
use crate::extract::Path;
use crate::problem::ProblemType;
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/problems", get(list_problems))
        .route("/problems/{slug}", get(get_problem))
}

async fn list_problems() -> Response {
    let entries = ProblemType::ALL.iter().map(|kind| {
        format!(
            "{}  {:<28} {}\n",
            kind.status().as_u16(),
            kind.slug(),
            kind.title()
        )
    });
    text(entries.collect())
}

async fn get_problem(Path(slug): Path<String>) -> Result<Response> {
    let kind = ProblemType::ALL
        .iter()
        .find(|kind| kind.slug() == slug)
        .ok_or_else(|| Error::not_found("problem"))?;
    Ok(text(format!(
        "{}\n\nstatus  {}\ntype    {}\n\n{}\n",
        kind.title(),
        kind.status().as_u16(),
        kind.uri(),
        kind.docs()
    )))
}

fn text(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}
