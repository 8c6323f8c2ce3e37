//! The uploads of a console: several requests at the same time, each with what becomes of it.

use crate::calls::Lane;
use crate::process::Ended;
use crate::wire::Fault;
use crate::world::World;

impl World {
    /// The next one whose files wait, where there is one.
    pub async fn who_uploads(&mut self, who: usize) -> anyhow::Result<usize> {
        let count = self.profiles.len();
        for who in (who..who + count).map(|who| who % count.max(1)) {
            if self.has_uploads(who).await? {
                return Ok(who);
            }
        }
        Ok(who)
    }

    /// What is due goes up, as far as it goes.
    pub async fn whole_upload(
        &mut self,
        who: usize,
        which: usize,
        faults: &[Fault],
        dies_at: u8,
    ) -> anyhow::Result<()> {
        if self.begin_upload(who, which, dies_at).await? {
            self.go_through(who, which, Lane::Upload, faults).await?;
        }
        Ok(())
    }

    /// Uploads begin. True when one waits for the network.
    pub async fn begin_upload(&mut self, who: usize, which: usize, dies_at: u8) -> anyhow::Result<bool> {
        if let Some(mutation) = self.mutation
            && let Some(profile) = self.profiles.get_mut(who)
        {
            mutation.before_round(&mut profile.watcher).await?;
            mutation.before_upload(profile).await?;
        }
        let profile = self.profiles.get_mut(who);
        let Some(process) = profile.and_then(|profile| profile.processes.get_mut(which)?.as_mut()) else {
            return Ok(false);
        };
        if process.is_at_work(Lane::Upload) {
            return Ok(process.seam.waits(Lane::Upload));
        }
        if process.is_at_work(Lane::Sync) {
            // The lease is asked for at the beginning, which waits for the end of a round that has begun.
            return Ok(false);
        }
        let engine = process.engine.clone();
        *process.work(Lane::Upload) =
            Some(Box::pin(async move { Ended::Uploaded(engine.upload_now().await) }));
        process.clock.set_fuse(i64::from(dies_at));
        self.advance(who, which, Lane::Upload).await?;
        Ok(self.waits(who, which, Lane::Upload))
    }
}
