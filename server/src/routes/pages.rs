//! The page at `/` and its files, built by `cargo xtask build` and carried inside the program.

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use utoipa_axum::router::OpenApiRouter;

use crate::error::Error;
use crate::problem::ProblemType;
use crate::state::AppState;

/// What the page may do: run its own scripts and WebAssembly, and talk to this server.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Shown instead of the page by a program that was built before the page was.
const NOT_BUILT: &str = "This program was built without its pages. To make them: cargo xtask build\n\
     The API works; its description is at /openapi.json\n";

/// The built page. Missing files are no error: the program can be built without Node.js.
#[derive(RustEmbed)]
#[folder = "../addon/dist/console/"]
#[allow_missing = true]
struct Assets;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/", get(get_asset))
        .route("/{file}", get(get_asset))
        .route("/assets/{*file}", get(get_asset))
}

async fn get_asset(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_page = path.is_empty();
    let name = if is_page { "index.html" } else { path };
    let Some(file) = Assets::get(name) else {
        return if is_page {
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (StatusCode::OK, text, NOT_BUILT).into_response()
        } else {
            Error::new(ProblemType::NotFound, ProblemType::NotFound.docs()).into_response()
        };
    };
    let digest = file.metadata.sha256_hash();
    let etag = format!("\"{:x}\"", u128::from_be_bytes(first_half(digest)));
    let mut response = if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|seen| *seen == etag)
    {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = file.metadata.mimetype().to_owned();
        ([(header::CONTENT_TYPE, kind)], file.data).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        // Asked again each time and answered from the ETag, so that a new program shows at once.
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Enough of a digest to tell two files apart.
fn first_half(digest: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    half
}
