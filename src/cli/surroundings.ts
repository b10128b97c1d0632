/** What surrounds one run of the command line: the terminal, the working directory, and how an engine is opened. */
import type { Engine, ModelHost } from "../engine/contract/engine.types.ts";
import type { Roots } from "./target.ts";

export interface Surroundings {
  readonly cwd: string;
  readonly version: string;
  /** Text, or bytes that keep a file's own encoding. */
  readonly out: (text: string | Uint8Array) => void;
  readonly err: (text: string) => void;
  /** Characters in a line of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** The active Python environment, looked up after what the command line names. */
  readonly pythonPaths: readonly string[];
  /** `files` puts other files in place of the disk's, such as those of a revision. */
  readonly openEngine: (roots: Roots, files?: (disk: ModelHost) => ModelHost) => Promise<Engine>;
}

export type ExitCode = 0 | 1 | 2;
