//! A conflict, part by part: what its author saw, what they made of it, and what others made of it.

use super::form::field;
use crate::views::Difference;
use postern_console_store::{Lookup, OutboxRow, Predicted, predict};
use postern_domain::explain::{self, Names as _, Reader as _};
use postern_domain::{Attachment, Item, Journey};

/// Everything that either side changed. Empty where it is not known what was seen.
pub(super) fn differences(row: &OutboxRow, current: &Item, lookup: &Lookup) -> Vec<Difference> {
    let Some(seen) = row.seen.as_deref() else { return Vec::new() };
    let mine = match predict(Some(seen), &row.item, &row.command, &row.id, row.made_at, lookup) {
        Ok(Predicted::Changed { item, .. }) => *item,
        Ok(Predicted::Unchanged(_)) | Err(_) => seen.clone(),
    };
    let [mut base, mut mine, mut theirs] =
        [seen, &mine, current].map(|item| parts(item, lookup.journey(item), lookup));
    let mut names: Vec<String> = Vec::new();
    for (name, _) in base.iter().chain(&mine).chain(&theirs) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let taken = |parts: &mut Parts, name: &str| {
        parts
            .iter_mut()
            .find(|(part, _)| part == name)
            .map(|(_, value)| std::mem::take(value))
            .unwrap_or_default()
    };
    let all = names.into_iter().map(|what| Difference {
        base: taken(&mut base, &what),
        mine: taken(&mut mine, &what),
        theirs: taken(&mut theirs, &what),
        what,
    });
    all.filter(|part| part.base != part.mine || part.base != part.theirs).collect()
}

type Parts = Vec<(String, String)>;

/// What an item consists of for people, in the order in which it is told.
fn parts(item: &Item, journey: Option<&Journey>, lookup: &Lookup) -> Parts {
    let mut parts: Parts = Vec::new();
    let mut part = |what: &str, value: String| parts.push((what.to_owned(), value));
    part("Title", item.title.clone());
    part("Description", item.description.clone());
    for (key, value) in &item.fields {
        let shown = field(key, value, journey);
        part(&shown.label, explain::field_value(shown.of.as_ref(), value));
    }
    for file in &item.attachments {
        part(&file.name, newest(file));
    }
    part("Round", item.round.to_string());
    part("Where it stands", stands(item, lookup));
    part("Whose turn", named(item.waiting_on().map(|id| lookup.person(id)).collect()));
    part("Owner", named(item.owner.iter().map(|id| lookup.person(id)).collect()));
    part("Priority", explain::priority_name(item.priority).to_owned());
    part("Due", item.due_at.map_or_else(|| "never".to_owned(), |due| explain::date_time(due, lookup.zone())));
    parts
}

fn newest(file: &Attachment) -> String {
    file.versions.last().map_or_else(String::new, |version| {
        format!("version {} ({})", file.versions.len(), version.sha256.get(..8).unwrap_or(&version.sha256))
    })
}

fn stands(item: &Item, lookup: &Lookup) -> String {
    item.stage().map_or_else(
        || explain::phase_name(item.phase).to_owned(),
        |stage| explain::stage_name(stage, lookup),
    )
}

fn named(names: Vec<String>) -> String {
    if names.is_empty() { "nobody".to_owned() } else { explain::list(&names, "and") }
}
