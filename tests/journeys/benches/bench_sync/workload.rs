//! The work in a portal that is measured: as many small items as wished, the same in every run, beside a sample's people
//! and clients. Some thousands wait for one of the approvers; of the rest, some are closed and most wait for their owner.

use postern_domain::{
    Actor, Client, Command, HOUR_MS, Item, ItemId, Journey, Kind, Organisation, PersonId, Place, Priority,
    Recorded, Role, Ruling, Seen, Situation, Submission, Timestamp, apply, decide,
};
use postern_portal_store::Store;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::time::SystemTime;

/// Items that are committed together.
const STEP: u32 = 20_000;
/// A description of so many characters makes an item about 1 KB.
const DESCRIPTION: usize = 30;
/// So many wait for an approver, so that each of them has enough to decide.
const IN_REVIEW: u32 = 12_500;
/// Of what waits for no approver.
const CLOSED: f64 = 0.15;
const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
const WORDS: [&str; 12] = [
    "figures",
    "for",
    "the",
    "second",
    "quarter",
    "with",
    "corrected",
    "totals",
    "signed",
    "by",
    "both",
    "sides",
];

/// Those who hand over at a client, and those who may own it there.
struct Side {
    client: Client,
    contacts: Vec<PersonId>,
    owners: Vec<PersonId>,
}

struct Maker {
    organisation: Organisation,
    journey: Journey,
    sides: Vec<Side>,
    now: Timestamp,
}

/// Puts `count` items into the portal whose data folder this is, and which is not running.
pub async fn fill(data: &Path, count: u32) {
    let store = Store::open(data).await.unwrap();
    let maker = Maker::new(&store).await;
    let mut bulk = store.bulk(&Actor::System("bench".to_owned()), maker.now).await.unwrap();
    for number in 0..count {
        let in_review = number.is_multiple_of((count / IN_REVIEW).max(1));
        let (item, log) = maker.item(number, in_review);
        bulk.add_item(&item, &log).await.unwrap();
        if number % STEP == STEP - 1 {
            bulk.checkpoint().await.unwrap();
        }
    }
    bulk.commit().await.unwrap();
    store.close().await;
}

impl Maker {
    async fn new(store: &Store) -> Self {
        let directory = store.directory().await.unwrap();
        let holders = |role: Role, client: &Client| -> Vec<PersonId> {
            let place = Place { client: &client.id, project: None, kind: Kind::Request };
            let holding = directory.people().iter().filter(|person| person.holds(role, place));
            holding.map(|person| person.id.clone()).collect()
        };
        let sides = directory.clients.values().map(|client| Side {
            client: client.clone(),
            contacts: holders(Role::Client, client),
            owners: holders(Role::InternalOwner, client),
        });
        let sides = sides.filter(|side| !side.contacts.is_empty() && !side.owners.is_empty());
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Self {
            sides: sides.collect(),
            organisation: directory.organisation.clone(),
            journey: Journey::built_in(),
            now: Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap()),
        }
    }

    /// An item and all that happened to it, which its number says.
    fn item(&self, number: u32, in_review: bool) -> (Item, Vec<Recorded>) {
        let mut chance = ChaCha8Rng::seed_from_u64(u64::from(number));
        let side = self.sides.choose(&mut chance).unwrap();
        let (contact, owner) =
            (side.contacts.choose(&mut chance).unwrap(), side.owners.choose(&mut chance).unwrap());
        let handed_over = self.now.plus_ms(-HOUR_MS * chance.random_range(20..320));
        let submission = Submission {
            reference: format!("{}-{}", side.client.code, 100_000 + number),
            kind: Kind::Request,
            title: format!("Report {number} for the steering group"),
            description: description(&mut chance),
            client: side.client.id.clone(),
            project: None,
            journey: self.journey.reference(),
            fields: Default::default(),
            priority: *PRIORITIES.choose(&mut chance).unwrap(),
            owner: Some(owner.clone()),
        };
        let mut life =
            Life { maker: self, id: ItemId(format!("0199bench{number:023x}")), item: None, log: Vec::new() };
        life.then(Command::Submit(Box::new(submission)), contact, handed_over);
        let later = handed_over.plus_ms(HOUR_MS);
        if in_review {
            let item = life.item.as_ref().unwrap();
            let step = item.reviews.first().map(|review| review.step.clone());
            life.then(Command::approve(Seen::of(item, step)), owner, later);
        } else if chance.random_bool(CLOSED) {
            life.then(Command::Withdraw { reason: "No longer needed".to_owned() }, contact, later);
        }
        (life.item.unwrap(), life.log)
    }
}

struct Life<'a> {
    maker: &'a Maker,
    id: ItemId,
    item: Option<Item>,
    log: Vec<Recorded>,
}

impl Life<'_> {
    fn then(&mut self, command: Command, by: &PersonId, at: Timestamp) {
        let Maker { organisation, journey, .. } = self.maker;
        let by = Actor::Person(by.clone());
        let situation = Situation { item: self.item.as_ref(), journey, organisation, successor: None };
        let Ruling::Happened(events) = decide(situation, &command, &by, at).unwrap() else { return };
        for event in events {
            let recorded =
                Recorded { event, by: by.clone(), on_behalf_of: None, at, device_at: None, command: None };
            self.item = Some(apply(self.item.take(), &self.id, &recorded).unwrap());
            self.log.push(recorded);
        }
    }
}

fn description(chance: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    while text.len() < DESCRIPTION {
        text.push_str(WORDS.choose(chance).unwrap());
        text.push(' ');
    }
    text.trim_end().to_owned()
}
