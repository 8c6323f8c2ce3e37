//! Journeys: listed, shown, checked, replayed, published, rolled back, and items moved between versions.

use crate::cli::{Cli, DocumentArgs, JourneyAction, JourneyArgs, MigrateArgs, WishArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{
    Engine, JourneyCheckView, JourneyDraft, JourneyReplayView, MigrationDraft, PublicationView,
    PublishJourneyDraft, RollBackDraft,
};
use postern_domain::JourneyKey;
use postern_domain::change::MigrationPlan;
use postern_protocol::to_confirm;

pub async fn journey(cli: &Cli, args: &JourneyArgs) -> Result<Exit, Stop> {
    let engine = profile::at_the_portal(cli).await?;
    let done = perform(cli, &engine, &args.action).await;
    engine.stop().await;
    done
}

async fn perform(cli: &Cli, engine: &Engine, action: &JourneyAction) -> Result<Exit, Stop> {
    match action {
        JourneyAction::List => list(cli, engine).await,
        JourneyAction::Show { key, version, cases } => {
            show(cli, engine, &JourneyKey::new(key.as_str()), *version, *cases).await
        }
        JourneyAction::Check(document) => {
            let check = engine.check_journey(&draft(document)?).await?;
            if cli.json {
                output::json(&check)
            } else {
                tell_check(&check)
            }
            Ok(if check.sound { Exit::Ok } else { Exit::Refused })
        }
        JourneyAction::Replay(document) => {
            let replay = engine.replay_journey(&draft(document)?).await?;
            if cli.json {
                output::json(&replay)
            } else {
                tell_replay(&replay)
            }
            Ok(Exit::Ok)
        }
        JourneyAction::Publish { document, wish } => publish(cli, engine, draft(document)?, wish).await,
        JourneyAction::RollBack { key, version, cases, wish } => {
            let draft = RollBackDraft {
                key: JourneyKey::new(key.as_str()),
                version: *version,
                cohorts: cohorts(wish),
                cases: cases.as_deref().map(output::file).transpose()?,
                replayed: wish.replayed.clone(),
            };
            roll_back(cli, engine, draft, wish.yes).await
        }
        JourneyAction::Migrate(args) => migrate(cli, engine, args).await,
    }
}

async fn list(cli: &Cli, engine: &Engine) -> Result<Exit, Stop> {
    let journeys = engine.journeys().await?.journeys;
    if cli.json {
        output::json(&journeys);
        return Ok(Exit::Ok);
    }
    let rows: Vec<Vec<String>> = journeys
        .iter()
        .flat_map(|journey| {
            journey.versions.iter().map(|version| {
                vec![
                    output::plain(journey.key.as_str()),
                    version.version.to_string(),
                    output::plain(&version.name),
                    version.in_flight.map_or_else(|| "-".to_owned(), |items| items.to_string()),
                    output::plain(&version.state),
                ]
            })
        })
        .collect();
    output::table(&["KEY", "VERSION", "NAME", "IN FLIGHT", "STATE"], &rows);
    Ok(Exit::Ok)
}

async fn show(
    cli: &Cli,
    engine: &Engine,
    key: &JourneyKey,
    version: Option<u32>,
    cases: bool,
) -> Result<Exit, Stop> {
    let journey = engine.journey(key, version).await?;
    if cli.json {
        output::json(&journey);
    } else {
        output::document(if cases { &journey.draft.cases } else { &journey.draft.document });
    }
    Ok(Exit::Ok)
}

fn draft(args: &DocumentArgs) -> Result<JourneyDraft, Stop> {
    let beside = args.file.with_extension("cases.toml");
    let cases = args.cases.clone().or_else(|| beside.exists().then_some(beside));
    let cases = cases.as_deref().map(output::file).transpose()?.unwrap_or_default();
    Ok(JourneyDraft { document: output::file(&args.file)?, cases })
}

fn cohorts(wish: &WishArgs) -> Option<Vec<String>> {
    (!wish.cohorts.is_empty()).then(|| wish.cohorts.clone())
}

async fn publish(cli: &Cli, engine: &Engine, draft: JourneyDraft, wish: &WishArgs) -> Result<Exit, Stop> {
    let mut replayed = wish.replayed.clone();
    if replayed.is_none() {
        let check = engine.check_journey(&draft).await?;
        if !check.sound {
            return Ok(refused(cli, &check));
        }
        let replay = engine.replay_journey(&draft).await?;
        if !wish.yes && replay.looked_at > 0 {
            let looked = PublicationView { check, replay, changes: Vec::new(), key: None, version: None };
            return Ok(not_confirmed(cli, &looked));
        }
        replayed = Some(replay.digest);
    }
    let published =
        engine.publish_journey(&PublishJourneyDraft { draft, cohorts: cohorts(wish), replayed }).await?;
    Ok(done(cli, &published))
}

async fn roll_back(cli: &Cli, engine: &Engine, mut wish: RollBackDraft, yes: bool) -> Result<Exit, Stop> {
    if wish.replayed.is_none() {
        let looked = engine.roll_back_journey(&wish, true).await?;
        if !yes && looked.replay.looked_at > 0 {
            return Ok(not_confirmed(cli, &looked));
        }
        wish.replayed = Some(looked.replay.digest);
    }
    Ok(done(cli, &engine.roll_back_journey(&wish, false).await?))
}

fn refused(cli: &Cli, check: &JourneyCheckView) -> Exit {
    if cli.json {
        output::json(check);
    } else {
        tell_check(check);
        output::line("Not published.");
    }
    Exit::Refused
}

fn not_confirmed(cli: &Cli, looked: &PublicationView) -> Exit {
    if cli.json {
        output::json(looked);
    } else {
        tell(looked);
        output::line(&to_confirm(&looked.replay.digest));
    }
    Exit::Refused
}

fn done(cli: &Cli, published: &PublicationView) -> Exit {
    if cli.json {
        output::json(published);
        return Exit::Ok;
    }
    tell(published);
    if let (Some(key), Some(version)) = (&published.key, published.version) {
        output::line(&format!("Published {key} as version {version}."));
    }
    Exit::Ok
}

fn tell(publication: &PublicationView) {
    tell_check(&publication.check);
    tell_replay(&publication.replay);
    for change in &publication.changes {
        output::line(&format!("changed: {}", output::plain(change)));
    }
}

fn tell_check(check: &JourneyCheckView) {
    for finding in &check.findings {
        output::line(&output::plain(&finding.sentence()));
    }
    for failed in check.cases.iter().filter_map(|played| played.sentence()) {
        output::line(&output::plain(&failed));
    }
    output::line(&check.summary);
}

fn tell_replay(replay: &JourneyReplayView) {
    output::line(&replay.summary);
    for difference in &replay.first {
        output::line(&format!("  {}", output::plain(difference)));
    }
    output::line(&format!("Digest of this replay: {}", replay.digest));
}

async fn migrate(cli: &Cli, engine: &Engine, args: &MigrateArgs) -> Result<Exit, Stop> {
    let plan = plan(args)?;
    let from = plan.from;
    // What stands in the way is told item by item, before anything moves.
    let mut report = engine.migrate_journey(&plan, true).await?;
    if report.problems.is_empty() && !args.check {
        report = engine.migrate_journey(&plan, false).await?;
    }
    let exit = if report.problems.is_empty() && report.stayed.is_empty() { Exit::Ok } else { Exit::Refused };
    if cli.json {
        output::json(&report);
        return Ok(exit);
    }
    for sentence in &report.sentences {
        output::line(&output::plain(sentence));
    }
    for problem in &report.problems {
        output::line(&format!("error: {}", output::plain(problem)));
    }
    for stayed in &report.stayed {
        output::line(&output::plain(&stayed.sentence(from)));
    }
    match &report.outcome {
        Some(outcome) => output::line(outcome),
        None if report.problems.is_empty() => {}
        None => output::line("Nothing was moved."),
    }
    Ok(exit)
}

fn plan(args: &MigrateArgs) -> Result<MigrationDraft, Stop> {
    let unclear = |message: String| Stop::new(Exit::Usage, message);
    let MigrationPlan { from, to, stages } = match (&args.plan, args.from, args.to) {
        (Some(file), ..) => MigrationPlan::from_toml(&output::file(file)?)
            .map_err(|error| unclear(format!("{}: {error}.", file.display())))?,
        (None, Some(from), Some(to)) => {
            let stages = MigrationPlan::stages_of(&args.stages);
            MigrationPlan { from, to, stages: stages.map_err(|said| unclear(format!("--map {said}.")))? }
        }
        _ => return Err(unclear("Say --from and --to, or --plan.".to_owned())),
    };
    Ok(MigrationDraft { key: JourneyKey::new(args.key.as_str()), from, to, stages })
}
