/** The sample organisation's journeys and calendars as an admin sees them. */
import type { CalendarForm, CalendarOf, StageName } from "$lib/generated";

export interface FakeVersion {
  version: number;
  state: string;
  superseded: boolean;
  inFlight: number;
  stages: StageName[];
  document: string;
  cases: string;
}

export interface FakePublished {
  key: string;
  name: string;
  versions: FakeVersion[];
}

export interface FakeCalendar {
  version: number;
  form: CalendarForm;
  uses: { of: CalendarOf; name: string }[];
}

const stage = (key: string, name: string): StageName => ({ key, name });

export function documentOf(key: string, name: string, stages: StageName[]): string {
  const parts = stages.map(
    (one) => `[[stages]]
key = "${one.key}"
name = "${one.name}"
target = { business_days = 2 }

[[stages.steps]]
key = "${one.key}"
name = "${one.name}"
deciders = [{ role = "internal_approver" }]
`,
  );
  return [`key = "${key}"\nname = "${name}"\nkinds = ["deliverable", "request"]\n`, ...parts].join("\n");
}

export function casesOf(key: string, names: string[]): string {
  const cases = names.map(
    (name) => `[[cases]]
name = "${name}"
kind = "request"
submitter = "carla"
acts = [{ does = "approve" }]
expect = { phase = "approved" }
`,
  );
  return [`journey = "${key}"\n`, ...cases].join("\n");
}

function version(
  key: string,
  name: string,
  number: number,
  state: string,
  stages: StageName[],
  cases: string[],
): FakeVersion {
  return {
    version: number,
    state,
    superseded: state === "superseded",
    inFlight: { 1: 18, 2: 41, 3: 1204 }[number] ?? 0,
    stages,
    document: documentOf(key, name, stages),
    cases: cases.length === 0 ? "" : casesOf(key, cases),
  };
}

export function sampleJourneys(): FakePublished[] {
  const client = "Client work, four steps";
  const intake = stage("intake", "Intake check");
  const review = stage("review", "Specialist review");
  const legal = stage("legal", "Legal review");
  const done = stage("sign_off", "Final sign-off");
  const stories = ["It is approved at every step", "A brochure without legal text passes over the legal review"];
  const long = "Compliance documents of regulated clients in more than one jurisdiction, with a second look";
  return [
    {
      key: "client-work",
      name: client,
      versions: [
        version("client-work", client, 3, "published for all", [intake, review, done], stories),
        version("client-work", client, 2, "published for spring pilot", [intake, review, legal, done], stories),
        version("client-work", "Client work", 1, "superseded", [intake, legal, done], []),
      ],
    },
    {
      key: "compliance-documents-of-regulated-clients",
      name: long,
      versions: [
        version(
          "compliance-documents-of-regulated-clients",
          long,
          1,
          "published for enterprise, growth, public sector",
          [review, legal, done],
          stories.slice(0, 1),
        ),
      ],
    },
    {
      key: "invoice-approval",
      name: "Invoice approval",
      versions: [version("invoice-approval", "Invoice approval", 1, "published for all", [review, done], stories)],
    },
  ];
}

const WORKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday"];

export function week(hours: string, friday = hours) {
  return [
    ...WORKDAYS.map((day) => ({ day, hours })),
    { day: "Friday", hours: friday },
    { day: "Saturday", hours: "closed" },
    { day: "Sunday", hours: "closed" },
  ];
}

export function sampleCalendars(): FakeCalendar[] {
  const holidays = [
    { date: "2026-12-25", name: "Christmas Day" },
    { date: "2026-12-26", name: "Second day of Christmas" },
    { date: "2027-01-01", name: "New Year’s Day" },
    { date: "2027-04-27", name: "King’s Day" },
  ];
  return [
    {
      version: 4,
      form: {
        key: "amsterdam-office",
        name: "Amsterdam office",
        zone: "Europe/Amsterdam",
        week: week("09:00–12:30, 13:30–17:30", "09:00–13:00"),
        holidays,
        special_days: [{ date: "2026-12-24", name: "Half a day", hours: "09:00–12:00" }],
        imports: { "Dutch holidays": holidays.map((day) => day.date) },
      },
      uses: [{ of: "everybody", name: "everybody" }],
    },
    {
      version: 1,
      form: {
        key: "print-floor",
        name: "Print floor, two shifts",
        zone: "Europe/Amsterdam",
        week: week("06:00–22:00"),
        holidays: [],
        special_days: [],
        imports: {},
      },
      uses: [{ of: { group: "print" }, name: "group print" }],
    },
  ];
}
