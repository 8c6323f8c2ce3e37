//! The reading pane: one item with everything about it.

use super::list::{PersonRef, Row};
use postern_domain::calendar::{self, LedgerLine};
use postern_domain::explain::Next;
use postern_domain::{
    Action, AttachmentId, CalendarKey, CommentId, FieldType, ReviewOutcome, Seen, StageKey, StepKey,
    Timestamp, Verdict, Visibility,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ItemView {
    pub row: Row,
    /// It is on this device. If not, it was looked up at the portal, and can only be read.
    pub kept: bool,
    pub description: String,
    pub fields: Vec<FieldView>,
    /// What of it can be written, and what a change does.
    pub form: FormView,
    pub cohort: String,
    pub project_name: Option<String>,
    pub journey_name: String,
    pub journey_version: u32,
    pub round: u32,
    pub assignment_version: u32,
    /// What a decision taken now is bound to.
    pub seen: Seen,
    pub submitted_at: Option<Timestamp>,
    pub submitter: String,
    pub completed_at: Option<Timestamp>,
    /// What happens next, who must act, by when, and why.
    pub next: Next,
    /// Until when the whole way is to be passed; none where its journey does not say.
    pub whole: Option<StepLedger>,
    pub steps: Vec<StepView>,
    pub attachments: Vec<AttachmentView>,
    pub comments: Vec<CommentView>,
    /// Newest first.
    pub history: Vec<HistoryLine>,
    pub actions: Vec<ActionState>,
    pub escalation: Option<EscalationView>,
    pub exception: Option<ExceptionView>,
    /// What my step asks an approval to fill in.
    pub outputs: Vec<OutputView>,
    /// An approval by the signed-in person must say why.
    pub reason_required: bool,
    /// What exceptions may be called. Empty: any word.
    pub categories: Vec<String>,
    /// The stages that an exception can be resolved to.
    pub stages: Vec<StageView>,
    /// My own commands on this item that are not yet confirmed, or need me.
    pub mine: Vec<super::outbox::OutboxLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FieldView {
    pub key: String,
    pub label: String,
    pub value: String,
    /// None where the journey's form does not say.
    pub of: Option<FieldType>,
}

/// What of an item can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FormView {
    /// Whether another title outdates approvals.
    pub title_material: bool,
    pub description_material: bool,
    /// In the form's order; what deciders fill in is not among them.
    pub fields: Vec<FormField>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct FormField {
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// What may be written; none where the journey's form does not say.
    pub of: Option<FieldType>,
    pub required: bool,
    /// Whether its change outdates approvals.
    pub material: bool,
    /// Clients do not see it.
    pub internal: bool,
    /// What stands there already.
    pub value: Option<String>,
}

/// A field that an approval fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct OutputView {
    pub key: String,
    pub name: String,
    pub help: Option<String>,
    /// What may be written; none where the journey's form does not say.
    pub of: Option<FieldType>,
    /// What stands there already.
    pub value: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StageView {
    pub key: StageKey,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepState {
    Done,
    Current,
    Upcoming,
    /// Passed by.
    Skipped,
    SentBack,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StepView {
    pub stage: StageKey,
    pub step: StepKey,
    pub name: String,
    /// The stage's name, where its steps run side by side.
    pub beside: Option<String>,
    pub state: StepState,
    /// Whose turn it is, or was; for a step to come, who may decide, in words.
    pub reviewers: Vec<PersonRef>,
    pub who: String,
    /// For example `1 of 2 approvals`.
    pub quorum: String,
    pub opened_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub outcome: Option<ReviewOutcome>,
    pub decisions: Vec<DecisionView>,
    /// One sentence for each reviewer who is away: who decides instead, or why nobody does.
    pub away: Vec<String>,
    /// The seats that nobody has filled yet.
    pub seats: Vec<SeatView>,
    /// Somebody eligible may still take a seat.
    pub has_free_seats: bool,
    /// What an approval of it has to fill in.
    pub outputs: Vec<OutputView>,
    /// Why it is due when it is; none without a target.
    pub ledger: Option<StepLedger>,
}

/// A seat of an open step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct SeatView {
    pub reviewer: PersonRef,
    /// Who sits in it: the reviewer, a deputy, or nobody.
    pub decides: Option<PersonRef>,
}

/// A due time, reckoned stretch by stretch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct StepLedger {
    pub calendar: CalendarKey,
    pub calendar_version: u32,
    /// The IANA name of the zone in which the lines are told.
    pub zone: String,
    pub target: calendar::Target,
    /// A line for each stretch of time, then one for the due.
    pub lines: Vec<LedgerLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct DecisionView {
    pub by: PersonRef,
    /// Those in whose place it was taken, from the reviewer on.
    pub on_behalf_of: Vec<PersonRef>,
    /// In the deciders' place, by the right to override.
    pub overriding: bool,
    pub verdict: Verdict,
    pub reason: Option<String>,
    pub at: Timestamp,
    pub round: u32,
    /// It speaks of the content as it is now.
    pub of_current_content: bool,
    pub pending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub name: String,
    /// Newest first.
    pub versions: Vec<AttachmentVersionView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct AttachmentVersionView {
    pub number: u32,
    pub sha256: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    pub media_type: String,
    pub by: String,
    pub at: Timestamp,
    /// Its content is on this device.
    pub here: bool,
    /// The portal does not have it yet.
    pub pending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct CommentView {
    pub id: CommentId,
    pub visibility: Visibility,
    pub body: String,
    pub by: String,
    pub initials: String,
    pub at: Timestamp,
    pub pending: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct HistoryLine {
    pub at: Timestamp,
    /// A name, or `system:<name>`.
    pub who: String,
    /// A sentence without its subject, for example `approved at Final sign-off`.
    pub text: String,
    /// The reason or comment that came with it.
    pub detail: Option<String>,
    pub pending: bool,
}

/// Whether an action would be accepted now, and if not, the rule that refuses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ActionState {
    pub action: Action,
    pub allowed: bool,
    /// One sentence, when it is not allowed.
    pub why_not: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct EscalationView {
    pub level: u8,
    pub reason: String,
    pub by: String,
    pub to: Option<PersonRef>,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct ExceptionView {
    pub category: String,
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
}

/// A line of the audit trail, with its sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditLineView {
    #[serde(flatten)]
    pub line: postern_protocol::AuditLine,
    /// A name, or `system:<name>`; and on whose behalf.
    pub who: String,
    /// A sentence without its subject.
    pub text: String,
    /// The reason or comment that came with it.
    pub detail: Option<String>,
}
