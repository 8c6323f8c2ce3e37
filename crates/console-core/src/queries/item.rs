//! The reading pane.

use super::form::{field, form_of, label};
use super::list::row_view;
use super::visit::{NOT_KEPT, Sighted};
use super::{initials, person_ref, steps};
use crate::act::samples::samples;
use crate::engine::Engine;
use crate::failure::failure;
use crate::views::{
    ActionState, AttachmentVersionView, AttachmentView, CommentView, EscalationView, ExceptionView, Failure,
    FailureCode, HistoryLine, ItemView, OutputView, StageView,
};
use postern_console_store::{CachedItem, Columns, ListRow, Lookup, Mark, OutboxRow, Predicted, predict};
use postern_domain::explain::{self, Names as _};
use postern_domain::{Action, CommandId, Entry, Item, ItemId, Journey, Review, Step, Timestamp};
use postern_protocol::Outcome;

impl Engine {
    /// Everything about one item.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], when it is not in the cache and was not looked up by [`Engine::find`].
    pub async fn item(&self, id: &ItemId) -> Result<ItemView, Failure> {
        let Some(Sighted { cached, kept }) = self.sighted(id).await? else {
            return Err(failure(
                FailureCode::NotFound,
                "This item is not in sight: it does not exist, or you have no access to it any more.",
            ));
        };
        let lookup = self.lookup().await?;
        let mine = self.inner.cache.outbox_of(id, self.device_now()).await?;
        let lines = self.outbox_lines(&mine, &lookup).await?;
        let mut view = item_view(&cached, &mine, &lookup, self.now());
        view.mine = lines;
        if !kept {
            view.kept = false;
            for action in &mut view.actions {
                (action.allowed, action.why_not) = (false, Some(NOT_KEPT.to_owned()));
            }
        }
        self.mark_content(&mut view.attachments).await?;
        Ok(view)
    }
}

fn item_view(cached: &CachedItem, mine: &[OutboxRow], lookup: &Lookup, now: Timestamp) -> ItemView {
    let CachedItem { item, base } = cached;
    let base = base.as_ref();
    ItemView {
        row: row_view(list_row(item, mine, lookup), lookup, now),
        kept: true,
        description: item.description.clone(),
        fields: item.fields.iter().map(|(key, value)| field(key, value, lookup.journey(item))).collect(),
        form: form_of(lookup.journey(item), Some(item)),
        cohort: lookup.clients.get(&item.client).map(|client| client.cohort.clone()).unwrap_or_default(),
        project_name: item
            .project
            .as_ref()
            .map(|id| lookup.projects.get(id).map_or_else(|| id.to_string(), |project| project.name.clone())),
        journey_name: lookup
            .journey(item)
            .map_or_else(|| item.journey.key.to_string(), |journey| journey.name.clone()),
        journey_version: item.journey.version,
        round: item.round,
        assignment_version: item.assignment_version,
        seen: lookup.seen(item),
        submitted_at: item.submitted_at,
        submitter: explain::actor(&item.submitter, lookup),
        completed_at: item.completed_at,
        next: explain::next(item, lookup, now),
        whole: steps::whole(item, lookup, now),
        steps: steps::steps(item, base, lookup, now),
        attachments: attachments(item, lookup),
        comments: comments(item, base, lookup),
        history: history(item, base, lookup),
        actions: actions(item, lookup, now),
        escalation: item.escalation.as_ref().map(|escalation| EscalationView {
            level: escalation.level,
            reason: escalation.reason.clone(),
            by: explain::actor(&escalation.by, lookup),
            to: escalation.to.as_ref().map(|id| person_ref(id, lookup)),
            at: escalation.at,
        }),
        exception: item.exception.as_ref().map(|exception| ExceptionView {
            category: exception.category.clone(),
            reason: exception.reason.clone(),
            by: explain::actor(&exception.by, lookup),
            at: exception.at,
        }),
        outputs: outputs(item, lookup),
        reason_required: my_step(item, lookup).is_some_and(|(_, step)| step.reason_required),
        categories: lookup
            .journey(item)
            .map_or_else(Vec::new, |journey| journey.exceptions.categories.clone()),
        stages: stages(item, lookup),
        mine: Vec::new(),
    }
}

/// The step that an approval by the signed-in person would be about.
fn my_step<'a>(item: &Item, lookup: &'a Lookup) -> Option<(&'a Journey, &'a Step)> {
    let journey = lookup.journey(item)?;
    let me = lookup.me.as_ref()?;
    let mine = |review: &&Review| review.waiting_on().any(|id| id == me) || review.has_free_seats();
    let review = item.review_for(me).filter(mine)?;
    Some((journey, journey.step(&review.step)?.1))
}

/// What an approval by the signed-in person has to fill in.
fn outputs(item: &Item, lookup: &Lookup) -> Vec<OutputView> {
    my_step(item, lookup).map_or_else(Vec::new, |(journey, step)| outputs_of(item, journey, step))
}

/// What an approval of the step has to fill in.
pub(super) fn outputs_of(item: &Item, journey: &Journey, step: &Step) -> Vec<OutputView> {
    let view = |key: &String| {
        let field = journey.field(key);
        OutputView {
            key: key.clone(),
            name: field.map_or_else(|| label(key), |field| field.name.clone()),
            help: field.and_then(|field| field.help.clone()),
            of: field.map(|field| field.of.clone()),
            value: item.fields.get(key).map(ToString::to_string),
        }
    };
    step.outputs.iter().map(view).collect()
}

fn stages(item: &Item, lookup: &Lookup) -> Vec<StageView> {
    let stages = lookup.journey(item).map_or(&[][..], |journey| &journey.stages);
    stages.iter().map(|stage| StageView { key: stage.key.clone(), name: stage.name.clone() }).collect()
}

/// The item's row, as its queue shows it.
fn list_row(item: &Item, mine: &[OutboxRow], lookup: &Lookup) -> ListRow {
    let columns = Columns::of(item, lookup);
    let mark = mine.iter().filter_map(|row| match &row.outcome {
        Some(Outcome::Conflict { .. }) => Some((0, Mark::Conflict)),
        Some(Outcome::Refused { .. } | Outcome::Quarantined { .. } | Outcome::NotUnderstood { .. }) => {
            Some((1, Mark::Refused))
        }
        None => Some((2, Mark::Pending)),
        Some(Outcome::Applied { .. } | Outcome::AlreadySatisfied { .. }) => None,
    });
    ListRow {
        id: item.id.clone(),
        reference: item.reference.clone(),
        title: item.title.clone(),
        kind: item.kind,
        client: item.client.clone(),
        phase: item.phase,
        journey: item.journey.clone(),
        stage: item.stage().cloned(),
        owner: item.owner.clone(),
        waiting_on: columns.turns,
        priority: item.priority,
        due_at: item.due_at,
        entered_at: item.entered_at,
        updated_at: item.updated_at,
        stuck_from: columns.stuck_from_ms.map(Timestamp::from_ms),
        uncovered: columns.uncovered,
        escalated: columns.escalated,
        mark: mark.min_by_key(|(rank, _)| *rank).map(|(_, mark)| mark),
        comments: u32::try_from(item.comments.len()).unwrap_or(u32::MAX),
        attachments: u32::try_from(item.attachments.len()).unwrap_or(u32::MAX),
    }
}

fn attachments(item: &Item, lookup: &Lookup) -> Vec<AttachmentView> {
    item.attachments
        .iter()
        .map(|attachment| AttachmentView {
            id: attachment.id.clone(),
            name: attachment.name.clone(),
            versions: (1..)
                .zip(&attachment.versions)
                .map(|(number, version)| AttachmentVersionView {
                    number,
                    sha256: version.sha256.clone(),
                    size: version.size,
                    media_type: version.media_type.clone(),
                    by: explain::actor(&version.by, lookup),
                    at: version.at,
                    here: false,
                    pending: false,
                })
                .rev_collect(),
        })
        .collect()
}

/// Newest first.
trait RevCollect<T> {
    fn rev_collect(self) -> Vec<T>;
}

impl<T, I: Iterator<Item = T>> RevCollect<T> for I {
    fn rev_collect(self) -> Vec<T> {
        let mut all: Vec<T> = self.collect();
        all.reverse();
        all
    }
}

fn comments(item: &Item, base: Option<&Item>, lookup: &Lookup) -> Vec<CommentView> {
    let confirmed = |id| base.is_some_and(|base| base.comments.iter().any(|comment| &comment.id == id));
    item.comments
        .iter()
        .map(|comment| {
            let by = explain::actor(&comment.by, lookup);
            CommentView {
                pending: !confirmed(&comment.id),
                id: comment.id.clone(),
                visibility: comment.visibility,
                body: comment.body.clone(),
                initials: initials(&by),
                by,
                at: comment.at,
            }
        })
        .collect()
}

fn history(item: &Item, base: Option<&Item>, lookup: &Lookup) -> Vec<HistoryLine> {
    let confirmed = base.map_or(0, |base| base.history.len());
    item.history
        .iter()
        .enumerate()
        .map(|(index, entry)| line(entry, index >= confirmed, lookup))
        .rev_collect()
}

/// What happened after the item was seen, the earliest first.
pub(super) fn since(seen: &Item, current: &Item, lookup: &Lookup) -> Vec<HistoryLine> {
    let after = current.history.get(seen.history.len()..).unwrap_or_default();
    after.iter().map(|entry| line(entry, false, lookup)).collect()
}

fn line(entry: &Entry, pending: bool, lookup: &Lookup) -> HistoryLine {
    let (text, detail) = explain::happening(&entry.what, lookup);
    let who = explain::actor(&entry.by, lookup);
    let who = match &entry.on_behalf_of {
        Some(other) => format!("{who}, for {}", lookup.person(other)),
        None => who,
    };
    HistoryLine { at: entry.at, who, text, detail, pending }
}

/// Each action with the portal's own answer to a sample of it.
fn actions(item: &Item, lookup: &Lookup, now: Timestamp) -> Vec<ActionState> {
    let mut actions: Vec<ActionState> = samples(item, lookup)
        .into_iter()
        .map(|(action, command)| {
            let sample = CommandId::new("sample");
            let why_not = match predict(Some(item), &item.id, &command, &sample, now, lookup) {
                Ok(Predicted::Changed { .. }) => None,
                Ok(Predicted::Unchanged(why)) => Some(explain::satisfied(why)),
                Err(refusal) => Some(explain::refusal(&refusal, lookup)),
            };
            ActionState { action, allowed: why_not.is_none(), why_not }
        })
        .collect();
    if !actions.iter().any(|one| one.action == Action::Reassign) {
        let why_not = Some("Nobody else could take this.".to_owned());
        actions.push(ActionState { action: Action::Reassign, allowed: false, why_not });
    }
    actions
}
