//! Bugs that are put into the protocol on purpose, to see that the checker finds them.

use crate::rules;
use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::Request;
use postern_portal_store::Rules;
use sqlx::SqliteConnection;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mutation {}

#[derive(Debug, Default)]
pub struct Memory {}

impl Mutation {
    pub fn rules(self) -> Rules {
        rules::sound()
    }
    pub async fn spoil_cache(self, _cache: &mut SqliteConnection) -> anyhow::Result<()> {
        Ok(())
    }
    pub async fn spoil_portal(self, _portal: &mut SqliteConnection) -> anyhow::Result<()> {
        Ok(())
    }
    pub async fn request(
        self,
        _world: &mut World,
        _who: usize,
        _request: &mut Request,
    ) -> anyhow::Result<()> {
        Ok(())
    }
    pub async fn answer(
        self,
        _world: &mut World,
        _who: usize,
        _request: &Request,
        answer: Option<Answer>,
    ) -> anyhow::Result<Option<Answer>> {
        Ok(answer)
    }
    pub async fn after_death(self, _cache: &mut SqliteConnection) -> anyhow::Result<()> {
        Ok(())
    }
    pub async fn after_round(self, _cache: &mut SqliteConnection) -> anyhow::Result<()> {
        Ok(())
    }
    pub async fn undo(self, _cache: &mut SqliteConnection, _batch: &str) -> anyhow::Result<()> {
        Ok(())
    }
    pub fn forgets_the_epoch(self) -> bool {
        false
    }
}
