/** What an approval fills in: prefilled and typed as people write it, sent as the engine takes it. The engine validates. */
import type { FieldValue, OutputView } from "$lib/generated";
import { text } from "$lib/text/en";

const words = text.actions.outputs;

/** Something to fill in: by an approval, where all of it must be, or in a form, where some of it need not. */
export type Asking = Pick<OutputView, "of" | "value"> & { required?: boolean };

/** How many decimals a currency has: 2 for EUR, 0 for JPY. */
function decimalsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** `€1,250.00`, for 125000 minor units. */
export function moneyText(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const amount = minor / 10 ** decimals;
  try {
    return new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(amount);
  } catch {
    return `${amount.toFixed(decimals)} ${currency}`;
  }
}

/** Minor units, from an amount as people write it: `1250`, `1,250.00`, `1.250,00`, `1 250`. Null: it is none. */
export function readMoney(typed: string, currency: string): number | null {
  const decimals = decimalsOf(currency);
  const plain = typed.replace(/[\s’'\u00a0\u202f]/g, "");
  const match = /^(-?)([\d.,]*\d)$/.exec(plain);
  if (!match) return null;
  const [, sign = "", digits = ""] = match;
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const mark = digits[last];
  const both = digits.includes(".") && digits.includes(",");
  const once = digits.indexOf(mark ?? "") === last;
  const after = digits.length - last - 1;
  // A mark that stands last and once, with as many digits after it as the currency has decimals at most, is the decimal one.
  const decimal = last >= 0 && once && (both || after !== 3 || decimals === 3);
  if (decimal && after > decimals) return null;
  const whole = decimal ? digits.slice(0, last) : digits;
  if (!/^(\d+|\d{1,3}([.,])\d{3}(\2\d{3})*)?$/.test(whole) || (decimal && mark && whole.includes(mark))) return null;
  const cents = (decimal ? digits.slice(last + 1) : "").padEnd(decimals, "0");
  const minor = Number(`${sign}${whole.replace(/[.,]/g, "") || "0"}${cents}`);
  return Number.isSafeInteger(minor) ? minor : null;
}

/** What stands in the field before anybody typed. */
export function prefilled({ of, value }: Asking): string {
  if (value === null) return "";
  if (of?.type === "money" && /^-?\d+$/.test(value)) {
    const decimals = decimalsOf(of.currency);
    return (Number(value) / 10 ** decimals).toFixed(decimals);
  }
  return value;
}

/** What is wrong with what was typed, in one sentence. */
export function problemWith({ of, required = true }: Asking, typed: string): string | null {
  const said = typed.trim();
  if (said === "" && !required) return null;
  if (said === "") return of?.type === "flag" ? words.yesOrNo : of?.type === "choice" ? words.chooseOne : words.missing;
  const within = (value: number, bounds: { min?: number | null; max?: number | null }, say: (n: number) => string) => {
    if (typeof bounds.min === "number" && value < bounds.min) return words.atLeast(say(bounds.min));
    return typeof bounds.max === "number" && value > bounds.max ? words.atMost(say(bounds.max)) : null;
  };
  switch (of?.type) {
    case "text": {
      const length = [...said].length;
      return of.max_length && length > of.max_length ? words.tooLong(of.max_length, length) : null;
    }
    case "integer":
      return /^-?\d+$/.test(said) ? within(Number(said), of, String) : words.wholeNumber;
    case "money": {
      const minor = readMoney(said, of.currency);
      return minor === null
        ? words.amount(decimalsOf(of.currency))
        : within(minor, of, (bound) => moneyText(bound, of.currency));
    }
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(said) ? null : words.day;
    case "email":
      return /^[^@\s]+@[^@\s.][^@\s]*\.[^@\s.]+$/.test(said) ? null : words.email;
    case "url":
      return /^https?:\/\/\S+$/.test(said) ? null : words.url;
    default:
      return null;
  }
}

/** What was typed, as the engine takes it. What cannot be read stays a text, and is refused as one. */
export function valueOf({ of }: Asking, typed: string): FieldValue {
  const said = typed.trim();
  switch (of?.type) {
    case "integer":
      return /^-?\d+$/.test(said) ? Number(said) : said;
    case "money":
      return readMoney(said, of.currency) ?? said;
    case "flag":
      return said === "yes" ? true : said === "no" ? false : said;
    default:
      return said;
  }
}

/** What stands there, as people read it: `€1,250.00`, for 125000 minor units. */
export function shown({ of, value }: { of: OutputView["of"]; value: string }): string {
  return of?.type === "money" && /^-?\d+$/.test(value) ? moneyText(Number(value), of.currency) : value;
}
