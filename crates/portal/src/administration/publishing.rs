//! Publishing a journey: every way there passes the same stations, checked, tested, replayed, and confirmed by whoever
//! saw what the replay found.

use super::draft::{Draft, Unreadable};
use super::replay::replay;
use postern_domain::change::differences;
use postern_domain::publication::{Advance, Cohorts, Lifecycle, NotAdvanced};
use postern_domain::{Actor, Journey, JourneyKey, Timestamp};
use postern_portal_store::{DirectorySnapshot, Publication, Store, StoreError};
use postern_protocol::{JourneyPublication, JourneyReplay};
use std::collections::BTreeSet;

/// Whether somebody saw what the replay found. Without past items there is nothing to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent<'a> {
    NotGiven,
    /// To the replay with this digest.
    Replayed(&'a str),
    /// To whatever it finds.
    Whatever,
    /// Nothing is to be published: only look.
    LookOnly,
}

/// For whom, with whose consent, and who does it when.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub cohorts: &'a Cohorts,
    /// The earlier version that this is.
    pub rolls_back_to: Option<u32>,
    pub consent: Consent<'a>,
    pub by: &'a Actor,
    pub now: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum NotPublished {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("there is no version {version} of a journey {key}")]
    NoSuchVersion { key: JourneyKey, version: u32 },
    #[error("no client belongs to the cohort {}; known are {}", .unknown.join(", "), .known.join(", "))]
    UnknownCohorts { unknown: Vec<String>, known: Vec<String> },
    #[error("{0}")]
    NotAdvanced(NotAdvanced),
    #[error("what the replay found has to be confirmed: {}", found(.0))]
    NotConfirmed(JourneyReplay),
    #[error("the replay finds something else than what was confirmed: {}", found(.0))]
    FoundOtherwise(JourneyReplay),
}

impl From<NotAdvanced> for NotPublished {
    fn from(why: NotAdvanced) -> Self {
        Self::NotAdvanced(why)
    }
}

fn found(replay: &JourneyReplay) -> String {
    format!("of {} past items, {} would have gone another way", replay.looked_at, replay.moved)
}

/// Publishes a draft as the next version of its key, or says what would be published.
///
/// # Errors
/// The station that it does not pass; nothing was published.
pub async fn publish(
    store: &Store,
    directory: &DirectorySnapshot,
    draft: &Draft,
    wish: Wish<'_>,
) -> Result<JourneyPublication, NotPublished> {
    known_cohorts(directory, wish.cohorts)?;
    let state = Lifecycle::Draft.advance(&Advance::Check(&draft.findings))?;
    let state = state.advance(&Advance::Test(&draft.results))?;
    let replay = replay(store, directory, &draft.journey).await?;
    if replay.looked_at > 0 {
        match wish.consent {
            Consent::Replayed(digest) if digest == replay.digest => {}
            Consent::Replayed(_) => return Err(NotPublished::FoundOtherwise(replay)),
            Consent::NotGiven => return Err(NotPublished::NotConfirmed(replay)),
            Consent::Whatever | Consent::LookOnly => {}
        }
    }
    let state = state.advance(&Advance::Replay)?;
    let (findings, results) = (draft.findings.as_slice(), draft.results.as_slice());
    state.advance(&Advance::Publish { cohorts: wish.cohorts.clone(), findings, results })?;
    let before = directory.newest_journey(&draft.journey.key);
    let changes = before.map(|before| differences(before, &draft.journey)).unwrap_or_default();
    let mut published = None;
    if wish.consent != Consent::LookOnly {
        let publication = Publication {
            journey: &draft.journey,
            cohorts: wish.cohorts,
            cases: &draft.cases,
            rolls_back_to: wish.rolls_back_to,
        };
        published = Some(store.publish_journey(&publication, wish.by, wish.now).await?.reference());
    }
    let changes = changes.iter().map(ToString::to_string).collect();
    Ok(JourneyPublication { check: draft.check(), replay, changes, published })
}

/// What is published again instead of what the earlier version was published with.
#[derive(Clone, Debug, Default)]
pub struct Anew {
    pub cohorts: Option<Cohorts>,
    pub cases: Option<String>,
}

/// An earlier version, to be published again, and for whom. People and calendars are others than when it was published:
/// it passes the same stations as if it were new.
///
/// # Errors
/// Where there is no such version, or its cases cannot be read.
pub async fn earlier(
    store: &Store,
    directory: &DirectorySnapshot,
    key: &JourneyKey,
    version: u32,
    anew: Anew,
) -> Result<(Draft, Cohorts), NotPublished> {
    let no_such = || NotPublished::NoSuchVersion { key: key.clone(), version };
    let earlier: &Journey = directory.journeys.get(&(key.clone(), version)).ok_or_else(no_such)?;
    let reference = earlier.reference();
    let cases = match anew.cases {
        Some(cases) => cases,
        None => store.cases_of(&reference).await?,
    };
    let cohorts = anew.cohorts.or_else(|| directory.cohorts(&reference).cloned()).unwrap_or(Cohorts::All);
    Ok((Draft::new(earlier.clone(), cases, directory)?, cohorts))
}

/// A misspelt cohort would publish for nobody, and nobody would notice.
fn known_cohorts(directory: &DirectorySnapshot, cohorts: &Cohorts) -> Result<(), NotPublished> {
    let Cohorts::Some(wanted) = cohorts else { return Ok(()) };
    let known: BTreeSet<&String> = directory.clients.values().map(|client| &client.cohort).collect();
    let unknown: Vec<String> = wanted.iter().filter(|cohort| !known.contains(cohort)).cloned().collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(NotPublished::UnknownCohorts { unknown, known: known.into_iter().cloned().collect() })
}
