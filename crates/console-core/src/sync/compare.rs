//! Another scope, or a longer memory: what is held is compared with what should be, by ids and versions, and only the
//! difference is fetched. Where that is much, everything is loaded, since a load goes on after a cut.

use super::lines::Lines;
use super::{SyncReport, SyncState, bootstrap};
use crate::engine::Engine;
use crate::failure::CallError;
use crate::portal::Call;
use crate::views::Progress;
use postern_domain::{ItemId, Timestamp};
use postern_protocol::{
    BootstrapPart, Change, ChangePage, Cursor, Directory, ErrorCode, MAX_NAMED, NamedItems, NewerItem,
    ReadPage, ReadPart, paths,
};

/// What is fetched waits in memory until all of it is there. Of more than this, a cut would cost too much.
const MOST_MISSING: usize = 2_000;
/// After so many cuts in a row everything is loaded: that goes on after a cut.
const MOST_CUTS: u32 = 2;

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
        if state.cut_comparisons >= MOST_CUTS {
            self.bootstrap(state, report).await?;
            state.cut_comparisons = 0;
            return Ok(());
        }
        state.cut_comparisons += 1;
        let compared = self.compare(state, report).await;
        if !matches!(compared, Err(CallError::Offline { .. })) {
            state.cut_comparisons = 0;
        }
        match compared {
            Ok(true) => Ok(()),
            Ok(false) => self.bootstrap(state, report).await,
            // It changed once more meanwhile.
            Err(error) if error.code() == Some(ErrorCode::ScopeChanged) => {
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
                    self.assert_epoch(&cursor).await?;
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
        if !missing.is_empty() && !changes.is_empty() {
            // What may not be seen any more does not wait until what is missing has come.
            self.let_go(state, std::mem::take(&mut changes), sight.server_time).await?;
        }
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

    /// Removes what is out of sight, and is no further than before.
    async fn let_go(
        &self,
        state: &mut SyncState,
        changes: Vec<Change>,
        server_time: Timestamp,
    ) -> Result<(), CallError> {
        let Some(cursor) = self.inner.cache.meta().await?.cursor else { return Ok(()) };
        let page = ChangePage { changes, directory: None, cursor, more: true, expected: None, server_time };
        let lease = self.keep_lease(state).await?;
        let pulled = self.inner.cache.apply_page(&lease, &page, &[], self.device_now()).await?;
        self.changed(pulled.items);
        Ok(())
    }

    /// What is missing, as the portal has it now.
    async fn fetch_named(
        &self,
        state: &mut SyncState,
        cursor: &Cursor,
        missing: Vec<ItemId>,
    ) -> Result<(Vec<Change>, Vec<NewerItem>), CallError> {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (mut changes, mut newer_items) = (Vec::with_capacity(missing.len()), Vec::new());
        let mut rest = missing.as_slice();
        while !rest.is_empty() {
            let progress =
                Progress { done: number(missing.len() - rest.len()), total: number(missing.len()) };
            self.set_status(|status| status.bootstrap = Some(progress));
            self.keep_lease(state).await?;
            let (ids, after) = rest.split_at(state.portion.of(MAX_NAMED).min(rest.len()));
            let named = NamedItems { cursor: cursor.clone(), ids: ids.to_vec() };
            let ReadPage { page, newer } =
                self.read_portion(state, &Call::post(paths::NAMED, &named)).await?;
            changes.extend(page.changes);
            newer_items.extend(newer);
            rest = after;
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
