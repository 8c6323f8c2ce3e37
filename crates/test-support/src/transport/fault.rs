//! What can happen to a request.

use std::time::Duration;

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
    /// The connection breaks, and the portal gets it after the next one to the same address: late, and out of order.
    AfterNext,
    /// It comes through, later.
    Delay(Duration),
    /// Nothing happens any more, and the connection stays open.
    Stall,
    /// The reply breaks off after so many bytes.
    CutReply(usize),
    /// The request breaks off after so many bytes of its body.
    CutBody(usize),
    /// Both ways at so many bits a second.
    Slow(u32),
    /// A network's sign-in page answers in the portal's place: status 200, and HTML.
    SignInPage,
    /// A proxy answers in the portal's place, with a page of its own.
    Refuse {
        status: u16,
        /// Seconds.
        retry_after: Option<u32>,
    },
}

/// The first line of a request, and how long its body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    pub method: String,
    /// With its query.
    pub path: String,
    /// Bytes.
    pub length: usize,
}

const SIGN_IN_PAGE: &str = "<!DOCTYPE html><title>Station WLAN</title><p>Accept our terms to go online.";

impl Fault {
    /// The reply of whoever answers in the portal's place, if it is not the portal.
    pub(super) fn answer(self) -> Option<String> {
        let (status, header, page) = match self {
            Fault::SignInPage => (200, String::new(), SIGN_IN_PAGE),
            Fault::Refuse { status, retry_after } => {
                let header = retry_after.map(|seconds| format!("retry-after: {seconds}\r\n"));
                (status, header.unwrap_or_default(), "<html><body>proxy</body></html>")
            }
            _ => return None,
        };
        Some(format!(
            "HTTP/1.1 {status} Answer\r\ncontent-type: text/html\r\n{header}content-length: {}\r\n\
             connection: close\r\n\r\n{page}",
            page.len()
        ))
    }
}
