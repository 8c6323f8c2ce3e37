//! Keying in a new item for a client, and what there is to fill in.

use super::decide::{checked, give, told};
use crate::cli::{Cli, FormsArgs, SubmitArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{Engine, FormField, NewItemChoices, NewItemDraft, Request};
use postern_domain::{FieldType, JourneyKey, Kind, ProjectId};

pub async fn submit(cli: &Cli, args: &SubmitArgs) -> Result<Exit, Stop> {
    let engine = if cli.offline { profile::offline(cli).await? } else { profile::signed_in(cli).await? };
    let done = async {
        let request = Request::Submit(Box::new(draft(&engine, args).await?));
        if args.check {
            return Ok(engine.predict(&[], &request).await?.iter().map(checked).collect());
        }
        give(cli, &engine, &[], &request, args.timeout).await
    }
    .await;
    engine.stop().await;
    Ok(told(cli, &done?))
}

async fn draft(engine: &Engine, args: &SubmitArgs) -> Result<NewItemDraft, Stop> {
    let client = engine.find_client(&args.client).await?;
    let project = match &args.project {
        Some(wanted) => Some(project(&engine.new_item_choices().await?, client.as_str(), wanted)?),
        None => None,
    };
    let owner = match &args.owner {
        Some(wanted) => Some(engine.find_person(wanted).await?.id),
        None => None,
    };
    Ok(NewItemDraft {
        client,
        kind: args.kind.into(),
        journey: args.journey.as_deref().map(JourneyKey::new),
        project,
        title: args.title.clone(),
        description: args.description.clone(),
        fields: args.fields.iter().cloned().collect(),
        priority: args.priority.into(),
        owner,
    })
}

fn project(choices: &NewItemChoices, client: &str, wanted: &str) -> Result<ProjectId, Stop> {
    let of = choices.clients.iter().find(|each| each.id.as_str() == client);
    let projects = of.map_or(&[][..], |each| &each.projects);
    let wanted_name = wanted.trim().to_lowercase();
    let means = |name: &str| name.to_lowercase() == wanted_name;
    let found = projects.iter().find(|each| each.id.as_str() == wanted || means(&each.name));
    found.map(|each| each.id.clone()).ok_or_else(|| {
        Stop::new(
            Exit::NotFound,
            format!("The client has no project “{}” that you can key in for.", output::plain(wanted)),
        )
    })
}

pub async fn forms(cli: &Cli, args: &FormsArgs) -> Result<Exit, Stop> {
    let mut choices = profile::offline(cli).await?.new_item_choices().await?;
    if choices.journeys.is_empty() {
        // Where nothing is known at all, it says how to come to know it.
        profile::cached(cli).await?;
    }
    if let Some(kind) = args.kind.map(Kind::from) {
        choices.journeys.retain(|journey| journey.kinds.contains(&kind));
        choices.clients.retain(|client| {
            client.kinds.contains(&kind)
                || client.projects.iter().any(|project| project.kinds.contains(&kind))
        });
    }
    if cli.json {
        output::json(&choices);
        return Ok(Exit::Ok);
    }
    let codes: Vec<&str> = choices.clients.iter().map(|client| client.code.as_str()).collect();
    output::line(&format!(
        "Clients: {}",
        if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
    ));
    for journey in &choices.journeys {
        let kinds: Vec<&str> = journey.kinds.iter().map(|kind| kind.as_str()).collect();
        output::line("");
        output::line(&format!(
            "{} — {}, version {}, for {}",
            journey.key,
            output::plain(&journey.name),
            journey.version,
            kinds.join(", ")
        ));
        let rows: Vec<Vec<String>> = journey.form.fields.iter().map(cells).collect();
        if !rows.is_empty() {
            output::table(&["FIELD", "NAME", "", "WHAT"], &rows);
        }
    }
    Ok(Exit::Ok)
}

fn cells(field: &FormField) -> Vec<String> {
    vec![
        output::plain(&field.key),
        output::plain(&field.name),
        if field.required { "required".to_owned() } else { String::new() },
        field.of.as_ref().map_or_else(|| "anything".to_owned(), what),
    ]
}

/// What may be written, for example `one of: small, large`.
fn what(of: &FieldType) -> String {
    match of {
        FieldType::Choice { options } => output::plain(&format!("one of: {}", options.join(", "))),
        FieldType::Money { currency, .. } => format!("{}, {}", of.expected(), output::plain(currency)),
        of => of.expected().to_owned(),
    }
}
