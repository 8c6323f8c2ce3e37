/** How large the sample organisation is, and what state it is in: given by tests, or by the address in a browser. */
import type { Connection, Role } from "$lib/generated";
import { type Shown, SHOWN } from "./showcase";

export interface FakeOptions {
  items?: number;
  now?: () => number;
  /** Milliseconds before each answer. */
  delay?: number;
  signedIn?: boolean;
  roles?: Role[];
  /** May arrange journeys and calendars. */
  arranges?: boolean;
  connection?: Connection;
  /** Runs the outbox by itself, as the engine does. */
  live?: boolean;
  /** Puts the states worth looking at into the outbox. */
  seeded?: boolean;
  keychain?: boolean;
  /** False: nobody is away, and nobody will be. */
  absences?: boolean;
  /** How many items only a newer version can read. */
  newer?: number;
  /** Adds the items that show one state each. */
  showcase?: boolean;
  /** Opens one of them. */
  show?: Shown;
  preferences?: Record<string, unknown>;
}

/** `?items=100000&offline&signed-out&empty` in a plain browser. */
export function optionsFromAddress(search: string): FakeOptions {
  const given = new URLSearchParams(search);
  const preferences: Record<string, unknown> = {};
  for (const name of ["theme", "density"]) if (given.has(name)) preferences[name] = given.get(name);
  return {
    items: given.has("empty") ? 0 : Number(given.get("items") ?? 3200),
    delay: Number(given.get("delay") ?? 12),
    signedIn: !given.has("signed-out"),
    connection: given.has("offline") ? "offline" : given.has("bootstrap") ? "bootstrapping" : "online",
    keychain: !given.has("session-only"),
    roles: given.has("approver") ? ["internal_approver"] : undefined,
    arranges: !given.has("approver"),
    live: true,
    seeded: !given.has("clean"),
    absences: !given.has("empty"),
    newer: Number(given.get("newer") ?? 0),
    showcase: !given.has("empty"),
    show: SHOWN.find((one) => one === given.get("show")),
    preferences,
  };
}
