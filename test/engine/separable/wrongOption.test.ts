/** Numbers that no simulation or suggestion can be asked for. */
import { expect, it } from "vitest";
import { wrongOption } from "../../../src/engine/separable/wrongOption.ts";

it.each([
  [{ alpha: Number.NaN }, "alpha must be a number above 0 and at most 64, not NaN"],
  [{ alpha: 0 }, "alpha must be a number above 0 and at most 64, not 0"],
  [{ rho: Number.POSITIVE_INFINITY }, "rho must be a number above 0 and at most 64, not Infinity"],
  [{ round: 1.5 }, "round must be a whole number from 1, not 1.5"],
  [{ budgetMacs: -1 }, "the budget must be a number of MACs, not -1"],
])("%o: %s", (options, said) => {
  expect(wrongOption(options)).toBe(said);
});

it("usual numbers are taken", () => {
  expect(wrongOption({})).toBeUndefined();
  expect(wrongOption({ alpha: 0.75, rho: 5 / 7, round: 8, budgetMacs: 3e8 })).toBeUndefined();
});
