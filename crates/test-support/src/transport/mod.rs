//! A network that fails when told to: a TCP proxy in front of a portal, with or without TLS. In-process tests and journeys
//! through real processes use the same one. To add a fault: a variant of [`Fault`], and what it does in [`serve`].

mod fault;
mod request;
mod tls;
mod traffic;

pub use fault::{Fault, RequestLine};
pub use tls::{Identity, PORTAL_CERTIFICATE};

use request::read_request;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Plan = Box<dyn FnMut(&RequestLine) -> Fault + Send>;

struct Shared {
    upstream: Mutex<SocketAddr>,
    plan: Mutex<Plan>,
    seen: Mutex<Vec<(RequestLine, Fault)>>,
    /// Whose certificate it shows; none: it speaks without TLS.
    identity: Mutex<Option<Identity>>,
    /// Requests that are delivered after the next one to the same address.
    late: Mutex<Vec<(RequestLine, Vec<u8>)>>,
}

impl Shared {
    /// What is to be delivered after this request.
    fn take_late(&self, line: &RequestLine) -> Vec<Vec<u8>> {
        let mut late = lock(&self.late);
        let (now, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut *late).into_iter().partition(|(other, _)| other.path == line.path);
        *late = rest;
        now.into_iter().map(|(_, request)| request).collect()
    }
}

/// Stops when dropped.
pub struct FaultyTransport {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl FaultyTransport {
    /// Listens on a free port and passes everything on to `upstream` until told otherwise.
    pub async fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream),
            plan: Mutex::new(Box::new(|_| Fault::Pass)),
            seen: Mutex::new(Vec::new()),
            identity: Mutex::new(None),
            late: Mutex::new(Vec::new()),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, server })
    }

    /// Nobody listens there any more: connections are refused.
    pub async fn close(&mut self) {
        self.server.abort();
        // The socket is closed when the task is gone.
        let _ = (&mut self.server).await;
    }

    /// Listens again where it did.
    pub async fn reopen(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.server = tokio::spawn(accept(listener, Arc::clone(&self.shared)));
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its address for a console that expects TLS.
    pub fn secure_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// From the next connection on it speaks TLS and shows this certificate; or plain bytes again.
    pub fn speak(&self, identity: Option<Identity>) {
        *lock(&self.shared.identity) = identity;
    }

    /// Decides about every request from now on.
    pub fn plan(&self, plan: impl FnMut(&RequestLine) -> Fault + Send + 'static) {
        *lock(&self.shared.plan) = Box::new(plan);
    }

    /// `fault` for the next request whose path begins with `path`; all others pass.
    pub fn once(&self, path: &'static str, fault: Fault) {
        let mut left = Some(fault);
        self.plan(
            move |line| {
                if line.path.starts_with(path) { left.take().unwrap_or(Fault::Pass) } else { Fault::Pass }
            },
        );
    }

    /// No request gets through any more.
    pub fn cut(&self) {
        self.plan(|_| Fault::DropRequest);
    }

    /// All is well again.
    pub fn heal(&self) {
        self.plan(|_| Fault::Pass);
    }

    /// The portal has moved, for example because it was started again.
    pub fn redirect(&self, upstream: SocketAddr) {
        *lock(&self.shared.upstream) = upstream;
    }

    /// Every request so far and what happened to it.
    pub fn seen(&self) -> Vec<(RequestLine, Fault)> {
        lock(&self.shared.seen).clone()
    }
}

impl Drop for FaultyTransport {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A broken connection is what this is for.
            let _ = welcome(client, &shared).await;
        });
    }
}

async fn welcome(client: TcpStream, shared: &Shared) -> io::Result<()> {
    let identity = *lock(&shared.identity);
    match identity {
        None => serve(client, shared).await,
        Some(identity) => serve(tls::accept(client, identity).await?, shared).await,
    }
}

/// One request and its reply; the connection ends with it, so that every request goes through the plan.
async fn serve(mut client: impl AsyncRead + AsyncWrite + Unpin, shared: &Shared) -> io::Result<()> {
    let Some((line, request)) = read_request(&mut client).await? else { return Ok(()) };
    let fault = (lock(&shared.plan))(&line);
    lock(&shared.seen).push((line.clone(), fault));
    if let Some(answer) = fault.answer() {
        client.write_all(answer.as_bytes()).await?;
        return client.shutdown().await;
    }
    let upstream = *lock(&shared.upstream);
    match fault {
        Fault::DropRequest => return Ok(()),
        Fault::AfterNext => {
            lock(&shared.late).push((line, request));
            return Ok(());
        }
        Fault::Stall => return std::future::pending().await,
        Fault::Delay(time) => tokio::time::sleep(time).await,
        Fault::Duplicate => drain(upstream, &request).await?,
        Fault::DropReply => return drain(upstream, &request).await,
        _ => {}
    }
    let mut portal = TcpStream::connect(upstream).await?;
    match fault {
        Fault::CutBody(length) => {
            let head = request.windows(4).position(|part| part == b"\r\n\r\n").unwrap_or(0) + 4;
            portal.write_all(&request[..request.len().min(head + length)]).await?;
            return portal.shutdown().await;
        }
        Fault::CutReply(length) => {
            portal.write_all(&request).await?;
            client.write_all(&traffic::first_bytes(&mut portal, length).await?).await?;
            return client.flush().await;
        }
        Fault::Slow(bits_a_second) => {
            traffic::trickle(&mut &request[..], &mut portal, bits_a_second).await?;
            traffic::trickle(&mut portal, &mut client, bits_a_second).await?;
        }
        _ => {
            portal.write_all(&request).await?;
            let late = shared.take_late(&line);
            if late.is_empty() {
                tokio::io::copy(&mut portal, &mut client).await?;
            } else {
                let reply = traffic::first_bytes(&mut portal, usize::MAX).await?;
                for request in late {
                    drain(upstream, &request).await?;
                }
                client.write_all(&reply).await?;
            }
        }
    }
    client.shutdown().await
}

/// Lets the portal do what it is asked, and throws its reply away.
async fn drain(upstream: SocketAddr, request: &[u8]) -> io::Result<()> {
    let mut portal = TcpStream::connect(upstream).await?;
    portal.write_all(request).await?;
    tokio::io::copy(&mut portal, &mut tokio::io::sink()).await?;
    Ok(())
}
