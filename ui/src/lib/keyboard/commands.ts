/** What each command does. The registry says which key calls it. */
import type { App } from "$lib/app.svelte";
import { DOABLE, type Doable } from "$lib/item/requests";
import type { CommandId } from "./registry";

export function run(app: App, id: CommandId): void {
  const done = perform(app, id);
  if (done instanceof Promise) done.catch((error: unknown) => app.fail(error));
}

const isDoable = (id: CommandId): id is Doable => DOABLE.some((one) => one === id);

function perform(app: App, id: CommandId): Promise<void> | void {
  const { list, acting } = app;
  if (isDoable(id)) return acting.start(id);
  const page = Math.max(1, list.seen.to - list.seen.from - 2);
  switch (id) {
    case "next":
    case "paneNext":
      return list.move(1);
    case "previous":
    case "panePrevious":
      return list.move(-1);
    case "first":
      return list.moveTo(0);
    case "last":
      return list.moveTo((list.total ?? 0) - 1);
    case "pageDown":
      return list.move(page);
    case "pageUp":
      return list.move(-page);
    case "open":
      return app.setPane(true);
    case "back":
      return back(app);
    case "toggle":
      return list.toggle(list.cursor);
    case "extendDown":
      return list.extendTo(list.cursor + 1);
    case "extendUp":
      return list.extendTo(list.cursor - 1);
    case "selectInView":
      return selectMore(app);
    case "newItem":
      return app.openNewItem();
    case "more":
      return app.openMore();
    case "filter":
      app.page = "queue";
      return void setTimeout(() => app.focusFilter());
    case "palette":
      app.overlay = "palette";
      return;
    case "help":
      app.overlay = "help";
      return;
    case "settings":
      app.overlay = "settings";
      return;
    case "undo":
      return acting.undo();
    case "syncNow":
      return app.syncNow();
    case "goMyTurn":
      return app.openQueue("my_turn");
    case "goTeam":
      return app.openQueue("team");
    case "goMine":
      return app.openQueue("mine");
    case "goWaiting":
      return app.openQueue("waiting_on_client");
    case "goEscalated":
      return app.openQueue("escalated");
    case "goStuck":
      return app.openQueue("stuck");
    case "goOpen":
      return app.openQueue("open");
    case "goClosed":
      return app.openQueue("closed");
    case "goOutbox":
      return app.openPage("outbox");
    case "goBottleneck":
      return app.leads ? app.openPage("bottleneck") : undefined;
    case "goAway":
      return app.openPage("away");
    case "goJourneys":
      return app.openAdministration("journeys");
    case "goCalendars":
      return app.openAdministration("calendars");
  }
}

/** One thing at a time: the form, then the selection, then the filter, then the pane. */
function back(app: App): Promise<void> | void {
  if (app.acting.composing) return app.acting.cancel();
  if (app.list.selection.size > 0) return app.list.selection.clear();
  if (app.paneOpen) return app.setPane(false);
  if (app.list.filter !== "") return app.list.setFilter("");
}

/** First what is in view; asked again, all that matches. */
function selectMore(app: App): Promise<void> | void {
  const { list } = app;
  const before = list.selection.size;
  list.selectInView();
  if (before > 0 && list.selection.size === before) return list.selectAllMatching();
}
