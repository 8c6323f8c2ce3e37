/** What portal admins may ask of the engine. All of it is at the portal: without the network each call is refused. */
import type {
  BroughtInView,
  CalendarDraft,
  CalendarPreviewView,
  CalendarSummary,
  CalendarUse,
  CalendarView,
  JourneyCheckView,
  JourneyDraft,
  JourneyReplayView,
  JourneysView,
  MigrationDraft,
  MigrationView,
  PublicationView,
  PublishedJourneyView,
  PublishJourneyDraft,
  RollBackDraft,
} from "$lib/generated";

export interface AdministrationBackend {
  journeys(): Promise<JourneysView>;
  /** Null: the newest version. */
  journey(key: string, version: number | null): Promise<PublishedJourneyView>;
  checkJourney(draft: JourneyDraft): Promise<JourneyCheckView>;
  replayJourney(draft: JourneyDraft): Promise<JourneyReplayView>;
  publishJourney(wish: PublishJourneyDraft): Promise<PublicationView>;
  /** With `checkOnly` only says what it would do. */
  rollBackJourney(wish: RollBackDraft, checkOnly: boolean): Promise<PublicationView>;
  migrateJourney(plan: MigrationDraft, checkOnly: boolean): Promise<MigrationView>;

  calendars(): Promise<CalendarSummary[]>;
  calendar(key: string): Promise<CalendarView>;
  /** A usual week, to begin with. */
  standardCalendar(): Promise<CalendarView>;
  /** A draft in both ways of writing it; needs no network. */
  readCalendar(draft: CalendarDraft): Promise<CalendarView>;
  previewCalendar(draft: CalendarDraft): Promise<CalendarPreviewView>;
  /** The draft with the holidays of an iCalendar file. Nothing is saved. */
  bringInHolidays(draft: CalendarDraft, file: string, text: string): Promise<BroughtInView>;
  saveCalendar(draft: CalendarDraft): Promise<CalendarView>;
  previewCalendarUse(keeps: CalendarUse): Promise<CalendarPreviewView>;
  keepCalendar(keeps: CalendarUse): Promise<void>;
}
