//! A network that fails when told to: a TCP proxy in front of a portal that understands just enough HTTP/1.1 to know
//! where a request ends.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Pass,
    /// The portal never sees it; the connection breaks.
    DropRequest,
    /// The portal does what it was asked, and the caller never hears of it.
    DropReply,
    /// The portal gets it twice; the caller gets the second reply.
    Duplicate,
    /// It comes through, later.
    Delay(Duration),
    /// The reply breaks off after so many bytes.
    CutReply(usize),
    /// The request breaks off after so many bytes of its body.
    CutBody(usize),
}

/// The first line of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    pub method: String,
    /// With its query.
    pub path: String,
}

type Plan = Box<dyn FnMut(&RequestLine) -> Fault + Send>;

struct Shared {
    upstream: Mutex<SocketAddr>,
    plan: Mutex<Plan>,
    seen: Mutex<Vec<(RequestLine, Fault)>>,
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
        });
        let serving = Arc::clone(&shared);
        let server = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move {
                    // A broken connection is what this is for.
                    let _ = serve(client, &shared).await;
                });
            }
        });
        Ok(Self { address, shared, server })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

/// One request and its reply; the connection ends with it, so that every request goes through the plan.
async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some((line, request)) = read_request(&mut client).await? else { return Ok(()) };
    let fault = (lock(&shared.plan))(&line);
    lock(&shared.seen).push((line, fault));
    let upstream = *lock(&shared.upstream);
    match fault {
        Fault::DropRequest => return Ok(()),
        Fault::Delay(time) => tokio::time::sleep(time).await,
        Fault::Duplicate => drain(upstream, &request).await?,
        Fault::DropReply => return drain(upstream, &request).await,
        Fault::Pass | Fault::CutReply(_) | Fault::CutBody(_) => {}
    }
    let mut portal = TcpStream::connect(upstream).await?;
    if let Fault::CutBody(length) = fault {
        let head = find(&request, b"\r\n\r\n").unwrap_or(0) + 4;
        portal.write_all(&request[..request.len().min(head + length)]).await?;
        return portal.shutdown().await;
    }
    portal.write_all(&request).await?;
    if let Fault::CutReply(length) = fault {
        let mut reply = vec![0; length];
        let read = read_up_to(&mut portal, &mut reply).await?;
        return client.write_all(&reply[..read]).await;
    }
    tokio::io::copy(&mut portal, &mut client).await?;
    client.shutdown().await
}

/// Lets the portal do what it is asked, and throws its reply away.
async fn drain(upstream: SocketAddr, request: &[u8]) -> io::Result<()> {
    let mut portal = TcpStream::connect(upstream).await?;
    portal.write_all(request).await?;
    tokio::io::copy(&mut portal, &mut tokio::io::sink()).await?;
    Ok(())
}

async fn read_up_to(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]).await? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Reads one whole request and asks the portal in it to close the connection afterwards.
async fn read_request(client: &mut TcpStream) -> io::Result<Option<(RequestLine, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at;
        }
        if client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let mut words = first.split(' ');
    let line = RequestLine {
        method: words.next().unwrap_or_default().to_owned(),
        path: words.next().unwrap_or_default().to_owned(),
    };
    let mut request = format!("{first}\r\n");
    let (mut length, mut is_chunked) = (0, false);
    for header in lines {
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        match name.to_ascii_lowercase().as_str() {
            "connection" => continue,
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "transfer-encoding" => is_chunked = value.to_ascii_lowercase().contains("chunked"),
            _ => {}
        }
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("connection: close\r\n\r\n");
    let mut body = bytes.split_off(head_end + 4);
    let is_whole = |body: &[u8]| if is_chunked { body.ends_with(b"0\r\n\r\n") } else { body.len() >= length };
    while !is_whole(&body) {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    let mut request = request.into_bytes();
    request.append(&mut body);
    Ok(Some((line, request)))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
