//! An item as the API tells it, and what its stages are called on the client's side.

use postern_domain::{Item, StageKey, StepKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET /v1/items/{reference}`, and the answer to a hand-over: the item as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemReply {
    #[serde(flatten)]
    pub item: Item,
    /// For clients' contacts, who do not read journeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<ClientNames>,
}

/// What clients call what an item speaks of. Keys are for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientNames {
    pub journey: String,
    pub phase: String,
    pub stages: BTreeMap<StageKey, String>,
    /// Each by the name of its stage.
    pub steps: BTreeMap<StepKey, String>,
}
