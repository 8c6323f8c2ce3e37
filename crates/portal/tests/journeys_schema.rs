//! `GET /v1/journeys/schema`
#![allow(clippy::unwrap_used)]

mod common;

use postern_protocol::paths;
use postern_test_support::TestPortal;

#[tokio::test]
async fn editors_read_the_schema_of_documents_without_signing_in() {
    let portal = TestPortal::start().await;
    let url = format!("{}{}", portal.url(), paths::JOURNEY_SCHEMA);
    let reply = portal.http.get(url).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.headers()["content-type"], "application/schema+json");
    let schema: serde_json::Value = reply.json().await.unwrap();
    assert_eq!(schema, postern_domain::schema());
    assert_eq!(schema["title"], "Postern journey");
}
