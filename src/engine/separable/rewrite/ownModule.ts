/**
 * The swapped form as a module of the file's own, for batch norms that only a layer's call tells whether they train:
 * the file gets a class, the layer becomes one of it, and the layer's calls say what that of the batch norm says.
 */

import type { Place } from "../../contract/report.ts";
import type { TextEdit } from "../../contract/rewrite.ts";
import { wordPattern } from "../../interpret/patterns/escape.ts";
import { placeKey } from "../../report/places.ts";
import { editCall, readPythonCall } from "./callText.ts";
import { block, guarded } from "./layout.ts";
import { cutAt, mentionsOf } from "./place.ts";
import type { CallSite, Form } from "./site.ts";

export interface OwnModule {
  /** Depthwise convolution, batch norm, pointwise convolution. */
  readonly parts: readonly [string, string, string];
  readonly guard: string;
  /** Of the activation between: `SiLU`, and as the file spells it. */
  readonly activation: readonly [name: string, text: string];
  /** `use_running_average` */
  readonly flag: string;
  /** The class, its lines indented by tabs. */
  readonly define: (name: string, activation: string) => string;
}

/** Undefined where the layer's calls cannot be told: they are not all known, or say nothing of training. */
export function ownModuleForm(site: CallSite, own: OwnModule): Form | undefined {
  const [activation, spelled] = own.activation;
  const name = freeClass(`SeparableConv${activation === "ReLU" ? "" : activation}`, site.source);
  const first = firstModule(site.source);
  if (first === undefined) return undefined;
  const at: Place = { file: site.at.file, line: first, column: 1, end_line: first, end_column: 1 };
  const edits: TextEdit[] = [{ at, text: own.define(name, spelled).replaceAll("\t", site.unit) }];
  const seen = new Set<string>();
  for (const { use, wanted } of site.instances) {
    if (!wanted) continue;
    if (!use || use.elsewhere || use.inSequence || use.told === undefined) return undefined;
    if (seen.has(placeKey(use.at))) continue;
    seen.add(placeKey(use.at));
    const cut = cutAt(use.text, use.at);
    const call = cut && readPythonCall(cut.inside);
    if (!call || !/^[A-Za-z_][\w.]*$/.test(call.callee) || call.args.length !== 1) return undefined;
    if (call.callee.includes(".") && mentionsOf(use.text, call.callee) !== 1) return undefined;
    const told = editCall(call, call.callee, new Map(), [`${own.flag}=${use.told}`]);
    const either = `(${told} if isinstance(${call.callee}, ${name}) else ${call.text})`;
    edits.push({ at: use.at, text: use.shared || own.guard !== "" ? either : told });
  }
  const text = block(`${name}(`, own.parts, ")", site, own.guard === "" ? 0 : 1);
  return { text: guarded(text, own.guard, site), edits };
}

/** A name that the file does not have: another line's class of this kind is not there yet. */
function freeClass(wanted: string, source: string): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}${count}`;
    if (!new RegExp(wordPattern(name)).test(source)) return name;
  }
}

/** The line of the file's first module, its decorators included: what modules need stands in front of it. */
function firstModule(source: string): number | undefined {
  const lines = source.split("\n");
  const module = lines.findIndex((text) => /^class\b.*\bModule\b/.test(text));
  let line = module < 0 ? lines.findIndex((text) => /^class\b/.test(text)) : module;
  if (line < 0) return undefined;
  while (line > 0 && /^[@#]/.test(lines[line - 1]!)) line--;
  return line + 1;
}
