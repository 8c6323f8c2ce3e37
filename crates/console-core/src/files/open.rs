//! Handing content to the person: a copy to look at, or one of their own.

use super::danger::could_run;
use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{Failure, FailureCode};
use postern_domain::ItemId;
use std::path::{Path, PathBuf};

/// A program is known by its first bytes.
const HEAD: u64 = 8;

impl Engine {
    /// Makes a copy of an attachment that another program may open, and that nobody can write to; fetches it first if it
    /// is not here.
    ///
    /// # Errors
    /// As [`Engine::fetch_file`], and [`FailureCode::Refused`] for what the system would run instead of showing it.
    pub async fn open_file(&self, item: &ItemId, sha256: &str) -> Result<PathBuf, Failure> {
        self.fetch_file(item, sha256).await?;
        let named = self.named(item, sha256).await?;
        let content = self.inner.cache.content();
        let head = content.read(sha256, 0, HEAD.min(named.version.size)).await?.unwrap_or_default();
        if could_run(&named.name, &head) {
            return Err(failure(
                FailureCode::Refused,
                format!(
                    "{} may be a program: opening it could run it. Save it, and look at it before you do.",
                    named.name
                ),
            ));
        }
        Ok(content.open_copy(sha256, &named.name).await?)
    }

    /// Where content stands once it was fetched. It is read, never written to.
    pub fn content_path(&self, sha256: &str) -> PathBuf {
        self.inner.cache.content().path(sha256)
    }

    /// Saves an attachment's content where the person wants it; fetches it first if it is not here. A file that is there
    /// is replaced.
    ///
    /// # Errors
    /// As [`Engine::fetch_file`], or [`FailureCode::Cache`] when it cannot be written.
    pub async fn save_file(&self, item: &ItemId, sha256: &str, to: &Path) -> Result<(), Failure> {
        self.fetch_file(item, sha256).await?;
        Ok(self.inner.cache.content().save_as(sha256, to).await?)
    }

    /// Saves an attachment into a folder under its own name, or the next one that is free. Returns where.
    ///
    /// # Errors
    /// As [`Engine::save_file`].
    pub async fn save_file_into(
        &self,
        item: &ItemId,
        sha256: &str,
        folder: &Path,
    ) -> Result<PathBuf, Failure> {
        let name = postern_console_store::file_name(&self.named(item, sha256).await?.name);
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => (stem.to_owned(), format!(".{ending}")),
            _ => (name.clone(), String::new()),
        };
        let names = (1..1000).map(|number| match number {
            1 => name.clone(),
            number => format!("{stem} ({number}){ending}"),
        });
        for name in names {
            let to = folder.join(name);
            if !tokio::fs::try_exists(&to).await.unwrap_or(true) {
                self.save_file(item, sha256, &to).await?;
                return Ok(to);
            }
        }
        Err(failure(FailureCode::Cache, format!("{} has too many files of this name.", folder.display())))
    }
}
