/** Why a root has no report, as it is told. */
import type { Failure } from "../contract/engine.types.ts";
import type { FailureReason } from "../interpret/bounded.ts";
import { ClassValue } from "../interpret/values.ts";
import { place } from "../syntax/place.ts";
import { NOWHERE } from "../syntax/span.ts";
import type { Root } from "./entryPoints.ts";

/** What cut the root short, or what making it raised, is a problem besides, at the line of the program that ran. */
export function failureOf(root: Root, { reason, at = NOWHERE, code }: FailureReason): Failure {
  const failure = { network: root.name, at: place(root.at), reason };
  if (code === undefined || code === "no-network" || isForOthers(root, reason)) return failure;
  const severity = code === "limit" ? "warning" : "error";
  const where = place(at === NOWHERE ? root.at : at);
  return { ...failure, problem: { severity, code, message: reason, at: where } };
}

/** A class that nobody makes and that says so itself is there for others to derive from. */
function isForOthers({ value, given }: Root, reason: string): boolean {
  return value instanceof ClassValue && !given && /^NotImplementedError\b/.test(reason);
}
