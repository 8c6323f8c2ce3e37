//! The permission matrix on the rules alone: as reviewed, and true to what the product promises whatever was reviewed.
#![allow(clippy::unwrap_used)]

use postern_domain::{People, Role};
use postern_test_support::matrix::{
    Act, Answer, Cell, Matrix, Relation, Standing, Table, absences, render_absences,
};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Matrix::default().table());
/// Where the journey lets people override on their own work.
static OWN_WORK: LazyLock<Table> = LazyLock::new(|| Matrix::with_own_work().table());

#[test]
fn every_cell_is_as_reviewed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permission-matrix.txt");
    let own_work =
        OWN_WORK.render_changes(&TABLE, "Where the journey lets people override on their own work");
    let away = render_absences(&absences(&People::new(Matrix::people()), false));
    let now = TABLE.render() + &own_work + &away;
    if std::env::var_os("UPDATE_MATRIX").is_some_and(|value| value == "1") {
        std::fs::write(path, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    let other = now.lines().zip(reviewed.lines()).find(|(now, reviewed)| now != reviewed);
    assert!(
        now == reviewed,
        "docs/permission-matrix.txt is not what the rules say, first at {other:?}. Look at the difference after\n    \
         UPDATE_MATRIX=1 cargo nextest run -p postern-portal --test permission_matrix every_cell\nand commit it when \
         every changed line is meant.",
    );
}

/// Where a promise does not hold; there must be such cells at all.
#[track_caller]
fn never(concerned: impl Fn(&Cell) -> bool, broken: impl Fn(Answer) -> bool) {
    let cells: Vec<_> = TABLE.iter().filter(|(cell, _)| concerned(cell)).collect();
    assert!(!cells.is_empty(), "this is about no cell");
    let wrong: Vec<_> = cells.into_iter().filter(|(_, answer)| broken(*answer)).collect();
    assert!(wrong.is_empty(), "{} cells, first {:?}", wrong.len(), wrong.first());
}

const DECISIONS: [Act; 3] = [Act::Approve, Act::Override, Act::RequestChanges];

#[test]
fn nobody_decides_on_their_own_work_whatever_their_role_scope_or_seat() {
    never(|cell| cell.relation.contributed() && DECISIONS.contains(&cell.act), Answer::is_yes);
}

#[test]
fn nobody_takes_the_free_seat_of_a_review_of_their_own_work() {
    let pool = |cell: &Cell| cell.standing == Standing::Pool && cell.relation.contributed();
    never(|cell| pool(cell) && cell.act == Act::Claim, Answer::is_yes);
}

#[test]
fn nobody_finishes_their_own_work_unapproved_by_way_of_an_exception() {
    let unapproved = |at: Standing| matches!(at, Standing::Exception | Standing::ExceptionOfSentBack);
    let way_out = |cell: &Cell| cell.act == Act::ResolveToEnd && unapproved(cell.standing);
    never(|cell| way_out(cell) && cell.relation.contributed(), Answer::is_yes);
}

#[test]
fn nobody_decides_in_a_contributors_seat() {
    let decides = [Act::Approve, Act::RequestChanges];
    never(|cell| cell.relation.stands_in_for_a_contributor() && decides.contains(&cell.act), Answer::is_yes);
}

#[test]
fn a_switched_off_account_gets_one_answer() {
    never(|cell| cell.relation.is_disabled(), |answer| answer != Answer::Disabled);
}

#[test]
fn without_a_grant_that_reaches_the_item_nothing_is_there() {
    let outside = |cell: &Cell| !cell.holder.covers() && !cell.relation.is_disabled();
    never(|cell| outside(cell) && !cell.act.is_automatic(), |answer| answer != Answer::OutOfSight);
}

#[test]
fn a_clients_contact_does_what_clients_do_and_no_more() {
    let clients_do = [
        Act::View,
        Act::Submit,
        Act::Resubmit,
        Act::SetFields,
        Act::AttachVersion,
        Act::Withdraw,
        Act::Comment,
    ];
    let by_client = |cell: &Cell| cell.holder.0.is_some() && !cell.holder.is_staff();
    never(|cell| by_client(cell) && !clients_do.contains(&cell.act), Answer::is_yes);
}

#[test]
fn of_a_draft_nothing_is_there_for_staff() {
    let draft = |cell: &Cell| cell.standing == Standing::Draft && !cell.relation.is_disabled();
    let by_staff = |cell: &Cell| cell.holder.is_staff() && !cell.act.is_automatic();
    never(|cell| draft(cell) && by_staff(cell), |answer| answer != Answer::OutOfSight);
}

#[test]
fn nobody_does_what_automation_does() {
    never(|cell| cell.act.is_automatic(), |answer| !matches!(answer, Answer::Automation | Answer::Disabled));
}

#[test]
fn only_those_who_are_concerned_decide() {
    let bystander = |cell: &Cell| matches!(cell.relation, Relation::None | Relation::FormerReviewer);
    let assigned = |cell: &Cell| cell.standing != Standing::Pool;
    let decides = |cell: &Cell| matches!(cell.act, Act::Approve | Act::RequestChanges);
    never(|cell| bystander(cell) && assigned(cell) && decides(cell), Answer::is_yes);
}

#[test]
fn an_admin_of_the_portal_decides_nothing() {
    let admin = |cell: &Cell| cell.holder.0.is_some_and(|(role, _)| role == Role::PortalAdmin);
    never(|cell| admin(cell) && DECISIONS.contains(&cell.act), Answer::is_yes);
}

#[test]
fn who_has_the_step_decides_it() {
    let mut deciding = 0;
    for (cell, answer) in TABLE.iter().filter(|(cell, _)| cell.relation == Relation::Reviewer) {
        let role = cell.holder.0.filter(|_| cell.holder.covers()).map(|(role, _)| role);
        let may = matches!(role, Some(Role::InternalOwner | Role::InternalApprover | Role::TeamLead));
        if cell.standing == Standing::Review && matches!(cell.act, Act::Approve | Act::RequestChanges) {
            assert_eq!(answer == Answer::Allowed, may, "{cell:?}");
            deciding += usize::from(may);
        }
    }
    assert_eq!(deciding, 3 * 4 * 2, "three roles over four scopes, two verdicts");
}

#[test]
fn own_work_is_overridden_where_the_journey_lets_it_and_nothing_else_is_otherwise() {
    let others: Vec<Cell> = OWN_WORK
        .iter()
        .zip(TABLE.iter())
        .filter(|(own, base)| own != base)
        .map(|((cell, answer), _)| {
            assert_eq!(answer, Answer::Allowed, "{cell:?}");
            *cell
        })
        .collect();
    assert!(!others.is_empty());
    for cell in others {
        assert!(matches!(cell.act, Act::Override | Act::ResolveToStage | Act::ResolveToEnd), "{cell:?}");
        assert_eq!(cell.holder.0.map(|(role, _)| role), Some(Role::TeamLead), "{cell:?}");
    }
}

#[test]
fn a_switched_off_account_saves_nobodys_absence() {
    assert!(absences(&People::new(Matrix::people()), true).values().all(|may| !may));
}

#[test]
fn only_the_handler_a_lead_or_an_admin_resolves_an_exception() {
    let resolves = |cell: &Cell| {
        matches!(
            cell.act,
            Act::ResolveBack | Act::ResolveToStage | Act::ResolveToEnd | Act::ResolveToWithdrawn
        )
    };
    let over_it = |cell: &Cell| {
        cell.holder.0.is_some_and(|(role, _)| matches!(role, Role::TeamLead | Role::PortalAdmin))
    };
    never(
        |cell| {
            resolves(cell)
                && cell.standing.is_exception()
                && !over_it(cell)
                && cell.relation != Relation::Owner
        },
        Answer::is_yes,
    );
}

#[test]
fn every_command_has_its_row() {
    let matrix = Matrix::default();
    for holder in postern_test_support::matrix::Holder::all().into_iter().take(2) {
        let setting = matrix.setting(Relation::None, Standing::Review, holder, 1);
        for act in Act::ALL {
            let command = setting.command(act);
            assert_eq!(command.as_ref().map(Act::of), (act != Act::View).then_some(act));
        }
    }
}
