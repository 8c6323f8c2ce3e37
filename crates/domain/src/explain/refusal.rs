//! Why not.

use super::Reader;
use super::words::{action_name, field_name, list, phase_name, role_name, step_name};
use crate::command::Action;
use crate::people::Role;
use crate::refusal::{Denial, Refusal, Satisfied};

/// Why a command is refused, and the way out where there is one.
pub fn refusal(refusal: &Refusal, reader: &dyn Reader) -> String {
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
        Refusal::ReviewMovedOn { step: Some(step) } => {
            format!("The step “{}” was closed since you looked.", step_name(step, reader))
        }
        Refusal::JourneyChanged { seen, current } => format!(
            "The item moved from version {seen} to version {current} of its journey since you looked. Look at it again and decide again."
        ),
        Refusal::StepRequired { steps } => {
            let names: Vec<String> = steps.iter().map(|step| step_name(step, reader)).collect();
            format!("Several steps are open. Say which you mean: {}.", list(&names, "or"))
        }
        Refusal::SeatRequired { step, people } => {
            let names: Vec<String> = people.iter().map(|id| reader.person(id)).collect();
            format!(
                "Several people have {}: {}. Say in whose place somebody else is to decide.",
                step_name(step, reader),
                list(&names, "and")
            )
        }
        Refusal::QuorumUnreachable { step, needed } => format!(
            "{} needs {needed} different people; this would leave fewer. Replace one person at a time.",
            step_name(step, reader)
        ),
        Refusal::NobodyToDecide { step } => format!(
            "Nobody may decide at {}, which comes next, and the journey refuses to go on without. Ask an admin to name somebody.",
            step_name(step, reader)
        ),
        Refusal::Field { key, problem } => {
            format!("The field “{}” {problem}.", field_name(key, reader))
        }
        Refusal::WrongKind { kind } => {
            format!("The journey is not for items of the kind “{}”.", kind.as_str())
        }
        Refusal::UnknownCategory { known } => {
            format!("There is no such category of exceptions here. Known are {}.", list(known, "and"))
        }
        Refusal::UnknownStage { stage } => format!("The item's journey has no stage “{stage}”."),
        Refusal::NotDueYet { .. } => "It is not time for this rung of the ladder yet.".to_owned(),
        Refusal::ReviewMovedOn { step: None } => "The step was closed since you looked.".to_owned(),
        Refusal::ReasonRequired { action } => format!("Give a reason to {}.", action_name(*action)),
        Refusal::TooLong { field, limit: 0, .. } => format!("The {field} is too long to be sent."),
        Refusal::TooLong { field, length, limit } => {
            format!("The {field} is too long: {length} bytes, and at most {limit} are taken.")
        }
        Refusal::Empty { field } => format!("The {field} is empty."),
        Refusal::NotEligible { person: id, why } => {
            format!("{} {}.", reader.person(id), denial_of(why))
        }
        Refusal::NotAReviewer { person: id } => {
            format!("{} is not one of those whose turn it is.", reader.person(id))
        }
        Refusal::NoOpenReview => "No step is open to decide on.".to_owned(),
        Refusal::NotUnderstood => {
            "This portal does not know how to do that yet: it is older than your Postern. Ask its admin to update it."
                .to_owned()
        }
        Refusal::TooOld => {
            "You did this more than two weeks ago, and it had not arrived. Look at what is there now, and decide again."
                .to_owned()
        }
        Refusal::ShutOut => {
            "You, or the device that this was done on, had no access any more when it arrived. The portal keeps it on record."
                .to_owned()
        }
        Refusal::NoSuchItem => "There is no such item, or it is not in sight any more.".to_owned(),
        Refusal::ItemExists => "There is such an item already.".to_owned(),
        Refusal::BadFile => "The portal does not have this file, or does not take its name or size. Attach the file again.".to_owned(),
        Refusal::UnknownJourney => {
            "The item's journey is not known here yet. Sync, then try again.".to_owned()
        }
        Refusal::JourneySuperseded { version, current: Some(current) } => format!(
            "New items of this client start on version {current} of the journey, not on version {version}. Sync, then hand it over again."
        ),
        Refusal::JourneySuperseded { version, current: None } => format!(
            "New items of this client do not start on version {version} of the journey, nor on any other. Choose another journey."
        ),
        Refusal::UnknownClient => "The client or project is not known.".to_owned(),
    }
}

/// Why a person may not.
pub fn denial(action: Action, why: &Denial) -> String {
    let what = action_name(action);
    match why {
        Denial::OutOfScope => format!("You cannot {what}: you have no access to this client's items."),
        Denial::NeedsRole(roles) => {
            format!("You cannot {what}: it takes the role {}.", any_of(roles))
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
        Denial::NoOverride => format!("You cannot {what}: its journey gives you no right to override."),
        Denial::NotInvolved => format!(
            "You cannot {what}: it takes its owner, somebody whose turn it is, a team lead or a portal admin."
        ),
        Denial::NotHandler => format!(
            "You cannot {what}: that is for its handler, for whom its journey names, a team lead or a portal admin."
        ),
        Denial::AutomationOnly => format!("You cannot {what}: only the portal itself does this."),
    }
}

/// Why there is nothing to do.
pub fn satisfied(why: Satisfied) -> String {
    match why {
        Satisfied::AlreadyApproved => "It is approved already.",
        Satisfied::AlreadySentBack => "It has been sent back already.",
        Satisfied::AlreadyAssigned => "It is with that person already.",
        Satisfied::AlreadyClimbed => "It has climbed this rung already.",
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

/// Why somebody else may not; goes on after their name.
pub(crate) fn denial_of(why: &Denial) -> String {
    match why {
        Denial::OutOfScope => "has no access to this client's items".to_owned(),
        Denial::NeedsRole(roles) => format!("would need the role {}", any_of(roles)),
        Denial::Contributor => "contributed to this round and may not decide on it".to_owned(),
        Denial::NotReviewer => "is not one of those whose turn it is".to_owned(),
        Denial::AlreadyDecided => "has decided already".to_owned(),
        Denial::NotADecider => "is not one of those who decide at this step".to_owned(),
        Denial::Disabled => "has an account that is switched off".to_owned(),
        Denial::UnknownPerson => "is not known".to_owned(),
        Denial::NoOverride => "has no right to override steps of this journey".to_owned(),
        Denial::NotInvolved => "neither owns it nor has it, and is no lead or admin over it".to_owned(),
        Denial::NotHandler => "is not one of those who resolve its exceptions".to_owned(),
        Denial::AutomationOnly => "is not the portal's own automation".to_owned(),
    }
}

fn any_of(roles: &[Role]) -> String {
    let roles: Vec<String> = roles.iter().map(|role| role_name(*role).to_owned()).collect();
    list(&roles, "or")
}
