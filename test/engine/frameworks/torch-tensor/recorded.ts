/** Runs a recorded call of torch and compares what our rules answer with what torch answered. */
import {
  Float,
  Iter,
  List,
  Tensor,
  Tuple,
  Unknown,
  type Value,
} from "../../../../src/engine/interpret/values.ts";
import { createBench, fromJson } from "./stub.ts";

export interface Recorded {
  /** m: method, p: property, f: function of a module. */
  readonly k: "m" | "p" | "f";
  readonly f: string;
  readonly a: readonly unknown[];
  readonly kw?: Readonly<Record<string, unknown>>;
  readonly o: unknown;
}

/** What differs, undefined when all agrees. Elements are compared where ours are known. */
export function difference(call: Recorded): string | undefined {
  const bench = createBench();
  const args = call.a.map((arg) => fromJson(bench, arg));
  const kwargs = Object.fromEntries(
    Object.entries(call.kw ?? {}).map(([key, arg]) => [key, fromJson(bench, arg)]),
  );
  const [self, ...rest] = args;
  const answer =
    call.k === "f" ? bench.torch(call.f, args, kwargs) : bench.method(self, call.f, rest, kwargs);
  const value = call.f === "__setitem__" ? self : answer;
  if (isError(call.o)) return bench.errors.length > 0 ? undefined : `torch refuses, we answer ${show(value)}`;
  if (bench.errors.length > 0) return `we refuse: ${bench.errors[0]}`;
  return differs(value, call.o) ? `torch ${JSON.stringify(call.o)}, we ${show(value)}` : undefined;
}

function isError(output: unknown): boolean {
  return typeof output === "object" && output !== null && "error" in output;
}

interface TensorOutput {
  readonly t: readonly number[];
  readonly d: string;
  readonly v?: readonly (number | string)[];
}

function differs(value: Value, output: unknown): boolean {
  if (value instanceof Tensor) {
    const { t, d, v } = (output ?? {}) as TensorOutput;
    if (t === undefined || value.shape instanceof Unknown) return true;
    const sizes =
      value.shape.length !== t.length ||
      value.shape.some((dim, i) => typeof dim === "number" && dim !== t[i]);
    return sizes || value.dtype !== d || (v !== undefined && elementsDiffer(value.data, v));
  }
  if (value instanceof List || value instanceof Tuple) {
    if (!Array.isArray(output) || output.length !== value.items.length) return true;
    return value.items.some((item, i) => differs(item, output[i]));
  }
  if (value instanceof Float) return value.value !== output;
  if (value !== null && typeof value === "object" && value.kind === "instance")
    return value.native !== output;
  return !(value instanceof Unknown) && value !== output;
}

function elementsDiffer(ours: readonly number[] | undefined, theirs: readonly (number | string)[]): boolean {
  if (!ours) return false;
  if (ours.length !== theirs.length) return true;
  return ours.some((x, i) => {
    const y = Number(
      theirs[i] === "inf" ? Number.POSITIVE_INFINITY : theirs[i] === "-inf" ? -Infinity : theirs[i],
    );
    return (
      x !== y && !(Number.isNaN(x) && Number.isNaN(y)) && Math.abs(x - y) > 1e-4 * Math.max(1, Math.abs(y))
    );
  });
}

export function show(value: Value): string {
  if (value instanceof Tensor) {
    const shape =
      value.shape instanceof Unknown
        ? value.shape.reason
        : value.shape.map((d) => (typeof d === "number" ? d : "?"));
    return `${value.dtype}[${shape}]${value.data ? `=${value.data}` : ""}`;
  }
  if (value instanceof List || value instanceof Tuple) return `(${value.items.map(show).join(" ")})`;
  if (value instanceof Unknown) return `unknown: ${value.reason}`;
  if (value instanceof Float) return String(value.value);
  return value instanceof Iter ? "iterator" : String(value);
}
