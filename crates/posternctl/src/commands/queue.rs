//! Queues as tables.

use crate::cli::{Cli, QueueArgs, QueueName, SortName};
use crate::exit::{Exit, Stop};
use crate::{output, profile};
use postern_console_core::{Engine, ListPage, ListQuery, PendingMark, Queue, Row, SortBy, StuckReason};

/// Rows of one page when all are wanted.
const PAGE: u32 = 500;

pub async fn queue(cli: &Cli, args: &QueueArgs) -> Result<Exit, Stop> {
    let engine = profile::cached(cli).await?;
    if args.counts {
        return counts(cli, &engine).await;
    }
    let filter = joined(&args.filter);
    let page = page(&engine, args, &filter).await?;
    if cli.json {
        output::json(&page);
    } else {
        let rows: Vec<Vec<String>> = page.rows.iter().map(cells).collect();
        if let Some(definition) = &page.definition {
            output::line(definition);
            output::line("");
        }
        output::table(&["REF", "TITLE", "CLIENT", "STAGE", "WAITING ON", "DUE", "MARKS"], &rows);
        if let Some(elsewhere) = &page.elsewhere {
            output::note(elsewhere);
        }
        let shown = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
        if page.total > shown {
            output::note(&format!("{shown} of {}; see --limit and --offset.", page.total));
        }
    }
    if page.problems.is_empty() {
        return Ok(Exit::Ok);
    }
    let problems: Vec<String> = page
        .problems
        .iter()
        .map(|problem| format!("{}: {}", output::plain(&problem.term), problem.message))
        .collect();
    Err(Stop::new(Exit::Usage, problems.join(" ")))
}

/// The words of a filter as one text: a word that the shell has taken the quotes from gets them back.
fn joined(words: &[String]) -> String {
    let quoted = |word: &String| {
        let bare = word.contains(char::is_whitespace) && !word.contains('"');
        match (bare, word.split_once(':')) {
            (false, _) => word.clone(),
            (true, Some((key, value))) if !key.contains(char::is_whitespace) => format!("{key}:\"{value}\""),
            // Several terms in one argument, as a filter is usually quoted.
            (true, _) => word.clone(),
        }
    };
    if let [one] = words { one.clone() } else { words.iter().map(quoted).collect::<Vec<_>>().join(" ") }
}

async fn page(engine: &Engine, args: &QueueArgs, filter: &str) -> Result<ListPage, Stop> {
    let wanted = if args.limit == 0 { u32::MAX } else { args.limit };
    let mut query = ListQuery {
        queue: queue_of(args.queue),
        filter: filter.to_owned(),
        sort: match args.sort {
            SortName::Due => SortBy::Due,
            SortName::Age => SortBy::Age,
            SortName::Updated => SortBy::Updated,
            SortName::Priority => SortBy::Priority,
            SortName::Reference => SortBy::Reference,
            SortName::Title => SortBy::Title,
        },
        descending: args.descending,
        offset: args.offset,
        limit: wanted.min(PAGE),
    };
    let mut page = engine.list(&query).await?;
    loop {
        let so_far = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
        if so_far >= wanted || args.offset.saturating_add(so_far) >= page.total {
            return Ok(page);
        }
        query.offset = args.offset + so_far;
        query.limit = (wanted - so_far).min(PAGE);
        let more = engine.list(&query).await?.rows;
        if more.is_empty() {
            return Ok(page);
        }
        page.rows.extend(more);
    }
}

async fn counts(cli: &Cli, engine: &Engine) -> Result<Exit, Stop> {
    let counts = engine.counts().await?;
    if cli.json {
        output::json(&counts);
    } else {
        let name = |queue: Queue| serde_json::to_string(&queue).unwrap_or_default().replace('"', "");
        let rows: Vec<Vec<String>> = counts
            .iter()
            .map(|count| vec![name(count.queue), count.count.to_string(), count.overdue.to_string()])
            .collect();
        output::table(&["QUEUE", "ITEMS", "OVERDUE"], &rows);
    }
    Ok(Exit::Ok)
}

fn queue_of(name: QueueName) -> Queue {
    match name {
        QueueName::MyTurn => Queue::MyTurn,
        QueueName::Team => Queue::Team,
        QueueName::Mine => Queue::Mine,
        QueueName::WaitingOnClient => Queue::WaitingOnClient,
        QueueName::Escalated => Queue::Escalated,
        QueueName::Stuck => Queue::Stuck,
        QueueName::Open => Queue::Open,
        QueueName::Closed => Queue::Closed,
    }
}

fn cells(row: &Row) -> Vec<String> {
    let waiting: Vec<&str> = row.waiting_on.iter().map(|person| person.name.as_str()).collect();
    vec![
        output::plain(&row.reference),
        output::short(&row.title, 40),
        output::short(&row.client_name, 24),
        output::short(&row.stage_name, 24),
        if waiting.is_empty() { "-".to_owned() } else { output::short(&waiting.join(", "), 28) },
        output::time_or_dash(row.due_at),
        marks(row),
    ]
}

fn marks(row: &Row) -> String {
    let mut marks = Vec::new();
    if row.overdue && row.stuck != Some(StuckReason::PastDue) {
        marks.push("overdue".to_owned());
    }
    if let Some(reason) = row.stuck {
        marks.push(format!("stuck: {}", reason.in_words()));
    }
    if row.escalated {
        marks.push("escalated".to_owned());
    }
    marks.extend(row.pending.map(|mark| match mark {
        PendingMark::Pending => "pending".to_owned(),
        PendingMark::Conflict => "conflict".to_owned(),
        PendingMark::Refused => "refused".to_owned(),
    }));
    marks.join(", ")
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_value_that_lost_its_quotes_to_the_shell_gets_them_back() {
        let words = |words: &[&str]| joined(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&["stage:final sign-off", "is:stuck"]), "stage:\"final sign-off\" is:stuck");
        assert_eq!(words(&["client:acme is:overdue"]), "client:acme is:overdue");
        assert_eq!(words(&[]), "");
    }
}
