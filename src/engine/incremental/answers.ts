/** What a host answered while a file was analysed: as long as it would say the same again, the answers hold. */
import type { ModelHost } from "../contract/engine.types.ts";
import { isNotebook, readNotebook } from "../syntax/notebook.ts";

type Question = "read" | "isFile" | "isDirectory" | "list" | "version" | "users";

export class Answers {
  private readonly known = new Map<
    string,
    { readonly ask: (host: ModelHost) => unknown; readonly answer: unknown }
  >();

  constructor(private readonly places: string) {}

  /** The same question has the same answer as long as an analysis goes on, and a loop of imports asks the disk once. */
  noted<T>(key: string, real: ModelHost, ask: (host: ModelHost) => T): T {
    const known = this.known.get(key);
    if (known) return known.answer as T;
    const answer = ask(real);
    this.known.set(key, { ask, answer });
    return answer;
  }

  concern(file: string): boolean {
    return this.known.has(`version ${file}`) || this.known.has(`read ${file}`);
  }

  /** Would the host still say the same? Its word on the text of `file` itself is left out. */
  holds(host: ModelHost, file: string): boolean {
    if (placesOf(host) !== this.places) return false;
    const own = new Set([`version ${file}`, `read ${file}`]);
    for (const [key, { ask, answer }] of this.known) {
      if (!own.has(key) && comparable(ask(host)) !== comparable(answer)) return false;
    }
    return true;
  }
}

/** Where packages are looked up. */
function placesOf({ searchPaths, kept }: ModelHost): string {
  const state =
    kept?.state ??
    [...(kept?.values() ?? [])]
      .flat()
      .map(({ folder }) => folder)
      .join("\n");
  return [...searchPaths, "", state].join("\n");
}

/** A line end of its own in old files, and one character as the usual one: lines and columns are an editor's. */
function withPlainEnds(text: string | undefined): string | undefined {
  return text?.replaceAll(/\r(?!\n)/g, "\n");
}

function comparable(answer: unknown): unknown {
  return Array.isArray(answer) ? answer.join("\n") : answer;
}

/** A host that notes what it answers while `answers` is set. */
export class NotingHost implements ModelHost {
  answers: Answers | undefined;
  readonly users?: (file: string) => readonly string[];
  readonly stubs?: NonNullable<ModelHost["stubs"]>;
  readonly kept?: NonNullable<ModelHost["kept"]>;
  readonly resolve?: (specifier: string, from: string) => string | undefined;

  private last: { readonly json: string; readonly notebook: ReturnType<typeof readNotebook> } | undefined;

  constructor(readonly real: ModelHost) {
    if (real.users) this.users = (file) => this.noted("users", file, (host) => host.users?.(file) ?? []);
    if (real.stubs) this.stubs = real.stubs;
    if (real.kept) this.kept = real.kept;
    if (real.resolve) this.resolve = (specifier, from) => this.resolved(specifier, from);
  }

  get searchPaths(): readonly string[] {
    return this.real.searchPaths;
  }

  begin(): Answers {
    this.answers = new Answers(placesOf(this.real));
    return this.answers;
  }

  read(file: string): string | undefined {
    return this.noted("read", file, (host) => {
      if (!isNotebook(file)) return withPlainEnds(host.read(file));
      const notebook = this.notebook(file, host);
      return notebook && "text" in notebook ? notebook.text : undefined;
    });
  }
  /** A notebook, whose code cells are its program; undefined for other files and what is not there. */
  notebook(file: string, host = this.real): ReturnType<typeof readNotebook> | undefined {
    const json = isNotebook(file) ? host.read(file) : undefined;
    if (json === undefined) return undefined;
    if (this.last?.json !== json) this.last = { json, notebook: readNotebook(json) };
    return this.last.notebook;
  }
  problem(file: string): string | undefined {
    const notebook = this.notebook(file);
    return notebook && "problem" in notebook ? notebook.problem : this.real.problem?.(file);
  }
  isFile(file: string): boolean {
    return this.noted("isFile", file, (host) => host.isFile(file));
  }
  isDirectory(file: string): boolean {
    return this.noted("isDirectory", file, (host) => host.isDirectory(file));
  }
  list(directory: string): readonly string[] {
    return this.noted("list", directory, (host) => host.list(directory));
  }
  version(file: string): string | undefined {
    return this.noted("version", file, (host) => host.version(file));
  }

  private resolved(specifier: string, from: string): string | undefined {
    const ask = (host: ModelHost): string | undefined => host.resolve?.(specifier, from);
    return this.answers ? this.answers.noted(`resolve ${specifier} ${from}`, this.real, ask) : ask(this.real);
  }

  private noted<T>(question: Question, file: string, ask: (host: ModelHost) => T): T {
    return this.answers ? this.answers.noted(`${question} ${file}`, this.real, ask) : ask(this.real);
  }
}
