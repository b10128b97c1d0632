/** Messages between the extension (or the live page) and the panel/sidebar webviews. Validated on both sides. */

import type { Device } from "../engine/contract/device.ts";
import type { Place, Report } from "../engine/contract/report.ts";
import type { SimulatedReport } from "../engine/contract/separable.ts";

export type CostUnit = "MACs" | "FLOPs";

/** What the place that shows the panel can do; a page on its own can do none of it. */
export const PANEL_ABILITIES = [
  "reveal",
  "input",
  "network",
  "scale",
  "apply",
  "compare",
  "report",
  "sources",
] as const;
export type PanelAbility = (typeof PANEL_ABILITIES)[number];

/** One side of a comparison; the label tells the two apart: `resnet18`, `resnet18 at HEAD`. */
export interface ComparedReport {
  readonly label: string;
  readonly report: Report;
}

/** A network thinned by α and shrunk by ρ. */
export interface Scaling {
  readonly alpha: number;
  readonly rho: number;
  /** Channels are rounded to multiples of this; 1 leaves them as they come. */
  readonly round: number;
}

/** One cell of a sweep: the network at some width, resolution or input, with these convolutions swapped. */
export interface SweepQuestion {
  /** By which the answer is known; a number that the page gives once. */
  readonly ticket: number;
  readonly scaling: Scaling;
  readonly swap: readonly string[];
  /** The input itself, in place of ρ. */
  readonly resized?: readonly string[];
}

/** What brings a network within a budget. */
export interface SuggestedChange {
  readonly swap: readonly string[];
  readonly alpha: number;
  readonly rho: number;
}

/** To the panel. */
export type ToPanel =
  | {
      readonly type: "report";
      readonly report: Report;
      readonly unit: CostUnit;
      readonly locale: string;
      readonly budgetMacs: number | null;
      /** Absent: reveal, input and network. */
      readonly abilities?: readonly PanelAbility[];
      /** How the file is called where it is shown: relative to the workspace. */
      readonly label?: string;
      /** The user's own devices, for the roofline. */
      readonly devices?: readonly Device[];
    }
  /** The text is broken; the panel keeps the last good picture. `since` is an ISO time. */
  | { readonly type: "stale"; readonly since: string; readonly reason: string; readonly retry?: boolean }
  /** No picture, and why; of which network, and where it is defined. `retry`: it was stopped and can go on. */
  | {
      readonly type: "empty";
      readonly reason: string;
      readonly network?: string;
      readonly at?: Place;
      readonly retry?: boolean;
      /** The file was too much: arguments and other networks are no help. */
      readonly isTooMuch?: boolean;
      /** Packages whose sources would help, where they may be got. */
      readonly missing?: readonly string[];
      /** The network only waits for arguments, which can be set. */
      readonly needsArguments?: boolean;
    }
  /** The editor's cursor stands on these layers; `swap` has the panel swap those that can be, `explain` opens the first one's lesson. */
  | {
      readonly type: "select";
      readonly layers: readonly string[];
      readonly swap?: boolean;
      readonly explain?: boolean;
    }
  /** An analysis takes a time that can be felt, or no longer does. */
  | { readonly type: "busy"; readonly busy: boolean }
  /** Answer to `scale`: the network at α and ρ, without swaps; null with why when there is none. */
  | {
      readonly type: "scaled";
      readonly network: string;
      readonly scaling: Scaling;
      readonly report: Report | null;
      readonly reason?: string;
    }
  /** Answer to `sweep`: the changed network; null with why when there is none. */
  | {
      readonly type: "swept";
      readonly ticket: number;
      readonly report: SimulatedReport | null;
      readonly reason?: string;
      /** Layers that a rewrite would refuse: they are not swapped. */
      readonly refused: readonly string[];
    }
  /** Answer to `suggest`: null when nothing reaches the budget, or with why it is not known. */
  | {
      readonly type: "suggested";
      readonly network: string;
      readonly budgetMacs: number;
      readonly suggestion: SuggestedChange | null;
      readonly reason?: string;
    }
  | {
      readonly type: "comparison";
      readonly left: ComparedReport;
      readonly right: ComparedReport;
      readonly unit: CostUnit;
      readonly locale: string;
    };

export const EXPORT_FORMATS = ["svg", "png", "csv", "json", "markdown", "html"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What the user asks for where packages are missing: the sources of all of them, or another environment. */
export interface SourcesRequest {
  readonly type: "getSources" | "chooseEnvironment";
}

/** The user wants to give a network its arguments. */
export interface ArgumentsRequest {
  readonly type: "setArguments";
  readonly network: string;
}

/** From the panel. */
export type FromPanel =
  | { readonly type: "ready" }
  | { readonly type: "reveal"; readonly at: Place }
  | { readonly type: "setUnit"; readonly unit: CostUnit }
  | { readonly type: "setInput"; readonly network: string; readonly input: readonly string[] }
  | { readonly type: "setNetwork"; readonly network: string }
  | ArgumentsRequest
  /** Stop the analysis under way. */
  | { readonly type: "cancel" }
  /** Analyse anew. */
  | { readonly type: "refresh" }
  | { readonly type: "compare" }
  | SourcesRequest
  | { readonly type: "scale"; readonly network: string; readonly scaling: Scaling }
  | ({ readonly type: "sweep"; readonly network: string } & SweepQuestion)
  /** What brings the network within the budget, beyond swaps. */
  | {
      readonly type: "suggest";
      readonly network: string;
      readonly budgetMacs: number;
      readonly round: number;
    }
  /** Write the simulated swap into the code. */
  | { readonly type: "apply"; readonly network: string; readonly layers: readonly string[] }
  /** Text to save; base64 for a PNG; the panel's saved state, as JSON, for an HTML report. */
  | {
      readonly type: "export";
      readonly format: ExportFormat;
      readonly name: string;
      readonly data: string;
    };

/** To the sidebar. */
export interface SidebarNetwork {
  readonly name: string;
  readonly at: Place | null;
  /** It is the network in focus: the one that is open where there are several. */
  readonly isInFocus?: boolean;
  readonly macs: number | null;
  /** Where `macs` hangs on data, what the code lets it be at most. */
  readonly macsAtMost?: number | null;
  readonly params: number | null;
  /** What is known of them, where the whole is not. */
  readonly known?: { readonly macs: number; readonly params: number };
  readonly complete: boolean;
  readonly input: string;
  /** Why there is no figure. */
  readonly reason?: string;
  /** It only waits for arguments, which can be set. */
  readonly needsArguments?: boolean;
  /** What the network cost earlier: at the last commit, when the panel was opened. */
  readonly earlier?: readonly { readonly when: "head" | "opened"; readonly macs: number }[];
  readonly dearest: readonly {
    readonly name: string;
    readonly macs: number;
    /** Of the network's total, 0 to 1; null where that is unknown. */
    readonly share: number | null;
    readonly kind: string;
    readonly at: Place;
  }[];
}
/** The network in focus, where it is another file's and does not run through the one that is shown. */
export interface SidebarFocus {
  readonly network: string;
  /** Of the file that has it. */
  readonly uri: string;
  readonly file: string;
  readonly total: string;
}
/** A file of the workspace that looks like model code. */
export interface SidebarFile {
  readonly uri: string;
  readonly label: string;
  /** null until the file was looked at. */
  readonly networks: readonly { readonly name: string; readonly macs: number | null }[] | null;
}

export interface SidebarWorkspace {
  readonly files: readonly SidebarFile[];
  /** How many more files were found than are listed. */
  readonly more: number;
  readonly busy: boolean;
}

export type ToSidebar =
  | {
      readonly type: "networks";
      readonly file: string;
      readonly unit: CostUnit;
      readonly locale: string;
      readonly budgetMacs?: number | null;
      readonly networks: readonly SidebarNetwork[];
      /** Packages whose sources the file's figures wait for, where these can be got. */
      readonly missing?: readonly string[];
      readonly focus?: SidebarFocus;
    }
  | {
      readonly type: "empty";
      readonly reason: string;
      readonly focus?: SidebarFocus;
      readonly locale?: string;
      /** The file was too much: arguments and other networks are no help. */
      readonly isTooMuch?: boolean;
    }
  | {
      readonly type: "workspace";
      readonly workspace: SidebarWorkspace;
      readonly unit: CostUnit;
      readonly locale: string;
    };
export type FromSidebar =
  | { readonly type: "ready" }
  | { readonly type: "reveal"; readonly at: Place }
  | { readonly type: "profile"; readonly network: string; readonly uri?: string }
  /** Choose the network in focus. */
  | { readonly type: "chooseNetwork" }
  | ArgumentsRequest
  | SourcesRequest
  /** Look through the workspace, or stop looking. */
  | { readonly type: "scan" }
  | { readonly type: "cancelScan" };
