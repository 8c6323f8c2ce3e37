//! Who may arrange how the organisation works.
#![allow(clippy::unwrap_used)]

use postern_domain::{Denial, Grant, Kind, Person, Role, Scope, may_arrange};

fn with(grants: Vec<Grant>, disabled: bool) -> Person {
    Person {
        id: "ada".into(),
        name: "Ada".into(),
        email: "ada@example.com".into(),
        time_zone: "UTC".into(),
        grants,
        disabled,
        groups: Vec::new(),
        lead: None,
    }
}

fn everywhere(role: Role) -> Grant {
    Grant { role, scope: Scope::EVERYTHING }
}

#[test]
fn a_portal_admin_of_everything_arranges_and_nobody_else() {
    let needs = Err(Denial::NeedsRole(vec![Role::PortalAdmin]));
    for role in Role::ALL {
        let expected = if role == Role::PortalAdmin { Ok(()) } else { needs.clone() };
        assert_eq!(may_arrange(&with(vec![everywhere(role)], false)), expected, "{role:?}");
    }
    assert_eq!(may_arrange(&with(Vec::new(), false)), needs);
}

#[test]
fn journeys_and_calendars_are_everybodys_so_that_an_admin_of_a_part_does_not_arrange_them() {
    let scopes = [
        Scope { client: Some("acme".into()), ..Scope::EVERYTHING },
        Scope { project: Some("rocket".into()), ..Scope::EVERYTHING },
        Scope { kind: Some(Kind::Invoice), ..Scope::EVERYTHING },
    ];
    for scope in scopes {
        let ada = with(vec![Grant { role: Role::PortalAdmin, scope }, everywhere(Role::TeamLead)], false);
        assert_eq!(may_arrange(&ada), Err(Denial::NeedsRole(vec![Role::PortalAdmin])));
    }
}

#[test]
fn who_is_switched_off_arranges_nothing() {
    assert_eq!(may_arrange(&with(vec![everywhere(Role::PortalAdmin)], true)), Err(Denial::Disabled));
}
