/** The keys of a form beside its item: Ctrl or ⌘ with Enter sends it, Escape leaves it. */
import type { App } from "$lib/app.svelte";

export function composerKeys(app: App, event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    void app.acting.submit();
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    app.acting.cancel();
    app.focusList();
  }
}
