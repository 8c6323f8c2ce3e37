//! The names of phases, as people read and filter them.

use postern_domain::Phase;

pub fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "Draft",
        Phase::Submitted => "Submitted",
        Phase::InReview => "In review",
        Phase::ChangesRequested => "Changes requested",
        Phase::Approved => "Approved",
        Phase::Completed => "Completed",
        Phase::Exception => "Exception",
        Phase::Withdrawn => "Withdrawn",
    }
}
