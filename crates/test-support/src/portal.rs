//! A whole portal in this process, on a real loopback socket.

use crate::clock::FakeClock;
use crate::people::{acme, clerk, globex, person, project};
use crate::random::SeededRandom;
use postern_domain::{Journey, Person, Role};
use postern_portal::{Config, Environment, PasswordCost, Portal, RunningPortal, hash_password};
use postern_portal_store::{Founding, Publication, Rules, Store, StoreOptions};
use postern_protocol::{SignIn, SignedIn, paths};
use reqwest::{Client, Method, RequestBuilder};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A portal of the organisation "Example" in a directory that goes away with it. It knows:
/// clients ACME (with project `rocket`) and GLOBEX; staff `olga` (owner) and `abel` (approver) everywhere, `lea` (team
/// lead and admin) everywhere, `gus` (owner) for GLOBEX alone; contacts `carla` of ACME and `gina` of GLOBEX.
pub struct TestPortal {
    pub clock: Arc<FakeClock>,
    pub environment: Environment,
    pub http: Client,
    config: Config,
    store_options: StoreOptions,
    clock_pace: Duration,
    running: Option<RunningPortal>,
    data: TempDir,
}

/// Somebody signed in.
#[derive(Clone)]
pub struct Session {
    pub signed_in: SignedIn,
    base: String,
    http: Client,
}

/// An HTTP client that gives up after ten seconds.
pub fn http() -> Client {
    // Another test of this process may have installed the provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap_or_else(|error| panic!("no HTTP client: {error}"))
}

impl TestPortal {
    pub async fn start() -> Self {
        Self::start_with(Config::default(), Rules::default()).await
    }

    /// Its clock does no chores: items stay as they were put there.
    pub async fn start_without_chores() -> Self {
        Self::start_at_pace(Config::default(), Rules::default(), Duration::from_secs(86_400)).await
    }

    /// # Panics
    /// When the portal cannot start.
    pub async fn start_with(config: Config, rules: Rules) -> Self {
        Self::start_at_pace(config, rules, Duration::from_millis(50)).await
    }

    /// Each of its loads brings so many items, and then makes room and goes on with the next request.
    ///
    /// # Panics
    /// When the portal cannot start.
    pub async fn start_with_loads_of(items: u32) -> Self {
        let config = Config { load_seconds: 0, ..Config::default() };
        let store_options = StoreOptions { load_page: items, ..StoreOptions::default() };
        Self::start_on(config, store_options, Duration::from_millis(50)).await
    }

    async fn start_at_pace(config: Config, rules: Rules, clock_pace: Duration) -> Self {
        let store_options = StoreOptions { rules, ..StoreOptions::default() };
        Self::start_on(config, store_options, clock_pace).await
    }

    async fn start_on(config: Config, store_options: StoreOptions, clock_pace: Duration) -> Self {
        let data = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary directory: {error}"));
        let clock = Arc::new(FakeClock::default());
        let environment =
            Environment { clock: Arc::clone(&clock) as _, random: Arc::new(SeededRandom::new(7)) };
        let config = Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..config };
        found(data.path(), &environment).await;
        let mut portal =
            Self { clock, environment, http: http(), config, store_options, clock_pace, running: None, data };
        portal.run().await;
        portal
    }

    async fn run(&mut self) {
        let portal = Portal {
            password_cost: PasswordCost::Trivial,
            store_options: self.store_options.clone(),
            clock_pace: self.clock_pace,
            ..Portal::new(self.config.clone(), self.environment.clone())
        };
        let running = portal.start(self.data.path()).await;
        self.running = Some(running.unwrap_or_else(|error| panic!("the portal does not start: {error}")));
    }

    /// Stops and starts again on the same data; the address becomes another one.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    fn running(&self) -> &RunningPortal {
        self.running.as_ref().unwrap_or_else(|| panic!("the portal was stopped"))
    }

    pub fn address(&self) -> SocketAddr {
        self.running().address()
    }

    pub fn url(&self) -> String {
        self.running().url()
    }

    pub fn store(&self) -> &Store {
        self.running().store()
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Adds a person who signs in with [`PASSWORD`].
    pub async fn add_person(&self, person: &Person) {
        let hash = trivial_hash(&self.environment);
        self.store()
            .add_person(person, Some(&hash), &clerk(), self.environment.now())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Adds people who sign in with [`PASSWORD`], all at once.
    pub async fn add_people(&self, people: &[Person]) {
        if let Err(error) = self.try_add_people(people).await {
            panic!("the people cannot be added: {error}");
        }
    }

    async fn try_add_people(&self, people: &[Person]) -> anyhow::Result<()> {
        let hash = trivial_hash(&self.environment);
        let mut bulk = self.store().bulk(&clerk(), self.environment.now()).await?;
        for person in people {
            bulk.add_person(person, Some(&hash)).await?;
        }
        Ok(bulk.commit().await?)
    }

    /// Publishes a journey as the next version of its key, for the new items of everybody.
    pub async fn publish(&self, journey: &Journey) -> Journey {
        let published = self
            .store()
            .publish_journey(&Publication::for_all(journey), &clerk(), self.environment.now())
            .await;
        published.unwrap_or_else(|error| panic!("the journey cannot be published: {error}"))
    }

    /// Signs in as the person with the address `<name>@example.com`.
    pub async fn sign_in(&self, name: &str) -> Session {
        self.sign_in_at(&self.url(), name).await
    }

    /// As [`TestPortal::sign_in`], by another way to this portal.
    pub async fn sign_in_at(&self, base: &str, name: &str) -> Session {
        let request = SignIn {
            email: format!("{name}@example.com"),
            password: PASSWORD.to_owned(),
            device: "a test".to_owned(),
        };
        let reply = self.http.post(format!("{base}{}", paths::SIGN_IN)).json(&request).send().await;
        let reply = reply.unwrap_or_else(|error| panic!("{name} cannot sign in: {error}"));
        let signed_in = reply.json().await.unwrap_or_else(|error| panic!("{name} cannot sign in: {error}"));
        Session { signed_in, base: base.to_owned(), http: self.http.clone() }
    }
}

impl Session {
    pub fn person(&self) -> &Person {
        &self.signed_in.person
    }

    pub fn token(&self) -> &str {
        &self.signed_in.tokens.access_token
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post<T: serde::Serialize>(&self, path: &str, body: &T) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(self.token())
    }
}

fn trivial_hash(environment: &Environment) -> String {
    hash_password(PASSWORD, PasswordCost::Trivial, environment).unwrap_or_else(|error| panic!("{error}"))
}

async fn found(data: &Path, environment: &Environment) {
    if let Err(error) = try_found(data, environment).await {
        panic!("the portal cannot be made: {error}");
    }
}

async fn try_found(data: &Path, environment: &Environment) -> anyhow::Result<()> {
    let founding = Founding {
        organisation: "Example".to_owned(),
        epoch: environment.epoch(),
        key_seed: environment.bytes(),
        at: environment.now(),
    };
    let store = Store::create(data, founding).await?;
    let hash = trivial_hash(environment);
    let (acme, globex) = (acme(), globex());
    let mut bulk = store.bulk(&clerk(), environment.now()).await?;
    bulk.add_client(&acme).await?;
    bulk.add_client(&globex).await?;
    bulk.add_project(&project("rocket", &acme)).await?;
    for person in [
        person("olga").everywhere(Role::InternalOwner),
        person("abel").everywhere(Role::InternalApprover),
        person("lea").everywhere(Role::TeamLead).everywhere(Role::PortalAdmin),
        person("gus").at_client(Role::InternalOwner, &globex),
        person("carla").at_client(Role::Client, &acme),
        person("gina").at_client(Role::Client, &globex),
    ] {
        bulk.add_person(&person.build(), Some(&hash)).await?;
    }
    bulk.commit().await?;
    store.close().await;
    Ok(())
}
