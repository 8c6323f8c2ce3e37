import type { Credentials } from "$lib/backend/backend";
import type { Failure } from "$lib/generated";
import { text } from "$lib/text/en";

export type Field = "portal" | "email" | "password";
export type SignInProblems = Partial<Record<Field | "form", string>>;

/** People leave out the scheme; a portal is reached by https. */
export function withScheme(address: string): string {
  const given = address.trim();
  return given !== "" && !/^[a-z]+:\/\//i.test(given) && /^[^\s/]+\.[^\s/]+|^localhost/i.test(given)
    ? `https://${given}`
    : given;
}

/** What can be said before anything is sent. */
export function problemsOf({ portal, email, password }: Credentials): SignInProblems {
  const words = text.session;
  const problems: SignInProblems = {};
  if (portal.trim() === "") problems.portal = words.portalRequired;
  else if (!isWebAddress(portal)) problems.portal = words.portalInvalid;
  if (email.trim() === "") problems.email = words.emailRequired;
  else if (!/^\S+@\S+$/.test(email.trim())) problems.email = words.emailInvalid;
  if (password === "") problems.password = words.passwordRequired;
  return problems;
}

function isWebAddress(address: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** Puts a failure where it can be mended. */
export function sayFailure(failure: Failure): SignInProblems {
  const words = text.session;
  switch (failure.code) {
    case "wrong_password":
      return { password: failure.message || words.wrongPassword };
    case "invalid":
      return { portal: failure.message || words.portalInvalid };
    case "offline":
      return { form: failure.message || words.offline };
    case "throttled":
      return { form: failure.message || words.throttled };
    default:
      return { form: failure.message || text.frame.failure.unknown };
  }
}
