/** The engine's reckoning of a due time, set in columns: when, and what that stretch of time was. */

export interface LedgerLine {
  when: string;
  what: string;
  kind: "counted" | "stood" | "due";
}

const STRETCH = /^(.*\d{4}|.*[A-Z]{3,5}|\S+ \d+ \S+(?: – \S+ \d+ \S+)?) (counted .+|closed|paused: .+|holiday: .+)$/;
const DUE = /^(due) (.*\d.*)$/;

/** A line of a shape that is not known stays whole. */
export function ledgerLine(line: string): LedgerLine {
  const due = DUE.exec(line);
  if (due) return { when: due[2] ?? "", what: due[1] ?? "", kind: "due" };
  const stretch = STRETCH.exec(line);
  if (!stretch) return { when: line, what: "", kind: line.startsWith("due") ? "due" : "stood" };
  const [, when = "", what = ""] = stretch;
  return { when, what, kind: what.startsWith("counted") ? "counted" : "stood" };
}
