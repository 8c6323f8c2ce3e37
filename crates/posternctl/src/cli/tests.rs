//! That the command line holds together, and that nothing is missing from it.

use super::Cli;
use clap::CommandFactory;
use postern_domain::{Action, ClientId, Denial, Kind, Place, Role, permits_place};
use postern_test_support::person;
use std::collections::BTreeSet;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

/// By what each action is done here; none for what only the portal does by itself.
fn subcommand(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::View => "show",
        Action::Submit => "submit",
        Action::Approve => "approve",
        Action::Override => "override",
        Action::RequestChanges => "request-changes",
        Action::Resubmit => "resubmit",
        Action::Claim => "claim",
        Action::Reassign => "reassign",
        Action::Escalate => "escalate",
        Action::DeEscalate => "de-escalate",
        Action::RaiseException => "raise-exception",
        Action::ResolveException => "resolve-exception",
        Action::Complete => "complete",
        Action::Withdraw => "withdraw",
        Action::Reopen => "reopen",
        Action::Comment | Action::NoteInternally => "comment",
        Action::SetFields => "set-fields",
        Action::SetDue => "set-due",
        Action::SetPriority => "set-priority",
        Action::AttachVersion => "attach",
        Action::Climb | Action::Refresh | Action::Migrate => return None,
    })
}

/// Every action of the domain: serde names them all when it is asked for one that is none.
fn actions() -> Vec<Action> {
    let error = serde_json::from_str::<Action>("\"none of them\"").unwrap_err().to_string();
    let names = error.split_once("expected one of").unwrap().1.split('`').skip(1).step_by(2);
    names.map(|name| serde_json::from_str(&format!("\"{name}\"")).unwrap()).collect()
}

/// The quoted words of a list in the window's `requests.ts`.
fn listed(source: &str, list: &str) -> BTreeSet<String> {
    let (_, rest) = source.split_once(&format!("export const {list} = [")).unwrap();
    let (words, _) = rest.split_once(']').unwrap();
    words.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_action_of_the_staff_can_be_done_here_and_in_the_window() {
    let actions = actions();
    assert!(actions.len() >= 24, "{actions:?}");
    let command = Cli::command();
    let here: BTreeSet<&str> = command.get_subcommands().map(|each| each.get_name()).collect();
    let window = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/lib/item/requests.ts");
    let window = std::fs::read_to_string(window).unwrap();
    let mut offered = listed(&window, "DOABLE");
    offered.extend(listed(&window, "ELSEWHERE"));
    let mut expected = BTreeSet::new();
    for action in actions {
        let Some(name) = subcommand(action) else {
            let place = Place { client: &ClientId::new("acme"), project: None, kind: Kind::Request };
            let admin = person("ada").everywhere(Role::PortalAdmin).build();
            let denied = permits_place(&admin, action, place);
            assert_eq!(denied, Err(Denial::AutomationOnly), "{action:?} is somebody's to do");
            continue;
        };
        assert!(here.contains(name), "posternctl has no {name} for {action:?}");
        let written = serde_json::to_value(action).unwrap();
        expected.insert(written.as_str().unwrap().to_owned());
    }
    assert_eq!(offered, expected, "the window offers other actions than the domain has");
}
