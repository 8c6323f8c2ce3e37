/** Times as people say them, and the absolute time with its zone beside it. */
import { text } from "$lib/text/en";
import { zoned } from "./zoned";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its largest whole unit: `3 min`, `5 h`, `12 d`, `9 w`. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < MINUTE) return text.time.moment;
  if (size < HOUR) return text.time.minutes(Math.floor(size / MINUTE));
  if (size < 2 * DAY && size < 36 * HOUR) return text.time.hours(Math.floor(size / HOUR));
  if (size < 60 * DAY) return text.time.days(Math.floor(size / DAY));
  return text.time.weeks(Math.floor(size / (7 * DAY)));
}

/** How long ago something was: `now`, `3 min ago`. */
export function ago(at: number, now: number): string {
  return now - at < MINUTE ? text.time.justNow : text.time.ago(span(now - at));
}

export type DueTone = "none" | "later" | "soon" | "over";

/** Where a due date stands: `due in 5 h`, `4 d overdue`. */
export function due(at: number | null, now: number): { tone: DueTone; short: string; long: string } {
  if (at === null) return { tone: "none", short: "", long: text.time.noDue };
  const left = at - now;
  if (left < 0) return { tone: "over", short: text.time.over(span(left)), long: text.time.overdue(span(left)) };
  return { tone: left < DAY ? "soon" : "later", short: span(left), long: text.time.dueIn(span(left)) };
}

const format = zoned("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZoneName: "short",
});
const clock = zoned("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The absolute time with its zone: `Tue, 24 Nov 2026, 09:30 CET`. */
export function absolute(at: number, zone?: string): string {
  return format(zone).format(at);
}

/** The time of day: `09:30`. */
export function timeOfDay(at: number, zone?: string): string {
  return clock(zone).format(at);
}

/** Bytes: `640 B`, `41 kB`, `8.2 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${Math.round(size / 1000)} kB`;
  const [number, unit] = size < 1_000_000_000 ? [size / 1_000_000, "MB"] : [size / 1_000_000_000, "GB"];
  return `${number.toLocaleString("en-GB", { maximumFractionDigits: 1 })} ${unit}`;
}
