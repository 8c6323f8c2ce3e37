//! A store to test with.
#![allow(dead_code)]

use postern_domain::{
    Actor, Client, Command, CommandId, CommentId, ConsoleId, Event, Item, ItemId, Journey, Person, PersonId,
    Recorded, Role, Submission, Timestamp, Visibility, replay,
};
use postern_portal_store::{Bootstrap, BootstrapBegin, BootstrapStart, BootstrapWish, Since};
use postern_portal_store::{Founding, Order, Rules, Source, Store, StoreOptions};
use postern_protocol::{CommandOutcome, Cursor, Envelope, Outcome, ReceivedEnvelope};
use postern_test_support::{acme, clerk, envelope, globex, person, project, submission, submit};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;

pub const START: i64 = 1_772_442_000_000;

/// A new store with ACME (project `rocket`), GLOBEX, and `olga` (owner), `abel` (approver), `lea` (team lead)
/// everywhere, `gus` (owner) for GLOBEX alone, `carla` a contact of ACME.
pub struct Fixture {
    pub store: Store,
    pub data: TempDir,
    now: AtomicI64,
    ids: AtomicU64,
}

pub fn staff() -> Vec<Person> {
    vec![
        person("olga").everywhere(Role::InternalOwner).build(),
        person("abel").everywhere(Role::InternalApprover).build(),
        person("lea").everywhere(Role::TeamLead).build(),
        person("gus").at_client(Role::InternalOwner, &globex()).build(),
        person("carla").at_client(Role::Client, &acme()).build(),
    ]
}

impl Fixture {
    pub async fn new() -> Self {
        Self::with_rules(Rules::default()).await
    }

    pub async fn with_rules(rules: Rules) -> Self {
        let data = tempfile::tempdir().unwrap();
        let founding = Founding {
            organisation: "Example".into(),
            epoch: "e1".into(),
            key_seed: [7; 32],
            at: Timestamp(START),
        };
        Store::create(data.path(), founding).await.unwrap().close().await;
        let store =
            Store::open_with(data.path(), StoreOptions { rules, ..StoreOptions::default() }).await.unwrap();
        let fixture = Self { store, data, now: AtomicI64::new(START), ids: AtomicU64::new(0) };
        let mut bulk = fixture.store.bulk(&clerk(), Timestamp(START)).await.unwrap();
        bulk.add_client(&acme()).await.unwrap();
        bulk.add_client(&globex()).await.unwrap();
        bulk.add_project(&project("rocket", &acme())).await.unwrap();
        for person in staff() {
            bulk.add_person(&person, None).await.unwrap();
        }
        bulk.commit().await.unwrap();
        fixture
    }

    /// The fixture's clock: each look is a second later.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.now.fetch_add(1_000, Ordering::SeqCst))
    }

    fn id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::SeqCst)
    }

    /// `who` does `command` to `item`, outside any console.
    pub fn direct(&self, who: &str, item: &str, command: Command) -> Order {
        Order {
            id: CommandId(format!("direct-{}", self.id())),
            item: ItemId::from(item),
            command: Some(command),
            by: postern_domain::Actor::Person(PersonId::from(who)),
            made_at: None,
            source: Source::Direct,
        }
    }

    pub async fn apply(&self, order: &Order) -> CommandOutcome {
        self.store.apply_command(order, self.now()).await.unwrap()
    }

    pub async fn command(&self, who: &str, item: &str, command: Command) -> Outcome {
        self.apply(&self.direct(who, item, command)).await.outcome
    }

    /// A new item of `client`, owned by olga, at the first stage.
    pub async fn submit(&self, id: &str, client: &Client) -> Item {
        let outcome = self.command("olga", id, submit(client, &format!("Title of {id}"), Some("olga"))).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
        self.item(id).await
    }

    /// Handed over by the client's own contact, so that its owner decides first.
    pub async fn handed_over_by_a_contact(&self, id: &str, client: &Client) -> Item {
        let outcome =
            self.command("carla", id, submit(client, &format!("Title of {id}"), Some("olga"))).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
        self.item(id).await
    }

    pub async fn item(&self, id: &str) -> Item {
        self.store.item(&ItemId::from(id)).await.unwrap().unwrap()
    }

    pub async fn person(&self, id: &str) -> Person {
        self.store.directory().await.unwrap().people().get(&PersonId::from(id)).unwrap().clone()
    }

    /// Runs a statement behind the store's back.
    pub async fn tamper(&self, sql: &str) {
        use sqlx::{AssertSqlSafe, Connection as _};
        let url = format!("sqlite://{}", self.data.path().join("portal.db").display());
        let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 5000;")
            .execute(&mut db)
            .await
            .unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }
}

/// An order from a console of `who`.
pub fn from_console(who: &str, console: &str, envelope: &Envelope) -> Order {
    Order {
        id: envelope.id.clone(),
        item: envelope.item.clone(),
        command: Some(envelope.command.clone()),
        by: postern_domain::Actor::Person(PersonId::from(who)),
        made_at: Some(envelope.made_at),
        source: Source::Console {
            console: ConsoleId::from(console),
            seq: envelope.seq,
            payload_hash: ReceivedEnvelope::from(envelope).payload_hash(),
            only_if_known: envelope.only_if_known,
        },
    }
}

pub fn say(id: &str, body: &str) -> Command {
    Command::Comment {
        id: CommentId::from(id),
        visibility: Visibility::Client,
        body: body.to_owned(),
        mentions: Vec::new(),
    }
}

pub fn comment_envelope(seq: u64, item: &str) -> Envelope {
    envelope(seq, item, say(&format!("{item}-comment-{seq}"), &format!("Comment {seq}")))
}

/// An item and its log, as an import makes them: submitted, then `notes` lines more.
pub fn history(id: &str, client: &Client, reference: &str, notes: usize) -> (Item, Vec<Recorded>) {
    let at = |line: usize| Timestamp(START + line as i64 * 60_000);
    let recorded = |line: usize, event| Recorded {
        event,
        by: Actor::System("import".into()),
        on_behalf_of: None,
        at: at(line),
        device_at: None,
        command: None,
    };
    let submission =
        Submission { reference: reference.into(), ..submission(client, "Imported", Some("olga")) };
    let mut log = vec![recorded(0, Event::submitted(submission, &Journey::built_in()))];
    log.extend((1..=notes).map(|line| recorded(line, Event::Noted { activity: format!("Activity {line}") })));
    (replay(&ItemId::from(id), &log).unwrap(), log)
}

/// Begins a load, which must be possible.
pub async fn snapshot(store: &Store, person: &PersonId, wish: BootstrapWish) -> (BootstrapBegin, Bootstrap) {
    match store.bootstrap(person, wish).await.unwrap() {
        BootstrapStart::Ready(begin, snapshot) => (*begin, *snapshot),
        other => panic!("{other:?}"),
    }
}

/// Everything since a cursor, closed items included.
pub fn since(cursor: &Cursor, limit: usize) -> Since {
    Since { cursor: cursor.clone(), limit, closed_since: None, asks_expected: false }
}
