/**
 * Modules of the program: read through the host, parsed and compiled once per text, run once per machine, and only
 * when something asks for what is in them.
 */

import type { ModelHost } from "../contract/engine.types.ts";
import type { FunctionNode, ModuleNode, Stmt } from "../syntax/ast.ts";
import { mentions } from "../syntax/mentions.ts";
import { type Assumption, noteAssumption } from "./assumptions.ts";
import type { Ex } from "./compile/compiler.ts";
import { compilerFor } from "./compile/compiler.ts";
import { compileResilient } from "./compile/resilient.ts";
import { type ImportedName, type Lender, type Links, lentAssumptions } from "./lent.ts";
import type { Machine } from "./machine.ts";
import { escapePattern, wordPattern } from "./patterns/escape.ts";
import { Scope } from "./scope.ts";
import type { Semantics } from "./semantics.ts";
import { ABSENT, type Absent, ModuleValue, type Value } from "./values.ts";

interface Compiled {
  readonly version: string | undefined;
  readonly text: string;
  readonly node: ModuleNode;
  readonly body: Ex;
}

/** Parsed and compiled files, kept across machines: a file is done again only when its version changes. */
export class ModuleCache {
  private readonly files = new Map<string, Compiled>();
  /** Files whose text may be another in spite of their version. */
  private readonly doubted = new Set<string>();
  /** Statements that outlive an edit of their file keep their code. */
  private readonly compiled = new WeakMap<Stmt, Ex>();
  private readonly texts = new Map<string, Pick<Compiled, "version" | "text">>();
  constructor(
    private readonly host: ModelHost,
    private readonly parse: (file: string, text: string, before?: ModuleNode) => ModuleNode,
    private readonly semanticsOf: (node: ModuleNode) => Semantics,
  ) {}

  get(file: string): Compiled | undefined {
    const version = this.host.version(file);
    const known = this.files.get(file);
    if (known && known.version === version && !this.doubted.has(file)) return readable(known);
    this.doubted.delete(file);
    const text = this.host.read(file);
    if (text === undefined) {
      this.files.delete(file);
      return undefined;
    }
    const node = this.parse(file, text, known?.node);
    const body = compileResilient(node.body, { ...compilerFor(this.semanticsOf(node)), kept: this.compiled });
    const compiled: Compiled = { version, text, node, body };
    this.files.set(file, compiled);
    return readable(compiled);
  }

  /** Why `get` gives nothing for a file that has a text, as what follows its name. */
  problem(file: string): string | undefined {
    return this.files.get(file)?.node.unread;
  }

  /** Why `get` gives nothing for a file that is there: `big.py is 12 MB, more than the 4 MB that are read`. */
  whyUnread(file: string): string {
    const name = file.slice(file.lastIndexOf("/") + 1);
    return `${name} ${this.problem(file) ?? this.host.problem?.(file) ?? "cannot be read"}`;
  }

  /** The text alone, for a look whether the file is worth parsing. */
  text(file: string): string | undefined {
    const version = this.host.version(file);
    const parsed = this.doubted.has(file) ? undefined : this.files.get(file);
    const known = parsed ?? this.texts.get(file);
    if (known && known.version === version) return known.text;
    const text = this.host.read(file);
    if (text !== undefined) this.texts.set(file, { version, text });
    return text;
  }

  semantics(node: ModuleNode): Semantics {
    return this.semanticsOf(node);
  }

  forget(file: string): void {
    this.doubted.add(file);
    this.texts.delete(file);
  }
}

function readable(compiled: Compiled): Compiled | undefined {
  return compiled.node.unread === undefined ? compiled : undefined;
}

type State = "idle" | "running" | "done";

/** A module of a file, with the state of its body. */
interface Loaded {
  readonly module: ModuleValue;
  state: State;
  /** Once its body runs. */
  node?: ModuleNode;
  /** What running its body assumed. */
  readonly assumed: Assumption[];
  /** Names that its imports bound, with the file that each is taken from and its name there. */
  readonly imported: Map<string, ImportedName>;
}

export class Modules {
  private readonly loaded = new Map<string, Loaded>();
  /** Files read so far: what the result depends on. */
  readonly dependencies = new Set<string>();
  /** Imports whose statements wrote to the trace that ran then: the first to need a module is told what it says. */
  spoken = 0;
  /** The module that runs as the script, which programs find as `__main__`. */
  script: ModuleValue | undefined;

  private readonly links: Links = new WeakMap();

  constructor(
    readonly cache: ModuleCache,
    private readonly builtins: (semantics: Semantics) => Scope,
  ) {}

  /**
   * The module of a file. Its body runs at the first look-up of a name; `submodule` gives a package's modules,
   * which can be had without running the package.
   */
  ofFile(m: Machine, file: string, name: string, submodule?: (name: string) => Value | Absent): ModuleValue {
    const known = this.loaded.get(file);
    if (known) return known.module;
    const module = new ModuleValue(name, file);
    const entry: Loaded = { module, state: "idle", assumed: [], imported: new Map() };
    this.loaded.set(file, entry);
    const replaced = (wanted: string): Value | Absent => {
      const object = m.semantics.moduleObject?.(m, module);
      if (object !== undefined) return m.lookup(object, wanted);
      return module.open && !wanted.startsWith("__") ? m.opened(module.open) : ABSENT;
    };
    module.load = (wanted) => {
      // What a package's own text names may be bound there, even if a module of the same name lies in its folder.
      const isNamed = submodule && entry.state === "idle" && this.names(module, wanted);
      if (submodule && !isNamed) {
        const found = submodule(wanted);
        if (found !== ABSENT) return found;
      }
      if (entry.state !== "idle") return entry.state === "done" ? replaced(wanted) : ABSENT;
      this.run(m, entry);
      if (module.attrs.has(wanted)) return m.lookup(module, wanted);
      const found = submodule?.(wanted) ?? ABSENT;
      return found === ABSENT ? replaced(wanted) : found;
    };
    return module;
  }

  /** Runs the module's body if it has not been run, as a script when it is called `__main__`. */
  evaluate(m: Machine, module: ModuleValue, name = module.name): void {
    const entry = module.file === undefined ? undefined : this.loaded.get(module.file);
    if (entry?.state === "idle") this.run(m, entry, name);
  }

  /** An import bound a name in the module of `importer`. */
  noteImport(importer: ModuleValue | undefined, bind: string, file: string, name: string): void {
    if (importer?.file !== undefined) this.loaded.get(importer.file)?.imported.set(bind, { file, name });
  }

  /** What the bodies of modules assumed that a file and the functions that ran hang on. */
  assumedFor(file: string, ran: ReadonlySet<FunctionNode>): readonly Assumption[] {
    const lenders = new Map<string, Lender>();
    for (const [name, { module, node, assumed, imported }] of this.loaded)
      if (node) lenders.set(name, { module, node, assumed, imported });
    return lentAssumptions(lenders, file, ran, this.links);
  }

  private noteScript({ assumed }: Loaded, { body }: ModuleNode): void {
    for (const node of body)
      if (node.kind === "if" && mentions(node.test).has("__name__"))
        noteAssumption(assumed, { kind: "branch", text: "the file is run as a script", at: node.test.at });
  }

  /** Modules of files whose bodies have run. */
  *evaluated(): Iterable<ModuleValue> {
    for (const { module, state } of this.loaded.values()) if (state === "done") yield module;
  }

  textOf(module: ModuleValue | undefined): string {
    return (module?.file === undefined ? undefined : this.cache.get(module.file)?.text) ?? "";
  }

  private names(module: ModuleValue, name: string): boolean {
    const word = wordPattern(name);
    return new RegExp(
      `\\bfrom\\s+\\.${escapePattern(name)}\\s+import\\s*\\*|\\bimport\\b[^\\n]*${word}|${word}\\s*(,|=|$)|\\b(def|class)\\s+${word}`,
      "m",
    ).test(this.textOf(module));
  }

  private run(m: Machine, entry: Loaded, name = entry.module.name): void {
    const { module } = entry;
    const { file } = module;
    const compiled = file === undefined ? undefined : this.cache.get(file);
    const semantics = compiled && this.cache.semantics(compiled.node);
    if (compiled && name !== "__main__") {
      for (const before of semantics?.runBefore?.(m, module, compiled.node) ?? []) this.evaluate(m, before);
      if (entry.state !== "idle") return;
    }
    entry.state = "running";
    if (!compiled && file !== undefined) {
      module.open = m.unknown(this.cache.whyUnread(file));
    }
    if (compiled && file !== undefined && semantics) {
      this.dependencies.add(file);
      entry.node = compiled.node;
      const scope = new Scope("module", this.builtins(semantics), module.attrs);
      scope.moduleValue = module;
      module.attrs.set("__name__", name);
      module.attrs.set("__file__", file);
      semantics.enterModule?.(m, scope);
      if (name === "__main__") {
        this.script = module;
        this.noteScript(entry, compiled.node);
      }
      const body = (): void => this.isolated(m, semantics, () => compiled.body(m, scope));
      if (name === "__main__") m.recorder.assumingFor(entry.assumed, body);
      else {
        const { notes } = m.recorder;
        const isWhole = (): boolean => !m.bounds.isProgramCutShort;
        m.bounds.ofImport(() => m.recorder.ofModule(entry.assumed, body, isWhole));
        if (m.recorder.notes > notes) this.spoken++;
      }
    }
    entry.state = "done";
  }

  /** A module's body is no part of the call that asked for it: it sees neither its handlers nor its undecided branches. */
  private isolated(m: Machine, semantics: Semantics, body: () => void): void {
    const restore = m.checkpoint();
    const catchers = m.catchers.splice(0);
    m.beginIsolated(semantics);
    body();
    m.catchers.push(...catchers);
    restore();
  }
}
