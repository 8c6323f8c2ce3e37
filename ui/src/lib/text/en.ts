/** Every sentence and label that the window shows. One file an area; components hold none of their own. */
import { actions } from "./actions";
import { administration } from "./administration";
import { away } from "./away";
import { bottleneck } from "./bottleneck";
import { commands } from "./commands";
import { frame } from "./frame";
import { item } from "./item";
import { outbox } from "./outbox";
import { queue } from "./queue";
import { session } from "./session";
import { time } from "./time";

export const text = {
  actions,
  administration,
  away,
  bottleneck,
  commands,
  frame,
  item,
  outbox,
  queue,
  session,
  time,
} as const;

const numbers = new Intl.NumberFormat("en-GB");

/** A number with its thousands apart. */
export function count(value: number): string {
  return numbers.format(value);
}

/** `1 item`, `2,400 items`. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
