//! Out of office: what makes an item stuck, what is told before saving, and who gets what.

use crate::harness::*;
use postern_console_core::{
    AbsenceDraft, CoverageAbout, CoverageAnswer, ListQuery, Queue, SortBy, StuckReason,
};
use postern_domain::absence::{Delegation, DelegationScope, Severity};
use postern_domain::*;
use postern_test_support::{Fault, TestPortal, acme, person};

fn stuck() -> ListQuery {
    ListQuery {
        queue: Queue::Stuck,
        filter: String::new(),
        sort: SortBy::Due,
        descending: false,
        offset: 0,
        limit: 50,
    }
}

fn draft(delegations: Vec<Delegation>) -> AbsenceDraft {
    AbsenceDraft {
        from: "2026-03-01T09:00".to_owned(),
        until: "2026-03-09T09:00".to_owned(),
        delegations,
        ..AbsenceDraft::default()
    }
}

fn to(name: &str, scope: DelegationScope) -> Delegation {
    Delegation { to: PersonId::from(name), scope }
}

#[tokio::test]
async fn what_nobody_can_decide_is_stuck_for_that_reason_and_the_queue_says_what_stuck_means() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let lea = world.console("lea").await;
    assert_eq!(lea.engine.list(&stuck()).await.unwrap().total, 0);
    let olga = world.console("olga").await;
    olga.engine.save_absence(&draft(Vec::new()), false).await.unwrap();
    // The portal's clock looks again who covers for whom.
    for _ in 0..100 {
        if world.now(&item.id).await.is_uncovered() {
            break;
        }
        world.portal.clock.advance_ms(MINUTE_MS);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    world.portal.clock.advance_ms(MINUTE_MS);
    lea.sync().await;
    let page = lea.engine.list(&stuck()).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.stuck).collect::<Vec<_>>(), [Some(StuckReason::Uncovered)]);
    assert_eq!(lea.item(&item.id).await.row.stuck, Some(StuckReason::Uncovered));
    let definition = page.definition.unwrap();
    for part in ["past its due time", "nobody can decide", "85 of 100"] {
        assert!(definition.contains(part), "{definition}");
    }
    let bottleneck = lea.engine.bottleneck(postern_console_core::GroupBy::Stage, "").await.unwrap();
    assert_eq!(bottleneck.stuck_definition, definition);

    // Past due as well, it is told why it does not go on.
    world.portal.clock.advance_ms(3 * DAY_MS);
    let row = lea.engine.list(&stuck()).await.unwrap().rows.remove(0);
    assert_eq!((row.overdue, row.stuck), (true, Some(StuckReason::Uncovered)));
}

#[tokio::test]
async fn what_is_past_due_is_stuck_for_that_reason() {
    let world = World::new().await;
    world.item("Annual report").await;
    let lea = world.console("lea").await;
    world.portal.clock.advance_ms(2 * DAY_MS);
    let page = lea.engine.list(&stuck()).await.unwrap();
    assert_eq!(page.rows.iter().map(|row| row.stuck).collect::<Vec<_>>(), [Some(StuckReason::PastDue)]);
    let open = ListQuery { queue: Queue::Open, ..stuck() };
    assert_eq!(lea.engine.list(&open).await.unwrap().definition, None);
}

#[tokio::test]
async fn without_a_network_an_absence_is_checked_here_and_saved_not_at_all() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let circle = draft(vec![to("olga", DelegationScope::EVERYTHING)]);
    let asked = olga.engine.save_absence(&circle, true).await.unwrap();
    assert!(!asked.here);
    world.network.plan(|_| Fault::DropRequest);
    let here = olga.engine.save_absence(&circle, true).await.unwrap();
    assert!(here.here && !here.saved);
    assert_eq!(here.notices, asked.notices);
    assert!(here.notices.iter().any(|notice| notice.severity == Severity::Error), "{:?}", here.notices);
    let failed = olga.engine.save_absence(&draft(Vec::new()), false).await.unwrap_err();
    assert_eq!(failed.code, postern_console_core::FailureCode::Offline);
    let abel = draft(Vec::new());
    let theirs = AbsenceDraft { person: Some(PersonId::from("abel")), ..abel };
    assert!(olga.engine.save_absence(&theirs, true).await.unwrap_err().message.contains("team lead"));
}

async fn covered(console: &Console, about: CoverageAbout) -> Vec<CoverageAnswer> {
    let from = console.engine.now();
    let until = from.plus_ms(DAY_MS);
    console.engine.coverage(&PersonId::from("olga"), from, until, &about).await.unwrap()
}

fn told(answers: &[CoverageAnswer]) -> Vec<(&str, bool)> {
    answers
        .iter()
        .map(|answer| (answer.scope.as_str(), answer.spans.iter().all(|span| span.covered)))
        .collect()
}

#[tokio::test]
async fn coverage_has_an_answer_for_each_scope_that_is_handed_on_and_for_what_is_left() {
    let portal = TestPortal::start().await;
    portal.add_person(&person("ada").at_client(Role::InternalOwner, &acme()).build()).await;
    portal.add_person(&person("kit").at_client(Role::Client, &acme()).build()).await;
    let world = World::around(portal).await;
    let olga = world.console("olga").await;
    assert_eq!(told(&covered(&olga, CoverageAbout::default()).await), [("any work", true)]);

    let of_acme = DelegationScope { client: Some(ClientId::from("acme")), ..DelegationScope::EVERYTHING };
    let small = DelegationScope {
        kind: Some(Kind::Invoice),
        amount_up_to: Some(50_000),
        ..DelegationScope::EVERYTHING
    };
    let scoped = draft(vec![to("ada", of_acme.clone()), to("abel", small)]);
    olga.engine.save_absence(&scoped, false).await.unwrap();
    olga.sync().await;
    let answers = covered(&olga, CoverageAbout::default()).await;
    let told_all = told(&answers);
    assert_eq!(told_all[..2], [("work of Acme Corporation", true), ("invoices up to 500.00", true)]);
    assert!(told_all.len() > 2 && told_all[2..].iter().all(|(_, covered)| !covered), "{told_all:?}");

    let about = CoverageAbout { client: Some(ClientId::from("acme")), ..CoverageAbout::default() };
    let answers = covered(&olga, about).await;
    assert_eq!(told(&answers), [("work of Acme Corporation", true)]);
    assert!(answers[0].spans[0].sentence.contains("ada decides instead"), "{:?}", answers[0]);
    let about = CoverageAbout { kind: Some(Kind::Invoice), amount: Some(60_000), ..CoverageAbout::default() };
    assert!(told(&covered(&olga, about).await).iter().any(|(_, covered)| !covered));
}

#[tokio::test]
async fn a_deputy_without_the_role_is_no_cover() {
    let portal = TestPortal::start().await;
    portal.add_person(&person("ada").at_client(Role::InternalOwner, &acme()).build()).await;
    let world = World::around(portal).await;
    let olga = world.console("olga").await;
    olga.engine.save_absence(&draft(vec![to("ada", DelegationScope::EVERYTHING)]), false).await.unwrap();
    olga.sync().await;
    let answers = covered(&olga, CoverageAbout::default()).await;
    assert_eq!(told(&answers), [("any work", false)]);
    let about = CoverageAbout { client: Some(ClientId::from("acme")), ..CoverageAbout::default() };
    assert_eq!(told(&covered(&olga, about).await), [("work of Acme Corporation", true)]);
}

#[tokio::test]
async fn who_comes_back_early_keeps_the_days_that_were_an_absence() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let later = AbsenceDraft {
        from: "2026-04-01T09:00".to_owned(),
        until: "2026-04-02T09:00".to_owned(),
        ..draft(Vec::new())
    };
    let later = olga.engine.save_absence(&later, false).await.unwrap().absence;
    let now = olga.engine.save_absence(&draft(Vec::new()), false).await.unwrap().absence;
    olga.sync().await;
    assert!(olga.engine.early_return(&later.id).await.unwrap_err().message.contains("take it back"));
    let back = olga.engine.early_return(&now.id).await.unwrap();
    let saved = olga.engine.save_absence(&back, false).await.unwrap();
    assert_eq!(
        (saved.absence.from.as_str(), saved.absence.ends_at <= olga.engine.now()),
        ("2026-03-01T09:00", true)
    );
    olga.sync().await;
    assert!(olga.engine.absences().await.unwrap().iter().all(|absence| absence.id != now.id));
}
