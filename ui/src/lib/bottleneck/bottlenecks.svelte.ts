import { asFailure, type Backend } from "$lib/backend/backend";
import type { BottleneckCell, BottleneckView, Failure, GroupBy } from "$lib/generated";

export const GROUPINGS: readonly GroupBy[] = ["stage", "holder", "owner", "cohort"];

export type Figure = "open" | "overdue" | "stuck" | "unassigned";

const ADDS: Record<Figure, string> = {
  open: "",
  overdue: "is:overdue",
  stuck: "is:stuck",
  unassigned: "is:unassigned",
};

/** The filter that opens exactly the items behind a number. */
export function filterFor(cell: BottleneckCell, figure: Figure): string {
  const adds = ADDS[figure];
  if (adds === "" || cell.filter.split(" ").includes(adds)) return cell.filter;
  return `${cell.filter} ${adds}`.trim();
}

export class Bottlenecks {
  groupBy = $state<GroupBy>("stage");
  view = $state.raw<BottleneckView | null>(null);
  failure = $state.raw<Failure | null>(null);
  #asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const view = await this.backend.bottleneck(this.groupBy, "");
      if (asked !== this.#asked) return;
      this.view = view;
      this.failure = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      if (this.view) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  async group(by: GroupBy): Promise<void> {
    this.groupBy = by;
    await this.load();
  }
}
