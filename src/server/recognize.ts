/** A quick look at a file's text: only what mentions a framework is worth an analysis. */
import { entryOf } from "../engine/base/table.ts";

const PYTHON =
  /^[ \t]*(?:from|import)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*(?:torch|torchvision|timm|keras|tensorflow|tf_keras|flax|jax|haiku|equinox|lightning|pytorch_lightning)\b/m;

const SCRIPT = /@tensorflow\/tfjs|\btf\s*\.\s*(?:layers|sequential|model|input|conv[123]d|matMul|variable)\b/;

const RULES: Readonly<Record<string, RegExp>> = {
  python: PYTHON,
  typescript: SCRIPT,
  typescriptreact: SCRIPT,
  javascript: SCRIPT,
  javascriptreact: SCRIPT,
};

export const LANGUAGES: readonly string[] = Object.keys(RULES);

export function looksLikeModelCode(languageId: string, text: string): boolean {
  return entryOf(RULES, languageId)?.test(text) ?? false;
}

export function languageOfFile(file: string): string {
  if (/\.pyi?$/.test(file)) return "python";
  return /\.[cm]?[jt]sx?$/.test(file) ? "typescript" : "";
}
