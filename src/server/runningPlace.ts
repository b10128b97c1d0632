/** The line that a worker's engine runs, in memory that can be read once the worker was ended in the middle of it. */
export interface Running {
  readonly file: string;
  readonly line: number;
}

/** Longer file names are not told. */
const NAME = 4096;
const NUMBERS = 3;

export class RunningPlace {
  readonly memory: SharedArrayBuffer;
  /** How often it was written, odd while it is; the line, 0 for none; the bytes of the file's name. */
  readonly #numbers: Int32Array;
  readonly #name: Buffer;
  #written = "";

  /** Both sides make one, the second over the memory of the first. */
  constructor(memory = new SharedArrayBuffer(NUMBERS * Int32Array.BYTES_PER_ELEMENT + NAME)) {
    this.memory = memory;
    this.#numbers = new Int32Array(memory, 0, NUMBERS);
    this.#name = Buffer.from(memory, this.#numbers.byteLength, NAME);
  }

  /** The name is written only when it is another: this is called often. */
  write({ file, line }: Running): void {
    const numbers = this.#numbers;
    Atomics.add(numbers, 0, 1);
    if (file !== this.#written) {
      const fits = Buffer.byteLength(file) <= NAME;
      Atomics.store(numbers, 2, fits ? this.#name.write(file) : 0);
      this.#written = file;
    }
    Atomics.store(numbers, 1, line);
    Atomics.add(numbers, 0, 1);
  }

  clear(): void {
    Atomics.store(this.#numbers, 1, 0);
  }

  /** Undefined when nothing was told, and when the writer was ended half-way. */
  read(): Running | undefined {
    const [turn = 1, line = 0, bytes = 0] = this.#numbers;
    if (turn % 2 !== 0 || line <= 0 || bytes <= 0) return undefined;
    return { file: this.#name.toString("utf8", 0, bytes), line };
  }
}
