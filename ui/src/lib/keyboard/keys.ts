/** Key events as text: `j`, `Shift+ArrowDown`, `Mod+Enter`, `?`. Mod is Ctrl, and Command on a Mac. */

export interface Platform {
  mac: boolean;
}

export const platform: Platform = {
  mac: typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent),
};

export type KeyLike = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** The event as text, or null when it cannot be a shortcut (composition, AltGr, dead keys, a modifier alone). */
export function keyOf(event: KeyboardEvent, on: Platform = platform): string | null {
  if (event.isComposing || event.key === "Process" || event.key === "Dead") return null;
  if (["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"].includes(event.key)) return null;
  if (event.getModifierState?.("AltGraph")) return null;
  return describe(event, on);
}

export function describe(event: KeyLike, on: Platform = platform): string {
  const parts: string[] = [];
  const mod = on.mac ? event.metaKey : event.ctrlKey;
  const other = on.mac ? event.ctrlKey : event.metaKey;
  if (mod) parts.push("Mod");
  if (other) parts.push("Meta");
  if (event.altKey) parts.push("Alt");
  const letter = /^[a-z]$/i.test(event.key);
  // Shift is part of what `?` is; with letters and named keys it is said.
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push("Shift");
  parts.push(letter ? event.key.toLowerCase() : event.key === " " ? "Space" : event.key);
  return parts.join("+");
}

/** Whether a key is a plain character: such keys never fire while somebody types, and can be switched off. */
export function isSingle(key: string): boolean {
  return key.split(" ").every((one) => one.length === 1 || one === "Space");
}

/** Whether the event comes from where text is written. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // A form has the keys as a whole: its choices and buttons too.
  if (target.isContentEditable || target.closest("form") !== null) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const SYMBOLS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Enter: "↵",
  Escape: "Esc",
  Space: "Space",
};

/** The caps to draw for a key: `Mod+Enter` becomes `Ctrl`, `↵`; a sequence `g i` becomes two. */
export function caps(key: string, on: Platform = platform): string[] {
  return key.split(" ").flatMap((one) =>
    one.split("+").map((part) => {
      if (part === "Mod") return on.mac ? "⌘" : "Ctrl";
      if (part === "Shift") return on.mac ? "⇧" : "Shift";
      return SYMBOLS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    }),
  );
}
