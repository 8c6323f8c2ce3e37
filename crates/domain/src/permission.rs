//! Permission: who may do what to which item. A pure function, the same on both sides. Deny is the default.

use crate::absence::Delegation;
use crate::command::Action;
use crate::ids::PersonId;
use crate::item::{Actor, Item, Phase};
use crate::people::{Grant, People, Person, Place, Role, Scope};
use crate::refusal::Denial;
use crate::review::Review;

/// The roles that may do `action` to an item that their grant reaches.
pub const fn roles_for(action: Action) -> &'static [Role] {
    use Role::*;
    match action {
        Action::View | Action::Comment => {
            &[Client, ClientAdmin, InternalOwner, InternalApprover, TeamLead, PortalAdmin]
        }
        Action::Submit | Action::Resubmit | Action::SetFields | Action::AttachVersion | Action::Withdraw => {
            &[Client, ClientAdmin, InternalOwner, TeamLead]
        }
        Action::Approve | Action::RequestChanges | Action::Claim | Action::RaiseException => {
            &[InternalOwner, InternalApprover, TeamLead]
        }
        Action::Reassign | Action::Escalate | Action::NoteInternally => {
            &[InternalOwner, InternalApprover, TeamLead, PortalAdmin]
        }
        Action::DeEscalate | Action::Override => &[TeamLead, PortalAdmin],
        Action::Climb | Action::Refresh | Action::Migrate => &[],
        Action::ResolveException | Action::Reopen | Action::SetDue | Action::SetPriority => {
            &[InternalOwner, TeamLead, PortalAdmin]
        }
        Action::Complete => &[InternalOwner, TeamLead],
    }
}

/// Whether `person` may see the item at all. Every row that leaves the portal is asked about here.
/// A draft is the client's own until it is handed over.
pub fn may_view(person: &Person, item: &Item) -> bool {
    permits(person, Action::View, item).is_ok()
}

/// Whether roles, scope and relation allow `action`. Whether the item's state allows it is `decide`'s question.
///
/// # Errors
/// The rule that denies.
pub fn permits(person: &Person, action: Action, item: &Item) -> Result<(), Denial> {
    by_role(person, action, item)?;
    by_relation(person, action, item)
}

fn by_role(person: &Person, action: Action, item: &Item) -> Result<(), Denial> {
    let hidden =
        item.phase == Phase::Draft && !person.holds_any(&[Role::Client, Role::ClientAdmin], item.place());
    match permits_place(person, action, item.place()) {
        // Of what they may not see they do not learn either that another role could do it.
        Ok(()) | Err(Denial::NeedsRole(_)) if hidden => Err(Denial::OutOfScope),
        answer => answer,
    }
}

/// What the person's relation to the item allows: contributors never decide, and only those whose turn it is do.
pub(crate) fn by_relation(person: &Person, action: Action, item: &Item) -> Result<(), Denial> {
    match action {
        Action::Approve | Action::RequestChanges => may_decide(person, item),
        Action::Reassign => may_reassign(person, item),
        _ => Ok(()),
    }
}

/// Whether roles and scope allow `action` at a place, for what is not an item yet.
///
/// # Errors
/// The rule that denies.
pub fn permits_place(person: &Person, action: Action, place: Place<'_>) -> Result<(), Denial> {
    if person.disabled {
        return Err(Denial::Disabled);
    }
    let roles = roles_for(action);
    if roles.is_empty() {
        return Err(Denial::AutomationOnly);
    }
    if person.holds_any(roles, place) {
        Ok(())
    } else if person.holds_any(&Role::ALL, place) {
        Err(Denial::NeedsRole(roles.to_vec()))
    } else {
        Err(Denial::OutOfScope)
    }
}

/// Whether `caller` may say when `person` is away: the person, whom they report to, a team lead over everything that the
/// person decides, or a portal admin over everything that the person may do. An absence moves all of somebody's work, so
/// that a lead or an admin over a part is not enough.
pub fn may_set_absence(caller: &Person, person: &PersonId, people: &People) -> bool {
    let is_lead_of = people.lead_of(person) == Some(&caller.id);
    let is_over = || {
        let person = people.get(person);
        person.is_some_and(|person| leads_all_work_of(caller, person) || administers(caller, person))
    };
    // Absences are of staff, and among staff.
    let may = &caller.id == person || is_lead_of || may_arrange(caller).is_ok() || is_over();
    !caller.disabled && caller.is_staff() && may
}

fn leads_all_work_of(caller: &Person, person: &Person) -> bool {
    let decides = |grant: &&Grant| roles_for(Action::Approve).contains(&grant.role);
    reaches_all(caller, Role::TeamLead, person.grants.iter().filter(decides))
}

fn administers(caller: &Person, person: &Person) -> bool {
    reaches_all(caller, Role::PortalAdmin, person.grants.iter())
}

/// Whether there are any of these grants, and each lies in a grant of `role` that the caller holds.
fn reaches_all<'a>(caller: &Person, role: Role, grants: impl Iterator<Item = &'a Grant>) -> bool {
    let reached = |other: &Grant| {
        caller.grants.iter().any(|grant| grant.role == role && grant.scope.contains(&other.scope))
    };
    let mut grants = grants.peekable();
    grants.peek().is_some() && grants.all(reached)
}

/// Whether `caller` may arrange how the organisation works: its journeys and calendars. They are everybody's, so that it
/// takes a portal admin whose grant reaches everything.
///
/// # Errors
/// The rule that denies.
pub fn may_arrange(caller: &Person) -> Result<(), Denial> {
    let over_all = |grant: &Grant| grant.role == Role::PortalAdmin && grant.scope == Scope::EVERYTHING;
    match caller.disabled {
        true => Err(Denial::Disabled),
        false if caller.grants.iter().any(over_all) => Ok(()),
        false => Err(Denial::NeedsRole(vec![Role::PortalAdmin])),
    }
}

/// Whether a deputy holds a deciding role wherever a delegation reaches.
///
/// # Errors
/// [`Denial::NeedsRole`].
pub fn may_take_delegated(deputy: &Person, delegation: &Delegation) -> Result<(), Denial> {
    let roles = roles_for(Action::Approve);
    let reach = &delegation.scope;
    let covers = |grant: &Grant| {
        let client = grant.scope.client.is_none() || grant.scope.client == reach.client;
        let kind = grant.scope.kind.is_none() || grant.scope.kind == reach.kind;
        roles.contains(&grant.role) && client && kind && grant.scope.project.is_none()
    };
    if deputy.grants.iter().any(covers) { Ok(()) } else { Err(Denial::NeedsRole(roles.to_vec())) }
}

/// Whether the actor's roles allow it; automation may do all but decide. The relation is asked about separately, because
/// somebody whose turn has passed is told what became of it, not that it is not their turn.
pub(crate) fn permits_actor(
    actor: &Actor,
    person: Option<&Person>,
    action: Action,
    item: &Item,
) -> Result<(), Denial> {
    match (actor, person) {
        (Actor::System(_), _) => match action {
            Action::Approve | Action::Override | Action::RequestChanges | Action::Claim => {
                Err(Denial::NeedsRole(roles_for(action).to_vec()))
            }
            _ => Ok(()),
        },
        (Actor::Person(_), Some(person)) => by_role(person, action, item),
        (Actor::Person(_), None) => Err(Denial::UnknownPerson),
    }
}

fn may_decide(person: &Person, item: &Item) -> Result<(), Denial> {
    if item.contributors.contains(&person.id) {
        return Err(Denial::Contributor);
    }
    let open_to = |review: &Review| {
        review.reviewers.contains(&person.id)
            || review.waiting_on().any(|id| id == &person.id)
            || review.has_free_seats()
    };
    if item.reviews.is_empty() || item.reviews.iter().any(open_to) {
        Ok(())
    } else {
        Err(Denial::NotReviewer)
    }
}

/// The one whose turn it is, the owner, a lead or an admin.
fn may_reassign(person: &Person, item: &Item) -> Result<(), Denial> {
    let involved = item.owner.as_ref() == Some(&person.id) || item.waiting_on().any(|id| id == &person.id);
    let over_it = person.holds_any(&[Role::TeamLead, Role::PortalAdmin], item.place());
    if involved || over_it { Ok(()) } else { Err(Denial::NotInvolved) }
}
