//! The portal of a simulated world: the real routes and the real store, called in this thread.

use crate::calls::path_of;
use crate::files::copy_folder;
use crate::rules;
use crate::seam::{SimClock, SimRandom};
use crate::wire::Answer;
use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{self, HeaderMap, header};
use futures_util::stream;
use postern_console_core::transport::{Method, Request};
use postern_portal::{Config, Environment, PasswordCost, Portal, QuietPortal};
use postern_portal_store::{Rules, Store, StoreOptions};
use postern_protocol::{REQUEST_ID, UPLOAD_COMPLETE, UPLOAD_OFFSET, UploadState};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower::ServiceExt as _;

/// More than any reply here has, in bytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// How a portal of a world works.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    pub rules: Rules,
    /// Its loads make room after each page, and pages are small.
    pub pauses: bool,
}

pub struct PortalSide {
    data: PathBuf,
    environment: Environment,
    ways: Ways,
    running: Running,
}

/// What ends when the portal's process ends.
struct Running {
    quiet: QuietPortal,
    router: Router,
    /// The simulator's own connection: for what no route shows, and to keep the log file from being folded away.
    watcher: SqliteConnection,
}

pub fn environment(clock: Arc<SimClock>, seed: u64) -> Environment {
    Environment { clock, random: Arc::new(SimRandom::new(seed)) }
}

impl PortalSide {
    pub async fn open(data: PathBuf, environment: Environment, ways: Ways) -> anyhow::Result<Self> {
        let running = Running::start(&data, &environment, ways).await?;
        Ok(Self { data, environment, ways, running })
    }

    pub fn store(&self) -> &Store {
        self.running.quiet.store()
    }

    pub fn now(&self) -> postern_domain::Timestamp {
        self.environment.now()
    }

    pub fn watcher(&mut self) -> &mut SqliteConnection {
        &mut self.running.watcher
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Hands in one request and waits for the whole answer.
    pub async fn answer(&self, request: &Request) -> anyhow::Result<Answer> {
        self.hand_in(request, Body::from(request.body.clone().unwrap_or_default())).await
    }

    /// Hands in a request whose connection breaks after so many bytes of its body. Nobody hears the answer.
    pub async fn break_off(&self, request: &Request, after: usize) -> anyhow::Result<Answer> {
        let body = request.body.as_deref().unwrap_or_default();
        let came = Bytes::copy_from_slice(body.get(..after).unwrap_or(body));
        let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        self.hand_in(request, Body::from_stream(stream::iter([Ok(came), Err(broken)]))).await
    }

    async fn hand_in(&self, request: &Request, body: Body) -> anyhow::Result<Answer> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Patch => http::Method::PATCH,
            Method::Post => http::Method::POST,
        };
        let mut builder = http::Request::builder().method(method).uri(path_of(request));
        if let Some(token) = &request.bearer {
            builder = builder.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if request.body.is_some() && request.headers.iter().all(|(name, _)| *name != "content-type") {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let reply = match self.running.router.clone().oneshot(builder.body(body)?).await {
            Ok(reply) => reply,
            Err(never) => match never {},
        };
        let (head, body) = reply.into_parts();
        let body = to_bytes(body, LARGEST).await?;
        let upload = text(&head.headers, UPLOAD_OFFSET).zip(text(&head.headers, UPLOAD_COMPLETE));
        Ok(Answer {
            status: head.status.as_u16(),
            content_type: text(&head.headers, "content-type").unwrap_or_default().to_owned(),
            request_id: text(&head.headers, REQUEST_ID).map(str::to_owned),
            retry_after: text(&head.headers, "retry-after").and_then(|seconds| seconds.parse().ok()),
            upload: upload.and_then(|(offset, complete)| UploadState::read(offset, complete)),
            body,
            cut_at: None,
        })
    }

    pub async fn tick(&mut self) -> anyhow::Result<usize> {
        Ok(self.running.quiet.tick().await?)
    }

    /// The process dies and starts again on the same files.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.replace(self.data.clone()).await
    }

    /// As `postern-portal backup`.
    pub async fn back_up(&self, target: &Path) -> anyhow::Result<()> {
        self.store().backup(target).await?;
        Ok(())
    }

    /// As the manual says: an empty data directory, the backup's content, `postern-portal restored`, start. Without
    /// `roll`, somebody forgot the third.
    pub async fn restore(&mut self, backup: &Path, data: PathBuf, roll: bool) -> anyhow::Result<()> {
        copy_portal(backup, &data)?;
        if roll {
            let store = Store::open(&data).await?;
            store.roll_epoch(&self.environment.epoch()).await?;
            store.close().await;
        }
        self.replace(data).await
    }

    async fn replace(&mut self, data: PathBuf) -> anyhow::Result<()> {
        let next = Running::start(&data, &self.environment, self.ways).await?;
        let before = std::mem::replace(&mut self.running, next);
        self.data = data;
        before.quiet.close().await;
        before.watcher.close().await?;
        rules::forget();
        Ok(())
    }
}

impl Running {
    async fn start(data: &Path, environment: &Environment, ways: Ways) -> anyhow::Result<Self> {
        let Ways { rules, pauses } = ways;
        let mut store_options = StoreOptions { rules, readers: 1, ..StoreOptions::default() };
        let mut config = Config::default();
        if pauses {
            (config.load_seconds, store_options.load_page) = (0, 2);
        }
        let portal = Portal {
            password_cost: PasswordCost::Trivial,
            store_options,
            ..Portal::new(config, environment.clone())
        };
        let quiet = portal.open(data).await.context("the portal does not open")?;
        let router = quiet.router();
        let watcher = watch(&data.join("portal.db")).await?;
        Ok(Self { quiet, router, watcher })
    }
}

/// A connection past the product, for looking and for spoiling.
pub async fn watch(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(false)
        .busy_timeout(std::time::Duration::from_secs(15))
        .statement_cache_capacity(64);
    options.connect().await.with_context(|| format!("{} does not open", file.display()))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Copies what a portal consists of; nobody may be writing.
pub fn copy_portal(from: &Path, to: &Path) -> anyhow::Result<()> {
    copy_folder(&from.join("files"), &to.join("files"))?;
    for name in ["portal.db", "audit.key"] {
        std::fs::copy(from.join(name), to.join(name))
            .with_context(|| format!("{name} of {}", from.display()))?;
    }
    Ok(())
}
