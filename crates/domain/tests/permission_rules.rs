//! Permission cell by cell: role, scope, phase and relation.
#![allow(clippy::unwrap_used)]

mod world;

use postern_domain::*;
use world::{World, person};

const ACTIONS: [Action; 23] = [
    Action::View,
    Action::Submit,
    Action::Approve,
    Action::Override,
    Action::RequestChanges,
    Action::Resubmit,
    Action::Claim,
    Action::Reassign,
    Action::Escalate,
    Action::DeEscalate,
    Action::Climb,
    Action::Refresh,
    Action::RaiseException,
    Action::ResolveException,
    Action::Complete,
    Action::Withdraw,
    Action::Reopen,
    Action::Comment,
    Action::NoteInternally,
    Action::SetFields,
    Action::SetDue,
    Action::SetPriority,
    Action::AttachVersion,
];

/// What is denied to everybody who holds nothing there.
fn denied(action: Action) -> Result<(), Denial> {
    Err(match action {
        Action::Climb | Action::Refresh => Denial::AutomationOnly,
        _ => Denial::OutOfScope,
    })
}

fn matrix() -> String {
    let item = World::submitted().item().clone();
    let mut table = String::from("action");
    for role in Role::ALL {
        table.push_str(&format!("\t{role:?}"));
    }
    for action in ACTIONS {
        table.push_str(&format!("\n{action:?}"));
        for role in Role::ALL {
            let mut item = item.clone();
            if let Some(review) = item.reviews.first_mut() {
                review.reviewers = vec!["somebody".into()];
            }
            let cell = match permits(&person("somebody", &[role]), action, &item) {
                Ok(()) => "yes",
                Err(_) => "-",
            };
            table.push_str(&format!("\t{cell}"));
        }
    }
    table
}

#[test]
fn the_matrix_of_roles_and_actions_is_the_reviewed_one() {
    insta::assert_snapshot!(matrix());
}

#[test]
fn without_a_grant_everything_is_denied() {
    let item = World::submitted().item().clone();
    for action in ACTIONS {
        assert_eq!(permits(&person("stranger", &[]), action, &item), denied(action), "{action:?}");
    }
}

#[test]
fn a_grant_elsewhere_reaches_nothing_here() {
    let item = World::submitted().item().clone();
    for role in Role::ALL {
        for scope in [
            Scope { client: Some("globex".into()), ..Scope::EVERYTHING },
            Scope { kind: Some(Kind::Invoice), ..Scope::EVERYTHING },
            Scope { project: Some("rebrand".into()), ..Scope::EVERYTHING },
        ] {
            let mut somebody = person("somebody", &[role]);
            somebody.grants[0].scope = scope;
            for action in ACTIONS {
                assert_eq!(permits(&somebody, action, &item), denied(action), "{role:?} {action:?}");
            }
        }
    }
}

#[test]
fn a_disabled_person_may_nothing() {
    let item = World::submitted().item().clone();
    for role in Role::ALL {
        let mut somebody = person("somebody", &[role]);
        somebody.disabled = true;
        for action in ACTIONS {
            assert_eq!(permits(&somebody, action, &item), Err(Denial::Disabled), "{role:?} {action:?}");
        }
    }
}

#[test]
fn nobody_approves_what_they_contributed_in_any_role() {
    let mut item = World::submitted().item().clone();
    item.contributors.insert("somebody".into());
    if let Some(review) = item.reviews.first_mut() {
        review.reviewers = vec!["somebody".into()];
    }
    for role in [Role::InternalOwner, Role::InternalApprover, Role::TeamLead] {
        for action in [Action::Approve, Action::RequestChanges] {
            assert_eq!(permits(&person("somebody", &[role]), action, &item), Err(Denial::Contributor));
        }
    }
}

#[test]
fn a_draft_is_seen_by_its_client_alone() {
    let mut item = World::submitted().item().clone();
    item.phase = Phase::Draft;
    for role in Role::ALL {
        assert_eq!(may_view(&person("somebody", &[role]), &item), !role.is_staff(), "{role:?}");
    }
}
