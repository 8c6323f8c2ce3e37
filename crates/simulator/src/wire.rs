//! What travels between a console and its portal, and what the network may do to it.

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use postern_console_core::transport::{Reply, Unreachable};
use postern_protocol::UploadState;

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// All goes well.
    Pass,
    /// There is nobody to connect to: it never leaves, and the console can tell.
    NobodyThere,
    /// The portal never sees it, and the console cannot tell.
    DropRequest,
    /// The portal does what it was asked, and the console never hears of it.
    DropReply,
    /// The portal gets it twice; the console gets the first answer.
    Duplicate,
    /// The portal gets it twice; the console gets the second answer.
    DuplicateLast,
    /// The network keeps it and delivers it later, when the console has given up on it.
    Hold,
    /// It comes through, and the network keeps a copy that arrives again later.
    Echo,
    /// It comes through, and the answer is on its way for so long that much may happen before it arrives.
    Slow,
    /// The reply breaks off; in thousandths of its length.
    Cut(u16),
    /// The request breaks off, and what came of it stays with the portal; in thousandths of its body.
    BreakOff(u16),
    /// A byte of a file becomes another one on its way; in thousandths of the part. What else is sent gets lost.
    Garble(u16),
    /// A network's sign-in page answers, with status 200.
    Captive,
    /// A proxy answers that nobody is there now.
    Unavailable { retry_after: Option<u16> },
    /// The portal wants to be left alone.
    Throttled { retry_after: Option<u16> },
    /// A proxy takes only smaller messages.
    TooLarge,
    /// The console dies before its request has left.
    ConsoleDiesBefore,
    /// The console dies while the portal works on it.
    ConsoleDiesAfter,
    /// The portal dies before it commits.
    PortalDiesBefore,
    /// The portal dies after it has committed, before it answers.
    PortalDiesAfter,
}

/// An answer on its way to a console.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub request_id: Option<String>,
    pub retry_after: Option<u64>,
    pub upload: Option<UploadState>,
    pub body: Bytes,
    /// The connection breaks after so many bytes.
    pub cut_at: Option<usize>,
}

impl Answer {
    pub fn from_between(
        status: u16,
        content_type: &str,
        retry_after: Option<u16>,
        body: &'static str,
    ) -> Self {
        Self {
            status,
            content_type: content_type.to_owned(),
            request_id: None,
            retry_after: retry_after.map(u64::from),
            upload: None,
            body: Bytes::from_static(body.as_bytes()),
            cut_at: None,
        }
    }

    pub fn cut(mut self, thousandths: u16) -> Self {
        self.cut_at = Some(self.body.len() * usize::from(thousandths) / 1000);
        self
    }

    pub fn into_reply(self) -> Reply {
        let parts = match self.cut_at.filter(|length| *length < self.body.len()) {
            Some(length) => vec![
                Ok(self.body.slice(..length)),
                Err(Unreachable::Lost("the connection broke in the middle of the answer".to_owned())),
            ],
            None => vec![Ok(self.body)],
        };
        Reply {
            status: self.status,
            content_type: self.content_type,
            request_id: self.request_id,
            retry_after: self.retry_after,
            upload: self.upload,
            body: stream::iter(parts).boxed(),
        }
    }
}
