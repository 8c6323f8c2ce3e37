//! Admission: so many consoles are served at once, and the others are asked to come back. After an outage hundreds
//! return in the same second; each must find either an answer or a time to come, and none a portal on its knees.

use crate::config::Config;
use crate::environment::Environment;
use crate::problem::Failure;
use postern_protocol::ErrorCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A request waits so long for its turn before it is sent away.
const PATIENCE: Duration = Duration::from_secs(4);

/// Who is let in. A permit is given back when it is dropped.
#[derive(Debug)]
pub struct Admission {
    loads: Arc<Semaphore>,
    comparisons: Arc<Semaphore>,
    exchanges: Arc<Semaphore>,
}

impl Admission {
    pub fn new(config: &Config) -> Self {
        let permits = |number| Arc::new(Semaphore::new(number));
        Self {
            loads: permits(config.concurrent_loads),
            comparisons: permits(config.concurrent_comparisons),
            exchanges: permits(config.concurrent_exchanges),
        }
    }

    /// For a full load: it takes long, so that waiting for a turn is no use.
    ///
    /// # Errors
    /// 503 with a time to come back.
    pub fn load(&self, environment: &Environment) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.loads).try_acquire_owned().map_err(|_| come_back(environment, 3, 12))
    }

    /// For a comparison of what a console holds with what it should.
    ///
    /// # Errors
    /// 503 with a time to come back.
    pub fn comparison(&self, environment: &Environment) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.comparisons).try_acquire_owned().map_err(|_| come_back(environment, 3, 12))
    }

    /// For a push or a page of changes.
    ///
    /// # Errors
    /// 503 with a time to come back.
    pub async fn exchange(&self, environment: &Environment) -> Result<OwnedSemaphorePermit, Failure> {
        let permit = Arc::clone(&self.exchanges).acquire_owned();
        match tokio::time::timeout(PATIENCE, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(come_back(environment, 1, 6)),
        }
    }
}

/// At another time for each, so that they do not all come back at once again.
fn come_back(environment: &Environment, from: u64, to: u64) -> Failure {
    let [byte] = environment.bytes::<1>();
    let seconds = from + u64::from(byte) % (to - from + 1);
    Failure::new(
        ErrorCode::Unavailable,
        "The portal is busy with other consoles. It is tried again by itself.",
    )
    .retry_after(seconds)
}
