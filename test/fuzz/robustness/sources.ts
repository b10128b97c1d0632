/**
 * Model files to start from: folders that the user names, else what the repository has itself: its examples, the
 * editor tests' workspace, and the programs that stand in its tests as text.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { languageOf } from "../../../src/engine/syntax/parser.ts";
import { decode } from "../../../src/node/text.ts";

export interface SourceFile {
  /** As the fuzzer prints it. */
  readonly name: string;
  readonly text: string;
  /** Its absolute path in the program. */
  readonly file: string;
  /** The program's folder on the disk; absent where the file is all there is. */
  readonly folder?: string;
}

/** Larger ones are slow without telling more. */
const LARGEST = 60_000;
const SMALLEST = 150;
const OWN = ["examples", "test/vscode/workspace"];
const LIBRARIES = /\b(torch|keras|tensorflow|flax|haiku|equinox|tfjs)\b/;

export function ownSources(root: string): readonly SourceFile[] {
  const whole = OWN.flatMap((folder) => sourcesBelow(path.join(root, folder)));
  return [...whole, ...fixtures(root)];
}

export function sourcesBelow(folder: string): readonly SourceFile[] {
  return filesBelow(folder)
    .filter((file) => languageOf(file) !== undefined && !file.endsWith(".d.ts"))
    .flatMap((file): SourceFile[] => {
      const decoded = decode(readFileSync(file), file);
      if ("problem" in decoded || !isModelCode(decoded.text)) return [];
      return [{ name: path.relative(process.cwd(), file), text: decoded.text, file, folder }];
    });
}

/** Programs in the tests: template literals without a hole. */
function fixtures(root: string): SourceFile[] {
  return filesBelow(path.join(root, "test"))
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/`((?:[^`\\$]|\\[^\r\n]|\$(?!\{))*)`/g)]
        .map(([, text = ""]) => text.replaceAll(/\\([`$\\])/g, "$1"))
        .filter((text) => isModelCode(text) && /^(import|from|const) /m.test(text))
        .map((text, index) => {
          const extension = /\btfjs\b/.test(text) ? "ts" : "py";
          const name = `${path.relative(root, file)}#${index}`;
          return { name, text, file: `/app/model.${extension}` };
        }),
    );
}

function isModelCode(text: string): boolean {
  return text.length >= SMALLEST && text.length <= LARGEST && LIBRARIES.test(text);
}

/** In an order that is the same everywhere. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/(^|[\\/])(node_modules|\.git)[\\/]/.test(name))
    .sort()
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}
