/** The answer to one cell of a sweep, wherever the engine runs. */
import type { SimulationOptions, SimulationResult } from "../engine/contract/separable.ts";
import type { SweepQuestion, ToPanel } from "./messages.ts";

export function sweepOptions({ scaling, swap, resized }: SweepQuestion): SimulationOptions {
  const { alpha, rho, round } = scaling;
  return {
    ...{ swap: swap.length > 0 ? swap : "none", alpha, rho, round: alpha === 1 ? 1 : round },
    ...(resized && { resized }),
  };
}

/** `say` puts the engine's reason into the user's language. */
export function sweptAnswer(
  { ticket }: SweepQuestion,
  result: SimulationResult,
  say: (reason: string) => string = (reason) => reason,
): Extract<ToPanel, { type: "swept" }> {
  if (!result.ok) return { type: "swept", ticket, report: null, reason: say(result.reason), refused: [] };
  const { after, problems, refused } = result.simulation;
  const [problem] = problems;
  const told = { type: "swept" as const, ticket, refused: refused.map(({ layer }) => layer) };
  return problem ? { ...told, report: null, reason: say(problem.message) } : { ...told, report: after };
}
