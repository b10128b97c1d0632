/**
 * Code actions that put depthwise separable convolutions into the source: for the layer under the cursor, and for all
 * of its network. They carry what to rewrite; the edit is worked out when one is picked.
 */
import {
  type CodeAction,
  CodeActionKind,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { visible } from "../engine/base/visible.ts";
import type { FileAnalysis } from "../engine/contract/engine.types.ts";
import type { Rewrite } from "../engine/contract/rewrite.ts";
import { withLineEnds } from "../engine/separable/rewrite/place.ts";
import { eligibleLayers } from "../engine/separable/simulate.ts";
import type { Translate } from "../present/l10n.ts";
import { missingPackages } from "../present/missingPackages.ts";
import { type LayerLine, layersAt } from "../present/sites.ts";
import { rangeOf } from "./diagnostics.ts";
import { uriOf } from "./uris.ts";

/** What an action rewrites, as its `data`. */
export interface ActionData {
  readonly uri: string;
  readonly network: string;
  readonly layers: "all" | readonly string[];
}

export interface ActionOptions {
  /** The document that has a network. */
  readonly uri: (network: string) => string;
  readonly t: Translate;
  readonly active?: string | undefined;
}

export function rewriteActions(
  analysis: FileAnalysis,
  position: { readonly line: number; readonly column: number },
  { uri, t, active }: ActionOptions,
): CodeAction[] {
  const line = layersAt(analysis, position, active);
  const report =
    line?.report ??
    analysis.reports.find(({ network_at: at }) => at?.file === analysis.file && at.line === position.line);
  if (!report) return [];
  const make = (title: string, layers: ActionData["layers"]): CodeAction => ({
    title,
    kind: CodeActionKind.RefactorRewrite,
    data: { uri: uri(report.network), network: report.network, layers } satisfies ActionData,
  });
  const own = line ? swappable(line) : [];
  const all = eligibleLayers(report).size;
  return [
    ...(own.length > 0 ? [make(t("Replace with depthwise separable convolution"), own)] : []),
    ...(all > own.length
      ? [make(t("Replace all {0} eligible convolutions of {1}", all, visible(report.network)), "all")]
      : []),
  ];
}

/** Getting the sources of a package that a line waits for; the client's own command asks for it. */
export function sourcesActions(analysis: FileAnalysis, line: number, t: Translate): CodeAction[] {
  return missingPackages(analysis)
    .filter(({ lines }) => lines.includes(line))
    .map(({ name }) => {
      const title = t("Get the sources of {0}", name);
      const command = { title, command: "convlens.getSources", arguments: [name] };
      return { title, kind: CodeActionKind.QuickFix, command };
    });
}

function swappable({ layers }: LayerLine): readonly string[] {
  return layers.filter((layer) => layer.swappable).map(({ name }) => name);
}

export interface EditSupport {
  readonly documentChanges: boolean;
  /** The client can ask the user before it makes an edit. */
  readonly annotations: boolean;
}

/** The open documents by file, as they were when the edit was worked out. */
export type OpenDocuments = ReadonlyMap<string, Pick<TextDocument, "uri" | "version" | "getText">>;

/**
 * The rewrite as a workspace edit, of the versions that it was worked out from; the user confirms it where it goes
 * beyond what was picked.
 */
export function workspaceEdit(
  rewrite: Rewrite,
  picked: ActionData,
  { documents, support, t }: { documents: OpenDocuments; support: EditSupport; t: Translate },
): WorkspaceEdit {
  const byUri = new Map<string, { readonly version: number | null; readonly edits: TextEdit[] }>();
  const beyond =
    picked.layers === "all" || rewrite.layers.length > picked.layers.length || !isAsSimulated(rewrite);
  for (const edit of rewrite.edits) {
    const document = documents.get(edit.at.file);
    const uri = document?.uri ?? uriOf(edit.at.file);
    const entry = byUri.get(uri) ?? { version: document?.version ?? null, edits: [] };
    byUri.set(uri, entry);
    // The engine reads a return alone as a line feed.
    for (const { at, text } of document ? withLineEnds(document.getText(), [edit]) : [edit])
      entry.edits.push({
        range: rangeOf(at),
        newText: text,
        ...(support.annotations && beyond && { annotationId: ANNOTATION }),
      });
  }
  if (!support.documentChanges)
    return { changes: Object.fromEntries([...byUri].map(([uri, { edits }]) => [uri, edits])) };
  const documentChanges = [...byUri].map(
    ([uri, { version, edits }]): TextDocumentEdit => ({ textDocument: { uri, version }, edits }),
  );
  if (!support.annotations || !beyond) return { documentChanges };
  const label = t(
    "{0} layers of {1} become depthwise separable",
    rewrite.layers.length,
    visible(rewrite.network),
  );
  const description = visible(rewrite.layers.slice(0, 12).join(", "));
  return {
    documentChanges,
    changeAnnotations: { [ANNOTATION]: { label, description, needsConfirmation: true } },
  };
}

const ANNOTATION = "convlens.rewrite";

/** The rewritten source costs what the simulation said. */
export function isAsSimulated({ traced, simulated }: Rewrite): boolean {
  return traced.macs === simulated.macs && traced.params === simulated.params;
}
