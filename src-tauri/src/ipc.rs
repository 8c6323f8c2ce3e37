//! What the window may ask. Each command is one call of the engine.

use crate::{administration, files};
use postern_console_core::{
    AbsenceDraft, AbsenceView, ActItemResult, ActOptions, ActResult, BottleneckView, ClientRef,
    CoverageAbout, CoverageAnswer, Engine, Failure, GroupBy, ItemView, JournalLine, KeepView, ListPage,
    ListQuery, NewItemChoices, NewerItem, OutboxLine, PersonRef, QueueCount, Request, SavedAbsenceView,
    SessionView, SyncStatus, Target,
};
use postern_domain::{AbsenceId, Action, CommandId, ItemId, PersonId, Seen, Timestamp};
use serde_json::Value;
use tauri::ipc::Invoke;
use tauri::{State, Wry};

pub type Answer<T> = Result<T, Failure>;
pub type Core<'a> = State<'a, Engine>;

pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        session,
        sign_in,
        sign_out,
        queue_counts,
        list,
        matching_ids,
        item,
        find_item,
        act,
        predict,
        new_item_choices,
        undo,
        candidates,
        outbox,
        outbox_retry,
        outbox_decide_again,
        outbox_discard,
        journal,
        sync_now,
        network_is_back,
        sync_status,
        newer_items,
        files::stage_part,
        files::stage_done,
        files::open_file,
        files::save_file,
        files::cancel_file,
        files::file_rules,
        files::set_file_rules,
        files::files_size,
        kept,
        set_keep,
        bottleneck,
        absences,
        save_absence,
        early_return,
        coverage,
        staff,
        clients,
        administration::journeys,
        administration::journey,
        administration::check_journey,
        administration::replay_journey,
        administration::publish_journey,
        administration::roll_back_journey,
        administration::migrate_journey,
        administration::calendars,
        administration::calendar,
        administration::standard_calendar,
        administration::read_calendar,
        administration::preview_calendar,
        administration::save_calendar,
        administration::bring_in_holidays,
        administration::preview_calendar_use,
        administration::keep_calendar,
        preferences,
        set_preferences,
        painted,
    ]
}

#[tauri::command]
async fn session(engine: Core<'_>) -> Answer<SessionView> {
    engine.session().await
}

#[tauri::command]
async fn sign_in(engine: Core<'_>, portal: String, email: String, password: String) -> Answer<SessionView> {
    engine.sign_in(&portal, &email, &password).await
}

#[tauri::command]
async fn sign_out(engine: Core<'_>, discard_pending: bool) -> Answer<SessionView> {
    engine.sign_out(discard_pending).await?;
    engine.session().await
}

#[tauri::command]
async fn queue_counts(engine: Core<'_>) -> Answer<Vec<QueueCount>> {
    engine.counts().await
}

#[tauri::command]
async fn list(engine: Core<'_>, query: ListQuery) -> Answer<ListPage> {
    engine.list(&query).await
}

#[tauri::command]
async fn matching_ids(engine: Core<'_>, query: ListQuery) -> Answer<Vec<ItemId>> {
    engine.ids(&query).await
}

#[tauri::command]
async fn item(engine: Core<'_>, id: ItemId) -> Answer<ItemView> {
    engine.item(&id).await
}

#[tauri::command]
async fn find_item(engine: Core<'_>, reference: String) -> Answer<ItemId> {
    engine.find(&reference).await
}

#[tauri::command]
async fn act(engine: Core<'_>, targets: Vec<Target>, request: Request) -> Answer<ActResult> {
    engine.act(&targets, &request, ActOptions::default()).await
}

#[tauri::command]
async fn predict(engine: Core<'_>, targets: Vec<Target>, request: Request) -> Answer<Vec<ActItemResult>> {
    engine.predict(&targets, &request).await
}

#[tauri::command]
async fn new_item_choices(engine: Core<'_>) -> Answer<NewItemChoices> {
    engine.new_item_choices().await
}

#[tauri::command]
async fn undo(engine: Core<'_>, batch: String) -> Answer<usize> {
    Ok(engine.undo(&batch).await?.len())
}

#[tauri::command]
async fn candidates(engine: Core<'_>, ids: Vec<ItemId>, action: Action) -> Answer<Vec<PersonRef>> {
    engine.candidates(&ids, action).await
}

#[tauri::command]
async fn outbox(engine: Core<'_>) -> Answer<Vec<OutboxLine>> {
    engine.outbox().await
}

#[tauri::command]
async fn outbox_retry(engine: Core<'_>, command: CommandId) -> Answer<()> {
    engine.retry(&command).await
}

#[tauri::command]
async fn outbox_decide_again(engine: Core<'_>, command: CommandId, seen: Seen) -> Answer<ActResult> {
    engine.decide_again(&command, seen, ActOptions::default()).await
}

#[tauri::command]
async fn journal(engine: Core<'_>, limit: u32) -> Answer<Vec<JournalLine>> {
    engine.journal(limit).await
}

#[tauri::command]
async fn outbox_discard(engine: Core<'_>, command: CommandId) -> Answer<()> {
    engine.discard(&command).await
}

#[tauri::command]
async fn kept(engine: Core<'_>) -> Answer<KeepView> {
    engine.kept().await
}

#[tauri::command]
async fn set_keep(engine: Core<'_>, months: Option<u32>) -> Answer<KeepView> {
    engine.set_keep(months).await?;
    engine.kept().await
}

#[tauri::command]
async fn sync_now(engine: Core<'_>) -> Answer<()> {
    engine.sync_soon();
    Ok(())
}

/// Says nothing of whether the portal can be reached, but that it may be worth a try.
#[tauri::command]
async fn network_is_back(engine: Core<'_>) -> Answer<()> {
    engine.nudge();
    Ok(())
}

#[tauri::command]
async fn newer_items(engine: Core<'_>) -> Answer<Vec<NewerItem>> {
    engine.newer_items().await
}

#[tauri::command]
async fn sync_status(engine: Core<'_>) -> Answer<SyncStatus> {
    Ok(engine.status())
}

#[tauri::command]
async fn bottleneck(engine: Core<'_>, group_by: GroupBy, filter: String) -> Answer<BottleneckView> {
    engine.bottleneck(group_by, &filter).await
}

#[tauri::command]
async fn absences(engine: Core<'_>) -> Answer<Vec<AbsenceView>> {
    engine.absences().await
}

#[tauri::command]
async fn save_absence(engine: Core<'_>, draft: AbsenceDraft, check_only: bool) -> Answer<SavedAbsenceView> {
    engine.save_absence(&draft, check_only).await
}

#[tauri::command]
async fn early_return(engine: Core<'_>, id: AbsenceId) -> Answer<AbsenceDraft> {
    engine.early_return(&id).await
}

#[tauri::command]
async fn coverage(
    engine: Core<'_>,
    person: PersonId,
    from: Timestamp,
    until: Timestamp,
    about: CoverageAbout,
) -> Answer<Vec<CoverageAnswer>> {
    engine.coverage(&person, from, until, &about).await
}

#[tauri::command]
async fn staff(engine: Core<'_>) -> Answer<Vec<PersonRef>> {
    engine.staff().await
}

#[tauri::command]
async fn clients(engine: Core<'_>) -> Answer<Vec<ClientRef>> {
    engine.clients().await
}

#[tauri::command]
async fn preferences(engine: Core<'_>) -> Answer<Value> {
    engine.preferences().await
}

#[tauri::command]
async fn set_preferences(engine: Core<'_>, preferences: Value) -> Answer<()> {
    engine.set_preferences(&preferences).await
}

#[tauri::command]
fn painted(ms: f64) {
    crate::spoken::painted(ms);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const HANDLER: &str = include_str!("ipc.rs");
    const MANIFEST: &str = include_str!("../build.rs");
    const CAPABILITY: &str = include_str!("../../capabilities/main.json");
    const WINDOW: &str = include_str!("../../ui/src/lib/backend/tauri.ts");

    /// What stands between `before` and `after`, as often as both do.
    fn between(text: &str, before: &str, after: &str) -> BTreeSet<String> {
        let parts = text.split(before).skip(1).filter_map(|rest| rest.split_once(after));
        parts.map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn the_window_may_call_each_command_that_it_calls_and_no_other() {
        let handled = HANDLER.split_once("generate_handler![").and_then(|(_, rest)| rest.split_once(']'));
        let handled = handled.map(|(list, _)| list).unwrap_or_default().split(',').map(str::trim);
        let handled: BTreeSet<String> = handled
            .filter(|name| !name.is_empty())
            .map(|name| name.rsplit("::").next().unwrap_or(name).to_owned())
            .collect();
        let named = MANIFEST.split_once("COMMANDS: &[&str] = &[").and_then(|(_, rest)| rest.split_once(']'));
        let named: BTreeSet<String> = named
            .map(|(list, _)| list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
            .unwrap_or_default();
        let allowed: BTreeSet<String> =
            between(CAPABILITY, "\"allow-", "\"").iter().map(|name| name.replace('-', "_")).collect();
        let mut called = between(WINDOW, "invoke(\"", "\"");
        called.extend(between(WINDOW, "invoke<string>(\"", "\""));
        assert!(called.len() > 40, "{called:?}");
        assert_eq!(named, handled, "src-tauri/build.rs");
        assert_eq!(allowed, handled, "capabilities/main.json");
        assert_eq!(called, handled, "ui/src/lib/backend/tauri.ts");
    }
}
