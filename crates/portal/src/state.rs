//! What all routes share.

use crate::admission::Admission;
use crate::auth::{PasswordCheck, Throttle};
use crate::config::Config;
use crate::environment::Environment;
use crate::uploads::Uploads;
use postern_portal_store::Store;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
pub struct App(Arc<Shared>);

pub struct Shared {
    pub store: Store,
    pub environment: Environment,
    pub config: Config,
    pub passwords: PasswordCheck,
    pub throttle: Throttle,
    pub uploads: Uploads,
    pub admission: Admission,
    /// Cancelled when the portal stops: streams end.
    pub stopping: CancellationToken,
}

impl App {
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub fn passwords(&self) -> &PasswordCheck {
        &self.0.passwords
    }

    pub fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    /// The uploads that are under way.
    pub fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    pub fn admission(&self) -> &Admission {
        &self.0.admission
    }

    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }
}
