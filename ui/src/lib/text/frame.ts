import type { KeepView } from "$lib/generated";
import type { FailureCode } from "$lib/generated";

const failures: Record<FailureCode, string> = {
  offline: "The portal cannot be reached",
  wrong_password: "Email and password do not match",
  throttled: "Too many attempts",
  signed_out: "You are signed out",
  not_found: "Not found",
  refused: "Refused",
  invalid: "That cannot be understood",
  cache: "The local cache cannot be read",
  pending_changes: "Some changes have not been sent",
  upgrade: "This console is too old",
  internal: "Something went wrong",
};

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

export const frame = {
  product: "Postern",
  loading: "Opening…",
  queues: "Queues",
  views: "Views",
  navigation: "Side bar",
  openNavigation: "Show the side bar",
  closeNavigation: "Hide the side bar",
  newItem: "New item",
  outbox: "Outbox",
  bottlenecks: "Bottlenecks",
  away: "Out of office",
  administration: "Administration",
  settings: "Settings",
  account: "Account",
  signOut: "Sign out",
  palette: {
    title: "Command palette",
    placeholder: "Go to, do, or type a reference such as ACME-142",
    openItem: (reference: string) => `Open ${reference.toUpperCase()}`,
    none: "Nothing fits. Try a queue, an action, or a reference.",
    filterFor: (words: string) => `Filter this queue for “${words}”`,
  },
  help: {
    title: "Keyboard",
    off: "Single keys are switched off. Combinations with Ctrl or ⌘ still work.",
    hint: "Single keys rest while you type. Ctrl + Enter submits a form.",
    submit: "Submit a form",
    then: "then",
  },
  status: {
    region: "Status",
    syncing: "Syncing…",
    synced: (when: string) => `Synced ${when}`,
    never: "Not synced yet",
    offline: (when: string | null) => (when ? `Offline – last synced ${when}` : "Offline"),
    offlineHint: "You can go on working. Changes are sent when the portal answers again.",
    next: (when: string) => `Tries again in ${when}.`,
    bootstrapping: (done: string, total: string) => `Loading ${done} of ${total} items`,
    bootstrapStart: "Loading your items…",
    upgrade: "The portal asks for a newer console",
    signedOut: "Signed out",
    pending: (n: string) => `${n} pending`,
    nothingPending: "Nothing pending",
    attention: (n: number, shown: string) => (n === 1 ? `${shown} needs you` : `${shown} need you`),
    shown: (n: string) => n,
    sessionOnly: "Signed in for this session only",
    syncNow: "Sync now",
    newer: (n: number, shown: string) =>
      n === 1 ? `${shown} item needs a newer Postern` : `${shown} items need a newer Postern`,
    cached: (n: string) => `${n} items on this computer`,
  },
  newer: {
    title: "Items that need a newer Postern",
    lead: "They use something that this version does not know, are kept on this device, and can be opened after an update.",
    none: "There are none any more.",
    untitled: "Untitled",
  },
  failure: {
    titles: failures,
    requestId: (id: string) => `Request ${id}`,
    copy: "Copy request id",
    copied: "Copied",
    again: "Try again",
    unknown: "An unexpected error occurred. What you did before is saved.",
  },
  toast: {
    region: "Notices",
    undo: "Undo",
    dismiss: "Dismiss",
    undone: (n: number) => (n === 1 ? "Undone." : `${n} actions undone.`),
    tooLate: "It has been sent already and cannot be undone.",
    nothingToUndo: "There is nothing to undo.",
    secondsLeft: (n: number) => `${n} s`,
  },
  dialog: { close: "Close", cancel: "Cancel" },
  preferences: {
    title: "Settings",
    theme: "Appearance",
    themes: { system: "System", light: "Light", dark: "Dark" },
    density: "Density",
    densities: { compact: "Compact", regular: "Regular", roomy: "Roomy" },
    keepFiles: "Keep files on this device",
    keepFilesHint: "Those of items where it is your turn, so that they open without a network.",
    largestFile: "No file that is larger than",
    roomForFiles: "Room for all files",
    filesTake: (used: string) => `They take ${used} now. What waits for its upload always stays.`,
    singleKeys: "Single-key shortcuts",
    singleKeysHint: "Letters such as A and J act at once. Switch them off if they get in your way.",
    keep: "Closed items on this computer",
    keepFor: (months: number | null) => {
      if (months === null) return "All of them";
      if (months === 0) return "Those of this month";
      return months === 1 ? "The last month" : `The last ${months} months`;
    },
    kept: (kept: KeepView) => {
      const here = `${kept.items.toLocaleString("en-GB")} items, ${megabytes(kept.bytes)}; what is open is always here.`;
      if (kept.elsewhere === 0) return here;
      const more = kept.elsewhere.toLocaleString("en-GB");
      return `${here} ${more} more ${kept.elsewhere === 1 ? "is" : "are"} at the portal, and search does not find them.`;
    },
    account: "Signed in",
    at: (organisation: string) => `at ${organisation}`,
  },
  noWindow: {
    before: "This is the inside of the Postern console and works only in its window:",
    command: "cargo xtask run",
    after: "opens it.",
  },
  resize: { side: "Width of the side bar", list: "Width of the list" },
};
