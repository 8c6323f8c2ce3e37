/**
 * What nobody sees when the window opens. It is read once the first queue is on the screen, so that the queue waits for
 * none of it, and opening one of them waits for nothing.
 */
export const screens = {
  actionSheet: () => import("./item/ActionSheet.svelte"),
  administration: () => import("./administration/AdministrationPage.svelte"),
  away: () => import("./away/AwayPage.svelte"),
  bottleneck: () => import("./bottleneck/BottleneckPage.svelte"),
  editForm: () => import("./item/EditPane.svelte"),
  composer: () => import("./item/Composer.svelte"),
  help: () => import("./frame/Help.svelte"),
  newerItems: () => import("./frame/NewerItems.svelte"),
  newItem: () => import("./item/NewItem.svelte"),
  outbox: () => import("./outbox/OutboxView.svelte"),
  palette: () => import("./frame/Palette.svelte"),
  settings: () => import("./frame/Settings.svelte"),
  signIn: () => import("./session/SignIn.svelte"),
  signOut: () => import("./frame/SignOut.svelte"),
} as const;

/** Reads all of them, in the background. */
export async function readScreens(): Promise<void> {
  await Promise.all(Object.values(screens).map((read) => read()));
}
