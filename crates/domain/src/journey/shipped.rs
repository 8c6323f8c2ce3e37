//! The journeys that come with Postern, to start from. They are drafts: publication gives them their version.

use super::Journey;
use super::document::DocumentError;
use super::golden::Cases;

/// A journey's document with its golden cases, as text.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    pub journey: &'static str,
    pub cases: &'static str,
}

impl Shipped {
    /// # Errors
    /// The first thing that is not a journey; none of those here has any.
    pub fn journey(&self) -> Result<Journey, DocumentError> {
        Journey::from_toml(self.journey)
    }

    /// # Errors
    /// The first thing that is not a case; none of those here has any.
    pub fn cases(&self) -> Result<Cases, DocumentError> {
        Cases::from_toml(self.cases)
    }
}

macro_rules! shipped {
    ($($key:literal)*) => {
        [$(Shipped {
            journey: include_str!(concat!("../../journeys/", $key, ".toml")),
            cases: include_str!(concat!("../../journeys/", $key, ".cases.toml")),
        }),*]
    };
}

const SHIPPED: [Shipped; 5] = shipped! {
    "creative-approval"
    "onboarding-intake"
    "invoice-approval"
    "compliance-documents"
    "support-ticket"
};

/// The documents of the journeys that come with Postern.
pub fn shipped_documents() -> &'static [Shipped] {
    &SHIPPED
}

/// The journeys that come with Postern, each a draft.
pub fn shipped() -> Vec<Journey> {
    // A test proves that all of them can be read.
    SHIPPED.iter().filter_map(|shipped| shipped.journey().ok()).collect()
}
