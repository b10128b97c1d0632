/** Trees of patterns as lists of instructions, which the matcher steps through without recursion. */
import type { CharacterTest } from "./characters.ts";
import type { Assertion, Node, Tree } from "./syntax.ts";

export type Instruction =
  | { readonly op: "character"; readonly test: CharacterTest; readonly isBack: boolean }
  | {
      readonly op: "split";
      first: number;
      second: number;
      /** Its row among the states that are known to fail; -1 where that depends on more than the place. */
      readonly row: number;
    }
  | { readonly op: "jump"; to: number }
  /** Writes the place into a slot. */
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "clear"; readonly from: number; readonly to: number }
  /** An optional turn that matched nothing fails. */
  | { readonly op: "moved"; readonly slot: number }
  | {
      readonly op: "assertion";
      readonly what: Assertion;
      readonly isMultiline: boolean;
      readonly isWord: CharacterTest;
    }
  | {
      readonly op: "reference";
      readonly groups: readonly number[];
      readonly flags: string;
      readonly isBack: boolean;
      readonly style: Style;
    }
  /** The body follows and ends with `looked`. */
  | {
      readonly op: "look";
      readonly slot: number;
      readonly isNegative: boolean;
      /** An atomic group goes on where its body ends, not where it began. */
      readonly isAtomic: boolean;
      next: number;
    }
  | { readonly op: "looked"; readonly look: number }
  | { readonly op: "accept" };

export interface Program {
  readonly code: readonly Instruction[];
  readonly slots: number;
  /** Splits whose failures can be remembered. */
  readonly rows: number;
}

/**
 * In JavaScript a turn of a repetition forgets what its groups caught, and a reference to a group that caught nothing
 * stands everywhere. In Python groups keep what they caught last, and such a reference stands nowhere.
 */
export type Style = "javascript" | "python";

/** Counted repetitions are written out: this bounds them, nested ones too. */
const MAX_INSTRUCTIONS = 30_000;

/** Undefined for a pattern that is too large. */
export function programOf({ root, groupCount }: Tree, style: Style): Program | undefined {
  const writer = new Writer(2 * (groupCount + 1), hasReference(root), style);
  writer.write(root, false);
  writer.code.push({ op: "accept" });
  return writer.isFull ? undefined : { code: writer.code, slots: writer.slots, rows: writer.rows };
}

class Writer {
  readonly code: Instruction[] = [];
  rows = 0;
  /** Looks around that are open: what is in them ends at the first answer, so failures in them are not lasting. */
  private looks = 0;

  constructor(
    public slots: number,
    private readonly refers: boolean,
    private readonly style: Style,
  ) {}

  get isFull(): boolean {
    return this.code.length > MAX_INSTRUCTIONS;
  }

  write(node: Node, isBack: boolean): void {
    if (this.isFull) return;
    const { code } = this;
    if (node.kind === "character") code.push({ op: "character", test: node.test, isBack });
    else if (node.kind === "sequence") {
      for (const part of isBack ? node.parts.toReversed() : node.parts) this.write(part, isBack);
    } else if (node.kind === "choice") this.choice(node.parts, isBack);
    else if (node.kind === "group") {
      code.push({ op: "save", slot: 2 * node.index + (isBack ? 1 : 0) });
      this.write(node.body, isBack);
      code.push({ op: "save", slot: 2 * node.index + (isBack ? 0 : 1) });
    } else if (node.kind === "repeat") this.repeat(node, isBack);
    else if (node.kind === "look") this.once(node.body, !node.isAhead, node.isNegative, false);
    else if (node.kind === "atomic") this.once(node.body, isBack, false, true);
    else if (node.kind === "reference") {
      code.push({ op: "reference", groups: node.groups, flags: node.flags, isBack, style: this.style });
    } else if (node.kind === "assertion") {
      const { what, isMultiline, isWord } = node;
      code.push({ op: "assertion", what, isMultiline, isWord });
    }
  }

  /** A body whose other ways are dropped at its first answer. */
  private once(body: Node, isBack: boolean, isNegative: boolean, isAtomic: boolean): void {
    const { code } = this;
    const at = code.length;
    const look = { op: "look" as const, slot: this.slots++, isNegative, isAtomic, next: 0 };
    code.push(look);
    this.looks++;
    this.write(body, isBack);
    this.looks--;
    code.push({ op: "looked", look: at });
    look.next = code.length;
  }

  private split(): Instruction & { op: "split" } {
    const row = this.refers || this.looks > 0 ? -1 : this.rows++;
    const split = { op: "split" as const, first: 0, second: 0, row };
    this.code.push(split);
    return split;
  }

  private choice(parts: readonly Node[], isBack: boolean): void {
    const ends: { to: number }[] = [];
    for (const [index, part] of parts.entries()) {
      const split = index < parts.length - 1 ? this.split() : undefined;
      if (split) split.first = this.code.length;
      this.write(part, isBack);
      if (!split) continue;
      const jump = { op: "jump" as const, to: 0 };
      this.code.push(jump);
      ends.push(jump);
      split.second = this.code.length;
    }
    for (const end of ends) end.to = this.code.length;
  }

  private repeat(node: Node & { kind: "repeat" }, isBack: boolean): void {
    const { body, least, most, isGreedy } = node;
    const start = this.code.length;
    for (let turn = 0; turn < least && !this.isFull; turn++) {
      this.turn(node, isBack, undefined);
      if (this.code.length === start) break;
    }
    const slot = canBeEmpty(body) ? this.slots++ : undefined;
    const splits: (Instruction & { op: "split" })[] = [];
    const turns = most === Infinity ? 1 : most - least;
    for (let turn = 0; turn < turns && !this.isFull; turn++) {
      const at = this.code.length;
      const split = this.split();
      splits.push(split);
      this.turn(node, isBack, slot);
      if (most === Infinity) this.code.push({ op: "jump", to: at });
      split[isGreedy ? "first" : "second"] = at + 1;
    }
    for (const split of splits) split[isGreedy ? "second" : "first"] = this.code.length;
  }

  private turn(
    { body, groups: [from, to] }: Node & { kind: "repeat" },
    isBack: boolean,
    slot: number | undefined,
  ): void {
    if (to > from && this.style === "javascript") this.code.push({ op: "clear", from: 2 * from, to: 2 * to });
    if (slot !== undefined) this.code.push({ op: "save", slot });
    this.write(body, isBack);
    if (slot !== undefined) this.code.push({ op: "moved", slot });
  }
}

function hasReference(node: Node): boolean {
  if (node.kind === "reference") return true;
  if ("parts" in node) return node.parts.some(hasReference);
  return "body" in node && hasReference(node.body);
}

function canBeEmpty(node: Node): boolean {
  if (node.kind === "character") return false;
  if (node.kind === "sequence") return node.parts.every(canBeEmpty);
  if (node.kind === "choice") return node.parts.some(canBeEmpty);
  if (node.kind === "group" || node.kind === "atomic") return canBeEmpty(node.body);
  return node.kind === "repeat" ? node.least === 0 || canBeEmpty(node.body) : true;
}
