//! The network that an engine is handed: every request stops until the simulator says what becomes of it.
//!
//! An engine may have several requests out at the same time: those of its uploads, beside the one of its round of sync.
//! So that a run is a function of its plan, only one of them goes on at a time: the simulator answers one request, and
//! waits until whatever sent it has sent its next one, or has ended, before it answers another.

use crate::seam::{Died, locked};
use crate::wire::Answer;
use futures_util::future::BoxFuture;
use postern_console_core::transport::{Method, Reply, Request, Transport, Unreachable};
use postern_protocol::{Push, paths};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Mutex;
use std::task::Poll;
use tokio::sync::oneshot;

/// What a request belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    #[default]
    Sync,
    Upload,
}

impl Lane {
    pub const ALL: [Lane; 2] = [Lane::Sync, Lane::Upload];
}

/// A request that waits for the simulator.
pub struct Call {
    pub lane: Lane,
    pub request: Request,
    /// What the portal has answered, and the console has not got yet.
    pub answer: Option<Answer>,
    pub reply: oneshot::Sender<Result<Reply, Unreachable>>,
}

#[derive(Default)]
struct Calls {
    /// Whose work runs now, and sends what is sent.
    running: Lane,
    waiting: Vec<Call>,
}

/// One engine's network.
#[derive(Default)]
pub struct Seam(Mutex<Calls>);

impl Seam {
    /// Takes a request of `lane`, or of any: the one at the place `pick`, counted round. A refresh of the tokens comes
    /// first: whatever else needs fresh ones waits inside the engine until it is answered.
    pub fn take(&self, lane: Option<Lane>, pick: usize) -> Option<Call> {
        let mut calls = locked(&self.0);
        let is_refresh = |call: &Call| path_of(&call.request) == paths::REFRESH;
        let place = match calls.waiting.iter().position(is_refresh) {
            Some(place) => place,
            None => {
                let is_meant = |call: &Call| lane.is_none_or(|lane| call.lane == lane);
                let meant = || calls.waiting.iter().enumerate().filter(|(_, call)| is_meant(call));
                let count = meant().count().max(1);
                meant().nth(pick % count)?.0
            }
        };
        Some(calls.waiting.remove(place))
    }

    /// What was taken waits again.
    pub fn put_back(&self, call: Call) {
        locked(&self.0).waiting.insert(0, call);
    }

    /// How many requests of the lane wait.
    pub fn waiting(&self, lane: Lane) -> usize {
        locked(&self.0).waiting.iter().filter(|call| call.lane == lane).count()
    }

    pub fn waits(&self, lane: Lane) -> bool {
        self.waiting(lane) > 0
    }

    /// The commands of a request that waits.
    pub fn push(&self) -> Option<Push> {
        let calls = locked(&self.0);
        let call = calls.waiting.iter().find(|call| path_of(&call.request) == paths::COMMANDS)?;
        serde_json::from_slice(call.request.body.as_deref()?).ok()
    }

    /// How the request is made that came last in the lane.
    pub fn newest(&self, lane: Lane) -> Option<Method> {
        let calls = locked(&self.0);
        calls.waiting.iter().rev().find(|call| call.lane == lane).map(|call| call.request.method)
    }

    /// Whether a request waits that is meant.
    pub fn has(&self, is_meant: impl Fn(&Request) -> bool) -> bool {
        locked(&self.0).waiting.iter().any(|call| is_meant(&call.request))
    }
}

impl Transport for Seam {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        let (reply, answer) = oneshot::channel();
        let mut calls = locked(&self.0);
        let lane = calls.running;
        calls.waiting.push(Call { lane, request, answer: None, reply });
        Box::pin(async {
            answer.await.unwrap_or_else(|_| Err(Unreachable::Lost("the connection is gone".to_owned())))
        })
    }
}

/// The address of the simulated portal.
pub const PORTAL: &str = "https://portal.example.com";

/// What of a request's address comes after the portal's.
pub fn path_of(request: &Request) -> &str {
    request.url.strip_prefix(PORTAL).unwrap_or(&request.url)
}

/// How far a piece of an engine's work came.
pub enum Progress<T> {
    /// It waits for the network.
    Waits,
    Done(T),
    /// Its device died on the way.
    Died,
}

pub type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// Runs a piece of work until `rests` finds that it waits for nothing but the network, or until it ends. Whatever else
/// it waits for is this machine's own.
pub async fn drive<T>(
    work: &mut Work<T>,
    lane: Lane,
    seam: &Seam,
    mut rests: impl FnMut() -> bool,
) -> Progress<T> {
    std::future::poll_fn(|context| {
        locked(&seam.0).running = lane;
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Ready(done)) => Poll::Ready(Progress::Done(done)),
            Ok(Poll::Pending) if rests() => Poll::Ready(Progress::Waits),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) if payload.is::<Died>() => Poll::Ready(Progress::Died),
            Err(payload) => resume_unwind(payload),
        }
    })
    .await
}
