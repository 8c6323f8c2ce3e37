//! Starting and stopping the portal.

use crate::admission::Admission;
use crate::auth::{PasswordCheck, PasswordCost, Throttle};
use crate::automation::{self, Clockwork};
use crate::config::Config;
use crate::environment::Environment;
use crate::state::{App, Shared};
use crate::uploads::Uploads;
use crate::{jobs, routes};
use axum::Router;
use axum::serve::ListenerExt as _;
use postern_portal_store::{Store, StoreError, StoreOptions};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long requests under way may take to end when the portal stops.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{address} is in use: another program, or another portal, listens there")]
    AddressInUse { address: SocketAddr },
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the portal cannot start: {0}")]
    Internal(String),
}

/// A portal that can be started.
#[derive(Clone, Debug)]
pub struct Portal {
    pub config: Config,
    pub environment: Environment,
    pub password_cost: PasswordCost,
    pub store_options: StoreOptions,
    /// How often the portal's clock looks whether something is to be done.
    pub clock_pace: Duration,
}

/// A portal at work. Dropping it stops it without waiting.
pub struct RunningPortal {
    address: SocketAddr,
    store: Store,
    stopping: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

impl Portal {
    pub fn new(config: Config, environment: Environment) -> Self {
        Self {
            config,
            environment,
            password_cost: PasswordCost::default(),
            store_options: StoreOptions::default(),
            clock_pace: Duration::from_secs(5),
        }
    }

    /// Opens the data directory, listens, and answers from then on.
    ///
    /// # Errors
    /// When there is no portal in `data`, it cannot be opened, or the address is taken.
    pub async fn start(self, data: &Path) -> Result<RunningPortal, StartError> {
        let clock_pace = self.clock_pace;
        let address = self.config.listen;
        let app = self.app(data).await?;
        // A portal that takes nothing in had better not look as if it were at work.
        app.store().assert_writable().await?;
        let (store, stopping) = (app.store().clone(), app.stopping().clone());
        let listener = TcpListener::bind(address).await.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => StartError::AddressInUse { address },
            _ => StartError::Listen { address, source },
        })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        jobs::start(&app);
        automation::start(&app, clock_pace);
        let service = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
        // Replies are small and awaited: they must not wait for company.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
        });
        let until = stopping.clone().cancelled_owned();
        let server =
            tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(until).await });
        Ok(RunningPortal { address, store, stopping, server })
    }

    /// Opens the data directory and does nothing by itself: no socket, no jobs, no automation. Whoever holds it hands
    /// in the requests and says when the clock is looked at.
    ///
    /// # Errors
    /// When there is no portal in `data`, or it cannot be opened.
    pub async fn open(self, data: &Path) -> Result<QuietPortal, StartError> {
        Ok(QuietPortal { app: self.app(data).await?, clockwork: Clockwork::default() })
    }

    async fn app(self, data: &Path) -> Result<App, StartError> {
        let snapshots = self.config.concurrent_loads + self.config.concurrent_comparisons;
        let snapshots = u32::try_from(snapshots).unwrap_or(u32::MAX).max(self.store_options.snapshots);
        let store = Store::open_with(data, StoreOptions { snapshots, ..self.store_options }).await?;
        let passwords =
            PasswordCheck::new(self.config.concurrent_sign_ins, self.password_cost, &self.environment)
                .map_err(|error| StartError::Internal(error.to_string()))?;
        Ok(App::new(Shared {
            store,
            environment: self.environment,
            admission: Admission::new(&self.config),
            config: self.config,
            passwords,
            throttle: Throttle::default(),
            uploads: Uploads::default(),
            stopping: CancellationToken::new(),
        }))
    }
}

/// A portal that answers what it is handed and does nothing by itself.
pub struct QuietPortal {
    app: App,
    clockwork: Clockwork,
}

impl QuietPortal {
    /// The routes, the same as on the socket.
    pub fn router(&self) -> Router {
        routes::router(self.app.clone())
    }

    pub fn store(&self) -> &Store {
        self.app.store()
    }

    /// Does what the portal's clock has to do by now; returns how many chores that were.
    ///
    /// # Errors
    /// As the store. What was not done is found again.
    pub async fn tick(&mut self) -> Result<usize, StoreError> {
        self.clockwork.tick(&self.app, self.app.environment().now()).await
    }

    /// Ends the streams and all connections.
    pub async fn close(self) {
        self.app.stopping().cancel();
        self.app.store().close().await;
    }
}

impl RunningPortal {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For example `http://127.0.0.1:7420`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Takes no more requests, ends the streams, waits up to ten seconds for what is under way.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        match tokio::time::timeout(GRACE, &mut self.server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "the server ended badly"),
            Ok(Err(error)) => tracing::error!(%error, "the server crashed"),
            Err(_) => {
                tracing::warn!("requests under way were cut off");
                self.server.abort();
            }
        }
        self.store.close().await;
    }
}

impl Drop for RunningPortal {
    fn drop(&mut self) {
        self.stopping.cancel();
        self.server.abort();
    }
}
