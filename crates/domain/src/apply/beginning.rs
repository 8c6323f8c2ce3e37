//! The item as its first event makes it.

use crate::command::Submission;
use crate::digest::{ContentDigest, Immaterial};
use crate::event::{Entry, Happening, Recorded};
use crate::ids::ItemId;
use crate::item::{Actor, Item, Phase};
use crate::time::Timestamp;

pub(super) fn drafted_item(id: &ItemId, submission: &Submission, by: &Actor, at: Timestamp) -> Item {
    Item {
        id: id.clone(),
        reference: submission.reference.clone(),
        kind: submission.kind,
        title: submission.title.clone(),
        description: submission.description.clone(),
        client: submission.client.clone(),
        project: submission.project.clone(),
        journey: submission.journey.clone(),
        immaterial: Immaterial::default(),
        content: ContentDigest::none(),
        fields: submission.fields.clone(),
        priority: submission.priority,
        phase: Phase::Draft,
        owner: submission.owner.clone(),
        submitter: by.clone(),
        round: 0,
        assignment_version: 0,
        reviews: Vec::new(),
        closed_reviews: Vec::new(),
        attachments: Vec::new(),
        comments: Vec::new(),
        contributors: by.person().cloned().into_iter().collect(),
        rework: None,
        escalation: None,
        rungs: 0,
        exception: None,
        created_at: at,
        submitted_at: None,
        entered_at: at,
        updated_at: at,
        completed_at: None,
        due_at: None,
        due_by_hand: false,
        history: vec![Entry { at, by: by.clone(), on_behalf_of: None, what: Happening::Drafted }],
        version: 0,
    }
}

/// The item as its first submission makes it.
pub(crate) fn submitted_item(id: &ItemId, submission: &Submission, by: &Actor, at: Timestamp) -> Item {
    let mut item = drafted_item(id, submission, by, at);
    item.phase = Phase::Submitted;
    item.submitted_at = Some(at);
    item.round = 1;
    item.history = vec![Entry { at, by: by.clone(), on_behalf_of: None, what: Happening::Submitted }];
    item
}

pub(super) fn handed_over(draft: Item, submission: &Submission, recorded: &Recorded) -> Item {
    let mut item = submitted_item(&draft.id, submission, &recorded.by, recorded.at);
    item.attachments = draft.attachments;
    item.comments = draft.comments;
    item.contributors.extend(draft.contributors);
    item.created_at = draft.created_at;
    item.version = draft.version;
    item.history.splice(0..0, draft.history);
    item
}
