/** What a rewrite knows of one constructor call: the convolutions that it makes, and how they are used. */
import type { FrameworkId, Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import type { HelperNeed } from "./helper.ts";
import type { ClassKinds } from "./separableClass.ts";
import type { Import } from "./spelling.ts";
import type { Given } from "./spread.ts";

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
  /** What its call gave, where the call spreads arguments. */
  readonly given?: Given;
  /** The call of the function that made it; undefined where it is not known. */
  readonly caller?: Place;
  /** Where it is called first. */
  readonly use?: Use;
}

/** A call of a layer, and what is told there to the batch norm that follows. */
export interface Use {
  readonly at: Place;
  /** The file that it stands in. */
  readonly text: string;
  /** `not train`, `state`: the second argument of the batch norm's call in the same function. */
  readonly told?: string;
  /** Layers of other lines are called there too. */
  readonly shared: boolean;
  /** The layer is called at other places too. */
  readonly elsewhere: boolean;
  /** A `Sequential` calls it. */
  readonly inSequence: boolean;
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
  /** Of torch's PReLU: has each channel a slope of its own? */
  readonly slopePerChannel?: boolean;
}

export interface CallSite {
  readonly at: Place;
  readonly framework: FrameworkId;
  /** The layer's class: `Conv2d`. */
  readonly type: string;
  readonly text: string;
  /** The call with what it spreads written out. */
  readonly plain: string;
  /** What is there for layers that stay, in the place of the call: another form for other layers. */
  readonly otherwise?: string;
  /** A condition that tells the wanted layers apart, where one was made for it. */
  readonly flag?: string;
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
  /** Layers are made by a class or function that the file gets; absent: each call is written out. */
  readonly kinds?: ClassKinds;
  /** Only conditions that say what a layer is, none on a number of channels. */
  readonly plainGuards?: boolean;
}

/** The text to put in the call's place (and of so many characters behind it), or why there is none. */
export type Form =
  | {
      readonly text: string;
      readonly behind?: number;
      readonly imports?: readonly Import[];
      /** What changes elsewhere: the calls of the layer. */
      readonly edits?: readonly TextEdit[];
      /** The class or function that its file gets for it. */
      readonly needs?: readonly HelperNeed[];
    }
  | { readonly reason: string /** A condition would do. */; readonly flaggable?: true };

/** Layers that must stay come from the same call, and nothing in it tells them apart. */
export const NOT_APART = {
  reason: "the same call makes layers that must stay, and none of its arguments tells them apart",
  flaggable: true,
} as const satisfies Form;
