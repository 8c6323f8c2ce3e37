//! What there is: `journey list` and `journey show`.

use crate::cli::exit::{Exit, Unclear};
use postern_domain::{JourneyKey, shipped_documents};
use postern_portal_store::{DirectorySnapshot, Store};
use postern_protocol::PublishedJourney;

pub async fn list(store: &Store, directory: &DirectorySnapshot, json: bool) -> anyhow::Result<Exit> {
    if json {
        let mut published = Vec::new();
        for journey in directory.journeys.values() {
            let cases = store.cases_of(&journey.reference()).await?;
            let state = directory.state_of(journey);
            published.push(PublishedJourney { state, journey: journey.clone(), cases });
        }
        println!("{}", serde_json::to_string_pretty(&published)?);
        return Ok(Exit::Done);
    }
    for journey in directory.journeys.values() {
        let state = directory.state_of(journey);
        println!("{}\t{}\t{}\t{state}", journey.key, journey.version, journey.name);
    }
    Ok(Exit::Done)
}

pub async fn show(
    store: &Store,
    directory: &DirectorySnapshot,
    key: Option<&str>,
    version: Option<u32>,
    cases: bool,
) -> anyhow::Result<Exit> {
    let key = JourneyKey::new(key.ok_or_else(|| Unclear("which journey? `journey list` names them".into()))?);
    let found = match version {
        Some(version) => directory.journeys.get(&(key.clone(), version)),
        None => directory.newest_journey(&key),
    };
    let journey = found.ok_or_else(|| Unclear(format!("there is no such journey: {key}")))?;
    if cases {
        print!("{}", store.cases_of(&journey.reference()).await?);
    } else {
        print!("{}", journey.to_toml());
    }
    Ok(Exit::Done)
}

pub fn show_shipped(key: Option<&str>, cases: bool) -> anyhow::Result<Exit> {
    let Some(key) = key else {
        for shipped in shipped_documents() {
            let journey = shipped.journey()?;
            println!("{}\t{}", journey.key, journey.name);
        }
        return Ok(Exit::Done);
    };
    for shipped in shipped_documents() {
        if shipped.journey()?.key.as_str() == key {
            print!("{}", if cases { shipped.cases } else { shipped.journey });
            return Ok(Exit::Done);
        }
    }
    Err(Unclear(format!("no journey {key} comes with Postern; `journey show --shipped` lists them")).into())
}
