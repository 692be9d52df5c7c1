//! Whether the server lives, and whether it can work.

use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::db::schema;
use crate::error::{Error, Result};
use crate::extract::Json;
use crate::problem::ProblemDetails;
use crate::state::{AppState, VERSION};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_health))
        .routes(routes!(get_liveness))
        .routes(routes!(get_readiness))
}

/// The server answers, and this is its version.
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = OK, body = Health)))]
async fn get_health() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: VERSION,
    })
}

/// The process lives; nothing else is looked at.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = OK, body = Health)))]
async fn get_liveness() -> Json<Health> {
    Json(Health {
        status: "ok",
        version: VERSION,
    })
}

/// The database answers and every migration has run.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = OK, body = Health),
    (status = SERVICE_UNAVAILABLE, body = ProblemDetails),
))]
async fn get_readiness(State(state): State<AppState>) -> Result<Json<Health>> {
    let ready = schema::is_ready(&state.writer)
        .await
        .map_err(|error| Error::unavailable("The database does not answer.").with_source(error))?;
    if ready {
        Ok(Json(Health {
            status: "ok",
            version: VERSION,
        }))
    } else {
        Err(Error::unavailable(
            "The database's schema is older than this program. Run: sheetbrain migrate",
        ))
    }
}

/// How the server is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    /// `ok`
    status: &'static str,
    /// The program's version.
    version: &'static str,
}
