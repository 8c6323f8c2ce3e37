//! Content on its way in: a download, or a file of the person's own. It becomes content when it is whole.

use super::{Content, ContentFolder, at, blocking, digest, private_folder, read_only};
use crate::error::Result;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;

/// One writer at a time, of all processes: the file is locked until this is dropped.
pub struct Incoming {
    path: PathBuf,
    file: tokio::fs::File,
    length: u64,
}

impl Incoming {
    /// Bytes that are there.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub async fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).await.map_err(at(&self.path, "written"))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what came.
    pub async fn start_over(&mut self) -> Result<()> {
        self.file.set_len(0).await.map_err(at(&self.path, "written"))?;
        self.length = 0;
        Ok(())
    }

    /// Puts what was appended on the disk, so that the next process goes on from there.
    pub async fn flush(&mut self) -> Result<()> {
        self.file.flush().await.map_err(at(&self.path, "written"))?;
        self.file.sync_all().await.map_err(at(&self.path, "written"))
    }
}

impl ContentFolder {
    /// Opens what came so far under `name`, or begins it. None while another process writes to it.
    pub async fn incoming(&self, name: &str) -> Result<Option<Incoming>> {
        let folder = self.root.join("incoming");
        let (root, path) = (self.root.clone(), folder.join(format!("{name}.part")));
        blocking(move || {
            private_folder(&root).map_err(at(&root, "made"))?;
            private_folder(&folder).map_err(at(&folder, "made"))?;
            let file = std::fs::File::options().create(true).append(true).read(true).open(&path);
            let file = file.map_err(at(&path, "written"))?;
            if matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
                return Ok(None);
            }
            let length = file.metadata().map_err(at(&path, "read"))?.len();
            Ok(Some(Incoming { path, file: tokio::fs::File::from_std(file), length }))
        })
        .await
    }

    /// Makes what came content. With `wanted`, only if it is that; else nothing of it stays, and the answer is none.
    pub async fn keep(&self, mut incoming: Incoming, wanted: Option<&str>) -> Result<Option<Content>> {
        incoming.flush().await?;
        let (root, wanted) = (self.root.clone(), wanted.map(str::to_owned));
        blocking(move || {
            let Incoming { path, file: _lock, .. } = &incoming;
            let content = digest(path).map_err(at(path, "read"))?;
            if wanted.is_some_and(|wanted| wanted != content.sha256) {
                std::fs::remove_file(path).map_err(at(path, "removed"))?;
                return Ok(None);
            }
            let target = root.join(&content.sha256);
            let kept = read_only(path).and_then(|()| std::fs::rename(path, &target));
            kept.and_then(|()| sync_folder(&root)).map_err(at(&target, "written"))?;
            Ok(Some(content))
        })
        .await
    }

    /// Copies a file of the person's own in, under a name for the time being that nobody else uses.
    pub async fn take_in(&self, from: &Path, name: &str) -> Result<Content> {
        let Some(mut incoming) = self.incoming(name).await? else {
            return Err(crate::StoreError::Busy);
        };
        incoming.start_over().await?;
        let mut source = tokio::fs::File::open(from).await.map_err(at(from, "read"))?;
        if let Err(error) = tokio::io::copy(&mut source, &mut incoming.file).await {
            self.abandon(name).await;
            return Err(at(from, "copied into the profile")(error));
        }
        match self.keep(incoming, None).await? {
            Some(content) => Ok(content),
            None => Err(crate::StoreError::inconsistent("content without a name")),
        }
    }

    /// Removes what came under `name`.
    pub async fn abandon(&self, name: &str) {
        // What cannot be removed now is removed when it has grown old.
        let _ = tokio::fs::remove_file(self.root.join("incoming").join(format!("{name}.part"))).await;
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be synced, and need not be.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}
