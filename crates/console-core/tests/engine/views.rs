use crate::harness::*;
use postern_console_core::{GroupBy, ListQuery, Queue, SortBy, StepState};
use postern_domain::{Command, HOUR_MS};

fn query(queue: Queue, filter: &str) -> ListQuery {
    ListQuery { queue, filter: filter.to_owned(), sort: SortBy::Due, descending: false, offset: 0, limit: 50 }
}

#[tokio::test]
async fn a_filter_that_is_not_understood_matches_nothing_and_says_so() {
    let world = World::new().await;
    world.item("Annual report").await;
    let olga = world.console("olga").await;
    let page = olga.engine.list(&query(Queue::Open, "colour:red annual")).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (0, 0));
    assert_eq!(page.problems[0].term, "colour:red");
    assert_eq!(olga.engine.list(&query(Queue::Open, "annual")).await.unwrap().total, 1);
    assert!(olga.engine.matching_ids(Queue::Open, "colour:red").await.unwrap().is_empty());
}

#[tokio::test]
async fn all_matching_ids_come_in_the_order_of_the_list() {
    let world = World::new().await;
    for title in ["Beech", "Ash", "Cedar"] {
        world.item(title).await;
    }
    let olga = world.console("olga").await;
    for (sort, descending) in [(SortBy::Title, false), (SortBy::Title, true), (SortBy::Due, false)] {
        let query = ListQuery { sort, descending, ..query(Queue::Open, "") };
        let listed = olga.engine.list(&query).await.unwrap().rows;
        let listed: Vec<_> = listed.into_iter().map(|row| row.id).collect();
        assert_eq!(listed.len(), 3);
        assert_eq!(olga.engine.ids(&query).await.unwrap(), listed, "{sort:?} {descending}");
    }
}

#[tokio::test]
async fn the_reading_pane_tells_steps_history_and_what_comes_next() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(
        &item.id,
        postern_console_core::Request::Approve {
            comment: Some("fine".to_owned()),
            outputs: Default::default(),
        },
    )
    .await;
    let view = olga.item(&item.id).await;
    let states: Vec<StepState> = view.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Done, StepState::Current, StepState::Upcoming]);
    assert!(view.steps[0].decisions[0].pending);
    assert_eq!(view.steps[0].quorum, "1 of 1 approval");
    assert_eq!(view.next.sentence, "abel decides at Specialist review by Thu 5 Mar 2026 10:00.");
    assert_eq!(
        view.next.because,
        [
            "Specialist review is decided by any approver with access; it has 0 of 1 approval.",
            "Specialist review has 72 hours from Mon 2 Mar 2026 10:00 on.",
        ]
    );
    let lines: Vec<String> = view.history.iter().map(|line| format!("{} {}", line.who, line.text)).collect();
    assert_eq!(
        lines,
        [
            "olga opened Specialist review for abel",
            "olga approved at Intake check",
            "carla opened Intake check for olga",
            "carla handed it over",
        ]
    );
    assert_eq!(view.history[1].detail.as_deref(), Some("fine"));
    assert_eq!(view.history.iter().filter(|line| line.pending).count(), 2);
    assert_eq!(view.mine.len(), 1);

    olga.sync().await;
    let view = olga.item(&item.id).await;
    assert!(view.mine.is_empty() && view.history.iter().all(|line| !line.pending));
    assert!(view.steps[0].decisions.iter().all(|decision| !decision.pending));
}

#[tokio::test]
async fn each_figure_of_the_bottleneck_page_opens_exactly_the_items_behind_it() {
    let world = World::new().await;
    for number in 0..7 {
        let item = world.item(&format!("Item {number}")).await;
        world.portal.clock.advance_ms(HOUR_MS);
        if number % 2 == 0 {
            let approve = Command::approve(postern_test_support::seen(&item));
            world.elsewhere("olga", &item.id, approve).await;
        }
        if number % 3 == 0 {
            let now = world.now(&item.id).await;
            let back =
                Command::RequestChanges { seen: postern_test_support::seen(&now), reason: "more".to_owned() };
            let who = now.waiting_on().next().unwrap().clone();
            world.elsewhere(who.as_str(), &item.id, back).await;
        }
    }
    world.portal.clock.advance_ms(30 * HOUR_MS);
    let lea = world.console("lea").await;
    for group_by in [GroupBy::Stage, GroupBy::Holder, GroupBy::Owner, GroupBy::Cohort] {
        let view = lea.engine.bottleneck(group_by, "").await.unwrap();
        assert_eq!(view.open.open, 7);
        assert!((view.groups.iter().map(|group| group.share_of_waiting).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(!view.groups.is_empty() && view.sentence.contains(&view.groups[0].name));
        for group in &view.groups {
            let ids = lea.engine.matching_ids(Queue::Open, &group.cell.filter).await.unwrap();
            assert_eq!(ids.len(), group.cell.open as usize, "{group_by:?} {}", group.cell.filter);
            let overdue = format!("{} is:overdue", group.cell.filter);
            let overdue = lea.engine.matching_ids(Queue::Open, &overdue).await.unwrap();
            assert_eq!(overdue.len(), group.cell.overdue as usize, "{group_by:?} {}", group.cell.filter);
        }
    }
}

#[tokio::test]
async fn counts_and_lists_agree() {
    let world = World::new().await;
    for number in 0..4 {
        world.item(&format!("Item {number}")).await;
    }
    let olga = world.console("olga").await;
    for count in olga.engine.counts().await.unwrap() {
        let page = olga.engine.list(&query(count.queue, "")).await.unwrap();
        assert_eq!(page.total, count.count, "{:?}", count.queue);
        assert_eq!(page.rows.len(), count.count as usize, "{:?}", count.queue);
    }
    let page = olga.engine.list(&query(Queue::MyTurn, "")).await.unwrap();
    assert_eq!(page.total, 4);
    assert!(page.rows.iter().all(|row| row.waiting_on.iter().any(|person| person.is_me)));
}

#[tokio::test]
async fn preferences_come_back_as_they_were_given() {
    let world = World::new().await;
    let olga = world.console("olga").await;
    let value = serde_json::json!({ "density": "compact", "columns": ["due", "owner"] });
    olga.engine.set_preferences(&value).await.unwrap();
    assert_eq!(olga.again().await.preferences().await.unwrap(), value);
}
