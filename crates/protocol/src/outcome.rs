//! What the portal said, in words.

use crate::sync::Outcome;
use postern_domain::explain::{Reader, lower_first, refusal, satisfied};

impl Outcome {
    /// One sentence for whoever gave the command; for a refusal with the rule, and the way out where there is one.
    pub fn sentence(&self, reader: &dyn Reader) -> String {
        match self {
            Self::Applied { .. } => "The portal has applied it.".to_owned(),
            Self::AlreadySatisfied { why } => {
                format!("Nothing was left to do: {}", lower_first(&satisfied(*why)))
            }
            Self::Refused { refusal: why } | Self::Conflict { refusal: why, .. } => refusal(why, reader),
            Self::NotUnderstood { .. } => {
                "The portal answered something that this version of Postern does not know. \
                Look at the item, and update Postern."
                    .to_owned()
            }
            Self::Quarantined { report } => report.clone(),
        }
    }
}
