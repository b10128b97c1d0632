/** Where the user looks, in memory that a worker reads in the middle of its work. */
import type { Sight } from "../engine/contract/engine.types.ts";

const NUMBERS = 3;

export class SightMemory {
  readonly memory: SharedArrayBuffer;
  readonly #lines: Int32Array;

  /** Both sides make one, the second over the memory of the first. */
  constructor(memory = new SharedArrayBuffer(NUMBERS * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#lines = new Int32Array(memory);
  }

  /** Numbers that were read half-way are of two screens, and only change what goes first. */
  write({ cursor = 0, from = 0, to = 0 }: Sight): void {
    for (const [index, line] of [cursor, from, to].entries()) Atomics.store(this.#lines, index, line);
  }

  read(): Sight {
    const [cursor = 0, from = 0, to = 0] = this.#lines;
    return { cursor, from, to };
  }
}
