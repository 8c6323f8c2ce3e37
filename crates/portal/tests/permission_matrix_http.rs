//! The permission matrix over HTTP: every cell asked of a portal, by somebody signed in, on an item in its store. What
//! the rules say there is in `permission_matrix.rs`; here the portal must say the same.
//!
//! Staff push commands as a console does; clients' contacts, who have no console, send each by the item's own route.
//! What is allowed changes the item, so every such cell has an item of its own. The other cells of a caller share one:
//! had one of them changed it, that cell would have failed already.
#![allow(clippy::unwrap_used)]

use futures_util::{StreamExt as _, stream};
use postern_domain::absence::{Absence, LocalDateTime};
use postern_domain::{AbsenceId, Command, CommandId, Denial, People, Person, PersonId};
use postern_portal_store::{PersonChange, StoredFile};
use postern_protocol::{
    CommandOutcome, DirectCommand, Envelope, ErrorCode, MAX_PUSH, NewItem, Outcome, Problem, Push, PushReply,
    SaveAbsence, paths,
};
use postern_test_support::matrix::{
    Act, Answer, Cell, FILE_SHA256, FILE_SIZE, Holder, Matrix, Relation, Setting, Standing, Whose, absences,
};
use postern_test_support::{Session, TestPortal, acme, clerk, project};
use reqwest::{Response, StatusCode};

/// One cell, ready to be asked.
struct Question {
    cell: Cell,
    /// Which of the caller's items it is asked of.
    setting: usize,
    expected: Answer,
}

/// All cells of one caller, and the items that they are asked of.
struct Caller {
    holder: Holder,
    id: PersonId,
    settings: Vec<Setting>,
    questions: Vec<Question>,
}

impl Caller {
    fn new(matrix: &Matrix, relations: &[Relation], holder: Holder, number: &mut u64) -> Self {
        let mut next = |relation, standing| {
            *number += 1;
            matrix.setting(relation, standing, holder, *number)
        };
        let (mut settings, mut questions) = (Vec::new(), Vec::new());
        let standings = relations.iter().flat_map(|relation| relation.standings().map(|at| (*relation, at)));
        for (relation, standing) in standings {
            let shared = settings.len();
            settings.push(next(relation, standing));
            for act in Act::ALL.into_iter().filter(|act| act.is_possible(standing)) {
                let cell = Cell { relation, act, standing, holder };
                let expected = matrix.answer(&settings[shared], act);
                let mut setting = shared;
                if expected == Answer::Allowed && act != Act::View {
                    setting = settings.len();
                    settings.push(next(relation, standing));
                }
                questions.push(Question { cell, setting, expected });
            }
        }
        let id = settings[0].caller.clone();
        Self { holder, id, settings, questions }
    }

    /// The command under an id of its own. None for seeing the item, which is no command.
    fn envelope(&self, question: &Question, seq: u64) -> Option<Envelope> {
        let setting = &self.settings[question.setting];
        let command = setting.command(question.cell.act)?;
        let id = CommandId(format!("{}-{}-{:?}", self.id, setting.id, question.cell.act));
        let made_at = postern_domain::Timestamp(1_772_442_000_000);
        Some(Envelope { id, seq, item: setting.id.clone(), command, made_at, only_if_known: false })
    }
}

/// Asks every cell of these relations, whose callers are the same people, and compares.
async fn every_cell_of(relations: &[Relation], matrix: Matrix) {
    let portal = TestPortal::start_without_chores().await;
    if matrix.journey().version > 1 {
        let published = portal.publish(matrix.journey()).await;
        assert_eq!(published.version, matrix.journey().version);
    }
    let mut number = 0;
    let holders = Holder::all().into_iter();
    let callers: Vec<Caller> =
        holders.map(|holder| Caller::new(&matrix, relations, holder, &mut number)).collect();
    let sessions = prepare(&portal, &callers).await;
    let (mut asked, mut wrong) = (0, Vec::new());
    for (caller, session) in callers.iter().zip(&sessions) {
        let answers = answers(caller, session).await;
        assert_eq!(answers.len(), caller.questions.len());
        asked += answers.len();
        for (Question { cell, expected, .. }, answer) in caller.questions.iter().zip(answers) {
            if answer != *expected {
                wrong.push(format!("{cell:?}: {answer:?}, not {expected:?}"));
            }
        }
    }
    println!("{relations:?}: {asked} cells on {number} items");
    assert!(wrong.is_empty(), "{} of {asked} cells: {:#?}", wrong.len(), &wrong[..wrong.len().min(10)]);
    portal.store().verify_audit(|_| {}).await.unwrap().unwrap();
}

/// Puts everybody and everything into the portal, and signs the callers in. Who is switched off was not when they
/// signed in.
async fn prepare(portal: &TestPortal, callers: &[Caller]) -> Vec<Session> {
    let store = portal.store();
    let now = portal.environment.now();
    let everybody = Matrix::people();
    let people: Vec<Person> =
        everybody.iter().map(|person| Person { disabled: false, ..person.clone() }).collect();
    portal.add_people(&people).await;
    let file =
        StoredFile { sha256: FILE_SHA256.into(), size: FILE_SIZE, media_type: "application/pdf".into() };
    let mut sessions = Vec::new();
    for caller in callers {
        sessions.push(portal.sign_in(caller.id.as_str()).await);
        store.add_file(&file, &caller.id, now).await.unwrap();
        if everybody.iter().any(|person| person.id == caller.id && person.disabled) {
            let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
            store.change_person(&caller.id, &change, &clerk(), now).await.unwrap();
        }
    }
    let mut bulk = store.bulk(&clerk(), portal.environment.now()).await.unwrap();
    bulk.add_project(&project("sled", &acme())).await.unwrap();
    for setting in callers.iter().flat_map(|caller| &caller.settings) {
        if let Some(item) = &setting.item {
            bulk.add_item(item, &setting.log).await.unwrap();
        }
    }
    bulk.commit().await.unwrap();
    sessions
}

/// What the portal says to every question of the caller, in their order.
async fn answers(caller: &Caller, session: &Session) -> Vec<Answer> {
    let mut pushed =
        if caller.holder.is_staff() { push(caller, session).await } else { Vec::new() }.into_iter();
    let mut direct = Vec::new();
    for question in &caller.questions {
        let by_console = caller.holder.is_staff() && question.cell.act != Act::View;
        direct.push(if by_console { Way::Known(pushed.next().unwrap()) } else { Way::Ask(question) });
    }
    assert!(pushed.next().is_none());
    stream::iter(direct)
        .map(|way| async move {
            match way {
                Way::Known(answer) => answer,
                Way::Ask(question) => ask(caller, session, question).await,
            }
        })
        .buffered(8)
        .collect()
        .await
}

enum Way<'a> {
    Known(Answer),
    Ask(&'a Question),
}

/// All commands of a member of staff, as their console pushes them.
async fn push(caller: &Caller, session: &Session) -> Vec<Answer> {
    let commands = caller.questions.iter().filter(|question| question.cell.act != Act::View);
    let envelopes: Vec<Envelope> =
        commands.zip(1..).filter_map(|(question, seq)| caller.envelope(question, seq)).collect();
    let mut answers = Vec::new();
    for commands in envelopes.chunks(MAX_PUSH) {
        let push = Push { console: caller.id.as_str().into(), commands: commands.to_vec() };
        let reply = session.post(paths::COMMANDS, &push).send().await.unwrap();
        if reply.status() == StatusCode::UNAUTHORIZED {
            answers.extend(commands.iter().map(|_| Answer::Disabled));
            continue;
        }
        let status = reply.status();
        let text = reply.text().await.unwrap();
        assert!(status.is_success(), "{status} {text}");
        let reply: PushReply = serde_json::from_str(&text).unwrap();
        answers.extend(reply.outcomes.iter().map(of_outcome));
    }
    answers
}

/// One question by a route of its own.
async fn ask(caller: &Caller, session: &Session, question: &Question) -> Answer {
    let path = format!("{}/{}", paths::ITEMS, caller.settings[question.setting].reference);
    let Some(Envelope { id, command, .. }) = caller.envelope(question, 0) else {
        let reply = session.get(&path).send().await.unwrap();
        return if reply.status().is_success() { Answer::Allowed } else { of_problem(reply).await };
    };
    let request = match (question.cell.standing, &command) {
        (Standing::New, Command::Submit(submission)) => {
            let submission = submission.as_ref().clone();
            let item = NewItem {
                command: id,
                kind: submission.kind,
                title: submission.title,
                description: submission.description,
                client: submission.client,
                project: submission.project,
                journey: None,
                fields: submission.fields,
                priority: submission.priority,
                owner: submission.owner,
            };
            let reply = session.post(paths::ITEMS, &item).send().await.unwrap();
            return if reply.status() == StatusCode::CREATED {
                Answer::Allowed
            } else {
                of_problem(reply).await
            };
        }
        _ => session.post(&format!("{path}/commands"), &DirectCommand { id, command }),
    };
    let reply = request.send().await.unwrap();
    if reply.status().is_success() {
        return of_outcome(&reply.json::<CommandOutcome>().await.unwrap());
    }
    let answer = of_problem(reply).await;
    // To whom the item is not there, the route says so before it looks at the command.
    if answer == Answer::OutOfSight && question.cell.act.is_automatic() { Answer::Automation } else { answer }
}

fn of_outcome(outcome: &CommandOutcome) -> Answer {
    match &outcome.outcome {
        Outcome::Applied { .. } => Answer::Allowed,
        Outcome::AlreadySatisfied { .. } => Answer::Nothing,
        Outcome::Refused { refusal } | Outcome::Conflict { refusal, .. } => Answer::of_refusal(refusal),
        Outcome::NotUnderstood { said } => panic!("{said}"),
        Outcome::Quarantined { report } => panic!("{report}"),
    }
}

async fn of_problem(reply: Response) -> Answer {
    let problem: Problem = reply.json().await.unwrap();
    match problem.code {
        ErrorCode::NotFound => Answer::OutOfSight,
        ErrorCode::TokenExpired | ErrorCode::ShutOut => Answer::Disabled,
        ErrorCode::Refused if problem.detail.contains("no access") => Answer::of_denial(&Denial::OutOfScope),
        ErrorCode::Refused if problem.detail.contains("takes the role") => Answer::NeedsRole,
        other => panic!("{other:?}: {}", problem.detail),
    }
}

/// Tests that run side by side; no relation can be forgotten.
macro_rules! relations {
    ($($name:ident => [$($relation:ident),*],)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                every_cell_of(&[$(Relation::$relation),*], Matrix::default()).await;
            }
        )*

        #[test]
        fn every_relation_has_its_test() {
            assert_eq!(Relation::ALL, [$($(Relation::$relation),*),*]);
        }
    };
}

relations! {
    cells_of_who_has_nothing_to_do_with_it => [None],
    cells_of_the_owner => [Owner],
    cells_of_the_submitter => [Submitter],
    cells_of_an_author => [Author],
    cells_of_who_has_or_had_the_step => [Reviewer, FormerReviewer, Decided, EarlierAuthor, AuthorAsReviewer],
    cells_of_who_stands_in => [Deputy, EndOfChain, AuthorAsDeputy, DeputyOfAuthor, ChainWithAuthor],
    cells_of_who_is_switched_off => [Disabled, DisabledOwner, DisabledReviewer],
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cells_of_who_contributed_where_the_journey_lets_own_work_be_overridden() {
    let contributed: Vec<Relation> =
        Relation::ALL.into_iter().filter(|relation| relation.contributed()).collect();
    every_cell_of(&contributed, Matrix::with_own_work()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cells_of_saving_absences() {
    let portal = TestPortal::start_without_chores().await;
    let everybody = Matrix::people();
    let switched_on: Vec<Person> =
        everybody.iter().map(|person| Person { disabled: false, ..person.clone() }).collect();
    portal.add_people(&switched_on).await;
    let people = People::new(everybody);
    for disabled in [false, true] {
        let cells = absences(&people, disabled);
        for holder in Holder::all() {
            let caller = holder.id(disabled);
            let session = portal.sign_in(caller.as_str()).await;
            if disabled {
                let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
                portal
                    .store()
                    .change_person(&caller, &change, &clerk(), portal.environment.now())
                    .await
                    .unwrap();
            }
            for whose in Whose::ALL {
                // Only checked, so that no cell changes what the next one is asked of.
                let save = SaveAbsence { absence: absence_of(whose.person(&caller)), check_only: true };
                let reply = session.post(paths::ABSENCES, &save).send().await.unwrap();
                let may = reply.status().is_success();
                assert_eq!(may, cells[&(whose, holder)], "{holder:?} {whose:?} disabled: {disabled}");
            }
        }
    }
}

fn absence_of(person: PersonId) -> Absence {
    Absence {
        id: AbsenceId(format!("of-{person}")),
        person,
        from: LocalDateTime::parse("2027-04-01T09:00").unwrap(),
        until: LocalDateTime::parse("2027-04-02T09:00").unwrap(),
        zone: "UTC".into(),
        delegations: Vec::new(),
        note: String::new(),
        version: 0,
        cancelled: false,
    }
}
