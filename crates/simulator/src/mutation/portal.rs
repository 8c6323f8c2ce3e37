//! Bugs in the portal's database.

use super::Mutation;
use crate::calls::path_of;
use crate::world::World;
use postern_console_core::transport::Request;
use postern_protocol::{Push, paths};
use sqlx::SqliteConnection;

impl Mutation {
    /// The portal's database was opened.
    pub async fn spoil_portal(self, portal: &mut SqliteConnection) -> anyhow::Result<()> {
        let trigger = match self {
            Mutation::CrashesNotCounted => {
                "AFTER INSERT ON command_crashes BEGIN DELETE FROM command_crashes; END"
            }
            Mutation::ResultsNotStored => {
                "AFTER INSERT ON command_results BEGIN DELETE FROM command_results WHERE command = new.command; END"
            }
            Mutation::SequenceStands => {
                "AFTER UPDATE ON consoles BEGIN UPDATE consoles SET last_seq = old.last_seq WHERE id = new.id; END"
            }
            Mutation::VersionStands => {
                "AFTER UPDATE ON items WHEN new.version > old.version BEGIN
                    UPDATE items SET version = old.version, doc = json_set(new.doc, '$.version', old.version)
                    WHERE id = new.id; END"
            }
            Mutation::ChangeNumberStands => {
                "AFTER UPDATE ON items WHEN new.change_seq > old.change_seq BEGIN
                    UPDATE items SET change_seq = old.change_seq WHERE id = new.id; END"
            }
            Mutation::ScopeGenerationStands => {
                "AFTER UPDATE ON people WHEN new.scope_generation > old.scope_generation BEGIN
                    UPDATE people SET scope_generation = old.scope_generation WHERE id = new.id; END"
            }
            Mutation::HashIsEnough => {
                "AFTER INSERT ON files BEGIN
                    INSERT OR IGNORE INTO file_uploads (sha256, person) SELECT new.sha256, id FROM people; END"
            }
            Mutation::AuditLineLost => {
                "AFTER INSERT ON audit WHEN new.seq % 7 = 0 BEGIN DELETE FROM audit WHERE seq = new.seq; END"
            }
            _ => return Ok(()),
        };
        create(portal, trigger).await
    }

    /// A request is about to reach the portal.
    pub async fn before_delivery(self, world: &mut World, request: &Request) -> anyhow::Result<()> {
        let Some(push) = push_of(request) else { return Ok(()) };
        let now = world.portal.now();
        match self {
            Mutation::ResultsForgottenEarly => {
                sqlx::query("DELETE FROM command_results WHERE at_ms < $1")
                    .bind(now.plus_ms(-5_000).ms())
                    .execute(world.portal.watcher())
                    .await?;
            }
            Mutation::IdsKnownPerConsole => {
                for envelope in &push.commands {
                    sqlx::query(
                        "DELETE FROM command_results WHERE command = $1 AND NOT EXISTS
                            (SELECT 1 FROM console_commands WHERE command = $1 AND console = $2)",
                    )
                    .bind(envelope.id.as_str())
                    .bind(push.console.as_str())
                    .execute(world.portal.watcher())
                    .await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A request has reached the portal.
    pub async fn after_delivery(self, world: &mut World, request: &Request) -> anyhow::Result<()> {
        if self != Mutation::LateCommitter {
            return Ok(());
        }
        if path_of(request).starts_with(paths::CHANGES) {
            // A reader has passed: now the late one commits.
            return self.all_commit(world).await;
        }
        if path_of(request) != paths::COMMANDS {
            return Ok(());
        }
        let seq = world.portal.store().head().await?.seq;
        if seq % 2 == 0 {
            // The writer of this number has not committed yet, as far as readers can see.
            sqlx::query("UPDATE items SET change_seq = -change_seq WHERE change_seq = $1")
                .bind(seq)
                .execute(world.portal.watcher())
                .await?;
        }
        Ok(())
    }

    /// Whoever was late has committed.
    pub async fn all_commit(self, world: &mut World) -> anyhow::Result<()> {
        if self == Mutation::LateCommitter {
            sqlx::query("UPDATE items SET change_seq = -change_seq WHERE change_seq < 0")
                .execute(world.portal.watcher())
                .await?;
        }
        Ok(())
    }

    /// The portal dies right after it has committed a request.
    pub async fn portal_dies(self, world: &mut World, request: &Request) -> anyhow::Result<()> {
        let (Mutation::OutcomeApart, Some(push)) = (self, push_of(request)) else { return Ok(()) };
        for envelope in push.commands.iter().rev() {
            let watcher = world.portal.watcher();
            sqlx::query("DELETE FROM command_results WHERE command = $1")
                .bind(envelope.id.as_str())
                .execute(&mut *watcher)
                .await?;
            sqlx::query("DELETE FROM console_commands WHERE command = $1")
                .bind(envelope.id.as_str())
                .execute(&mut *watcher)
                .await?;
            sqlx::query("UPDATE consoles SET last_seq = $2 WHERE id = $1 AND last_seq >= $2")
                .bind(push.console.as_str())
                .bind(envelope.seq.cast_signed() - 1)
                .execute(watcher)
                .await?;
        }
        Ok(())
    }
}

pub fn push_of(request: &Request) -> Option<Push> {
    if path_of(request) != paths::COMMANDS {
        return None;
    }
    serde_json::from_slice(request.body.as_deref()?).ok()
}

/// Makes the one trigger of a run, unless it is there.
pub async fn create(db: &mut SqliteConnection, trigger: &'static str) -> anyhow::Result<()> {
    let sql = format!("CREATE TRIGGER IF NOT EXISTS mutation {trigger}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}
