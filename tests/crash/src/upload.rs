//! A client's file on its way to the portal while something dies.

use crate::stage::Stage;
use anyhow::{Context, Result};
use postern_journeys::Api;
use rand::{Rng, RngCore};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

const LARGEST: usize = 400_000;

pub struct Upload {
    sha256: String,
    sending: JoinHandle<(Api, bool)>,
}

impl Upload {
    pub fn start(stage: &mut Stage) -> Result<Self> {
        let mut content = vec![0; stage.dice.random_range(1..LARGEST)];
        stage.dice.fill_bytes(&mut content);
        let sha256 = hex::encode(Sha256::digest(&content));
        let api = stage.world.api.take().context("a session elsewhere")?;
        let name = sha256.clone();
        let sending = tokio::spawn(async move {
            let status = api.upload(&name, content).await;
            (api, status.is_some_and(|status| status.is_success()))
        });
        Ok(Self { sha256, sending })
    }

    pub fn is_finished(&self) -> bool {
        self.sending.is_finished()
    }

    /// Waits for its end, and notes in the book whether the portal said that it has it.
    pub async fn finish(self, stage: &mut Stage) -> Result<()> {
        let (api, is_acknowledged) = self.sending.await?;
        stage.world.api = Some(api);
        if is_acknowledged {
            stage.world.book.uploads.insert(self.sha256);
        }
        Ok(())
    }
}
