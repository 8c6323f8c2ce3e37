//! What portal admins arrange: journeys and calendars. All of it is at the portal, which checks, decides and writes it
//! down; nothing is kept here for later, because whoever publishes must have seen what it does at that moment.

mod calendars;
mod journeys;

use crate::engine::Engine;
use crate::failure::{CallError, failure};
use crate::portal::Call;
use crate::views::{Failure, FailureCode};
use serde::de::DeserializeOwned;

impl Engine {
    /// Asks the portal for what is only there.
    async fn look_at<T: DeserializeOwned>(&self, call: Call) -> Result<T, Failure> {
        self.call(call).await.map_err(|error| needs_the_portal(error, "Nothing was changed."))
    }

    /// Has the portal change something, and fetches what follows from it.
    async fn arrange<T: DeserializeOwned>(&self, call: Call) -> Result<T, Failure> {
        let not_known = "Whether it arrived is not known: look before you repeat it.";
        let arranged = self.call(call).await.map_err(|error| needs_the_portal(error, not_known))?;
        self.inner.wake.notify_one();
        Ok(arranged)
    }
}

fn needs_the_portal(error: CallError, lost: &str) -> Failure {
    let (reason, after) = match &error {
        CallError::NotSent { reason, .. } => (reason, "Nothing was changed."),
        CallError::Offline { reason } => (reason, lost),
        _ => return error.into(),
    };
    let message =
        format!("Journeys and calendars are kept at the portal, and it cannot be reached: {reason}. {after}");
    failure(FailureCode::Offline, message)
}
