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

fn leading(scope: Scope) -> Person {
    let mut lead = person("lead", &[Role::TeamLead]);
    lead.grants[0].scope = scope;
    lead
}

#[test]
fn a_lead_says_when_somebody_is_away_only_where_they_lead_all_of_their_work() {
    let acme = || Scope { client: Some("acme".into()), ..Scope::EVERYTHING };
    let globex = || Scope { client: Some("globex".into()), ..Scope::EVERYTHING };
    let mut anna = person("anna", &[Role::InternalApprover, Role::InternalOwner]);
    anna.grants[0].scope = acme();
    anna.grants[1].scope = Scope { kind: Some(Kind::Invoice), ..acme() };
    let mut both = person("both", &[Role::InternalApprover, Role::InternalApprover]);
    (both.grants[0].scope, both.grants[1].scope) = (acme(), globex());
    let people = People::new([anna, both, person("clerk", &[Role::PortalAdmin])]);
    let may = |lead: &Person, whose: &str| may_set_absence(lead, &whose.into(), &people);
    assert!(may(&leading(acme()), "anna"));
    assert!(may(&leading(Scope::EVERYTHING), "both"));
    for (scope, whose) in [
        (globex(), "anna"),
        (acme(), "both"),
        (Scope { kind: Some(Kind::Invoice), ..acme() }, "anna"),
        (Scope::EVERYTHING, "clerk"),
        (Scope::EVERYTHING, "nobody"),
    ] {
        assert!(!may(&leading(scope.clone()), whose), "{scope:?} {whose}");
    }
}

#[test]
fn an_admin_of_a_part_says_it_only_of_people_whose_grants_all_lie_there() {
    let admin_of = |scope: Scope| {
        let mut admin = person("admin", &[Role::PortalAdmin]);
        admin.grants[0].scope = scope;
        admin
    };
    let acme = || Scope { client: Some("acme".into()), ..Scope::EVERYTHING };
    let globex = || Scope { client: Some("globex".into()), ..Scope::EVERYTHING };
    let mut anna = person("anna", &[Role::InternalApprover]);
    anna.grants[0].scope = acme();
    let mut both = person("both", &[Role::InternalApprover, Role::InternalOwner]);
    (both.grants[0].scope, both.grants[1].scope) = (acme(), globex());
    let people = People::new([anna, both, person("clerk", &[Role::PortalAdmin])]);
    for (scope, whose, may) in [
        (acme(), "anna", true),
        (globex(), "anna", false),
        (acme(), "both", false),
        (acme(), "clerk", false),
        (Scope::EVERYTHING, "both", true),
        (Scope::EVERYTHING, "clerk", true),
    ] {
        assert_eq!(
            may_set_absence(&admin_of(scope.clone()), &whose.into(), &people),
            may,
            "{scope:?} {whose}"
        );
    }
}

#[test]
fn whom_somebody_reports_to_and_an_admin_say_when_they_are_away() {
    let mut anna = person("anna", &[Role::InternalApprover]);
    anna.lead = Some("boss".into());
    let people = People::new([anna]);
    for (who, role, may) in [
        ("boss", Role::InternalApprover, true),
        ("admin", Role::PortalAdmin, true),
        ("anna", Role::InternalApprover, true),
        ("other", Role::InternalOwner, false),
        ("boss", Role::Client, false),
    ] {
        assert_eq!(may_set_absence(&person(who, &[role]), &"anna".into(), &people), may, "{who} {role:?}");
    }
}

#[test]
fn a_grant_that_only_a_newer_version_knows_is_not_held_and_takes_no_other_down() {
    let newer = serde_json::json!({
        "id": "ana", "name": "Ana Costa", "email": "ana@example.com", "time_zone": "UTC",
        "grants": [
            { "role": "auditor", "scope": {} },
            { "role": "team_lead", "scope": { "client": "acme" } },
            { "role": "team_lead", "scope": { "kind": "hologram" } },
        ],
    });
    let ana: Person = serde_json::from_value(newer).unwrap();
    let at_acme = Scope { client: Some("acme".into()), ..Scope::EVERYTHING };
    assert_eq!(ana.grants, [Grant { role: Role::TeamLead, scope: at_acme }]);
}
