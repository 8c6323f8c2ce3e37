//! What portal admins ask for from the window: journeys and calendars.

use crate::ipc::{Answer, Core};
use postern_console_core::{
    BroughtInView, CalendarDraft, CalendarPreviewView, CalendarSummary, CalendarView, JourneyCheckView,
    JourneyDraft, JourneyReplayView, JourneysView, MigrationDraft, MigrationView, PublicationView,
    PublishJourneyDraft, PublishedJourneyView, RollBackDraft,
};
use postern_domain::calendar::CalendarUse;
use postern_domain::{CalendarKey, JourneyKey};

#[tauri::command]
pub async fn journeys(engine: Core<'_>) -> Answer<JourneysView> {
    engine.journeys().await
}

#[tauri::command]
pub async fn journey(
    engine: Core<'_>,
    key: JourneyKey,
    version: Option<u32>,
) -> Answer<PublishedJourneyView> {
    engine.journey(&key, version).await
}

#[tauri::command]
pub async fn check_journey(engine: Core<'_>, draft: JourneyDraft) -> Answer<JourneyCheckView> {
    engine.check_journey(&draft).await
}

#[tauri::command]
pub async fn replay_journey(engine: Core<'_>, draft: JourneyDraft) -> Answer<JourneyReplayView> {
    engine.replay_journey(&draft).await
}

#[tauri::command]
pub async fn publish_journey(engine: Core<'_>, wish: PublishJourneyDraft) -> Answer<PublicationView> {
    engine.publish_journey(&wish).await
}

#[tauri::command]
pub async fn roll_back_journey(
    engine: Core<'_>,
    wish: RollBackDraft,
    check_only: bool,
) -> Answer<PublicationView> {
    engine.roll_back_journey(&wish, check_only).await
}

#[tauri::command]
pub async fn migrate_journey(
    engine: Core<'_>,
    plan: MigrationDraft,
    check_only: bool,
) -> Answer<MigrationView> {
    engine.migrate_journey(&plan, check_only).await
}

#[tauri::command]
pub async fn calendars(engine: Core<'_>) -> Answer<Vec<CalendarSummary>> {
    engine.calendars().await
}

#[tauri::command]
pub async fn calendar(engine: Core<'_>, key: CalendarKey) -> Answer<CalendarView> {
    engine.calendar(&key, None).await
}

#[tauri::command]
pub async fn standard_calendar(engine: Core<'_>) -> Answer<CalendarView> {
    engine.standard_calendar().await
}

#[tauri::command]
pub async fn read_calendar(engine: Core<'_>, draft: CalendarDraft) -> Answer<CalendarView> {
    engine.read_calendar(&draft)
}

#[tauri::command]
pub async fn preview_calendar(engine: Core<'_>, draft: CalendarDraft) -> Answer<CalendarPreviewView> {
    engine.preview_calendar(&draft).await
}

#[tauri::command]
pub async fn save_calendar(engine: Core<'_>, draft: CalendarDraft) -> Answer<CalendarView> {
    engine.save_calendar(&draft).await
}

#[tauri::command]
pub async fn bring_in_holidays(
    engine: Core<'_>,
    draft: CalendarDraft,
    file: String,
    text: String,
) -> Answer<BroughtInView> {
    engine.bring_in_holidays(&draft, &file, text, None).await
}

#[tauri::command]
pub async fn preview_calendar_use(engine: Core<'_>, keeps: CalendarUse) -> Answer<CalendarPreviewView> {
    engine.preview_calendar_use(&keeps).await
}

#[tauri::command]
pub async fn keep_calendar(engine: Core<'_>, keeps: CalendarUse) -> Answer<()> {
    engine.keep_calendar(&keeps).await
}
