//! A portal whose rules crash keeps answering.
#![allow(clippy::unwrap_used)]

mod common;

use common::{of_problem, ok, submit};
use postern_domain::{Actor, Command, Refusal, Ruling, Situation, Timestamp};
use postern_portal::Config;
use postern_portal_store::Rules;
use postern_protocol::{CommandOutcome, DirectCommand, ErrorCode, Outcome};
use postern_test_support::TestPortal;

fn crash_on_complete(
    situation: Situation<'_>,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Ruling, Refusal> {
    assert!(!matches!(command, Command::Complete {}), "internal-detail");
    postern_domain::decide(situation, command, actor, now)
}

#[tokio::test]
async fn a_crash_is_a_problem_without_its_cause_then_a_quarantine_and_the_portal_goes_on() {
    let rules = Rules { decide: crash_on_complete, ..Rules::default() };
    let portal = TestPortal::start_with(Config::default(), rules).await;
    let olga = portal.sign_in("olga").await;
    submit(&olga, "s1", "acme").await;
    let command = DirectCommand { id: "poison".into(), command: Command::Complete {} };
    let path = "/v1/items/ACME-1/commands";
    for _ in 0..2 {
        let problem = of_problem(olga.post(path, &command).send().await.unwrap()).await;
        assert_eq!(problem.code, ErrorCode::Internal);
        assert!(!problem.detail.contains("internal-detail"));
    }
    let outcome: CommandOutcome = ok(olga.post(path, &command)).await;
    assert!(matches!(outcome.outcome, Outcome::Quarantined { .. }), "{outcome:?}");
    submit(&olga, "s2", "acme").await;
}
