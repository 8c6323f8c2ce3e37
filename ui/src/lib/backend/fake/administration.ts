/** What portal admins ask for, over the sample organisation: a rough likeness of what the portal says. */
import type {
  BroughtInView,
  CalendarDraft,
  CalendarForm,
  CalendarPreviewView,
  CalendarSummary,
  CalendarUse,
  CalendarView,
  Failure,
  FailureCode,
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
  StageName,
} from "$lib/generated";
import type { AdministrationBackend } from "../administration";
import {
  casesOf,
  documentOf,
  type FakeCalendar,
  type FakePublished,
  sampleCalendars,
  sampleJourneys,
  week,
} from "./documents";
import { COMPANIES, STAFF } from "./names";

export const NEEDS_THE_PORTAL =
  "Journeys and calendars are kept at the portal, and it cannot be reached: no route to host. Nothing was changed.";

type Answer = <T>(compute: () => T) => Promise<T>;

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 26, 16, 0);

const failed = (code: FailureCode, message: string): Failure => ({ code, message, request_id: null });

/** What a document says under a key of its first lines. */
const said = (document: string, key: string) => new RegExp(`^${key} = "([^"]*)"`, "m").exec(document)?.[1] ?? "";

function stagesOf(document: string): StageName[] {
  return document
    .split("[[stages]]")
    .slice(1)
    .map((part) => ({ key: said(part, "key"), name: said(part, "name") }));
}

export class FakeAdministration implements AdministrationBackend {
  readonly published: FakePublished[] = sampleJourneys();
  readonly kept: FakeCalendar[] = sampleCalendars();
  /** What was asked, for tests. */
  readonly wishes: PublishJourneyDraft[] = [];
  readonly plans: { plan: MigrationDraft; checkOnly: boolean }[] = [];
  readonly saved: CalendarDraft[] = [];
  readonly uses: CalendarUse[] = [];

  constructor(private readonly answer: Answer) {}

  journeys = () =>
    this.answer((): JourneysView => ({
      journeys: this.published.map(({ key, name, versions }) => ({
        key,
        name,
        kinds: ["deliverable", "request"],
        versions: versions.map((one) => ({
          version: one.version,
          name,
          state: one.state,
          superseded: one.superseded,
          in_flight: one.inFlight,
        })),
      })),
      cohorts: [...new Set(COMPANIES.map((one) => one.cohort))].sort(),
      examples: [example("support-ticket", "Support ticket"), example("onboarding-intake", "Onboarding intake")],
    }));

  journey = (key: string, version: number | null) =>
    this.answer((): PublishedJourneyView => {
      const journey = this.published.find((one) => one.key === key);
      const found = journey?.versions.find((one) => version === null || one.version === version);
      if (!journey || !found) throw failed("not_found", `There is no version ${version ?? 1} of a journey “${key}”.`);
      const { document, cases, stages, state, superseded } = found;
      const draft = { document, cases };
      return { key, version: found.version, name: journey.name, state, superseded, stages, draft };
    });

  checkJourney = (draft: JourneyDraft) => this.answer((): JourneyCheckView => check(draft));

  replayJourney = (draft: JourneyDraft) => this.answer((): JourneyReplayView => this.#replay(draft.document));

  publishJourney = (wish: PublishJourneyDraft) =>
    this.answer((): PublicationView => {
      this.wishes.push(wish);
      const found = check(wish);
      if (!found.sound || found.cases.length === 0)
        throw failed("refused", "It was not published: there must be at least one golden case.");
      const replay = this.#replay(wish.document);
      if (replay.digest !== wish.replayed)
        throw failed("refused", "It was not published: the replay finds something else than what was confirmed.");
      return { ...this.#publish(wish, wish.cohorts), check: found, replay, changes: [] };
    });

  rollBackJourney = (wish: RollBackDraft, checkOnly: boolean) =>
    this.answer((): PublicationView => {
      const earlier = this.#version(wish.key, wish.version);
      const draft = { document: earlier.document, cases: wish.cases ?? earlier.cases };
      const found = check(draft);
      if (found.cases.length === 0)
        throw failed("refused", "It was not published: there must be at least one golden case.");
      const replay = this.#replay(draft.document);
      const changes = ["stages[legal] is new", "stages[sign_off].target is 2 business days, and was 1"];
      if (checkOnly) return { check: found, replay, changes, key: null, version: null };
      return { ...this.#publish(draft, wish.cohorts), check: found, replay, changes };
    });

  migrateJourney = (plan: MigrationDraft, checkOnly: boolean) =>
    this.answer((): MigrationView => {
      this.plans.push({ plan, checkOnly });
      const next = this.#version(plan.key, plan.to).stages.map((one) => one.key);
      const moves = this.#version(plan.key, plan.from).stages.map(({ key }, at) => {
        const to = plan.stages[key] ?? key;
        return { key, to, items: 3 + at, there: next.includes(to) };
      });
      const problems = moves
        .filter((one) => !one.there)
        .map(
          (one) =>
            `${one.items} items stand at \`${one.key}\`, which the new version does not have: map it to one of its stages`,
        );
      if (problems.length > 0 && !checkOnly) throw failed("refused", `Nothing was moved: ${problems.join("; ")}.`);
      const sentences = moves.map(({ key, to, items, there }) => {
        if (!there) return `${items} items at ${key} have no place to go`;
        return to === key ? `${items} items stay at ${key}` : `${items} items go from ${key} to ${to}`;
      });
      const total = moves.reduce((sum, one) => sum + one.items, 0);
      if (problems.length === 0)
        sentences.push(`1 item has nothing left to decide under version ${plan.to} and becomes approved: ACME-142`);
      const outcome = checkOnly ? null : `Moved ${total} items to version ${plan.to}.`;
      return { sentences, problems, approved: problems.length === 0 ? ["ACME-142"] : [], outcome, stayed: [] };
    });

  calendars = () =>
    this.answer(() =>
      this.kept.map(({ version, form, uses }): CalendarSummary => ({
        key: form.key,
        version,
        name: form.name,
        zone: form.zone,
        kept_by: uses.map((one) => one.name),
        uses: uses.map((one) => one.of),
      })),
    );

  calendar = (key: string) =>
    this.answer((): CalendarView => {
      const found = this.kept.find((one) => one.form.key === key);
      if (!found) throw failed("not_found", `There is no calendar “${key}”.`);
      return view(found);
    });

  standardCalendar = () =>
    this.answer(() => {
      const form = {
        key: "",
        name: "",
        zone: "Europe/Amsterdam",
        week: week("09:00–17:00"),
        holidays: [],
        special_days: [],
        imports: {},
      };
      return view({ version: 0, form, uses: [] });
    });

  readCalendar = (draft: CalendarDraft) => this.answer(() => view({ version: 0, form: formOf(draft), uses: [] }));

  previewCalendar = (draft: CalendarDraft) =>
    this.answer(() => {
      usable(formOf(draft));
      return preview(3);
    });

  bringInHolidays = (draft: CalendarDraft, file: string, ics: string) =>
    this.answer((): BroughtInView => {
      if (!ics.includes("BEGIN:VCALENDAR"))
        throw failed("invalid", `${file} cannot be brought in: it is no iCalendar file: BEGIN:VCALENDAR is missing.`);
      const form = structuredClone(formOf(draft));
      const found = [...ics.matchAll(/DTSTART;VALUE=DATE:(\d{4})(\d\d)(\d\d)\s+SUMMARY:(.*)/g)];
      const days = found.map(([, year, month, day, name]) => ({ date: `${year}-${month}-${day}`, name: name ?? "" }));
      const fresh = days.filter(({ date }) => !form.holidays.some((holiday) => holiday.date === date));
      form.holidays.push(...fresh);
      return {
        calendar: view({ version: 0, form, uses: [] }),
        summary: `${file}: ${fresh.length} holidays are new, 0 are gone, 0 are called otherwise.`,
        days: fresh.map(({ date, name }) => `new: ${date} ${name}`),
        changed: fresh.length > 0,
      };
    });

  saveCalendar = (draft: CalendarDraft) =>
    this.answer((): CalendarView => {
      this.saved.push(draft);
      const form = formOf(draft);
      usable(form);
      const known = this.kept.find((one) => one.form.key === form.key);
      const saved = { version: (known?.version ?? 0) + 1, form, uses: known?.uses ?? [] };
      if (known) Object.assign(known, saved);
      else this.kept.push(saved);
      return view(saved);
    });

  previewCalendarUse = (_keeps: CalendarUse) => this.answer(() => preview(0));

  keepCalendar = (keeps: CalendarUse) =>
    this.answer(() => {
      this.uses.push(keeps);
      const { of } = keeps;
      const same = (other: unknown) => JSON.stringify(other) === JSON.stringify(of);
      for (const calendar of this.kept) calendar.uses = calendar.uses.filter((one) => !same(one.of));
      const name = of === "everybody" ? of : "group" in of ? `group ${of.group}` : nameOf(of.person);
      this.kept.find((one) => one.form.key === keeps.calendar)?.uses.push({ of, name });
    });

  #version(key: string, version: number) {
    const found = this.published.find((one) => one.key === key)?.versions.find((one) => one.version === version);
    if (!found) throw failed("not_found", `There is no version ${version} of a journey “${key}”.`);
    return found;
  }

  #replay(document: string): JourneyReplayView {
    const key = said(document, "key");
    const known = this.published.find((one) => one.key === key);
    const looked_at = known ? 214 : 0;
    const has = stagesOf(document).some((one) => one.key === "legal");
    const moved = known && has ? 26 : 0;
    const also = [
      "",
      "; asks in another order review, sign_off",
      "; no longer asks brand; asks other people at sign_off",
    ];
    const first = Array.from(
      { length: Math.min(20, moved) },
      (_, at) => `ACME-${117 + at * 6}: also asks legal${also[at % also.length]}`,
    );
    const summary = `Of ${looked_at} items of this journey, ${moved} would have gone another way.`;
    return { summary, looked_at, moved, first, digest: `${document.length.toString(16)}-${moved}` };
  }

  #publish(draft: JourneyDraft, cohorts: string[] | null) {
    const key = said(draft.document, "key");
    const name = said(draft.document, "name");
    let journey = this.published.find((one) => one.key === key);
    if (!journey) this.published.push((journey = { key, name, versions: [] }));
    const version = (journey.versions[0]?.version ?? 0) + 1;
    if (cohorts === null)
      for (const one of journey.versions) Object.assign(one, { state: "superseded", superseded: true });
    const state = cohorts === null ? "published for all" : `published for ${cohorts.join(", ")}`;
    journey.name = name;
    journey.versions.unshift({
      ...draft,
      version,
      state,
      superseded: false,
      inFlight: 0,
      stages: stagesOf(draft.document),
    });
    return { key, version };
  }
}

function example(key: string, name: string) {
  const document = documentOf(key, name, [{ key: "look", name: "Look" }]);
  return { name, draft: { document, cases: casesOf(key, ["It is approved"]) } };
}

function check({ document, cases }: JourneyDraft): JourneyCheckView {
  if (said(document, "key") === "")
    throw failed("invalid", "The document cannot be read: line 1, column 1: the key `key` is missing; add `key = …`.");
  const findings = [];
  if (document.includes("deciders = []"))
    findings.push({
      is_error: true,
      at: "stages[0].steps[0].deciders",
      problem: "nobody decides: name a role, a group or a person",
    });
  if (!document.includes("target"))
    findings.push({ is_error: false, at: "stages[0].target", problem: "the stage is never overdue: give it a target" });
  const played = [...cases.matchAll(/\[\[cases\]\]\nname = "([^"]*)"/g)].map(([, name]) => ({
    case: name ?? "",
    difference: name?.includes("wrong") ? "the phase was to be `approved`, and is `in_review`" : null,
  }));
  const passed = played.filter((one) => one.difference === null).length;
  const sound = passed === played.length && findings.every((one) => !one.is_error);
  return { sound, summary: `${passed} of ${played.length} golden cases as expected.`, findings, cases: played };
}

function view({ version, form }: FakeCalendar): CalendarView {
  return { version, form: structuredClone(form), document: JSON.stringify(form, null, 2) };
}

function formOf(draft: CalendarDraft): CalendarForm {
  if ("form" in draft) return structuredClone(draft.form);
  try {
    return JSON.parse(draft.document) as CalendarForm;
  } catch {
    throw failed("invalid", "The document cannot be read: line 1, column 1: the key `key` is missing; add `key = …`.");
  }
}

function usable(form: CalendarForm): void {
  for (const { day, hours } of form.week)
    if (!/^(closed|\s*\d\d:\d\d\s*[–-].*)?$/.test(hours))
      throw failed("invalid", `${day}: “${hours}” is no working time: write 09:00–12:30, 13:30–17:00, or closed.`);
  if (form.key === "") throw failed("invalid", "The calendar has no key.");
}

function preview(moving: number): CalendarPreviewView {
  const first = Array.from({ length: moving }, (_, at) => ({
    reference: `ACME-${142 + at}`,
    what: ["review", "rung 1 of the ladder", "the whole way"][at % 3] ?? "completion",
    before: START + at * DAY,
    after: at === 2 ? null : START + (at + 1) * DAY,
  }));
  const summary = `Of 318 due times that hang on working time, ${moving} would move.`;
  return { summary, looked_at: 318, moving, first };
}

function nameOf(id: string): string {
  return STAFF.find((one) => one.id === id)?.name ?? id;
}
