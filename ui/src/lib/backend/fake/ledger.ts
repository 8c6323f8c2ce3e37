/** Due times of the sample organisation with their reckoning, said as the engine says it. */
import type { LedgerLine, LedgerWhat, StepLedger } from "$lib/generated";
import { DAY, HOUR } from "./organisation";

const ZONE = "Europe/Amsterdam";
const MINUTE = 60_000;
const STEP = 15 * MINUTE;

export interface Pause {
  from: number;
  until: number;
  why: "waiting for the client" | "exception";
}

interface Local {
  /** `Tue 7 Apr`. */
  day: string;
  year: string;
  time: string;
  hour: number;
  minute: number;
  weekend: boolean;
  zone: string;
}

const format = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const zones = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, timeZoneName: "longOffset" });

function local(at: number): Local {
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
  const { weekday = "", day = "", month = "", year = "", hour = "", minute = "" } = parts;
  return {
    day: `${weekday} ${day} ${month.slice(0, 3)}`,
    year,
    time: `${hour}:${minute}`,
    hour: Number(hour),
    minute: Number(minute),
    weekend: weekday === "Sat" || weekday === "Sun",
    zone: zones.format(at).includes("+02:00") ? "CEST" : "CET",
  };
}

/** `Tue 24 Nov`, as holidays are named. */
export const dayOf = (at: number) => local(at).day;

function duration(ms: number): string {
  const hours = Math.floor(ms / HOUR);
  const minutes = Math.round((ms % HOUR) / MINUTE);
  return [hours ? `${hours} h` : "", minutes ? `${minutes} min` : ""].filter(Boolean).join(" ") || "0 min";
}

interface Segment {
  from: number;
  until: number;
  what: string;
  late: boolean;
}

function asData(what: string): LedgerWhat {
  if (what === "counted" || what === "closed") return what;
  if (what.startsWith("holiday: ")) return { holiday: { name: what.slice("holiday: ".length) } };
  return { paused: { why: what.endsWith("exception") ? "exception" : "waiting_for_client" } };
}

function lines(segments: Segment[], due: number): LedgerLine[] {
  let known = "";
  const dated = (at: Local) => {
    const said = at.year === known ? at.day : `${at.day} ${at.year}`;
    known = at.year;
    return said;
  };
  let counted = 0;
  const told = (segment: Segment, when: string, said: string): LedgerLine => {
    if (segment.what === "counted") counted += segment.until - segment.from;
    const { from, until, what } = segment;
    return { when, said, segment: { from, until, what: asData(what), counted_ms: counted } };
  };
  const said = segments.map((segment) => {
    const { from, until, what, late } = segment;
    const start = local(from);
    const last = local(until - 1);
    const end = local(until);
    const midnight = end.time === "00:00";
    const words = what === "counted" ? `counted ${duration(until - from)}${late ? ", after the due" : ""}` : what;
    if (start.time === "00:00" && midnight) {
      const first = dated(start);
      return told(segment, start.day === last.day ? first : `${first} – ${dated(last)}`, words);
    }
    const to = midnight ? "24:00" : end.time;
    if (start.day === last.day) return told(segment, `${dated(start)} ${start.time}–${to} ${last.zone}`, words);
    return told(segment, `${dated(start)} ${start.time} – ${dated(last)} ${to} ${last.zone}`, words);
  });
  const at = local(due);
  return [...said, { when: `${dated(at)} ${at.time} ${at.zone}`, said: "due", segment: null }];
}

const reckoned = (target: StepLedger["target"], told: LedgerLine[]): StepLedger => ({
  calendar: "office",
  calendar_version: 1,
  zone: ZONE,
  target,
  lines: told,
});

/** A target in hours of wall time. */
export function wallLedger(start: number, due: number, now: number): StepLedger {
  const segments: Segment[] = [{ from: start, until: due, what: "counted", late: false }];
  if (now > due) segments.push({ from: due, until: now, what: "counted", late: true });
  return reckoned({ hours: Math.round((due - start) / HOUR) }, lines(segments, due));
}

/** A target in working time, Monday to Friday from nine to five. Holidays are said by their day: `Tue 24 Nov`. */
export function workLedger(
  start: number,
  hours: number,
  now: number,
  pauses: readonly Pause[] = [],
  holidays: Readonly<Record<string, string>> = {},
): { due: number; ledger: StepLedger } {
  const begin = Math.floor(start / STEP) * STEP;
  const segments: Segment[] = [];
  let left = hours * HOUR;
  let due = 0;
  for (let at = begin; (due === 0 || at < now) && at < begin + 60 * DAY; at += STEP) {
    const there = local(at);
    const pause = pauses.find((one) => one.from <= at && at < one.until);
    const holiday = holidays[there.day];
    const open = !there.weekend && there.hour >= 9 && there.hour < 17;
    const what = pause ? `paused: ${pause.why}` : holiday ? `holiday: ${holiday}` : open ? "counted" : "closed";
    const late = due !== 0;
    const last = segments.at(-1);
    // A holiday stands by itself, as whole days do.
    if (last && last.what === what && last.late === late) last.until = at + STEP;
    else segments.push({ from: at, until: at + STEP, what, late });
    if (what === "counted" && !late) {
      left -= STEP;
      if (left <= 0) due = at + STEP;
    }
  }
  return { due, ledger: reckoned({ business_minutes: hours * 60 }, lines(segments, due)) };
}
