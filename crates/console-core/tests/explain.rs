//! Every sentence that a rule, an event or a command turns into, in one picture to review.
#![allow(clippy::unwrap_used)]

use postern_console_store::Lookup;
use postern_domain::absence::{Cover, Hole, Seat};
use postern_domain::explain::{self, Reader as _};
use postern_domain::*;
use postern_protocol::{Directory, Outcome};

fn lookup() -> Lookup {
    let person = |id: &str, name: &str, zone: &str| Person {
        id: PersonId::from(id),
        name: name.to_owned(),
        email: format!("{id}@example.com"),
        time_zone: zone.to_owned(),
        grants: Vec::new(),
        disabled: false,
        groups: Vec::new(),
        lead: None,
    };
    let directory = Directory {
        people: vec![
            person("olga", "Olga Petrova", "Europe/Amsterdam"),
            person("abel", "Abel Ramos", "UTC"),
            person("lea", "Léa Morel", "UTC"),
        ],
        journeys: vec![Journey::built_in()],
        ..Directory::default()
    };
    Lookup::new(Some(PersonId::from("olga")), &directory)
}

const AT: Timestamp = Timestamp::from_ms(1_772_442_000_000);

fn seen(round: u32) -> Seen {
    Seen { content: ContentDigest("0".repeat(64)), round, step: Some("review".into()), journey_version: 1 }
}

fn opened(reviewers: &[&str], fallback: bool) -> Happening {
    let reviewers = reviewers.iter().map(|id| (*id).into()).collect();
    Happening::ReviewOpened { stage: "review".into(), step: "review".into(), reviewers, fallback }
}

fn seats() -> Vec<Seat> {
    let by = Cover::By { person: "lea".into(), via: vec!["abel".into()] };
    let nobody = Cover::Uncovered { why: Hole::NoDelegate, person: "olga".into(), via: vec![] };
    vec![Seat { reviewer: "abel".into(), cover: by }, Seat { reviewer: "olga".into(), cover: nobody }]
}

const DENIALS: fn() -> Vec<Denial> = || {
    vec![
        Denial::OutOfScope,
        Denial::NeedsRole(vec![Role::InternalOwner, Role::InternalApprover, Role::TeamLead]),
        Denial::Contributor,
        Denial::NotReviewer,
        Denial::AlreadyDecided,
        Denial::NotADecider,
        Denial::Disabled,
        Denial::UnknownPerson,
        Denial::NoOverride,
        Denial::NotInvolved,
        Denial::NotHandler,
        Denial::AutomationOnly,
    ]
};

#[test]
fn every_refusal_says_why_and_what_to_do() {
    let action = Action::Approve;
    let mut refusals = vec![
        Refusal::WrongPhase { action: Action::Complete, phase: Phase::InReview },
        Refusal::ContentChanged { seen: seen(1), current: seen(1) },
        Refusal::ContentChanged { seen: seen(1), current: seen(2) },
        Refusal::AssignmentChanged { seen: 1, current: 2 },
        Refusal::ReviewMovedOn { step: Some("sign_off".into()) },
        Refusal::JourneyChanged { seen: 1, current: 2 },
        Refusal::StepRequired { steps: vec!["intake".into(), "review".into()] },
        Refusal::SeatRequired { step: "review".into(), people: vec!["abel".into(), "lea".into()] },
        Refusal::QuorumUnreachable { step: "review".into(), needed: 2 },
        Refusal::NobodyToDecide { step: "review".into() },
        Refusal::Field { key: "amount".into(), problem: FieldProblem::TooLarge { max: 5_000 } },
        Refusal::WrongKind { kind: Kind::Ticket },
        Refusal::UnknownCategory { known: vec!["data".into(), "legal hold".into()] },
        Refusal::UnknownStage { stage: "notary".into() },
        Refusal::NotDueYet { at: Some(AT) },
        Refusal::ReviewMovedOn { step: None },
        Refusal::ReasonRequired { action: Action::RequestChanges },
        Refusal::TooLong { field: "comment".into(), length: 30_000, limit: 20_000 },
        Refusal::TooLong { field: "command".into(), length: 30_000, limit: 0 },
        Refusal::Empty { field: "comment".into() },
        Refusal::NotAReviewer { person: "abel".into() },
        Refusal::NoOpenReview,
        Refusal::NotUnderstood,
        Refusal::TooOld,
        Refusal::ShutOut,
        Refusal::NoSuchItem,
        Refusal::ItemExists,
        Refusal::BadFile,
        Refusal::UnknownJourney,
        Refusal::JourneySuperseded { version: 1, current: Some(2) },
        Refusal::JourneySuperseded { version: 1, current: None },
        Refusal::UnknownClient,
    ];
    refusals.extend(DENIALS().into_iter().map(|why| Refusal::Denied { action, why }));
    refusals.extend(DENIALS().into_iter().map(|why| Refusal::NotEligible { person: "abel".into(), why }));
    let lookup = lookup();
    let sentences: Vec<String> = refusals.iter().map(|refusal| explain::refusal(refusal, &lookup)).collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn everything_that_is_so_already_says_so() {
    let all = [
        Satisfied::AlreadyApproved,
        Satisfied::AlreadySentBack,
        Satisfied::AlreadyAssigned,
        Satisfied::AlreadyEscalated,
        Satisfied::NotEscalated,
        Satisfied::AlreadyCompleted,
        Satisfied::AlreadyWithdrawn,
        Satisfied::AlreadyOpen,
        Satisfied::AlreadyInException,
        Satisfied::AlreadySet,
        Satisfied::AlreadySaid,
        Satisfied::AlreadyAttached,
    ];
    let sentences: Vec<String> = all.into_iter().map(explain::satisfied).collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn every_line_of_a_history_reads_as_a_sentence() {
    let reason = || "the totals do not add up".to_owned();
    let all = vec![
        Happening::Drafted,
        Happening::Submitted,
        Happening::Skipped { steps: vec!["intake".into(), "sign_off".into()] },
        Happening::LedPast { steps: vec!["intake".into(), "sign_off".into()] },
        opened(&[], false),
        opened(&["abel", "lea"], false),
        opened(&["abel", "lea"], true),
        Happening::Approved { step: "review".into(), on_behalf_of: vec![], reason: None },
        Happening::Approved {
            step: "review".into(),
            on_behalf_of: vec!["abel".into(), "olga".into()],
            reason: None,
        },
        Happening::Overridden { step: "review".into(), reason: Some(reason()) },
        Happening::ChangesRequested { step: "review".into(), on_behalf_of: vec![], reason: Some(reason()) },
        Happening::Outdated { step: "review".into() },
        Happening::Claimed { step: "review".into() },
        Happening::CoverChanged { step: "review".into(), covers: seats() },
        Happening::CoverChanged { step: "review".into(), covers: vec![] },
        Happening::ClockSet { step: "review".into(), due_at: Some(AT) },
        Happening::ClockSet { step: "review".into(), due_at: None },
        Happening::Rescheduled { due_at: Some(AT) },
        Happening::Rescheduled { due_at: None },
        Happening::SentBack { reason: reason() },
        Happening::FullyApproved,
        Happening::Resubmitted { round: 2 },
        Happening::Reassigned {
            step: None,
            from: Some("abel".into()),
            to: "lea".into(),
            reason: Some(reason()),
        },
        Happening::Reassigned { step: None, from: None, to: "lea".into(), reason: None },
        Happening::Escalated { level: 1, to: Some("lea".into()), reason: reason() },
        Happening::Escalated { level: 1, to: None, reason: reason() },
        Happening::DeEscalated,
        Happening::ExceptionRaised { category: "legal hold".into(), reason: reason() },
        Happening::ExceptionResolved { to: Phase::InReview, reason: reason(), overriding: false },
        Happening::ExceptionResolved { to: Phase::Completed, reason: reason(), overriding: true },
        Happening::Completed,
        Happening::Withdrawn { reason: reason() },
        Happening::Reopened { reason: reason() },
        Happening::Commented { visibility: Visibility::Client },
        Happening::Commented { visibility: Visibility::Internal },
        Happening::FieldsSet { names: vec!["amount".into(), "title".into()], cosmetic: false },
        Happening::FieldsSet { names: vec!["title".into()], cosmetic: true },
        Happening::DueSet { due_at: Some(AT) },
        Happening::DueSet { due_at: None },
        Happening::PrioritySet { priority: Priority::Urgent },
        Happening::VersionAttached { name: "report.pdf".into(), version: 3 },
        Happening::Noted { activity: "Sent by courier".into() },
    ];
    let lookup = lookup();
    let lines: Vec<String> = all
        .iter()
        .map(|what| {
            let (text, detail) = explain::happening(what, &lookup);
            format!("Abel Ramos {text}{}", detail.map(|detail| format!(" — {detail}")).unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_command_has_a_name_and_every_outcome_a_sentence() {
    let reason = || "late".to_owned();
    let all = vec![
        Command::Approve { seen: seen(1), comment: Some("fine".into()), outputs: Fields::new() },
        Command::Override { seen: seen(1), reason: reason(), outputs: Fields::new() },
        Command::RequestChanges { seen: seen(1), reason: reason() },
        Command::Resubmit { comment: None },
        Command::Claim { step: None, assignment_version: 1 },
        Command::reassign("lea".into(), 1),
        Command::Climb { stage: "review".into(), round: 1, rung: 2 },
        Command::Refresh {},
        Command::Escalate { to: None, reason: reason() },
        Command::DeEscalate { reason: None },
        Command::RaiseException { category: "legal hold".into(), reason: reason() },
        Command::ResolveException { to: ExceptionExit::Back, reason: reason() },
        Command::Complete {},
        Command::Withdraw { reason: reason() },
        Command::Reopen { reason: reason() },
        Command::Comment {
            id: "c".into(),
            visibility: Visibility::Client,
            body: "hello".into(),
            mentions: vec![],
        },
        Command::Comment {
            id: "c".into(),
            visibility: Visibility::Internal,
            body: "note".into(),
            mentions: vec![],
        },
        Command::SetFields { fields: Fields::new(), title: None, description: None },
        Command::SetDue { due_at: Some(AT) },
        Command::SetDue { due_at: None },
        Command::SetPriority { priority: Priority::High },
        Command::AttachVersion {
            attachment: "a".into(),
            name: "report.pdf".into(),
            sha256: "0".repeat(64),
            size: 1,
            media_type: "application/pdf".into(),
        },
    ];
    let outcomes = [
        Outcome::Applied { version: 3 },
        Outcome::AlreadySatisfied { why: Satisfied::AlreadyApproved },
        Outcome::Refused { refusal: Refusal::NoOpenReview },
        Outcome::Quarantined {
            report: "The portal failed on this three times and has put it aside for an admin.".into(),
        },
    ];
    let lookup = lookup();
    let mut lines: Vec<String> = all
        .iter()
        .map(|command| {
            let (what, detail) = explain::command(command, &lookup);
            format!("{what}{}", detail.map(|detail| format!(" — {detail}")).unwrap_or_default())
        })
        .collect();
    lines.extend(outcomes.iter().map(|outcome| outcome.sentence(&lookup)));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn lists_and_times_read_as_people_write_them() {
    let names = |count: usize| {
        ["Ana", "Ben", "Cem"].iter().take(count).map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(explain::list(&names(1), "and"), "Ana");
    assert_eq!(explain::list(&names(2), "and"), "Ana and Ben");
    assert_eq!(explain::list(&names(3), "or"), "Ana, Ben or Cem");
    let lookup = lookup();
    assert_eq!(explain::date_time(AT, lookup.zone()), "Mon 2 Mar 2026 10:00");
}
