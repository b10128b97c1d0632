/** Why a root has no report, as it is told. */
import type { Failure, FailureReason } from "./engine.types.ts";
import { place } from "./report/convert.ts";
import type { Root } from "./roots.ts";
import { NOWHERE } from "./syntax/span.ts";

/** What cut the root short is a problem besides, at the line of the program that ran. */
export function failureOf(root: Root, { reason, at = NOWHERE, code }: FailureReason): Failure {
  const failure = { network: root.name, at: place(root.at), reason };
  if (code !== "limit" && code !== "internal") return failure;
  const severity = code === "limit" ? "warning" : "error";
  const where = place(at === NOWHERE ? root.at : at);
  return { ...failure, problem: { severity, code, message: reason, at: where } };
}
