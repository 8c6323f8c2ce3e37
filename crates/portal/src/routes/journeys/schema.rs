//! `GET /v1/journeys/schema`: the JSON Schema of journey documents, for editors and other programs. It says nothing about
//! this organisation, so that editors read it without signing in.

use axum::http::header;
use axum::response::IntoResponse;
use postern_domain::schema;

pub async fn get() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/schema+json")], schema().to_string())
}
