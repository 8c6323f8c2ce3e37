//! Content that the staff write: edits of an item, and new items keyed in for a client.

use crate::harness::*;
use postern_console_core::{ActItemResult, FormPart, NewItemDraft, Request, Settlement, Target};
use postern_domain::*;
use postern_portal_store::Publication;
use postern_test_support::{TestPortal, clerk};

/// A world whose invoices follow the journey that comes with Postern.
async fn world_of_invoices() -> World {
    let portal = TestPortal::start().await;
    for journey in shipped().iter().filter(|journey| journey.key.as_str() == "invoice-approval") {
        portal.publish(journey).await;
    }
    World::around(portal).await
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

/// An invoice as somebody writes it: all of it text.
fn invoice(amount: &str) -> NewItemDraft {
    let fields = [
        ("supplier", "Paper & Sons"),
        ("invoice_number", "4711"),
        ("invoice_date", "2026-03-01"),
        ("amount", amount),
        ("cost_centre", "marketing"),
    ];
    NewItemDraft {
        client: ClientId::from("acme"),
        kind: Kind::Invoice,
        journey: Some(JourneyKey::from("invoice-approval")),
        project: None,
        title: "Paper for the annual report".to_owned(),
        description: String::new(),
        fields: fields.map(|(key, value)| (key.to_owned(), text(value))).into(),
        priority: Priority::High,
        owner: None,
    }
}

fn submit(draft: NewItemDraft) -> Request {
    Request::Submit(Box::new(draft))
}

fn edit(title: Option<&str>, fields: &[(&str, &str)]) -> Request {
    Request::SetFields {
        title: title.map(str::to_owned),
        description: None,
        fields: fields.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect(),
    }
}

fn parts(result: &ActItemResult) -> Vec<(&FormPart, &str)> {
    result.problems.iter().map(|problem| (&problem.part, problem.sentence.as_str())).collect()
}

async fn predicted(console: &Console, item: &ItemId, request: &Request) -> ActItemResult {
    let target = Target { id: item.clone(), seen: None };
    console.engine.predict(&[target], request).await.unwrap().remove(0)
}

#[tokio::test]
async fn an_item_is_keyed_in_without_a_network_and_gets_its_reference_from_the_portal() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let given = olga.act(&ItemId::new("none"), submit(invoice("125000"))).await;
    let [result] = given.results.as_slice() else { panic!("{given:?}") };
    assert!(result.accepted && result.problems.is_empty(), "{result:?}");
    assert!(result.reference.starts_with("NEW-"), "{}", result.reference);
    let view = olga.item(&result.id).await;
    assert_eq!(view.row.title, "Paper for the annual report");
    assert_eq!(view.row.owner.as_ref().map(|owner| owner.id.as_str()), Some("olga"));
    let amount = view.fields.iter().find(|field| field.key == "amount").unwrap();
    assert_eq!((amount.label.as_str(), amount.value.as_str()), ("Total amount", "125000"));
    assert_eq!(olga.outbox().await[0].what, "Hand over “Paper for the annual report”");

    olga.sync().await;
    olga.sync().await;
    let view = olga.item(&result.id).await;
    assert!(view.row.reference.starts_with("ACME-"), "{}", view.row.reference);
    assert!(view.mine.is_empty() && view.history.iter().all(|line| !line.pending));
    let item = world.now(&result.id).await;
    assert_eq!(item.fields["amount"], FieldValue::Integer(125_000));
    assert_eq!((item.kind, item.priority), (Kind::Invoice, Priority::High));
    assert!(item.contributors.contains(&PersonId::from("olga")), "who keys it in may not decide on it");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_new_item_is_named_at_once_and_nothing_is_given() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let mut draft = invoice("0");
    draft.title = " ".to_owned();
    draft.fields.remove("supplier");
    draft.fields.insert("cost_centre".to_owned(), text("moon"));
    draft.fields.insert("ledger_account".to_owned(), text("1"));
    let refused = olga.act(&ItemId::new("none"), submit(draft)).await.results.remove(0);
    assert!(!refused.accepted);
    let field = |key: &str| FormPart::Field(key.to_owned());
    let named: Vec<FormPart> = refused.problems.iter().map(|problem| problem.part.clone()).collect();
    let expected =
        [FormPart::Title, field("supplier"), field("amount"), field("cost_centre"), field("ledger_account")];
    assert_eq!(named, expected);
    assert_eq!(refused.problems[2].sentence, "The field “Total amount” must be at least 1.");
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn a_new_item_can_be_taken_back_while_it_is_held() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let request = submit(invoice("125000"));
    let given = olga.engine.act(&[], &request, Default::default()).await.unwrap();
    olga.engine.undo(&given.batch).await.unwrap();
    assert!(olga.engine.item(&given.results[0].id).await.is_err());
    assert!(olga.outbox().await.is_empty());
    olga.sync().await;
}

#[tokio::test]
async fn a_new_item_that_the_portal_refuses_is_kept_and_can_be_given_anew() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let mut draft = invoice("125000");
    draft.project = Some(ProjectId::from("of-nobody"));
    let given = olga.act(&ItemId::new("none"), submit(draft)).await;
    olga.sync().await;
    assert!(olga.engine.item(&given.results[0].id).await.is_err(), "what was refused is not shown as there");
    let line = olga.outbox().await.remove(0);
    assert!(line.why.contains("client or project is not known"), "{}", line.why);
    assert_eq!(line.what, "Hand over “Paper for the annual report”");
    assert!(line.can_retry && line.can_discard);
    olga.engine.discard(&line.command).await.unwrap();
    assert!(olga.outbox().await.is_empty());
}

#[tokio::test]
async fn a_new_item_starts_on_the_version_that_was_published_for_its_client() {
    let world = world_of_invoices().await;
    let newer = shipped().into_iter().find(|journey| journey.key.as_str() == "invoice-approval").unwrap();
    let newer = Journey { summary: "For the pilot.".to_owned(), ..newer };
    let pilot = publication::Cohorts::Some(vec!["pilot".to_owned()]);
    let publication = Publication { cohorts: &pilot, ..Publication::for_all(&newer) };
    let now = world.portal.environment.now();
    world.portal.store().publish_journey(&publication, &clerk(), now).await.unwrap();
    let olga = world.console("olga").await;
    let given = olga.act(&ItemId::new("none"), submit(invoice("125000"))).await;
    olga.sync().await;
    assert_eq!(world.now(&given.results[0].id).await.journey.version, 1, "ACME is no pilot");
}

#[tokio::test]
async fn an_edit_is_typed_by_the_form_and_predicted_and_applied_the_same() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let given = olga.act(&ItemId::new("none"), submit(invoice("125000"))).await;
    let id = given.results[0].id.clone();
    olga.sync().await;
    let command = olga.give(&id, edit(Some("Better paper"), &[("amount", "130000")])).await;
    let here = olga.item(&id).await;
    olga.sync().await;
    assert_eq!(olga.settlement(&command).await, Settlement::Applied);
    let there = world.now(&id).await;
    assert_eq!(there.fields["amount"], FieldValue::Integer(130_000));
    assert_eq!((here.row.title.as_str(), &here.seen.content), ("Better paper", &there.content));
    let form = here.form;
    let field = |key: &str| form.fields.iter().find(|field| field.key == key).unwrap().clone();
    assert!(field("amount").material && field("amount").required && !field("note").material);
    assert_eq!(field("amount").value.as_deref(), Some("130000"));
    assert!(form.fields.iter().all(|field| field.key != "ledger_account"), "deciders fill that in");
}

#[tokio::test]
async fn an_edit_names_each_field_that_cannot_stay_so() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let given = olga.act(&ItemId::new("none"), submit(invoice("125000"))).await;
    let id = given.results[0].id.clone();
    let wrong =
        edit(Some(""), &[("amount", "much"), ("invoice_date", "soon"), ("supplier", ""), ("colour", "red")]);
    let result = predicted(&olga, &id, &wrong).await;
    assert!(!result.accepted);
    let named: Vec<&str> = parts(&result).into_iter().map(|(_, sentence)| sentence).collect();
    assert_eq!(
        named,
        [
            "The title is empty.",
            "The field “Supplier” must be filled in.",
            "The field “Date of the invoice” must be a day such as 2026-04-01.",
            "The field “Total amount” must be an amount in minor units, for example 1250 for 12.50.",
            "The field “colour” is not part of the form.",
        ]
    );
}

#[tokio::test]
async fn before_it_is_sent_an_edit_says_what_it_outdates() {
    let world = World::new().await;
    let item = world.item("Annual report").await;
    let olga = world.console("olga").await;
    olga.give(&item.id, approve()).await;
    olga.sync().await;
    let lea = world.console("lea").await;
    let material = predicted(&lea, &item.id, &edit(Some("Annual report, second"), &[])).await;
    assert_eq!(
        material.effects,
        [
            "It outdates the approval of olga at Intake check.",
            "The review starts again at Intake check, for olga.",
            "You contribute to this round with it, and cannot decide on it yourself.",
        ]
    );
    let none = predicted(&lea, &item.id, &edit(Some("Annual report"), &[])).await;
    assert_eq!((none.accepted, none.message.as_str()), (true, "It is set to that already."));
    assert!(none.effects.is_empty());
}

#[tokio::test]
async fn a_cosmetic_edit_says_that_it_outdates_nothing() {
    let world = world_of_invoices().await;
    let olga = world.console("olga").await;
    let given = olga.act(&ItemId::new("none"), submit(invoice("125000"))).await;
    let result = predicted(&olga, &given.results[0].id, &edit(None, &[("note", "By post, too.")])).await;
    assert_eq!(result.effects, ["Approvals stay as they are: nothing changes that is decided on."]);
}

#[tokio::test]
async fn the_choices_for_a_new_item_are_what_the_person_may_key_in() {
    let world = world_of_invoices().await;
    let gus = world.console("gus").await;
    let choices = gus.engine.new_item_choices().await.unwrap();
    assert_eq!(choices.clients.iter().map(|client| client.code.as_str()).collect::<Vec<_>>(), ["GLOBEX"]);
    let names: Vec<&str> = choices.journeys.iter().map(|journey| journey.name.as_str()).collect();
    assert_eq!(names, ["Invoice approval", "Standard approval"]);
    let abel = world.console("abel").await;
    assert!(abel.engine.new_item_choices().await.unwrap().clients.is_empty(), "approvers key nothing in");
}
