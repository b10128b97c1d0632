/** A picture to save: the chart with a title, its legend and the stages' band, as SVG or, painted from that, as PNG. */
import { escapeXml, recordSvg } from "./svg.ts";

export interface PictureParts {
  /** The chart area, as it is on screen. */
  readonly plot: HTMLElement;
  readonly legend: HTMLElement;
  readonly title: string;
  readonly subtitle: string;
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly font: string;
  readonly redraw: () => void;
}

const MARGIN = 16;
const HEAD = 74;

export function svgPicture(parts: PictureParts): string {
  const { plot, title, subtitle, background, foreground, muted, font } = parts;
  const host = plot.closest<HTMLElement>(".stage-box") ?? plot;
  const corner = host.getBoundingClientRect();
  const width = Math.ceil(corner.width) + 2 * MARGIN;
  const height = Math.ceil(corner.height) + HEAD + MARGIN;
  const first = [...plot.querySelectorAll("canvas")].find(({ clientWidth }) => clientWidth > 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(font)}">`,
    `<rect width="100%" height="100%" fill="${background}"/>`,
    `<text x="${MARGIN}" y="26" font-size="16" font-weight="bold" fill="${foreground}">${escapeXml(title)}</text>`,
    `<text x="${MARGIN}" y="44" font-size="11" fill="${muted}">${escapeXml(subtitle)}</text>`,
    legendOf(parts),
    `<g transform="translate(${MARGIN} ${HEAD})">`,
    first ? drawingOf(first, corner, parts.redraw) : "",
    bandOf(host, foreground, muted),
    cellsOf(host, foreground),
    "</g></svg>",
  ].join("\n");
}

function drawingOf(canvas: HTMLCanvasElement, corner: DOMRect, redraw: () => void): string {
  const { left, top } = canvas.getBoundingClientRect();
  const drawn = recordSvg(canvas, redraw);
  return `<g transform="translate(${left - corner.left} ${top - corner.top})">${drawn}</g>`;
}

/** Tables as they stand on the page: each cell with its colour and its text. */
function cellsOf(host: HTMLElement, foreground: string): string {
  const corner = host.getBoundingClientRect();
  return [...host.querySelectorAll<HTMLElement>("th, td")]
    .map((cell) => {
      const box = cell.getBoundingClientRect();
      if (box.width === 0) return "";
      const { backgroundColor, textAlign, paddingLeft, paddingRight, fontWeight } = getComputedStyle(cell);
      const [left, top] = [box.left - corner.left, box.top - corner.top];
      const [anchor, x] =
        textAlign === "center"
          ? ["middle", left + box.width / 2]
          : textAlign === "end" || textAlign === "right"
            ? ["end", left + box.width - Number.parseFloat(paddingRight)]
            : ["start", left + Number.parseFloat(paddingLeft)];
      const weight = Number(fontWeight) >= 600 ? ' font-weight="bold"' : "";
      return (
        `<rect x="${left}" y="${top}" width="${box.width}" height="${box.height}" rx="3" fill="${plainColor(backgroundColor)}"/>` +
        `<text x="${x}" y="${top + box.height / 2 + 4}" font-size="11" text-anchor="${anchor}"${weight} fill="${foreground}">${escapeXml(cell.textContent ?? "")}</text>`
      );
    })
    .join("\n");
}

/** A mixed colour computes to `color(srgb 0.1 0.2 0.3)`, which few programs that read SVG know. */
export function plainColor(color: string): string {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(color);
  if (!parts) return color;
  const [red, green, blue] = parts.slice(1, 4).map((part) => Math.round(255 * Number(part)));
  return `rgba(${red}, ${green}, ${blue}, ${parts[4] ?? 1})`;
}

/** The legend's entries in a row, where the page wraps them. */
function legendOf({ legend, foreground }: PictureParts): string {
  let left = MARGIN;
  return [...legend.querySelectorAll("li")]
    .map((entry) => {
      const dot = entry.querySelector(".dot");
      const style = dot ? getComputedStyle(dot) : null;
      const label = entry.textContent ?? "";
      const dashed = style?.borderTopStyle === "dashed" || style?.borderTopStyle === "dotted";
      const fill = dashed ? "none" : plainColor(style?.backgroundColor ?? "none");
      const edge = dashed ? ` stroke="${style?.borderTopColor}" stroke-dasharray="2 2"` : "";
      const mark = `<rect x="${left}" y="54" width="9" height="9" rx="2" fill="${fill}"${edge}/>`;
      const text = `<text x="${left + 14}" y="62" font-size="11" fill="${foreground}">${escapeXml(label)}</text>`;
      left += 14 + entry.getBoundingClientRect().width;
      return mark + text;
    })
    .join("\n");
}

function bandOf(host: HTMLElement, foreground: string, muted: string): string {
  const corner = host.getBoundingClientRect();
  return [...host.querySelectorAll<HTMLElement>(".stage")]
    .map((stage) => {
      const box = stage.getBoundingClientRect();
      const [left, top] = [box.left - corner.left, box.top - corner.top];
      const line = `<rect x="${left + 1}" y="${top}" width="${Math.max(0, box.width - 2)}" height="2" fill="${muted}"/>`;
      const labels = [...stage.children].map((child, place) => {
        if (getComputedStyle(child).opacity === "0") return "";
        const color = place === 0 ? foreground : muted;
        return `<text x="${left + box.width / 2}" y="${top + 16 + 14 * place}" font-size="11" text-anchor="middle" fill="${color}">${escapeXml(child.textContent ?? "")}</text>`;
      });
      return line + labels.join("");
    })
    .join("\n");
}

/** At twice the size, for slides and for screens with fine pixels; base64 without a header. */
export async function pngPicture(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${toBase64(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  const brush = canvas.getContext("2d");
  brush?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
}

function toBase64(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
