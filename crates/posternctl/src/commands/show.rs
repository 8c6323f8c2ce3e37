//! One item or several, in full.

use crate::cli::{Cli, ShowArgs};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{AttachmentVersionView, Engine, FailureCode, ItemView, StepState};
use postern_domain::Visibility;

pub async fn show(cli: &Cli, args: &ShowArgs) -> Result<Exit, Stop> {
    let refs = &args.on;
    let engine = profile::cached(cli).await?;
    let mut views = Vec::new();
    let ids = match found(&engine, &refs.refs).await {
        Err(stop) if stop.exit == Exit::NotFound && !cli.offline => {
            // The keychain is asked only now, and the portal with it: what is here needs neither.
            engine.restore().await;
            found(&engine, &refs.refs).await?
        }
        found => found?,
    };
    for id in ids {
        views.push(engine.item(&id).await?);
    }
    if cli.json {
        output::json(&views);
    } else {
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                output::line("");
            }
            print(view);
            if args.why_due {
                why_due(view);
            }
        }
    }
    Ok(Exit::Ok)
}

/// The ids of all references, or a failure that names every one that is not there.
pub async fn found(engine: &Engine, refs: &[String]) -> Result<Vec<postern_domain::ItemId>, Stop> {
    let (mut ids, mut missing) = (Vec::new(), Vec::new());
    for reference in refs {
        match engine.find(reference).await {
            Ok(id) => ids.push(id),
            // What the portal alone could tell, and did not, is said as well.
            Err(failure) if failure.code == FailureCode::NotFound && refs.len() > 1 => {
                missing.push(output::plain(reference));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    if missing.is_empty() {
        return Ok(ids);
    }
    let of = engine.status().last_success.map(|at| format!("; the last sync was {}", output::time(at)));
    Err(Stop::new(
        Exit::NotFound,
        format!("Not among the items that you may see: {}{}.", missing.join(", "), of.unwrap_or_default()),
    ))
}

fn print(view: &ItemView) {
    let row = &view.row;
    output::line(&format!("{}  {}", output::plain(&row.reference), output::plain(&row.title)));
    output::line(&output::plain(&view.next.sentence));
    if !view.kept {
        output::line("Looked up at the portal: it was closed longer ago than this device keeps items.");
    }
    for reason in &view.next.because {
        output::line(&format!("  {}", output::plain(reason)));
    }
    output::line("");
    let fact = |what: &str, value: &str| vec![what.to_owned(), output::plain(value)];
    let mut facts = vec![
        fact("Client", &format!("{} ({})", row.client_name, view.cohort)),
        fact("Stage", &row.stage_name),
        fact("Owner", row.owner.as_ref().map_or("-", |owner| owner.name.as_str())),
        fact("Due", &output::time_or_dash(row.due_at)),
        fact("Submitted", &format!("{} by {}", output::time_or_dash(view.submitted_at), view.submitter)),
        fact("Journey", &format!("{} {}, round {}", view.journey_name, view.journey_version, view.round)),
        fact("Content", view.seen.content.short()),
    ];
    facts.extend(view.escalation.iter().map(|escalation| fact("Escalated", &escalation.reason)));
    facts.extend(row.stuck.map(|reason| fact("Stuck", reason.in_words())));
    facts.extend(view.exception.iter().map(|exception| fact("Exception", &exception.reason)));
    facts.extend(view.fields.iter().map(|field| fact(&output::plain(&field.label), &field.value)));
    for file in &view.attachments {
        for version in &file.versions {
            facts.push(fact("File", &file_line(&file.name, version)));
        }
    }
    output::table(&["", ""], &facts);
    if !view.description.is_empty() {
        output::line("");
        for line in view.description.lines() {
            output::line(&output::plain(line));
        }
    }
    if !view.steps.is_empty() {
        output::line("");
        let rows: Vec<Vec<String>> = view
            .steps
            .iter()
            .map(|step| {
                let state = format!("{:?}", step.state).to_lowercase();
                vec![output::plain(&step.name), state, output::plain(&step.who), step.quorum.clone()]
            })
            .collect();
        output::table(&["STEP", "STATE", "WHO", "APPROVALS"], &rows);
    }
    for comment in &view.comments {
        let kind = if comment.visibility == Visibility::Client { "client" } else { "internal" };
        output::line("");
        output::line(&format!("{} ({kind}), {}:", output::plain(&comment.by), output::time(comment.at)));
        for line in comment.body.lines() {
            output::line(&format!("  {}", output::plain(line)));
        }
    }
    for mine in &view.mine {
        output::line("");
        output::line(&format!(
            "Mine, not settled: {} — {}",
            output::plain(&mine.what),
            output::plain(&mine.why)
        ));
    }
}

/// Each due time that is not met yet, stretch by stretch, and that of the whole way.
fn why_due(view: &ItemView) {
    let open = view.steps.iter().filter(|step| step.state == StepState::Current);
    let steps = open.filter_map(|step| Some((step.name.as_str(), step.ledger.as_ref()?)));
    let whole = view.whole.iter().map(|ledger| ("The whole way", ledger));
    let mut reckoned = steps.chain(whole).peekable();
    if reckoned.peek().is_none() {
        output::line("");
        output::line("Its journey sets no target for where it stands, nor for the whole way.");
    }
    for (name, ledger) in reckoned {
        output::line("");
        output::line(&format!(
            "{}, reckoned by the calendar {} {} in {}:",
            output::plain(name),
            ledger.calendar,
            ledger.calendar_version,
            ledger.zone
        ));
        let rows: Vec<Vec<String>> =
            ledger.lines.iter().map(|line| vec![line.when.clone(), output::plain(&line.said)]).collect();
        output::table(&["", ""], &rows);
    }
}

/// For example `plan.pdf, version 2, 3.1 MB, by Mara Lindqvist, 2026-11-24 14:00, on this device`.
fn file_line(name: &str, version: &AttachmentVersionView) -> String {
    let AttachmentVersionView { number, size, by, at, here, pending, .. } = version;
    let mark = match (pending, here) {
        (true, _) => ", not at the portal yet",
        (false, true) => ", on this device",
        (false, false) => "",
    };
    format!("{name}, version {number}, {}, by {by}, {}{mark}", output::size(*size), output::time(*at))
}
