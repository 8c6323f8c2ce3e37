//! Another scope, or a longer memory: what is held is compared with what should be, by ids and versions, and only the
//! difference is fetched. Where that is much, everything is loaded, since a load goes on after a cut.

use super::lines::Lines;
use super::{SyncReport, SyncState, bootstrap};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::{self, Call};
use crate::views::Progress;
use postern_domain::{ItemId, Timestamp};
use postern_protocol::{
    BootstrapPart, ChangePage, Cursor, Directory, ErrorCode, MAX_NAMED, NamedItems, NewerItem, ReadPage,
    ReadPart, paths,
};

/// What is fetched waits in memory until all of it is there. Of more than this, a cut would cost too much.
const MOST_MISSING: usize = 2_000;

/// What should be held, as the portal said it.
struct Sight {
    cursor: Cursor,
    directory: Directory,
    server_time: Timestamp,
}

impl Engine {
    /// Makes the base what is in sight and wanted now.
    pub(super) async fn refit(
        &self,
        state: &mut SyncState,
        report: &mut SyncReport,
    ) -> Result<(), CallError> {
        match self.compare(state, report).await {
            Ok(true) => Ok(()),
            Ok(false) => self.bootstrap(state, report).await,
            // It changed once more meanwhile.
            Err(error) if matches!(error.code(), Some(ErrorCode::ScopeChanged | ErrorCode::CursorGone)) => {
                self.bootstrap(state, report).await
            }
            Err(error) => Err(error),
        }
    }

    /// False, with nothing changed, where too much is another.
    async fn compare(&self, state: &mut SyncState, report: &mut SyncReport) -> Result<bool, CallError> {
        let closed_since = self.wanted_closed_since().await?;
        let mut comparison = self.inner.cache.comparison().await?;
        let path = bootstrap::path(closed_since, &[("versions", "true")]);
        let reply = self.open_call(&Call::stream(path, "application/x-ndjson")).await?;
        let mut lines = Lines::of(reply.body);
        let (mut sight, mut came, mut ended) = (None, 0, false);
        while let Some(part) = lines.next_part().await? {
            match part {
                ReadPart::Known(BootstrapPart::Begin {
                    cursor,
                    directory: Some(directory),
                    server_time,
                    ..
                }) if sight.is_none() => {
                    sight = Some(Sight { cursor, directory: *directory, server_time });
                }
                ReadPart::Known(BootstrapPart::Versions { of }) if sight.is_some() => {
                    came += of.len() as u64;
                    of.into_iter().for_each(|(id, version)| comparison.see(id, version));
                    if comparison.missing().len() > MOST_MISSING {
                        return Ok(false);
                    }
                }
                ReadPart::Known(BootstrapPart::End { items, .. }) => ended = items == came,
                ReadPart::Known(_) | ReadPart::Newer(_) => return Err(cut()),
            }
        }
        let Some(sight) = sight.filter(|_| ended) else { return Err(cut()) };
        let (missing, mut changes) = comparison.done();
        let (fetched, newer) = self.fetch_named(state, &sight.cursor, missing).await?;
        changes.extend(fetched);
        let Sight { cursor, directory, server_time } = sight;
        let page = ChangePage {
            changes,
            directory: Some(directory),
            cursor,
            more: false,
            expected: None,
            server_time,
        };
        let lease = self.keep_lease(state).await?;
        let cache = &self.inner.cache;
        cache.apply_comparison(&lease, &page, &newer, closed_since, self.device_now()).await?;
        report.pulled += u32::try_from(page.changes.len()).unwrap_or(u32::MAX);
        // The next page of changes says whether it is right now.
        state.compared = None;
        self.emit(crate::views::EngineEvent::Session {});
        self.changed_everything();
        Ok(true)
    }

    /// What is missing, as the portal has it now.
    async fn fetch_named(
        &self,
        state: &mut SyncState,
        cursor: &Cursor,
        missing: Vec<ItemId>,
    ) -> Result<(Vec<postern_protocol::Change>, Vec<NewerItem>), CallError> {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (mut changes, mut newer_items) = (Vec::with_capacity(missing.len()), Vec::new());
        for (done, ids) in (0..).step_by(MAX_NAMED).zip(missing.chunks(MAX_NAMED)) {
            let progress = Progress { done, total: number(missing.len()) };
            self.set_status(|status| status.bootstrap = Some(progress));
            self.keep_lease(state).await?;
            let named = NamedItems { cursor: cursor.clone(), ids: ids.to_vec() };
            let reply = self.open_call(&Call::post(paths::NAMED, &named)).await?;
            let ReadPage { page, newer } = portal::read(reply, ReadPage::read).await?;
            changes.extend(page.changes);
            newer_items.extend(newer);
        }
        Ok((changes, newer_items))
    }
}

fn cut() -> CallError {
    CallError::Offline {
        reason:
            "what may be seen now could not be compared to its end; it is asked again, and what was here \
                 stays until then"
                .to_owned(),
    }
}
