//! Taking a person's files in, and what their commands wait for.

use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{AttachmentView, Failure, FailureCode, OutboxLine, Request, StagedFile, UploadView};
use postern_console_store::{Content, Upload};
use postern_domain::Command;
use std::collections::HashMap;
use std::path::Path;

/// Nobody attaches more than this in one file from the window, in bytes: it goes through memory.
const LARGEST_STAGED: u64 = 2 * 1024 * 1024 * 1024;

impl Engine {
    /// Takes a file into the profile, so that it can be attached: from then on the person may change or remove their own.
    ///
    /// # Errors
    /// [`FailureCode::Cache`], when it cannot be read, or there is no room for it.
    pub async fn stage_file(&self, path: &Path) -> Result<StagedFile, Failure> {
        loop {
            let content = self.inner.cache.content().take_in(path, &self.inner.deps.chance.id()).await?;
            // The same content may be removed in this moment, because something else that named it has left.
            if self.inner.cache.content_is_picked(&content.sha256).await? {
                return Ok(self.staged(content).await);
            }
        }
    }

    /// Takes a file in piece by piece, for a front end that has its bytes and no path. Without an id it begins; returns
    /// the id for the next piece.
    ///
    /// # Errors
    /// [`FailureCode::Cache`] or [`FailureCode::Invalid`].
    pub async fn stage_part(&self, id: Option<&str>, bytes: &[u8]) -> Result<String, Failure> {
        let id = id.map_or_else(|| self.inner.deps.chance.id(), str::to_owned);
        let mut incoming = self.incoming(&id).await?;
        if incoming.length() + bytes.len() as u64 > LARGEST_STAGED {
            self.inner.cache.content().abandon(&id).await;
            return Err(failure(FailureCode::Invalid, "This file is too large to be attached."));
        }
        incoming.append(bytes).await?;
        incoming.flush().await?;
        Ok(id)
    }

    /// The last piece came.
    ///
    /// # Errors
    /// As [`Engine::stage_part`].
    pub async fn stage_done(&self, id: &str) -> Result<StagedFile, Failure> {
        let incoming = self.incoming(id).await?;
        match self.inner.cache.content().keep(incoming, None).await? {
            Some(content) if self.inner.cache.content_is_picked(&content.sha256).await? => {
                Ok(self.staged(content).await)
            }
            Some(_) => Err(failure(
                FailureCode::Cache,
                "Another copy of this file was being removed in the same moment. Attach it once more.",
            )),
            None => Err(crate::failure::internal("A file was taken in without a name.")),
        }
    }

    async fn incoming(&self, id: &str) -> Result<postern_console_store::Incoming, Failure> {
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let incoming = if is_id { self.inner.cache.content().incoming(id).await? } else { None };
        incoming.ok_or_else(|| failure(FailureCode::Invalid, "This file is not being taken in."))
    }

    async fn staged(&self, content: Content) -> StagedFile {
        self.inner.cache.content().touch(&content.sha256, self.device_now()).await;
        StagedFile { sha256: content.sha256, size: content.size }
    }

    /// A file was attached, perhaps once more: its upload goes on, also if it had stopped.
    pub(crate) async fn want_content(&self, request: &Request) -> Result<(), Failure> {
        if let Request::AttachVersion { sha256, .. } = request {
            self.inner.cache.upload_again(sha256).await?;
            self.inner.transfers.wake();
        }
        Ok(())
    }

    pub(crate) async fn upload_again(&self, command: &Command) -> Result<(), Failure> {
        if let Command::AttachVersion { sha256, .. } = command {
            self.inner.cache.upload_again(sha256).await?;
        }
        Ok(())
    }

    /// The files that the portal does not have yet, by their hash.
    pub(crate) async fn waiting_uploads(&self) -> Result<HashMap<String, Upload>, Failure> {
        let uploads = self.inner.cache.uploads().await?;
        Ok(uploads.into_iter().map(|upload| (upload.sha256.clone(), upload)).collect())
    }

    /// Says of each version whether its content is on this device, and whether the portal has it.
    pub(crate) async fn mark_content(&self, attachments: &mut [AttachmentView]) -> Result<(), Failure> {
        if attachments.is_empty() {
            return Ok(());
        }
        let uploads = self.waiting_uploads().await?;
        let content = self.inner.cache.content();
        for version in attachments.iter_mut().flat_map(|attachment| &mut attachment.versions) {
            version.here = content.has(&version.sha256).await;
            version.pending = uploads.contains_key(&version.sha256);
        }
        Ok(())
    }

    /// The files that commands in the outbox wait for, each once.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn uploads(&self) -> Result<Vec<UploadView>, Failure> {
        let lines: Vec<OutboxLine> = self.outbox().await?;
        let mut views: Vec<UploadView> = Vec::new();
        for view in lines.into_iter().filter_map(|line| line.upload) {
            if views.iter().all(|known| known.sha256 != view.sha256) {
                views.push(view);
            }
        }
        Ok(views)
    }
}

/// The file that a command waits for.
pub(crate) fn upload_of<'a>(command: &Command, uploads: &'a HashMap<String, Upload>) -> Option<&'a Upload> {
    match command {
        Command::AttachVersion { sha256, .. } => uploads.get(sha256),
        _ => None,
    }
}

pub(crate) fn upload_view(upload: &Upload) -> UploadView {
    UploadView {
        sha256: upload.sha256.clone(),
        name: upload.name.clone(),
        sent: upload.sent,
        size: upload.size,
        next_try: (upload.problem.is_some() && !upload.stopped).then_some(upload.next),
        problem: upload.problem.clone(),
    }
}

/// For example `3.1 of 8.0 MB`.
pub(crate) fn progress(sent: u64, size: u64) -> String {
    let (unit, by, places) = match size {
        0..1_000 => ("bytes", 1.0, 0),
        1_000..1_000_000 => ("KB", 1e3, 0),
        1_000_000..1_000_000_000 => ("MB", 1e6, 1),
        _ => ("GB", 1e9, 1),
    };
    format!("{:.places$} of {:.places$} {unit}", sent as f64 / by, size as f64 / by)
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn progress_is_said_in_the_unit_of_the_whole() {
        assert_eq!(progress(3_100_000, 8_000_000), "3.1 of 8.0 MB");
        assert_eq!(progress(0, 900), "0 of 900 bytes");
        assert_eq!(progress(500_000, 2_000_000_000), "0.0 of 2.0 GB");
    }
}
