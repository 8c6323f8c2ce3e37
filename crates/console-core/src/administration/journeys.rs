//! Journeys: read, check, replay, publish, roll back, and move items in flight.

use crate::engine::Engine;
use crate::failure::failure;
use crate::portal::Call;
use crate::queries::encoded;
use crate::views::{
    ExampleJourney, Failure, FailureCode, JourneyCheckView, JourneyDraft, JourneyReplayView, JourneySummary,
    JourneyVersion, JourneysView, MigrationDraft, MigrationView, PublicationView, PublishJourneyDraft,
    PublishedJourneyView, RollBackDraft, StageName,
};
use postern_domain::publication::Lifecycle;
use postern_domain::{JourneyKey, shipped_documents};
use postern_protocol::{
    JourneyCheck, JourneyDocument, JourneyLine, JourneyMigration, JourneyPublication, JourneyReplay,
    MigrateJourney, PublishJourney, PublishedJourney, RollBackJourney, Written, paths,
};
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// Every journey and its versions.
    ///
    /// # Errors
    /// Where the portal cannot be asked.
    pub async fn journeys(&self) -> Result<JourneysView, Failure> {
        let lines: Vec<JourneyLine> = self.look_at(Call::get(paths::JOURNEYS)).await?;
        let lookup = self.lookup().await?;
        let cohorts: BTreeSet<&String> = lookup
            .clients
            .values()
            .map(|client| &client.cohort)
            .filter(|cohort| !cohort.is_empty())
            .collect();
        Ok(JourneysView {
            journeys: summaries(lines),
            cohorts: cohorts.into_iter().cloned().collect(),
            examples: examples(),
        })
    }

    /// One version of a journey; without a version, the newest.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or where the portal cannot be asked.
    pub async fn journey(
        &self,
        key: &JourneyKey,
        version: Option<u32>,
    ) -> Result<PublishedJourneyView, Failure> {
        let version = match version {
            Some(version) => version,
            None => self.newest_version(key).await?,
        };
        let path = format!("{}/{}/{version}", paths::JOURNEYS, encoded(key.as_str()));
        let found: Result<PublishedJourney, Failure> = self.look_at(Call::get(path)).await;
        found.map(view).map_err(|error| match error.code {
            FailureCode::NotFound => {
                failure(FailureCode::NotFound, format!("There is no version {version} of a journey “{key}”."))
            }
            _ => error,
        })
    }

    async fn newest_version(&self, key: &JourneyKey) -> Result<u32, Failure> {
        let lines: Vec<JourneyLine> = self.look_at(Call::get(paths::JOURNEYS)).await?;
        let of_key = lines.iter().filter(|line| &line.key == key).map(|line| line.version);
        of_key.max().ok_or_else(|| {
            let known: BTreeSet<&str> = lines.iter().map(|line| line.key.as_str()).collect();
            let known: Vec<&str> = known.into_iter().collect();
            failure(
                FailureCode::NotFound,
                format!("There is no journey “{key}”. There are {}.", known.join(", ")),
            )
        })
    }

    /// What a check finds in a document, and what its golden cases come to.
    ///
    /// # Errors
    /// [`FailureCode::Invalid`] with the place, where it cannot be read.
    pub async fn check_journey(&self, draft: &JourneyDraft) -> Result<JourneyCheckView, Failure> {
        let check: JourneyCheck = self.look_at(Call::post(paths::JOURNEY_CHECK, &document(draft)?)).await?;
        Ok(check_view(check))
    }

    /// What past items would have done differently under a document.
    ///
    /// # Errors
    /// As [`Engine::check_journey`].
    pub async fn replay_journey(&self, draft: &JourneyDraft) -> Result<JourneyReplayView, Failure> {
        let replay: JourneyReplay =
            self.look_at(Call::post(paths::JOURNEY_REPLAY, &document(draft)?)).await?;
        Ok(replay_view(replay))
    }

    /// Publishes a document as the next version.
    ///
    /// # Errors
    /// [`FailureCode::Refused`] by what it did not pass: then nothing was published.
    pub async fn publish_journey(&self, wish: &PublishJourneyDraft) -> Result<PublicationView, Failure> {
        let request = PublishJourney {
            document: written(&wish.draft.document)?,
            cases: wish.draft.cases.clone(),
            cohorts: wish.cohorts.clone(),
            replayed: wish.replayed.clone(),
        };
        let published: JourneyPublication = self.arrange(Call::post(paths::JOURNEYS, &request)).await?;
        Ok(publication_view(published))
    }

    /// Publishes an earlier version again; with `check_only`, says what that would do.
    ///
    /// # Errors
    /// As [`Engine::publish_journey`].
    pub async fn roll_back_journey(
        &self,
        wish: &RollBackDraft,
        check_only: bool,
    ) -> Result<PublicationView, Failure> {
        let request = RollBackJourney {
            version: wish.version,
            cohorts: wish.cohorts.clone(),
            cases: wish.cases.clone(),
            replayed: wish.replayed.clone(),
            check_only,
        };
        let call = Call::post(path_of(&wish.key, "roll-back"), &request);
        let done: Result<JourneyPublication, Failure> =
            if check_only { self.look_at(call).await } else { self.arrange(call).await };
        done.map(publication_view).map_err(|error| no_such_version(error, &wish.key, &[wish.version]))
    }

    /// Moves items in flight from one version to another; with `check_only`, says what would move, what that approves,
    /// and what stands in the way.
    ///
    /// # Errors
    /// [`FailureCode::Refused`] with what stands in the way: then nothing was moved.
    pub async fn migrate_journey(
        &self,
        plan: &MigrationDraft,
        check_only: bool,
    ) -> Result<MigrationView, Failure> {
        let MigrationDraft { key, from, to, stages } = plan.clone();
        let call = Call::post(path_of(&key, "migrate"), &MigrateJourney { from, to, stages, check_only });
        let done: Result<JourneyMigration, Failure> =
            if check_only { self.look_at(call).await } else { self.arrange(call).await };
        let report = done.map_err(|error| no_such_version(error, &key, &[from, to]))?;
        Ok(MigrationView {
            sentences: report.sentences(from, to),
            outcome: report.outcome(to),
            problems: report.problems,
            approved: report.approved,
            stayed: report.stayed,
        })
    }
}

fn path_of(key: &JourneyKey, verb: &str) -> String {
    format!("{}/{}/{verb}", paths::JOURNEYS, encoded(key.as_str()))
}

fn no_such_version(error: Failure, key: &JourneyKey, versions: &[u32]) -> Failure {
    if error.code != FailureCode::NotFound {
        return error;
    }
    let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
    let versions = postern_domain::explain::list(&versions, "or");
    failure(FailureCode::NotFound, format!("There is no version {versions} of a journey “{key}”."))
}

fn document(draft: &JourneyDraft) -> Result<JourneyDocument, Failure> {
    Ok(JourneyDocument { document: written(&draft.document)?, cases: draft.cases.clone() })
}

/// JSON begins with a brace, with which no TOML does.
fn written(document: &str) -> Result<Written, Failure> {
    if !document.trim_start().starts_with('{') {
        return Ok(Written::Toml(document.to_owned()));
    }
    serde_json::from_str(document)
        .map(Written::Json)
        .map_err(|error| failure(FailureCode::Invalid, format!("The document cannot be read: {error}.")))
}

fn summaries(lines: Vec<JourneyLine>) -> Vec<JourneySummary> {
    let mut by_key: BTreeMap<JourneyKey, Vec<JourneyLine>> = BTreeMap::new();
    for line in lines {
        by_key.entry(line.key.clone()).or_default().push(line);
    }
    let mut summaries: Vec<JourneySummary> = by_key
        .into_iter()
        .filter_map(|(key, mut lines)| {
            lines.sort_by_key(|line| std::cmp::Reverse(line.version));
            let newest = lines.first()?;
            let (name, kinds) = (newest.name.clone(), newest.kinds.clone());
            Some(JourneySummary { key, name, kinds, versions: lines.into_iter().map(version).collect() })
        })
        .collect();
    summaries.sort_by_key(|journey| journey.name.to_lowercase());
    summaries
}

fn version(line: JourneyLine) -> JourneyVersion {
    JourneyVersion {
        version: line.version,
        name: line.name,
        state: line.state.to_string(),
        superseded: line.state == Lifecycle::Superseded,
        in_flight: line.in_flight,
    }
}

fn examples() -> Vec<ExampleJourney> {
    let example = |shipped: &postern_domain::Shipped| {
        let draft = JourneyDraft { document: shipped.journey.to_owned(), cases: shipped.cases.to_owned() };
        Some(ExampleJourney { name: shipped.journey().ok()?.name, draft })
    };
    shipped_documents().iter().filter_map(example).collect()
}

fn view(published: PublishedJourney) -> PublishedJourneyView {
    let PublishedJourney { state, journey, cases } = published;
    PublishedJourneyView {
        draft: JourneyDraft { document: journey.to_toml(), cases },
        stages: journey
            .stages
            .iter()
            .map(|stage| StageName { key: stage.key.clone(), name: stage.name.clone() })
            .collect(),
        superseded: state == Lifecycle::Superseded,
        state: state.to_string(),
        key: journey.key,
        version: journey.version,
        name: journey.name,
    }
}

fn check_view(check: JourneyCheck) -> JourneyCheckView {
    JourneyCheckView {
        sound: check.sound,
        summary: check.summary(),
        findings: check.findings,
        cases: check.cases,
    }
}

fn replay_view(replay: JourneyReplay) -> JourneyReplayView {
    JourneyReplayView {
        summary: replay.summary(),
        looked_at: replay.looked_at,
        moved: replay.moved,
        first: replay.first,
        digest: replay.digest,
    }
}

fn publication_view(publication: JourneyPublication) -> PublicationView {
    let JourneyPublication { check, replay, changes, published } = publication;
    PublicationView {
        check: check_view(check),
        replay: replay_view(replay),
        changes,
        version: published.as_ref().map(|published| published.version),
        key: published.map(|published| published.key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_begins_with_a_brace_is_json() {
        assert_eq!(written("key = \"a\""), Ok(Written::Toml("key = \"a\"".to_owned())));
        assert_eq!(written(" {\"key\": \"a\"}"), Ok(Written::Json(serde_json::json!({ "key": "a" }))));
        assert_eq!(written("{").unwrap_err().code, FailureCode::Invalid);
    }
}
