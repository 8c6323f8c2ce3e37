/** Local dates and times, `YYYY-MM-DDTHH:MM`, in a zone that need not be this computer's. */

import { zoned } from "./zoned";

const MINUTE = 60_000;
const LOCAL = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/;
const format = zoned("sv-SE", {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** What the clocks of the zone show at an instant. */
export function localOf(at: number, zone?: string): string {
  const part = new Map(
    format(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? "00";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The instant at which the clocks of the zone show this. A time that the clocks leave out is moved on by the gap. */
export function instantOf(local: string, zone?: string): number | null {
  const match = LOCAL.exec(local);
  if (!match) return null;
  const wanted = Date.parse(`${match[1]}T${match[2]}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const offset = (at: number) => Date.parse(`${localOf(at, zone)}:00Z`) - Math.floor(at / MINUTE) * MINUTE;
  // Of a time that comes twice, the first; before a change of the clocks the earlier offset holds.
  const before = offset(wanted - 24 * 60 * MINUTE);
  const after = offset(wanted + 24 * 60 * MINUTE);
  const first = wanted - before;
  return offset(first) === before ? first : offset(wanted - after) === after ? wanted - after : first;
}

/** A day so many days later. */
export function dayAfter(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : new Date(at + days * 24 * 60 * MINUTE).toISOString().slice(0, 10);
}

const shown = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

const shownDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A day as people say it: `Thu, 24 Dec 2026`. */
export function sayDay(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : shownDay.format(at);
}

/** As people say it: `Thu, 24 Dec 2026, 09:00`. */
export function sayLocal(local: string): string {
  const match = LOCAL.exec(local);
  const at = match ? Date.parse(`${match[1]}T${match[2]}:00Z`) : NaN;
  return Number.isNaN(at) ? local : shown.format(at);
}
