//! A console's engine with the real clock and network, and a key store in memory.

use futures_util::future::BoxFuture;
use postern_console_core::secrets::InMemory;
use postern_console_core::transport::{HttpTransport, Reply, Request, Transport, Unreachable};
use postern_console_core::{Deps, Engine};
use postern_journeys::portal::PASSWORD;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

pub struct Console {
    pub engine: Engine,
}

impl Console {
    pub async fn open(profile: &Path) -> Self {
        Self::over(profile, Arc::new(HttpTransport::new().unwrap())).await
    }

    pub async fn over(profile: &Path, transport: Arc<dyn Transport>) -> Self {
        let deps = Deps { secrets: Arc::new(InMemory::new()), transport, ..Deps::system().unwrap() };
        Self { engine: Engine::open(profile, deps).await.unwrap() }
    }

    pub async fn sign_in(&self, portal: &str, email: &str) {
        self.engine.sign_in(portal, email, PASSWORD).await.unwrap();
    }
}

/// Writes down when each request left and how it ended.
pub struct Counting {
    inner: HttpTransport,
    pub sent: Mutex<Vec<Sent>>,
}

#[derive(Clone)]
pub struct Sent {
    pub at: Instant,
    /// When the reply began.
    pub answered: Instant,
    /// Without what follows a question mark.
    pub path: String,
    /// None: no reply came.
    pub status: Option<u16>,
}

impl Counting {
    pub fn new() -> Self {
        Self { inner: HttpTransport::new().unwrap(), sent: Mutex::default() }
    }

    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

impl Transport for Counting {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        let at = Instant::now();
        let url = request.url.split('?').next().unwrap_or_default();
        let path = url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        Box::pin(async move {
            let reply = self.inner.send(request).await;
            let status = reply.as_ref().ok().map(|reply| reply.status);
            self.sent.lock().unwrap().push(Sent { at, answered: Instant::now(), path, status });
            reply
        })
    }
}
