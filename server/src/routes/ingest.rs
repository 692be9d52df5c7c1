//! Takes a policy document, as JSON or as a file, and writes every attempt to the ingestion log.

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header;
use axum::response::Response;
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::policies::{PolicyInput, PolicyWithRules, created, store};
use crate::db;
use crate::db::policies::{Ingestion, PolicyDraft, PolicyStatus};
use crate::error::{Error, Result};
use crate::extract::{parse_json, read_body, require_json};
use crate::identity::Caller;
use crate::problem::{ProblemDetails, ProblemType};
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(ingest_policy))
}

/// Stores a policy document and says what each of its sentences became.
///
/// JSON, or a form with `file` (.txt, .md, .docx, .pdf, or .yaml and .json with rules) and the other fields as text. Without a title, a file's
/// name is its title.
#[utoipa::path(post, path = "/api/ingest", tag = "policies", request_body = PolicyInput, responses(
    (status = CREATED, body = PolicyWithRules),
    (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
))]
async fn ingest_policy(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    let started = state.clock.now();
    let mut size = 0;
    let stored = match read_document(&state, request, &mut size).await {
        Ok(draft) => store(&state, &caller, draft).await,
        Err(error) => Err(error),
    };
    let logged = log(&state, &caller, started, size, &stored).await;
    let stored = stored?;
    logged?;
    Ok(created(stored, standing.headers()))
}

async fn log(
    state: &AppState,
    caller: &Caller,
    started: OffsetDateTime,
    size: usize,
    stored: &Result<PolicyWithRules>,
) -> Result<()> {
    let now = state.clock.now();
    let ingestion = Ingestion {
        policy_id: stored.as_ref().ok().map(|stored| stored.policy.id),
        document_size: i64::try_from(size).unwrap_or(i64::MAX),
        duration_ms: (now - started).as_seconds_f64() * 1000.0,
        error: stored.as_ref().err().map(Error::detail),
    };
    let mut tenant = state.db.begin(caller.organization_id).await?;
    db::policies::log_ingestion(&mut tenant, caller.user_id, &ingestion, now).await?;
    Ok(tenant.commit().await?)
}

/// Reads the document; `size` is how many bytes it has, as soon as that is known.
async fn read_document(
    state: &AppState,
    request: Request,
    size: &mut usize,
) -> Result<PolicyDraft> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        });
    if is_form {
        let form = Multipart::from_request(request, state)
            .await
            .map_err(|rejection| {
                Error::new(
                    ProblemType::BadRequest,
                    format!("The form can not be read: {}.", rejection.body_text()),
                )
            })?;
        return read_form(state, form, size).await;
    }
    require_json(request.headers())?;
    let body = read_body(request, state).await?;
    *size = body.len();
    let input: PolicyInput = parse_json(&body)?;
    *size = input.content.len();
    check_size(state, *size)?;
    input.into_draft("text")
}

fn check_size(state: &AppState, size: usize) -> Result<()> {
    let most = state.limits.max_ingest_bytes;
    if size <= most {
        return Ok(());
    }
    Err(Error::new(
        ProblemType::TooLarge,
        format!(
            "The document has {size} bytes; {most} are taken at most. Split it into several policies."
        ),
    ))
}

async fn read_form(state: &AppState, mut form: Multipart, size: &mut usize) -> Result<PolicyDraft> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            let most = state.limits.max_ingest_bytes;
            Error::new(
                ProblemType::TooLarge,
                format!("The document has more than {most} bytes."),
            )
        } else {
            Error::new(
                ProblemType::BadRequest,
                format!("The form can not be read: {}.", error.body_text()),
            )
        }
    };
    let mut file = None;
    let mut input = PolicyInput {
        title: String::new(),
        content: String::new(),
        department: None,
        category: None,
        tags: Vec::new(),
        status: PolicyStatus::default(),
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = field.file_name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(unreadable)?;
            *size = bytes.len();
            check_size(state, *size)?;
            file = Some((file_name, bytes));
            continue;
        }
        let value = field.text().await.map_err(unreadable)?;
        match name.as_str() {
            "title" => input.title = value,
            "department" => input.department = Some(value),
            "category" => input.category = Some(value),
            "status" => {
                input.status = match value.as_str() {
                    "draft" => PolicyStatus::Draft,
                    "published" => PolicyStatus::Published,
                    _ => return Err(Error::input("/status", "status is draft or published.")),
                }
            }
            // Several fields, or several tags in one.
            "tags" => input.tags.extend(
                value
                    .split(',')
                    .map(str::trim)
                    .filter(|tag| !tag.is_empty())
                    .map(str::to_owned),
            ),
            _ => {
                let known = "The fields are file, title, department, category, tags and status.";
                return Err(Error::input(format!("/{name}"), known));
            }
        }
    }
    let (file_name, bytes) =
        file.ok_or_else(|| Error::input("/file", "The form has no field named file."))?;
    let kind = documents::Kind::of_name(&file_name).ok_or_else(|| {
        let unknown = documents::DocumentError::UnknownKind(file_name.clone());
        Error::new(ProblemType::UnsupportedMediaType, unknown.to_string())
    })?;
    if input.title.trim().is_empty() {
        let stem = file_name.rsplit_once('.').map(|(stem, _)| stem);
        stem.unwrap_or(&file_name).clone_into(&mut input.title);
    }
    // A document can take long to unfold: not on a thread that answers requests.
    let read = state
        .analysis
        .run(move |_| documents::read(kind, &bytes))
        .await?;
    input.content = read.map_err(|error| Error::input("/file", error.to_string()))?;
    input.into_draft(&file_name)
}
