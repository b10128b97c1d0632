/** The bounds of a run: steps, time, and the user who no longer waits. */
import type { EngineLimits } from "../engine.types.ts";
import { Stopped } from "./control.ts";

export class Bounds {
  /** The clock or the user ended something: another run may come further. */
  isOutOfTime = false;
  private steps = 0;
  private deadline = Number.POSITIVE_INFINITY;

  constructor(
    private readonly limits: EngineLimits,
    /** Asked once in a thousand steps: does the user still wait? */
    private readonly isWanted: () => boolean,
    private readonly now: () => number,
  ) {}

  /** Counts afresh; `share` is the part of the bounds that may be used. */
  restart(share: number): void {
    this.steps = this.limits.steps * (1 - share);
    this.deadline = this.now() + this.limits.milliseconds * share;
  }

  tick(steps: number): void {
    const before = this.steps;
    this.steps += steps;
    if (this.steps > this.limits.steps) throw new Stopped(`more than ${this.limits.steps} steps`);
    // The clock is read every 1024 steps: reading it is dearer than a step.
    if (before >> 10 !== this.steps >> 10) this.checkTime();
  }

  private checkTime(): void {
    const isCancelled = !this.isWanted();
    const isLate = this.now() > this.deadline;
    this.isOutOfTime ||= isCancelled || isLate;
    if (isCancelled) throw new Stopped("cancelled");
    if (isLate) throw new Stopped(`more than ${this.limits.milliseconds} ms`);
  }
}
