//! Which steps a declaration asks for. The log has an amount and no word on this: it is read off the steps that were
//! taken, which is the most that can be known.

use postern_domain::{FieldValue, Fields};
use postern_portal::import::{Case, Does, LogEvent, Mapping};

/// When the employee says which steps it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Once, with the first hand-over: every step that the case ever sees.
    Once,
    /// With every hand-over: the steps that this round sees.
    EachRound,
}

impl Route {
    /// The form as it is handed over for the `round`th time, counted from 1.
    pub fn fields(self, case: &Case, mapping: &Mapping, round: usize) -> Fields {
        let mut current = 0;
        let mut seen = Vec::new();
        for event in &case.events {
            match mapping.activities.get(&event.activity) {
                Some(Does::Submit) => current += 1,
                Some(Does::Approve { stage, .. } | Does::RequestChanges { stage: Some(stage) })
                    if self == Route::Once || current == round =>
                {
                    seen.push(stage.as_str());
                }
                _ => {}
            }
        }
        let asks = |stage: &str| FieldValue::Flag(seen.contains(&stage));
        Fields::from([
            ("amount".to_owned(), FieldValue::Integer(case.events.first().map_or(0, cents))),
            ("pre_approval".to_owned(), asks("pre_approver")),
            ("central".to_owned(), asks("administration")),
            ("budgeted".to_owned(), asks("budget_owner")),
        ])
    }
}

/// The amount in cents, rounded to the nearest.
fn cents(event: &LogEvent) -> i64 {
    let amount = event.attributes.get("(case)_Amount").map_or("0", String::as_str);
    let amount: f64 = amount.parse().unwrap_or_else(|error| panic!("“{amount}” is no amount: {error}"));
    (amount * 100.0).round() as i64
}

/// A unit variant's name as it is written in JSON.
pub fn text(word: &impl serde::Serialize) -> String {
    serde_json::to_value(word).unwrap().as_str().unwrap().to_owned()
}
