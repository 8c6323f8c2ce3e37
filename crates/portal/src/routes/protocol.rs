//! Which protocol a console must speak at least. It says it with every request, since the portal may have been upgraded
//! after they greeted each other.

use crate::problem::Failure;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use postern_protocol::{ErrorCode, PROTOCOL_HEADER};

/// Older consoles must be upgraded first.
pub(super) const OLDEST: u32 = 1;

/// Turns away a console that is too old. Whoever does not say is not a console.
pub(super) async fn floor(request: Request, next: Next) -> Response {
    let said =
        request.headers().get(PROTOCOL_HEADER).and_then(|value| value.to_str().ok()?.parse::<u32>().ok());
    if said.is_some_and(|version| version < OLDEST) {
        let detail = "This console is too old for this portal. Install a newer one; everything that waits in it is kept.";
        return Failure::new(ErrorCode::UpgradeRequired, detail).into_response();
    }
    next.run(request).await
}
