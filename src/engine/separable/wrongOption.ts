/** Numbers that no simulation or suggestion can be asked for: what follows from them would be no figure. */

/** α and ρ beyond this are a slip of the pen. */
export const MOST_FACTOR = 64;

interface Numbers {
  readonly alpha?: number;
  readonly rho?: number;
  readonly round?: number;
  readonly budgetMacs?: number;
}

/** What is wrong with them, in words for the one who asks. */
export function wrongOption({ alpha = 1, rho = 1, round = 1, budgetMacs = 0 }: Numbers): string | undefined {
  if (!isFactor(alpha)) return `alpha must be a number above 0 and at most ${MOST_FACTOR}, not ${alpha}`;
  if (!isFactor(rho)) return `rho must be a number above 0 and at most ${MOST_FACTOR}, not ${rho}`;
  if (!Number.isSafeInteger(round) || round < 1) return `round must be a whole number from 1, not ${round}`;
  if (!Number.isFinite(budgetMacs) || budgetMacs < 0)
    return `the budget must be a number of MACs, not ${budgetMacs}`;
  return undefined;
}

function isFactor(value: number): boolean {
  return value > 0 && value <= MOST_FACTOR;
}
