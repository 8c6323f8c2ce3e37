//! `journey publish` and `journey roll-back`: both pass the same stations.

use super::document;
use crate::administration::draft::Draft;
use crate::administration::publishing::{self, Anew, Consent, NotPublished};
use crate::cli::command_line;
use crate::cli::exit::{Exit, Unclear};
use crate::environment::Environment;
use postern_domain::publication::Cohorts;
use postern_domain::{JourneyKey, JourneyRef};
use postern_portal_store::{DirectorySnapshot, Store};
use postern_protocol::{JourneyReplay, to_confirm};
use std::path::Path;

/// For whom, and whether what the replay finds was seen.
#[derive(Debug, clap::Args)]
pub struct Wish {
    /// Only for new items of clients of this cohort; may be repeated.
    #[arg(long = "cohort", value_name = "COHORT")]
    cohorts: Vec<String>,
    /// The digest that the replay printed: you have seen what it found.
    #[arg(long, value_name = "DIGEST")]
    replayed: Option<String>,
    /// Publish whatever the replay finds.
    #[arg(long, conflicts_with = "replayed")]
    yes: bool,
}

impl Wish {
    fn cohorts(&self) -> Option<Cohorts> {
        (!self.cohorts.is_empty()).then(|| Cohorts::Some(self.cohorts.clone()))
    }

    fn consent(&self) -> Consent<'_> {
        match &self.replayed {
            Some(digest) => Consent::Replayed(digest),
            None if self.yes => Consent::Whatever,
            None => Consent::NotGiven,
        }
    }
}

pub async fn publish(
    store: &Store,
    directory: &DirectorySnapshot,
    environment: &Environment,
    draft: &Draft,
    wish: &Wish,
) -> anyhow::Result<Exit> {
    let cohorts = wish.cohorts().unwrap_or(Cohorts::All);
    let published = go(store, directory, environment, draft, &cohorts, wish, None).await?;
    let Some(published) = published else { return Ok(Exit::Found) };
    println!("Published {} as version {}.", published.key, published.version);
    Ok(Exit::Done)
}

pub async fn roll_back(
    store: &Store,
    directory: &DirectorySnapshot,
    environment: &Environment,
    (key, version): (&str, u32),
    cases: Option<&Path>,
    wish: &Wish,
) -> anyhow::Result<Exit> {
    let anew = Anew { cohorts: wish.cohorts(), cases: cases.map(document::read).transpose()? };
    let earlier = publishing::earlier(store, directory, &JourneyKey::new(key), version, anew).await;
    let (draft, cohorts) = earlier.map_err(said)?;
    let published = go(store, directory, environment, &draft, &cohorts, wish, Some(version)).await?;
    let Some(published) = published else { return Ok(Exit::Found) };
    println!("Published version {version} of {key} again, as version {}.", published.version);
    Ok(Exit::Done)
}

/// None where a station was not passed, which was said.
async fn go(
    store: &Store,
    directory: &DirectorySnapshot,
    environment: &Environment,
    draft: &Draft,
    cohorts: &Cohorts,
    wish: &Wish,
    rolls_back_to: Option<u32>,
) -> anyhow::Result<Option<JourneyRef>> {
    document::tell(&draft.journey.key, &draft.check());
    let (by, now) = (command_line(), environment.now());
    let wish = publishing::Wish { cohorts, rolls_back_to, consent: wish.consent(), by: &by, now };
    match publishing::publish(store, directory, draft, wish).await {
        Ok(publication) => {
            tell(&publication.replay);
            for change in &publication.changes {
                println!("changed: {change}");
            }
            Ok(publication.published)
        }
        Err(NotPublished::NotConfirmed(replay)) => {
            tell(&replay);
            println!("{}", to_confirm(&replay.digest));
            Ok(None)
        }
        Err(NotPublished::FoundOtherwise(replay)) => {
            tell(&replay);
            println!(
                "Not published: this is not what was confirmed. Look at it, then repeat it with --replayed {}.",
                replay.digest
            );
            Ok(None)
        }
        Err(NotPublished::NotAdvanced(why)) => {
            println!("Not published: {why}");
            Ok(None)
        }
        Err(other) => Err(said(other)),
    }
}

/// What was mistaken on the command line, and what failed.
fn said(error: NotPublished) -> anyhow::Error {
    match error {
        NotPublished::Store(error) => error.into(),
        other => Unclear(other.to_string()).into(),
    }
}

/// What would have gone elsewhere, the first of it, and the digest to publish it by.
pub fn tell(replay: &JourneyReplay) {
    println!("{}", replay.summary());
    for difference in &replay.first {
        println!("  {difference}");
    }
    println!("Digest of this replay: {}", replay.digest);
}
