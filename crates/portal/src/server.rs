//! Starting and stopping the portal.

use crate::auth::{PasswordCheck, PasswordCost, Throttle};
use crate::automation;
use crate::config::Config;
use crate::environment::Environment;
use crate::state::{App, Shared};
use crate::{jobs, routes};
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
        let store = Store::open_with(data, self.store_options).await?;
        let address = self.config.listen;
        let listener = TcpListener::bind(address).await.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => StartError::AddressInUse { address },
            _ => StartError::Listen { address, source },
        })?;
        let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
        let internal = |error: &dyn std::fmt::Display| StartError::Internal(error.to_string());
        let passwords =
            PasswordCheck::new(self.config.concurrent_sign_ins, self.password_cost, &self.environment)
                .map_err(|error| internal(&error))?;
        let stopping = CancellationToken::new();
        let app = App::new(Shared {
            store: store.clone(),
            environment: self.environment,
            config: self.config,
            passwords,
            throttle: Throttle::default(),
            stopping: stopping.clone(),
        });
        jobs::start(&app);
        automation::start(&app, self.clock_pace);
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
