//! What the engine is handed: time, chance, secrets, the network.

use crate::secrets::SecretStore;
use crate::transport::Transport;
use futures_util::future::BoxFuture;
use postern_domain::Timestamp;
use std::sync::Arc;

/// The device's clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    /// Done after `ms` milliseconds.
    fn sleep(&self, ms: i64) -> BoxFuture<'static, ()>;
}

/// Where ids and jitter come from.
pub trait Chance: Send + Sync {
    /// An id that nobody else has; later ones sort behind earlier ones.
    fn id(&self) -> String;
    /// Evenly spread from 0 up to, and not including, 1.
    fn unit(&self) -> f64;
}

#[derive(Clone)]
pub struct Deps {
    pub clock: Arc<dyn Clock>,
    pub chance: Arc<dyn Chance>,
    pub secrets: Arc<dyn SecretStore>,
    pub transport: Arc<dyn Transport>,
    /// What the person calls this device, for the portal's list of devices.
    pub device: String,
    /// How many queries of the cache run at once; further ones wait.
    pub readers: u32,
}
