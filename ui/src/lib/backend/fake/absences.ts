/** Who is away in the sample organisation, and what the portal says about a draft. */
import type {
  AbsenceDraft,
  AbsenceNotice,
  AbsenceView,
  CoverageAbout,
  CoverageAnswer,
  CoverageView,
  Delegation,
  DelegationScope,
  PersonRef,
  SavedAbsenceView,
} from "$lib/generated";
import { instantOf, localOf } from "$lib/time/local";
import { COMPANIES, ME, STAFF } from "./names";
import { person } from "./reviews";

const DAY = 86_400_000;
const HOME = "Europe/Amsterdam";
const ZONES: Record<string, string> = { "p-aiko": "Asia/Tokyo", "p-sam": "Europe/London" };
const DEEPEST = 5;

interface FakeAbsence {
  id: string;
  person: string;
  from: string;
  until: string;
  zone: string;
  delegations: Delegation[];
  note: string;
  version: number;
  cancelled: boolean;
}

const zoneOf = (id: string) => ZONES[id] ?? HOME;

function refOf(id: string): PersonRef {
  const known = STAFF.find((one) => one.id === id);
  return known ? person(known) : { id, name: id, initials: "?", is_me: false };
}

const nameOf = (id: string) => refOf(id).name;

function inWords({ to, scope }: Delegation): string {
  const client = COMPANIES.find((one) => one.id === scope.client)?.name ?? scope.client;
  const parts = [
    scope.kind && `only ${scope.kind}s`,
    client && `only for ${client}`,
    scope.amount_up_to !== undefined && `up to ${(scope.amount_up_to / 100).toFixed(2)}`,
  ].filter(Boolean);
  return parts.length === 0 ? nameOf(to) : `${nameOf(to)} (${parts.join(", ")})`;
}

const takesAll = ({ scope }: Delegation) =>
  scope.client === undefined && scope.kind === undefined && scope.amount_up_to === undefined;

const same = (one: DelegationScope, other: DelegationScope) =>
  one.client === other.client && one.kind === other.kind && one.amount_up_to === other.amount_up_to;

const meets = (scope: DelegationScope, about: CoverageAbout) =>
  (scope.client === undefined || about.client === undefined || scope.client === about.client) &&
  (scope.kind === undefined || about.kind === undefined || scope.kind === about.kind) &&
  (scope.amount_up_to === undefined || about.amount === undefined || about.amount <= scope.amount_up_to);

function scopeInWords(scope: CoverageAbout & DelegationScope, other: boolean): string {
  const client = COMPANIES.find((one) => one.id === scope.client)?.name;
  const limit = scope.amount_up_to === undefined ? "" : ` up to ${(scope.amount_up_to / 100).toFixed(2)}`;
  const amount = scope.amount === undefined ? limit : ` worth ${(scope.amount / 100).toFixed(2)}`;
  const words = `${scope.kind ? `${scope.kind}s` : "work"}${client ? ` of ${client}` : ""}${amount}`;
  if (words === "work") return other ? "any other work" : "any work";
  return other ? `other ${words}` : words;
}

const starts = (one: FakeAbsence) => instantOf(one.from, one.zone) ?? 0;
const ends = (one: FakeAbsence) => instantOf(one.until, one.zone) ?? 0;

export class Absences {
  readonly #all = new Map<string, FakeAbsence>();
  readonly #now: () => number;
  #made = 0;

  /** @param leads whether the person of the window says when others are away. */
  constructor(
    now: () => number,
    some: boolean,
    private readonly leads: boolean,
  ) {
    this.#now = now;
    if (!some) return;
    const all = (to: string): Delegation => ({ to, scope: {} });
    this.#seed(ME.id, 20, 34, "Winter holiday. Mara knows the invoices, Tomáš everything else.", [
      { to: "p-mara", scope: { kind: "invoice", amount_up_to: 50_000 } },
      all("p-tomas"),
    ]);
    this.#seed("p-jonas", -1, 5, "", [all("p-priya")]);
    // Nobody is named: what reaches Priya in these days waits.
    this.#seed("p-priya", 2, 4, "Two days of training, no laptop.", []);
    this.#seed("p-aiko", 6, 9, "", [{ to: "p-david", scope: { client: "c-acme" } }, all("p-noor")]);
    this.#seed("p-max", 8, 29, "Parental leave, first part. Urgent questions about Hydra go to Ruth by telephone.", [
      all("p-noor"),
      all("p-ruth"),
    ]);
  }

  #seed(of: string, first: number, last: number, note: string, delegations: Delegation[]): void {
    const zone = zoneOf(of);
    const day = (offset: number) => `${localOf(this.#now() + offset * DAY, zone).slice(0, 10)}T09:00`;
    const id = `a-${++this.#made}`;
    const times = { from: day(first), until: day(last) };
    this.#all.set(id, { id, person: of, ...times, zone, delegations, note, version: 1, cancelled: false });
  }

  current(): AbsenceView[] {
    const now = this.#now();
    return this.#live()
      .filter((one) => ends(one) > now)
      .map((one) => ({ ...view(one), may_change: this.leads || one.person === ME.id }));
  }

  endingNow(id: string): AbsenceDraft {
    const known = this.#all.get(id);
    if (!known) throw new Error(`there is no absence ${id}`);
    const { person, from, zone, delegations, note } = known;
    return { id, person, from, until: localOf(this.#now(), zone), delegations, note, cancelled: false };
  }

  save(draft: AbsenceDraft, checkOnly: boolean): SavedAbsenceView {
    const known = draft.id === null ? undefined : this.#all.get(draft.id);
    const of = draft.person ?? known?.person ?? ME.id;
    const id = draft.id ?? `a-${this.#made + 1}`;
    const { from, until, delegations, note, cancelled } = draft;
    const version = known?.version ?? 0;
    const absence = { id, person: of, from, until, zone: zoneOf(of), delegations, note, version, cancelled };
    const notices = cancelled ? [] : this.#notices(absence);
    const saved = !checkOnly && notices.every((notice) => notice.severity !== "error");
    if (saved) {
      absence.version += 1;
      if (!known) this.#made += 1;
      this.#all.set(id, absence);
    }
    return { absence: view(absence), saved, notices, here: false };
  }

  /** One answer for each scope that is handed on; of an item, or of work that is named, one alone. */
  answers(of: string, from: number, until: number, about: CoverageAbout, item?: string): CoverageAnswer[] {
    if (item !== undefined) return [{ scope: item, spans: this.coverage(of, from, until, {}) }];
    const mine = this.#live().filter((one) => one.person === of && starts(one) < until && ends(one) > from);
    const handed = mine.flatMap((one) => one.delegations).filter((one) => !takesAll(one) && meets(one.scope, about));
    const answers = handed.map(({ scope }) => ({
      scope: scopeInWords(scope, false),
      spans: this.coverage(of, from, until, scope),
    }));
    const rest = { scope: scopeInWords(about, answers.length > 0), spans: this.coverage(of, from, until, {}) };
    return [...answers, rest];
  }

  /** `scope`: which of the limited delegations counts besides those without limits. */
  coverage(of: string, from: number, until: number, scope: DelegationScope): CoverageView[] {
    const cuts = new Set([from, until]);
    for (const one of this.#live())
      for (const at of [starts(one), ends(one)]) if (at > from && at < until) cuts.add(at);
    const times = [...cuts].sort((a, b) => a - b);
    const spans: CoverageView[] = [];
    for (const [index, at] of times.slice(0, -1).entries()) {
      const next = times[index + 1] ?? until;
      const { sentence, covered } = this.#coverAt(of, at, scope);
      const last = spans.at(-1);
      if (last?.sentence === sentence) last.until = next;
      else spans.push({ from: at, until: next, sentence, covered });
    }
    return spans;
  }

  #coverAt(of: string, at: number, scope: DelegationScope): { sentence: string; covered: boolean } {
    const seen = [of];
    for (let holder = of; ;) {
      const away = this.#awayAt(holder, at);
      const name = nameOf(holder);
      if (!away && holder === of) return { sentence: `${name} is there.`, covered: true };
      if (!away) {
        const through = seen.slice(1, -1).map(nameOf).join(" and ");
        const why = through ? ` because ${through} is away too` : "";
        return { sentence: `${nameOf(of)} is away. ${name} gets it${why}.`, covered: true };
      }
      const next = away.delegations.find((one) => takesAll(one) || (holder === of && same(one.scope, scope)));
      if (!next) {
        const also = holder === of ? "names nobody for it" : `passes it to ${name}, who is away and names nobody`;
        return { sentence: `${nameOf(of)} is away and ${also}.`, covered: false };
      }
      if (seen.includes(next.to) || seen.length > DEEPEST) {
        const loop = [...seen, next.to].map(nameOf).join(" → ");
        return { sentence: `It goes in a circle: ${loop}.`, covered: false };
      }
      seen.push(next.to);
      holder = next.to;
    }
  }

  #notices(draft: FakeAbsence): AbsenceNotice[] {
    const error = (sentence: string): AbsenceNotice => ({ severity: "error", sentence });
    const warning = (sentence: string): AbsenceNotice => ({ severity: "warning", sentence });
    const from = instantOf(draft.from, draft.zone);
    const until = instantOf(draft.until, draft.zone);
    if (from === null || until === null) return [error("The times cannot be read.")];
    const notices: AbsenceNotice[] = [];
    if (until <= from) notices.push(error("It ends before it begins."));
    else if (until <= this.#now()) notices.push(warning("It is over already."));
    if (draft.delegations.some((one) => one.to === draft.person))
      notices.push(error(`${nameOf(draft.person)} cannot be their own deputy.`));
    if (notices.some((one) => one.severity === "error")) return notices;

    const own = this.#live().find(
      (one) => one.person === draft.person && one.id !== draft.id && starts(one) < until && ends(one) > from,
    );
    if (own) notices.push(warning(`It overlaps your absence from ${own.from.replace("T", " ")}.`));
    for (const { to } of draft.delegations) {
      const away = this.#live().find((one) => one.person === to && starts(one) < until && ends(one) > from);
      if (!away) continue;
      if (away.delegations.some((one) => one.to === draft.person))
        notices.push(
          warning(`${nameOf(draft.person)} and ${nameOf(to)} name each other: while both are away, nobody gets it.`),
        );
      else
        notices.push(
          warning(
            `${nameOf(to)} is away too, from ${away.from.replace("T", " ")} until ${away.until.replace("T", " ")}.`,
          ),
        );
    }
    if (draft.delegations.length === 0) notices.push(warning("Nobody is named: all of the work waits."));
    else if (!draft.delegations.some(takesAll))
      notices.push(warning("Nobody is named for work outside the limits: it waits."));
    return notices;
  }

  #live(): FakeAbsence[] {
    return [...this.#all.values()].filter((one) => !one.cancelled);
  }

  #awayAt(of: string, at: number): FakeAbsence | undefined {
    return this.#live().find((one) => one.person === of && starts(one) <= at && at < ends(one));
  }
}

function view(one: FakeAbsence): AbsenceView {
  const { id, from, until, zone, note, delegations, version } = one;
  return {
    id,
    person: refOf(one.person),
    from,
    until,
    zone,
    starts_at: starts(one),
    ends_at: ends(one),
    note,
    deputies: delegations.map(inWords),
    delegations,
    version,
    may_change: true,
  };
}
