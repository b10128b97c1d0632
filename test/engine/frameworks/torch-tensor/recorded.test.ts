/** Shapes, dtypes and elements against calls recorded by running torch 1.13; torch 2.9 and einops 0.8 answer the same. */
import { describe, expect, it } from "vitest";
import einops from "../../../truth/einops.json" with { type: "json" };
import torch from "../../../truth/torch_tensor.json" with { type: "json" };
import { difference, type Recorded } from "./recorded.ts";

function byFunction(calls: readonly unknown[]): Map<string, Recorded[]> {
  const groups = new Map<string, Recorded[]>();
  for (const call of calls as readonly Recorded[]) groups.set(call.f, [...(groups.get(call.f) ?? []), call]);
  return groups;
}

for (const [library, calls] of [
  ["torch", torch],
  ["einops", einops],
] as const) {
  describe(`recorded calls of ${library}`, () => {
    for (const [name, recorded] of byFunction(calls)) {
      it(`${name} answers what ${library} does`, () => {
        for (const call of recorded) {
          const { a, kw } = call;
          expect(difference(call), JSON.stringify({ a, kw })).toBeUndefined();
        }
      });
    }
  });
}
