//! `GET /healthz`: the process answers.

pub async fn get() -> &'static str {
    "ok\n"
}
