/**
 * The chart on screen as SVG: whatever a view draws on its canvas is drawn once more while the context's methods
 * also write it down. So an export shows what the screen shows, whichever view it is.
 */

type Paint = CanvasRenderingContext2D;

/** Methods that add to the current path: how each is written in SVG, in pixels of the canvas. */
type Point = readonly [x: number, y: number];

/** The elements that `draw` paints on the canvas. */
export function recordSvg(canvas: HTMLCanvasElement, draw: () => void): string {
  const brush = canvas.getContext("2d");
  if (!brush) return "";
  const recorder = new Recorder(brush, canvas.width / Math.max(1, canvas.clientWidth));
  const own = recorder.methods();
  const target = brush as unknown as Record<string, unknown>;
  for (const [name, record] of Object.entries(own)) {
    const paint = (brush as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
    target[name] = (...args: unknown[]): unknown => {
      (record as (...args: unknown[]) => void)(...args);
      return paint.apply(brush, args);
    };
  }
  try {
    draw();
  } finally {
    // What was put on the object goes; the prototype's own methods show again.
    for (const name of Object.keys(own)) delete target[name];
  }
  return recorder.finish();
}

class Recorder {
  readonly #brush: Paint;
  readonly #ratio: number;
  readonly #out: string[] = [];
  /** For each `save`, how many groups were opened since. */
  readonly #groups: number[] = [0];
  #path = "";
  #clips = 0;

  constructor(brush: Paint, ratio: number) {
    this.#brush = brush;
    this.#ratio = ratio;
  }

  methods() {
    const to = (x: number, y: number): string => this.#at(x, y).map(digits).join(" ");
    return {
      beginPath: () => {
        this.#path = "";
      },
      moveTo: (x: number, y: number) => this.#add(`M${to(x, y)}`),
      lineTo: (x: number, y: number) => this.#add(`${this.#path === "" ? "M" : "L"}${to(x, y)}`),
      bezierCurveTo: (a: number, b: number, c: number, d: number, x: number, y: number) =>
        this.#add(`C${to(a, b)} ${to(c, d)} ${to(x, y)}`),
      closePath: () => this.#add("Z"),
      rect: (x: number, y: number, width: number, height: number) =>
        this.#add(this.#box(x, y, width, height)),
      arc: (x: number, y: number, radius: number, start: number, end: number) =>
        this.#arc(x, y, radius, start, end),
      fill: () => this.#shape(this.#path, this.#fill()),
      stroke: () => this.#shape(this.#path, this.#stroke()),
      fillRect: (x: number, y: number, width: number, height: number) =>
        this.#shape(this.#box(x, y, width, height), this.#fill()),
      strokeRect: (x: number, y: number, width: number, height: number) =>
        this.#shape(this.#box(x, y, width, height), this.#stroke()),
      fillText: (text: string, x: number, y: number) => this.#text(text, x, y),
      clip: () => this.#clip(),
      save: () => this.#groups.push(0),
      restore: () => this.#restore(),
    };
  }

  finish(): string {
    while (this.#groups.length > 0) this.#restore();
    return this.#out.join("\n");
  }

  #at(x: number, y: number): Point {
    const { a, b, c, d, e, f } = this.#brush.getTransform();
    return [(a * x + c * y + e) / this.#ratio, (b * x + d * y + f) / this.#ratio];
  }

  #add(step: string): void {
    this.#path += step;
  }

  #box(x: number, y: number, width: number, height: number): string {
    const corners = [
      this.#at(x, y),
      this.#at(x + width, y),
      this.#at(x + width, y + height),
      this.#at(x, y + height),
    ];
    return `M${corners.map((corner) => corner.map(digits).join(" ")).join("L")}Z`;
  }

  /** Two halves: SVG's arc has no full circle. Charts draw circles only. */
  #arc(x: number, y: number, radius: number, start: number, end: number): void {
    const point = (angle: number): string =>
      this.#at(x + radius * Math.cos(angle), y + radius * Math.sin(angle))
        .map(digits)
        .join(" ");
    const size = digits(radius);
    const middle = (start + end) / 2;
    this.#add(
      `${this.#path === "" ? "M" : "L"}${point(start)}A${size} ${size} 0 0 1 ${point(middle)}A${size} ${size} 0 0 1 ${point(end)}`,
    );
  }

  #fill(): string {
    return `fill="${paint(this.#brush.fillStyle)}"${this.#opacity()}`;
  }

  #stroke(): string {
    const { strokeStyle, lineWidth } = this.#brush;
    const dash = this.#brush.getLineDash();
    const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
    return `fill="none" stroke="${paint(strokeStyle)}" stroke-width="${digits(lineWidth)}"${dashed}${this.#opacity()}`;
  }

  #opacity(): string {
    const { globalAlpha } = this.#brush;
    return globalAlpha < 1 ? ` opacity="${digits(globalAlpha)}"` : "";
  }

  #shape(path: string, style: string): void {
    if (path !== "") this.#out.push(`<path d="${path}" ${style}/>`);
  }

  #text(text: string, x: number, y: number): void {
    const { a, b, c, d } = this.#brush.getTransform();
    const [left, top] = this.#at(x, y);
    const turn = [a, b, c, d].map((part) => digits(part / this.#ratio)).join(" ");
    const anchor = ANCHORS[this.#brush.textAlign] ?? "start";
    const size = /([\d.]+)px/.exec(this.#brush.font)?.[1] ?? "11";
    const weight = /\b(bold|600|700)\b/.test(this.#brush.font) ? ' font-weight="bold"' : "";
    const drop = (BASELINES[this.#brush.textBaseline] ?? 0) * Number(size);
    this.#out.push(
      `<text transform="matrix(${turn} ${digits(left)} ${digits(top)})" dy="${digits(drop)}" font-size="${size}" text-anchor="${anchor}"${weight} ${this.#fill()}>${escapeXml(text)}</text>`,
    );
  }

  #clip(): void {
    this.#clips += 1;
    const id = `clip${this.#clips}`;
    this.#out.push(`<clipPath id="${id}"><path d="${this.#path}"/></clipPath><g clip-path="url(#${id})">`);
    this.#groups.push((this.#groups.pop() ?? 0) + 1);
  }

  #restore(): void {
    const open = this.#groups.pop() ?? 0;
    if (open > 0) this.#out.push("</g>".repeat(open));
  }
}

const ANCHORS: Readonly<Partial<Record<CanvasTextAlign, string>>> = {
  center: "middle",
  right: "end",
  end: "end",
};
/** How far below the given point the letters' baseline lies, in parts of their size. */
const BASELINES: Readonly<Partial<Record<CanvasTextBaseline, number>>> = {
  top: 0.8,
  hanging: 0.8,
  middle: 0.35,
  bottom: -0.2,
};

function paint(style: string | CanvasGradient | CanvasPattern): string {
  return typeof style === "string" ? style : "none";
}

function digits(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
