//! A small organisation and its items.

use crate::cache::Cache;
use crate::lease::Lease;
use crate::meta::Meta;
use crate::outbox::NewCommand;
use crate::staging::{Load, Staging, Swapped};
use postern_domain::*;
use postern_protocol::{Change, ChangePage, CommandOutcome, Cursor, Directory, Envelope, Outcome};
use tempfile::TempDir;

pub const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
pub const READERS: u32 = 2;
/// The person whose cache it is: owns items and may approve them.
pub const ME: &str = "ana";

pub fn at(minutes: i64) -> Timestamp {
    NOW.plus_ms(minutes * MINUTE_MS)
}

fn person(id: &str, name: &str, roles: &[Role]) -> Person {
    Person {
        id: PersonId::from(id),
        name: name.to_owned(),
        email: format!("{id}@example.com"),
        time_zone: "Europe/Amsterdam".to_owned(),
        grants: roles.iter().map(|role| Grant { role: *role, scope: Scope::EVERYTHING }).collect(),
        disabled: false,
        groups: Vec::new(),
        lead: None,
    }
}

fn client(id: &str, name: &str, code: &str, cohort: &str) -> Client {
    Client {
        id: ClientId::from(id),
        name: name.to_owned(),
        code: code.to_owned(),
        cohort: cohort.to_owned(),
        owner: None,
    }
}

pub fn directory() -> Directory {
    Directory {
        people: vec![
            person(ME, "Ana Costa", &[Role::InternalOwner, Role::InternalApprover]),
            person("ben", "Ben Okafor", &[Role::InternalApprover]),
            person("mara", "Mara Lindqvist", &[Role::TeamLead]),
            person("carla", "Carla Client", &[Role::Client]),
        ],
        clients: vec![
            client("c-acme", "Acme Works", "ACME", "enterprise"),
            client("c-brio", "Brió Café", "BRIO", "spring pilot"),
        ],
        projects: Vec::new(),
        journeys: vec![Journey::built_in()],
        ..Directory::default()
    }
}

/// An item of Acme's in its first review, which is its owner's turn.
pub fn item(number: u32, owner: &str) -> Item {
    let submission = Submission {
        reference: format!("ACME-{number}"),
        kind: Kind::Deliverable,
        title: format!("Annual report {number}"),
        description: "With résumé and figures".to_owned(),
        client: ClientId::from("c-acme"),
        project: None,
        journey: Journey::built_in().reference(),
        fields: Fields::new(),
        priority: Priority::Normal,
        owner: Some(PersonId::from(owner)),
    };
    let id = ItemId(format!("item-{number}"));
    run(None, &id, &Command::Submit(Box::new(submission)), "carla", at(-600))
}

/// The item after a command, as the portal would have it.
pub fn run(item: Option<Item>, id: &ItemId, command: &Command, by: &str, now: Timestamp) -> Item {
    let organisation = directory().organisation();
    let journey = Journey::built_in();
    let actor = Actor::Person(PersonId::from(by));
    let situation =
        Situation { item: item.as_ref(), journey: &journey, organisation: &organisation, successor: None };
    let Ruling::Happened(events) = decide(situation, command, &actor, now).unwrap() else {
        return item.unwrap();
    };
    let mut state = item;
    for event in events {
        let recorded = Recorded {
            event,
            by: actor.clone(),
            on_behalf_of: None,
            at: now,
            device_at: None,
            command: None,
        };
        state = Some(apply(state, id, &recorded).unwrap());
    }
    state.unwrap()
}

pub fn after(item: &Item, command: &Command, by: &str, now: Timestamp) -> Item {
    run(Some(item.clone()), &item.id, command, by, now)
}

pub fn approve(item: &Item) -> Command {
    let step = item.reviews.first().map(|review| review.step.clone());
    Command::approve(Seen::of(item, step))
}

pub fn comment(id: &str, body: &str) -> Command {
    Command::Comment {
        id: CommentId::from(id),
        visibility: Visibility::Internal,
        body: body.to_owned(),
        mentions: Vec::new(),
    }
}

pub fn cursor(seq: i64) -> Cursor {
    Cursor { epoch: "e1".to_owned(), seq, scope_generation: 1, directory_version: 1 }
}

/// A load of everything that begins at `seq`.
pub fn load(seq: i64) -> Load {
    Load { cursor: cursor(seq), closed_since: None, last: None }
}

pub fn page(seq: i64, items: &[Item]) -> ChangePage {
    ChangePage {
        changes: items.iter().map(|item| Change::Upsert { item: Box::new(item.clone()) }).collect(),
        directory: None,
        cursor: cursor(seq),
        more: false,
        expected: None,
        server_time: NOW,
    }
}

pub fn applied(envelope: &Envelope, at_seq: i64) -> CommandOutcome {
    outcome(envelope, at_seq, Outcome::Applied { version: 0 })
}

pub fn outcome(envelope: &Envelope, at_seq: i64, outcome: Outcome) -> CommandOutcome {
    CommandOutcome { id: envelope.id.clone(), seq: envelope.seq, at_seq, outcome }
}

/// A cache in a folder of its own, filled with `items` at sequence 10.
pub struct Scene {
    pub cache: Cache,
    pub lease: Lease,
    pub folder: TempDir,
}

impl Scene {
    pub async fn with(items: Vec<Item>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.db"), READERS).await.unwrap();
        cache
            .set_identity(&Meta {
                console: Some(ConsoleId::from("console-1")),
                person: Some(PersonId::from(ME)),
                ..Meta::default()
            })
            .await
            .unwrap();
        let lease = cache.take_lease("test", NOW, 60_000).await.unwrap().unwrap();
        let scene = Self { cache, lease, folder };
        scene.bootstrap(items, 10).await;
        scene
    }

    pub async fn bootstrap(&self, items: Vec<Item>, seq: i64) {
        let mut staging = self.stage(load(seq)).await;
        for item in items {
            staging.add(item).await.unwrap();
        }
        assert_eq!(staging.swap(&self.lease, None, NOW).await.unwrap(), Swapped::AsAnnounced);
    }

    pub async fn stage(&self, load: Load) -> Staging {
        self.cache.stage(&self.lease, load, Some(directory())).await.unwrap()
    }

    pub async fn pull(&self, seq: i64, items: &[Item]) -> crate::Pulled {
        self.cache.apply_page(&self.lease, &page(seq, items), &[], NOW).await.unwrap()
    }

    /// Gives a command, not held. Returns nothing: the command's id is `id`.
    pub async fn leave(&self, seq: i64, id: &ItemId) {
        let mut page = page(seq, &[]);
        page.changes.push(Change::Leave { id: id.clone() });
        self.cache.apply_page(&self.lease, &page, &[], NOW).await.unwrap();
    }

    pub async fn give(&self, id: &str, item: &ItemId, command: Command) {
        self.give_held(id, item, command, NOW).await;
    }

    pub async fn give_held(&self, id: &str, item: &ItemId, command: Command, until: Timestamp) {
        self.cache
            .enqueue(&ME.into(), "batch", std::slice::from_ref(item), NOW, until, |id_of_item, seen, _| {
                Some(NewCommand {
                    id: CommandId::from(id),
                    item: id_of_item.clone(),
                    command: command.clone(),
                    seen: seen.map(|seen| Box::new(seen.clone())),
                    instead_of: Vec::new(),
                })
            })
            .await
            .unwrap();
    }

    pub async fn envelopes(&self, now: Timestamp) -> Vec<Envelope> {
        self.cache.next_envelopes(&self.lease, 100, now, &Default::default()).await.unwrap()
    }

    pub async fn outbox_ids(&self) -> Vec<String> {
        self.cache.outbox(NOW).await.unwrap().into_iter().map(|row| row.id.0).collect()
    }

    pub async fn shown(&self, id: &ItemId) -> Option<Item> {
        self.cache.item(id).await.unwrap().map(|cached| cached.item)
    }
}
