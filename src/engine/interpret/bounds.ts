/**
 * What running a program may cost, counted in steps and never by the clock: the same text costs the same on any machine.
 * Every step is paid from an account; what runs now has a part of one.
 */
import type { EngineLimits } from "../contract/engine.types.ts";
import { Stopped } from "./control.ts";

interface Account {
  left: number;
  /** What it had at first, as is said once it is empty. */
  readonly most: number;
  readonly of: string;
}

/** Steps of what takes longer than a call or a turn of a loop, as endless loops of each tell by the clock. */
export const STEPS = {
  /** Worked out, recorded and told. */
  op: 100,
  /** Called, whatever it does inside. */
  layer: 20,
  /** Made: a module's own tables of layers, parameters and buffers. */
  module: 40,
  /** A parameter or buffer of a layer. */
  weight: 24,
  object: 12,
  /** Made by a `def`, a lambda or an arrow, with the variables around it. */
  function: 32,
  /** Told, and gone on from. */
  failure: 8,
  /** Defined, not made. */
  class: 40,
  /** Made by a call, with its place in the text. */
  generator: 48,
  exception: 4,
  /** A statement that imports, whatever comes of it. */
  import: 24,
  /** A text as code, with more for each of its characters. */
  parsed: 200,
  /** A module, by a name that the program makes. */
  lookedFor: 1000,
  /** A value as text. */
  formatted: 4,
  /** A name or key that was not there, kept with its value: so many that all of a run's fit the memory. */
  entry: 8,
  /** A keyword argument out of a dict that a call spreads. */
  keyword: 4,
  /** Both sides run, what they did kept. */
  fork: 40,
  /** A change on a side of an undecided condition, kept for each of those that it is inside of. */
  change: 8,
} as const;

/** So many networks' steps are for all networks of a file together. */
const NETWORKS_OF_A_FILE = 4;
/** Part of a network's steps for a program's statements after one that took all. */
const REST_SHARE = 0.1;
/** Part of a network's steps that one imported module may take. */
const IMPORT_SHARE = 0.4;

export class Bounds {
  /** The user, or what other networks had spent, ended the running network: another run may come further. */
  isCutShort = false;
  /** The same of what all networks share: modules, and the program around them. */
  isProgramCutShort = false;
  private hasGoneOn = false;
  /** What the running part may still take, of what it was given. */
  private left: number;
  private given: number;
  private payers: readonly Account[];
  private readonly file: Account;
  private readonly program: Account;
  private readonly imports: Account;

  constructor(
    private readonly limits: EngineLimits,
    /** Asked once in a thousand steps: does the user still wait? */
    private readonly isWanted: () => boolean,
  ) {
    const { steps } = limits;
    this.file = account(steps * NETWORKS_OF_A_FILE, "for all networks of a file");
    this.program = account(steps, "for the program around a file's networks");
    this.imports = account(steps, "for the modules that a file imports");
    this.payers = [this.program];
    this.given = this.left = steps;
  }

  /** What the running part may still take. */
  get remaining(): number {
    return this.left;
  }

  /** What follows is paid by one network: its making, the trials of its input and its run. */
  beginNetwork(): void {
    this.settle();
    this.isCutShort = false;
    this.payers = [account(this.limits.steps, "for one network"), this.file];
    this.beginPart(1);
  }

  /** Gives the steps that the network took. */
  endNetwork(): number {
    this.settle();
    const [own] = this.payers;
    this.payers = [this.program];
    this.beginPart(1);
    return own ? own.most - own.left : 0;
  }

  /** A network whose last trace still stands costs what it cost then. */
  charge(steps: number): void {
    this.file.left -= steps;
  }

  /** Counts afresh: `share` of one network's steps may be taken, as far as there are some left. */
  beginPart(share: number): void {
    this.settle();
    const most = Math.min(this.limits.steps * share, ...this.payers.map(({ left }) => left));
    this.given = this.left = Math.max(0, most);
  }

  /** Runs what belongs to the program, not to the network that happened to need it first. */
  ofProgram<T>(body: () => T): T {
    return this.paidBy(this.program, 1, body);
  }

  /** The same for the body of an imported module. */
  ofImport<T>(body: () => T): T {
    return this.paidBy(this.imports, IMPORT_SHARE, body);
  }

  private paidBy<T>(payer: Account, share: number, body: () => T): T {
    const { payers } = this;
    if (payers[0] === payer) return body();
    this.settle();
    const kept = this.left;
    this.payers = [payer];
    this.beginPart(share);
    try {
      return body();
    } finally {
      this.settle();
      this.payers = payers;
      this.given = this.left = kept;
    }
  }

  /** Runs `body` with a share of what is left; false where it passed that or another bound, and the rest can go on. */
  within(share: number, body: () => void): boolean {
    const kept = Math.floor(this.left * (1 - share));
    this.left -= kept;
    this.given -= kept;
    try {
      body();
      return true;
    } catch (error) {
      if (!(error instanceof Stopped) || error.isFinal) throw error;
      return false;
    } finally {
      this.left = Math.max(0, this.left) + kept;
      this.given += kept;
    }
  }

  /** Takes from the accounts what the part took so far. */
  private settle(): void {
    const taken = this.given - this.left;
    for (const payer of this.payers) payer.left -= taken;
    this.given = this.left;
  }

  tick(steps: number): void {
    const before = this.left;
    this.left -= steps;
    if (this.left < 0) this.stop();
    // The user is asked every 1024 steps: asking is dearer than a step.
    if (before >> 10 !== this.left >> 10 && !this.isWanted()) {
      this.noteCut();
      throw new Stopped("cancelled", true);
    }
  }

  private stop(): never {
    const { given } = this;
    this.left = 0;
    this.settle();
    const empty = this.payers.find(({ left }) => left <= 0);
    const isOwn = empty === undefined || (empty === this.payers[0] && this.payers.length > 1);
    if (!isOwn || this.payers[0] === this.imports) this.noteCut();
    const { most, of } = empty ?? { most: given, of: "for this part of the program" };
    throw new Stopped(`more than ${most.toLocaleString("en")} steps, the most ${of}`);
  }

  /** May the statements run that follow one which passed a bound? Where that was all steps, they get few, once. */
  goesOn(): boolean {
    if (this.left > 0) return true;
    if (this.payers[0] !== this.program || this.hasGoneOn) return false;
    this.hasGoneOn = true;
    this.beginPart(REST_SHARE);
    return this.left > 0;
  }

  private noteCut(): void {
    if (this.payers.length > 1) this.isCutShort = true;
    else this.isProgramCutShort = true;
  }
}

function account(most: number, of: string): Account {
  return { left: most, most, of };
}
