/** What a rewrite knows of one constructor call: the convolutions that it makes, and how they are used. */
import type { FrameworkId, Place } from "../../report/contract.ts";
import type { Import } from "./spelling.ts";

/** One convolution that the call makes, in the network at hand or in another one of the file. */
export interface SiteInstance {
  readonly name: string;
  /** To be swapped. */
  readonly wanted: boolean;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly bias: boolean;
}

/** What stands between the two convolutions of the swapped form. */
export interface Between {
  /** `BatchNorm2d`, as the framework calls its class. */
  readonly norm: string;
  /** How many weight vectors it has, and how it is made, without its channels: `eps=1e-3`. */
  readonly vectors: number;
  readonly normOptions: string;
  /** The call that makes it, where the function that makes the convolution makes it too. */
  readonly made?: string;
  /** What makes it says whether it trains, so that its call need not: Linen's. */
  readonly isTold: boolean;
  /** What its call says of that: `not train`. */
  readonly told?: string;
  /** The activation's class: `ReLU`. */
  readonly activation: string;
  /** How it is made, as the code writes it: `0.1, inplace=True`. */
  readonly options: string;
}

export interface CallSite {
  readonly at: Place;
  readonly framework: FrameworkId;
  /** The layer's class: `Conv2d`. */
  readonly type: string;
  readonly text: string;
  readonly language: "python" | "typescript";
  /** The whole file, and its parts before and behind the call. */
  readonly source: string;
  readonly before: string;
  readonly behind: string;
  /** Blanks at the start of the call's line, and of one more level. */
  readonly indent: string;
  readonly unit: string;
  readonly rank: number;
  readonly between: Between | undefined;
  readonly instances: readonly SiteInstance[];
}

/** The text to put in the call's place (and of so many characters behind it), or why there is none. */
export type Form =
  | { readonly text: string; readonly behind?: number; readonly imports?: readonly Import[] }
  | { readonly reason: string };
