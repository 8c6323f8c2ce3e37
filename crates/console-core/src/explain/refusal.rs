//! Why not.

use super::{action_name, list, person, phase_name, role_name, stage_name};
use postern_console_store::Lookup;
use postern_domain::{Action, Denial, Refusal, Satisfied};

/// Why a command is refused, and the way out where there is one.
pub fn refusal(refusal: &Refusal, lookup: &Lookup) -> String {
    match refusal {
        Refusal::Denied { action, why } => denial(*action, why),
        Refusal::WrongPhase { action, phase } => {
            format!(
                "You cannot {} now: the item is in the state “{}”.",
                action_name(*action),
                phase_name(*phase)
            )
        }
        Refusal::ContentChanged { seen, current } if seen.round != current.round => format!(
            "It was handed over anew since you looked (round {} then, round {} now). Look at it again and decide again.",
            seen.round, current.round
        ),
        Refusal::ContentChanged { .. } => {
            "Its content changed since you looked. Look at it again and decide again.".to_owned()
        }
        Refusal::AssignmentChanged { .. } => {
            "Somebody else was put in charge since you looked. Look who has it now and decide again."
                .to_owned()
        }
        Refusal::ReviewMovedOn { stage: Some(stage) } => {
            format!("The step “{}” was closed since you looked.", stage_name(stage, lookup))
        }
        Refusal::ReviewMovedOn { stage: None } => "The step was closed since you looked.".to_owned(),
        Refusal::ReasonRequired { action } => format!("Give a reason to {}.", action_name(*action)),
        Refusal::TooLong { field, limit: 0, .. } => format!("The {field} is too long to be sent."),
        Refusal::TooLong { field, length, limit } => {
            format!("The {field} is too long: {length} bytes, and at most {limit} are taken.")
        }
        Refusal::Empty { field } => format!("The {field} is empty."),
        Refusal::NotEligible { person: id, why } => {
            let name = person(id, lookup);
            match why {
                Denial::OutOfScope => format!("{name} has no access to this client's items."),
                Denial::NeedsRole(roles) => {
                    let roles: Vec<String> = roles.iter().map(|role| role_name(*role).to_owned()).collect();
                    format!("{name} cannot take this: it takes the role {}.", list(&roles, "or"))
                }
                Denial::Contributor => {
                    format!("{name} contributed to this round and may not decide on it.")
                }
                Denial::NotReviewer => format!("It is not {name}'s turn."),
                Denial::AlreadyDecided => format!("{name} has decided already."),
                Denial::NotADecider => format!("{name} is not one of those who decide at this step."),
                Denial::Disabled => format!("{name}'s account is switched off."),
                Denial::UnknownPerson => format!("Nobody is known as {name}."),
            }
        }
        Refusal::NotAReviewer { person: id } => {
            format!("{} is not one of those whose turn it is.", person(id, lookup))
        }
        Refusal::NoOpenReview => "No step is open to decide on.".to_owned(),
        Refusal::NoSuchItem => "There is no such item, or it is not in sight any more.".to_owned(),
        Refusal::ItemExists => "There is such an item already.".to_owned(),
        Refusal::BadFile => "The file's name, size or hash is not acceptable.".to_owned(),
        Refusal::UnknownJourney => {
            "The item's journey is not known here yet. Sync, then try again.".to_owned()
        }
        Refusal::UnknownClient => "The client or project is not known.".to_owned(),
    }
}

/// Why a person may not.
pub fn denial(action: Action, why: &Denial) -> String {
    let what = action_name(action);
    match why {
        Denial::OutOfScope => format!("You cannot {what}: you have no access to this client's items."),
        Denial::NeedsRole(roles) => {
            let roles: Vec<String> = roles.iter().map(|role| role_name(*role).to_owned()).collect();
            format!("You cannot {what}: it takes the role {}.", list(&roles, "or"))
        }
        Denial::Contributor => {
            format!(
                "You cannot {what}: you contributed to this round, and somebody else has to decide on it."
            )
        }
        Denial::NotReviewer => format!("You cannot {what}: it is somebody else's turn."),
        Denial::AlreadyDecided => format!("You cannot {what}: you have decided at this step already."),
        Denial::NotADecider => {
            format!("You cannot {what}: you are not one of those who decide at this step.")
        }
        Denial::Disabled => format!("You cannot {what}: your account is switched off."),
        Denial::UnknownPerson => format!("You cannot {what}: the portal does not know you any more."),
    }
}

/// Why there is nothing to do.
pub fn satisfied(why: Satisfied) -> String {
    match why {
        Satisfied::AlreadyApproved => "It is approved already.",
        Satisfied::AlreadySentBack => "It has been sent back already.",
        Satisfied::AlreadyAssigned => "It is with that person already.",
        Satisfied::AlreadyEscalated => "It is escalated already.",
        Satisfied::NotEscalated => "It is not escalated.",
        Satisfied::AlreadyCompleted => "It is completed already.",
        Satisfied::AlreadyWithdrawn => "It is withdrawn already.",
        Satisfied::AlreadyOpen => "It is open already.",
        Satisfied::AlreadyInException => "It is an exception already.",
        Satisfied::AlreadySet => "It is set to that already.",
        Satisfied::AlreadySaid => "It has been said already.",
        Satisfied::AlreadyAttached => "It is attached already.",
    }
    .to_owned()
}
