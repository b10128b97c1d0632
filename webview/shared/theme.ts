/**
 * Colours. VS Code gives a webview its theme as CSS variables; a plain browser page gets stand-ins for them, in
 * light or dark as the reader's system is (see base.css). A canvas cannot read variables, so this module resolves
 * the ones that charts use, anew whenever the theme changes.
 */
import { DISPLAY_KINDS, type DisplayKind } from "./kinds.ts";

export interface Palette {
  readonly kinds: Readonly<Record<DisplayKind, string>>;
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly saving: string;
  readonly warning: string;
  readonly font: string;
  /** Lines that only high contrast themes draw. */
  readonly contrast: string | null;
}

const HIGH_CONTRAST = ".vscode-high-contrast, .vscode-high-contrast-light";

/** Milliseconds after which a change of theme has reached every colour. */
const SETTLING = 250;

/** Classes of `body` that stand in for what VS Code would set; call before the first paint. */
export function startTheme(changed: () => void): void {
  const inVsCode = getComputedStyle(document.documentElement).getPropertyValue("--vscode-foreground") !== "";
  if (!inVsCode) {
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      document.body.classList.add("standalone");
      document.body.classList.toggle("vscode-dark", dark.matches);
      document.body.classList.toggle("vscode-light", !dark.matches);
    };
    dark.addEventListener("change", apply);
    apply();
  }
  // The style attribute and the class change together, but what follows from them may settle a little later.
  let settled: ReturnType<typeof setTimeout> | undefined;
  const observer = new MutationObserver(() => {
    changed();
    clearTimeout(settled);
    settled = setTimeout(changed, SETTLING);
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
}

export function readPalette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const resolve = (variable: string): string => {
    probe.style.color = `var(${variable})`;
    return brush ? toRgb(brush, getComputedStyle(probe).color) : getComputedStyle(probe).color;
  };
  const palette: Palette = {
    kinds: Object.fromEntries(DISPLAY_KINDS.map((kind) => [kind, resolve(`--kind-${kind}`)])) as Record<
      DisplayKind,
      string
    >,
    foreground: resolve("--foreground"),
    muted: resolve("--muted"),
    grid: resolve("--grid"),
    background: resolve("--background"),
    saving: resolve("--saving"),
    warning: resolve("--warning"),
    contrast: document.body.matches(HIGH_CONTRAST) ? resolve("--contrast") : null,
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return palette;
}

/** Paints the colour and reads it back: a mixed colour computes to a notation that chart libraries do not parse. */
function toRgb(brush: CanvasRenderingContext2D, color: string): string {
  brush.clearRect(0, 0, 1, 1);
  brush.fillStyle = color;
  brush.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = brush.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}
