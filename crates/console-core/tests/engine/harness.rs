//! A portal, a network, and consoles.

use futures_util::future::BoxFuture;
use postern_console_core::secrets::{InMemory, SecretStore};
use postern_console_core::transport::{self, HttpTransport, Reply, Transport, Unreachable};
use postern_console_core::{
    ActOptions, ActResult, Chance, Clock, Deps, Engine, ItemView, OutboxLine, Request, Settlement, Target,
};
use postern_domain::*;
use postern_portal_store::PersonChange;
use postern_protocol::{CommandOutcome, DirectCommand, NewItem, paths};
use postern_test_support::{FakeClock, FaultyTransport, PASSWORD, Session, TestPortal, clerk};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

struct SharedClock(Arc<FakeClock>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        use postern_portal::Clock as _;
        self.0.now()
    }

    fn sleep(&self, ms: i64) -> BoxFuture<'static, ()> {
        // Waits are short here, whatever the clock says: only their order matters.
        let length = Duration::from_millis(u64::try_from(ms.clamp(0, 50)).unwrap());
        Box::pin(tokio::time::sleep(length))
    }
}

/// Numbered ids, and jitter in the middle.
pub struct Numbered {
    name: &'static str,
    next: AtomicU64,
}

impl Chance for Numbered {
    fn id(&self) -> String {
        format!("{}-{:06}", self.name, self.next.fetch_add(1, Ordering::SeqCst))
    }

    fn unit(&self) -> f64 {
        0.5
    }
}

type Tap = Box<dyn FnMut(&mut transport::Request) -> BoxFuture<'static, ()> + Send>;

/// A network in which something happens with a request, or meanwhile, before it leaves.
pub struct Tapped {
    inner: HttpTransport,
    tap: Mutex<Option<Tap>>,
}

impl Tapped {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { inner: HttpTransport::new().unwrap(), tap: Mutex::new(None) })
    }

    pub fn tap(&self, tap: impl FnMut(&mut transport::Request) -> BoxFuture<'static, ()> + Send + 'static) {
        *self.tap.lock().unwrap() = Some(Box::new(tap));
    }

    pub fn untap(&self) {
        *self.tap.lock().unwrap() = None;
    }
}

impl Transport for Tapped {
    fn send(&self, mut request: transport::Request) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        let before = self.tap.lock().unwrap().as_mut().map(|tap| tap(&mut request));
        Box::pin(async move {
            if let Some(before) = before {
                before.await;
            }
            self.inner.send(request).await
        })
    }
}

pub struct World {
    pub portal: TestPortal,
    pub network: FaultyTransport,
    next: AtomicU64,
}

impl World {
    pub async fn new() -> Self {
        Self::around(TestPortal::start().await).await
    }

    pub async fn around(portal: TestPortal) -> Self {
        let network = FaultyTransport::start(portal.address()).await.unwrap();
        Self { portal, network, next: AtomicU64::new(1) }
    }

    /// A console of `person` in a profile of its own, signed in and loaded.
    pub async fn console(&self, person: &'static str) -> Console {
        let console = self.console_signed_out(person, Arc::new(InMemory::new())).await;
        console.sign_in().await;
        console
    }

    pub async fn console_signed_out(&self, person: &'static str, secrets: Arc<dyn SecretStore>) -> Console {
        self.console_of(person, self.deps(person, secrets)).await
    }

    /// As that, over another network.
    pub async fn console_over(&self, person: &'static str, transport: Arc<Tapped>) -> Console {
        let deps = Deps { transport, ..self.deps(person, Arc::new(InMemory::new())) };
        self.console_of(person, deps).await
    }

    async fn console_of(&self, person: &'static str, deps: Deps) -> Console {
        let profile = tempfile::tempdir().unwrap();
        let engine = Engine::open(profile.path(), deps.clone()).await.unwrap();
        Console { engine, deps, person, url: self.network.url(), profile }
    }

    pub fn deps(&self, person: &'static str, secrets: Arc<dyn SecretStore>) -> Deps {
        let first = self.next.fetch_add(1, Ordering::SeqCst) * 10_000;
        Deps {
            clock: Arc::new(SharedClock(Arc::clone(&self.portal.clock))),
            chance: Arc::new(Numbered { name: person, next: AtomicU64::new(first) }),
            secrets,
            transport: Arc::new(HttpTransport::new().unwrap()),
            device: "a test".to_owned(),
            readers: 2,
        }
    }

    /// An item of ACME's that Carla hands over; `olga` owns it, and its first step is hers.
    pub async fn item(&self, title: &str) -> Item {
        self.item_owned_by(title, "olga").await
    }

    pub async fn item_owned_by(&self, title: &str, owner: &str) -> Item {
        self.hand_over("carla", "acme", title, Some(owner)).await
    }

    /// An item that a contact of a client's hands over.
    pub async fn hand_over(&self, contact: &str, client: &str, title: &str, owner: Option<&str>) -> Item {
        let new = NewItem {
            command: CommandId(format!("new-{}", self.next.fetch_add(1, Ordering::SeqCst))),
            kind: Kind::Deliverable,
            title: title.to_owned(),
            description: format!("About {title}"),
            client: ClientId::from(client),
            project: None,
            journey: None,
            fields: Fields::new(),
            priority: Priority::Normal,
            owner: owner.map(PersonId::from),
        };
        let contact = self.portal.sign_in(contact).await;
        let reply = contact.post(paths::ITEMS, &new).send().await.unwrap();
        assert_eq!(reply.status(), 201, "{:?}", reply.text().await);
        let id = self.portal.store().item_of_command(&new.command).await.unwrap().unwrap();
        self.now(&id).await
    }

    /// What somebody does by another way than a console of these tests.
    pub async fn elsewhere(&self, person: &str, item: &ItemId, command: Command) -> CommandOutcome {
        let reference = self.now(item).await.reference;
        let session: Session = self.portal.sign_in(person).await;
        let direct = DirectCommand {
            id: CommandId(format!("other-{}", self.next.fetch_add(1, Ordering::SeqCst))),
            command,
        };
        let reply =
            session.post(&format!("{}/{reference}/commands", paths::ITEMS), &direct).send().await.unwrap();
        assert!(reply.status().is_success(), "{:?}", reply.text().await);
        reply.json().await.unwrap()
    }

    /// Gives somebody other grants.
    pub async fn grant(&self, who: &str, grants: Vec<Grant>) {
        let change = PersonChange { grants: Some(grants), ..PersonChange::default() };
        let store = self.portal.store();
        store.change_person(&who.into(), &change, &clerk(), self.portal.environment.now()).await.unwrap();
    }

    pub async fn person(&self, who: &str) -> Person {
        self.portal.store().directory().await.unwrap().people().get(&who.into()).unwrap().clone()
    }

    /// The item as the portal has it.
    pub async fn now(&self, item: &ItemId) -> Item {
        self.portal.store().item(item).await.unwrap().unwrap()
    }

    /// How many requests to `path` came through the network.
    pub fn requests(&self, path: &str) -> usize {
        self.network.seen().iter().filter(|(line, _)| line.path.starts_with(path)).count()
    }
}

pub struct Console {
    pub engine: Engine,
    pub deps: Deps,
    pub person: &'static str,
    pub url: String,
    pub profile: TempDir,
}

impl Console {
    pub async fn sign_in(&self) {
        self.engine.sign_in(&self.url, &format!("{}@example.com", self.person), PASSWORD).await.unwrap();
        self.engine.sync_now().await.unwrap();
    }

    /// Another process on the same profile, or the same one started again.
    pub async fn again(&self) -> Engine {
        Engine::open(self.profile.path(), self.deps.clone()).await.unwrap()
    }

    /// What lies in the profile, for looking and for damaging it.
    pub async fn cache(&self) -> sqlx::SqliteConnection {
        use sqlx::Connection as _;
        let url = format!("sqlite://{}", self.profile.path().join("cache.db").display());
        sqlx::SqliteConnection::connect(&url).await.unwrap()
    }

    /// The files that lie directly in the profile.
    pub fn files(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.profile.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
    }

    /// The process is gone, without a chance to finish anything. Its profile stays as long as the folder is held.
    pub fn die(self) -> TempDir {
        self.profile
    }

    pub async fn act(&self, item: &ItemId, request: Request) -> ActResult {
        let target = Target { id: item.clone(), seen: None };
        self.engine.act(&[target], &request, ActOptions { hold_ms: 0 }).await.unwrap()
    }

    /// Acts on the item as it is shown and returns the command's id.
    pub async fn give(&self, item: &ItemId, request: Request) -> CommandId {
        let given = self.act(item, request).await;
        assert!(given.results[0].accepted, "{}", given.results[0].message);
        self.engine.commands_of(&given.batch).await.unwrap()[0].1.clone()
    }

    pub async fn sync(&self) {
        self.engine.sync_now().await.unwrap();
    }

    pub async fn item(&self, item: &ItemId) -> ItemView {
        self.engine.item(item).await.unwrap()
    }

    pub async fn stage(&self, item: &ItemId) -> String {
        self.item(item).await.row.stage_name
    }

    pub async fn outbox(&self) -> Vec<OutboxLine> {
        self.engine.outbox().await.unwrap()
    }

    pub async fn settlement(&self, command: &CommandId) -> Settlement {
        self.engine.settlement(command).await.unwrap()
    }
}

pub fn approve() -> Request {
    Request::Approve { comment: None, outputs: Default::default() }
}

pub fn note(body: &str) -> Request {
    Request::Comment { visibility: Visibility::Internal, body: body.to_owned() }
}

/// A change of content: what was seen before is another content afterwards.
pub fn new_title(title: &str) -> Command {
    Command::SetFields { fields: Fields::new(), title: Some(title.to_owned()), description: None }
}

pub fn reassign(to: &str) -> Request {
    Request::Reassign { to: PersonId::from(to), reason: None, step: None, from: None }
}
