/**
 * Checks what arrives from outside the page before anything reads it. A message that does not have the agreed
 * form is dropped: the page then keeps showing what it has.
 */

import { entryOf } from "../../src/engine/base/table.ts";
import type { Device } from "../../src/engine/contract/device.ts";
import type {
  InputOrigin,
  Place,
  Report,
  ReportArguments,
  ReportLayer,
  ReportShape,
  WidthArgument,
} from "../../src/engine/contract/report.ts";
import {
  type CostUnit,
  PANEL_ABILITIES,
  type Scaling,
  type SidebarFile,
  type SidebarFocus,
  type SidebarNetwork,
  type SidebarWorkspace,
  type SuggestedChange,
  type ToPanel,
  type ToSidebar,
} from "../../src/protocol/messages.ts";

type Check<T> = (value: unknown) => value is T;
export type Fields = Readonly<Record<string, unknown>>;

export const isString: Check<string> = (value) => typeof value === "string";
export const isNumber: Check<number> = (value): value is number =>
  typeof value === "number" && Number.isFinite(value);
export const isBoolean: Check<boolean> = (value) => typeof value === "boolean";
export const isObject: Check<Fields> = (value): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function isArrayOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check);
}

export function isOneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.some((one) => one === value);
}

function isOptional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function isNullOr<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

/** Every named field is there and passes its check; more fields are fine. */
function hasForm<T>(form: { readonly [K in keyof T]?: (value: unknown) => boolean }): Check<T> {
  const checks = Object.entries(form) as [string, (value: unknown) => boolean][];
  return (value): value is T =>
    isObject(value) && checks.every(([name, check]) => check(entryOf(value, name)));
}

const isFigure = isNullOr(isNumber);
const isSizes = isNullOr(isArrayOf(isNumber));
const isShape: Check<ReportShape> = isNullOr(isArrayOf(isFigure));
const isShapes = isArrayOf(isShape);
const isPlace = hasForm<Place>({ file: isString, line: isNumber, column: isNumber });
export const isUnit: Check<CostUnit> = isOneOf("MACs", "FLOPs");

const isLayer = hasForm<ReportLayer>({
  name: isString,
  type: isString,
  op: isString,
  kind: isString,
  in: isShapes,
  out: isShapes,
  kernel: isSizes,
  stride: isSizes,
  dilation: isSizes,
  groups: isFigure,
  out_channels: isFigure,
  macs: isFigure,
  macs_at_most: isOptional(isFigure),
  params: isFigure,
  activation_bytes: isFigure,
  calls: isNumber,
  at: isPlace,
  swappable: isBoolean,
  separable_macs: isFigure,
  separable_params: isFigure,
  separable_trainable_params: isFigure,
});

const isOrigin: Check<InputOrigin> = isOneOf("default", "comment", "call", "declared", "fitted", "user");

const isReport = hasForm<Report>({
  version: (value) => value === 1,
  file: isString,
  network: isString,
  network_at: isNullOr(isPlace),
  networks: isArrayOf(isString),
  arguments: isOptional(
    hasForm<ReportArguments>({
      text: isString,
      origin: isOneOf("annotation", "call", "comment"),
      at: isPlace,
    }),
  ),
  width_arguments: isOptional(
    isArrayOf(hasForm<WidthArgument>({ name: isString, default: isFigure, at: isPlace })),
  ),
  input: hasForm<Report["input"]>({ shapes: isShapes, dtypes: isArrayOf(isString), origin: isOrigin }),
  complete: isBoolean,
  totals: hasForm<Report["totals"]>({
    macs: isFigure,
    macs_at_most: isOptional(isFigure),
    params: isFigure,
    activation_bytes: isFigure,
    peak_activation_bytes: isFigure,
  }),
  layers: isArrayOf(isLayer),
  diagnostics: isArrayOf(
    hasForm<Report["diagnostics"][number]>({
      severity: isOneOf("error", "warning", "info"),
      message: isString,
      at: isPlace,
      code: isString,
    }),
  ),
});

const isCompared = hasForm<{ label: string; report: Report }>({ label: isString, report: isReport });
export const isScaling = hasForm<Scaling>({ alpha: isNumber, rho: isNumber, round: isNumber });

const isSidebarNetwork = hasForm<SidebarNetwork>({
  name: isString,
  at: isNullOr(isPlace),
  isInFocus: isOptional(isBoolean),
  macs: isFigure,
  macsAtMost: isOptional(isFigure),
  params: isFigure,
  known: isOptional(hasForm<NonNullable<SidebarNetwork["known"]>>({ macs: isNumber, params: isNumber })),
  complete: isBoolean,
  input: isString,
  needsArguments: isOptional(isBoolean),
  earlier: isOptional(
    isArrayOf(
      hasForm<NonNullable<SidebarNetwork["earlier"]>[number]>({
        when: isOneOf("head", "opened"),
        macs: isNumber,
      }),
    ),
  ),
  dearest: isArrayOf(
    hasForm<SidebarNetwork["dearest"][number]>({
      name: isString,
      macs: isNumber,
      share: isFigure,
      kind: isString,
      at: isPlace,
    }),
  ),
});

type Form<M extends { readonly type: string }> = {
  readonly [T in M["type"]]: (value: unknown) => boolean;
};

const toPanelForms: Form<ToPanel> = {
  report: hasForm<Extract<ToPanel, { type: "report" }>>({
    report: isReport,
    unit: isUnit,
    locale: isString,
    budgetMacs: isFigure,
    abilities: isOptional(isArrayOf(isOneOf(...PANEL_ABILITIES))),
    label: isOptional(isString),
    devices: isOptional(
      isArrayOf(
        hasForm<Device>({
          name: isString,
          flops: isNumber,
          dtype: isOneOf("float32", "float16", "int8"),
          bandwidth: isFigure,
          source: isString,
          peaks: isOptional(
            hasForm<NonNullable<Device["peaks"]>>({
              float32: isOptional(isNumber),
              float16: isOptional(isNumber),
              int8: isOptional(isNumber),
            }),
          ),
          memory: isOptional(isNumber),
          weight_memory: isOptional(isNumber),
        }),
      ),
    ),
  }),
  stale: hasForm<Extract<ToPanel, { type: "stale" }>>({
    since: isString,
    reason: isString,
    retry: isOptional(isBoolean),
  }),
  empty: hasForm<Extract<ToPanel, { type: "empty" }>>({
    reason: isString,
    network: isOptional(isString),
    at: isOptional(isPlace),
    retry: isOptional(isBoolean),
    isTooMuch: isOptional(isBoolean),
    missing: isOptional(isArrayOf(isString)),
    needsArguments: isOptional(isBoolean),
  }),
  select: hasForm<Extract<ToPanel, { type: "select" }>>({
    layers: isArrayOf(isString),
    swap: isOptional(isBoolean),
    explain: isOptional(isBoolean),
  }),
  busy: hasForm<Extract<ToPanel, { type: "busy" }>>({ busy: isBoolean }),
  scaled: hasForm<Extract<ToPanel, { type: "scaled" }>>({
    network: isString,
    scaling: isScaling,
    report: isNullOr(isReport),
    reason: isOptional(isString),
  }),
  swept: hasForm<Extract<ToPanel, { type: "swept" }>>({
    ticket: isNumber,
    report: isNullOr(isReport),
    reason: isOptional(isString),
    refused: isArrayOf(isString),
  }),
  suggested: hasForm<Extract<ToPanel, { type: "suggested" }>>({
    network: isString,
    budgetMacs: isNumber,
    suggestion: isNullOr(
      hasForm<SuggestedChange>({ swap: isArrayOf(isString), alpha: isNumber, rho: isNumber }),
    ),
    reason: isOptional(isString),
  }),
  comparison: hasForm<Extract<ToPanel, { type: "comparison" }>>({
    left: isCompared,
    right: isCompared,
    unit: isUnit,
    locale: isString,
  }),
};

const isSidebarFocus = hasForm<SidebarFocus>({
  network: isString,
  uri: isString,
  file: isString,
  total: isString,
});
const isSidebarFile = hasForm<SidebarFile>({
  uri: isString,
  label: isString,
  networks: isNullOr(
    isArrayOf(hasForm<{ name: string; macs: number | null }>({ name: isString, macs: isFigure })),
  ),
});

const toSidebarForms: Form<ToSidebar> = {
  networks: hasForm<Extract<ToSidebar, { type: "networks" }>>({
    file: isString,
    unit: isUnit,
    locale: isString,
    budgetMacs: isOptional(isFigure),
    networks: isArrayOf(isSidebarNetwork),
    missing: isOptional(isArrayOf(isString)),
    focus: isOptional(isSidebarFocus),
  }),
  empty: hasForm<Extract<ToSidebar, { type: "empty" }>>({
    reason: isString,
    focus: isOptional(isSidebarFocus),
    locale: isOptional(isString),
    isTooMuch: isOptional(isBoolean),
  }),
  workspace: hasForm<Extract<ToSidebar, { type: "workspace" }>>({
    workspace: hasForm<SidebarWorkspace>({
      files: isArrayOf(isSidebarFile),
      more: isNumber,
      busy: isBoolean,
    }),
    unit: isUnit,
    locale: isString,
  }),
};

/** The message, or undefined when it is none. */
export function parseToPanel(data: unknown): ToPanel | undefined {
  return parse<ToPanel>(toPanelForms, data);
}

export function parseToSidebar(data: unknown): ToSidebar | undefined {
  return parse<ToSidebar>(toSidebarForms, data);
}

function parse<M extends { readonly type: string }>(forms: Form<M>, data: unknown): M | undefined {
  if (!isObject(data) || !isString(data.type) || !Object.hasOwn(forms, data.type)) return undefined;
  return forms[data.type as M["type"]](data) ? (data as unknown as M) : undefined;
}
