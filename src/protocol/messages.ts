/** Messages between the extension (or the live page) and the panel/sidebar webviews. Validated on both sides. */
import type { Place, Report } from "../engine/report/contract.ts";

export type CostUnit = "MACs" | "FLOPs";

/** To the panel. */
export type ToPanel =
  | {
      readonly type: "report";
      readonly report: Report;
      readonly unit: CostUnit;
      readonly locale: string;
      readonly budgetMacs: number | null;
    }
  /** The text is broken; the panel keeps the last good picture. `since` is an ISO time. */
  | { readonly type: "stale"; readonly since: string; readonly reason: string }
  | { readonly type: "empty"; readonly reason: string }
  /** The editor's cursor stands on these layers. */
  | { readonly type: "select"; readonly layers: readonly string[] };

/** From the panel. */
export type FromPanel =
  | { readonly type: "ready" }
  | { readonly type: "reveal"; readonly at: Place }
  | { readonly type: "setUnit"; readonly unit: CostUnit }
  | { readonly type: "setInput"; readonly network: string; readonly input: readonly string[] }
  | { readonly type: "setNetwork"; readonly network: string };

/** To the sidebar. */
export interface SidebarNetwork {
  readonly name: string;
  readonly at: Place | null;
  readonly macs: number | null;
  readonly params: number | null;
  readonly complete: boolean;
  readonly input: string;
  /** Why there is no figure. */
  readonly reason?: string;
  readonly dearest: readonly {
    readonly name: string;
    readonly macs: number;
    readonly share: number;
    readonly kind: string;
    readonly at: Place;
  }[];
}
export type ToSidebar =
  | {
      readonly type: "networks";
      readonly file: string;
      readonly unit: CostUnit;
      readonly locale: string;
      readonly budgetMacs?: number | null;
      readonly networks: readonly SidebarNetwork[];
    }
  | { readonly type: "empty"; readonly reason: string };
export type FromSidebar =
  | { readonly type: "ready" }
  | { readonly type: "reveal"; readonly at: Place }
  | { readonly type: "profile"; readonly network: string };
