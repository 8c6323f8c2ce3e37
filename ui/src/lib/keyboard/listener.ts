/** Turns key events into commands. */
import { type Binding, BINDINGS, type CommandId, type KeyContext, repeats } from "./registry";
import { isSingle, isTyping, keyOf } from "./keys";

export interface KeySituation {
  /** A dialog or menu is open: it has the keys. */
  modal: boolean;
  singleKeys: boolean;
  contexts: readonly KeyContext[];
}

const SEQUENCE_MS = 1200;
/** What still works while somebody types. */
const WHILE_TYPING = new Set<CommandId>(["palette", "settings"]);

export class KeyListener {
  #pending: string | null = null;
  #pendingAt = 0;

  constructor(
    private readonly situation: () => KeySituation,
    private readonly run: (id: CommandId) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const key = keyOf(event);
    if (key === null) return;
    const { modal, singleKeys, contexts } = this.situation();
    if (modal) return;
    const typing = isTyping(event.target);

    const started = this.#pending !== null && this.now() - this.#pendingAt < SEQUENCE_MS ? this.#pending : null;
    this.#pending = null;
    const wanted = started ? `${started} ${key}` : key;
    const found = BINDINGS.find((one) => one.keys.includes(wanted) && contexts.includes(one.context));
    if (found && this.#mayFire(found, wanted, typing, singleKeys, event)) {
      event.preventDefault();
      if (!event.repeat || repeats(found)) this.run(found.id);
      return;
    }
    if (!started && singleKeys && !typing && BINDINGS.some((one) => one.keys.some((k) => k.startsWith(`${key} `)))) {
      this.#pending = key;
      this.#pendingAt = this.now();
    }
  }

  #mayFire(binding: Binding, key: string, typing: boolean, singleKeys: boolean, event: KeyboardEvent): boolean {
    if (typing) return WHILE_TYPING.has(binding.id) && !isSingle(key);
    if (isSingle(key) && !singleKeys) return false;
    // Enter and the arrows belong to a focused control; in the list they are ours.
    const target = event.target;
    if (target instanceof HTMLElement && (key === "Enter" || key === "Space")) {
      if (target.closest("button, a, [role=button], [role=tab], summary, [role=separator]")) return false;
    }
    if (target instanceof HTMLElement && key.includes("Arrow")) {
      if (target.closest("[role=separator], [role=tablist], [role=radiogroup], [role=menu]")) return false;
    }
    return true;
  }
}
