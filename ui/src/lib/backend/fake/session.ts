/** Who works here, and what a window shows that nobody works in. */
import type { SessionView } from "$lib/generated";
import { ME } from "./names";
import type { FakeOptions } from "./options";
import { person } from "./reviews";

const PORTAL = "https://portal.halden-rowe.example";
export const EMAIL = "ines.aldana@halden-rowe.example";

export function signedIn(email: string, options: FakeOptions): SessionView {
  return {
    state: "signed_in",
    person: person(ME),
    email,
    portal: PORTAL,
    organisation: "Halden & Rowe",
    roles: options.roles ?? ["team_lead", "internal_approver", "internal_owner"],
    arranges: options.arranges ?? false,
    time_zone: "Europe/Amsterdam",
    keys:
      options.keychain === false
        ? { kept: "session_only", reason: "The system’s keychain is locked or missing." }
        : { kept: "keychain" },
  };
}

export function signedOut(): SessionView {
  return { state: "signed_out", portal: PORTAL, email: EMAIL, reason: null };
}
